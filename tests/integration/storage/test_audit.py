from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from app.storage.agents import all_agents, save_agent
from app.storage.audit import AuditEntry, newest_changes
from app.storage.campaigns import all_campaigns, create_campaign, set_pacing, set_state
from app.storage.database import Database
from calls.ids import AgentId
from dialer.campaign import CampaignState, PacingSettings
from routing.agent import AgentProfile
from tests.integration.storage.builders import CAMPAIGN, NOW, campaign_with, other

ENTRY = AuditEntry(NOW, "tester", "changed", "subject", "null", "null")
UNUSABLE = replace(ENTRY, who=None)  # type: ignore[arg-type]
ANNA = AgentProfile(AgentId("anna"), "Anna", "PJSIP/anna", {})
SLOW = PacingSettings(max_over_dial=1)


async def test_each_change_is_stored_with_its_entry(database: Database) -> None:
    await create_campaign(database, CAMPAIGN, replace(ENTRY, action="created"))
    await set_state(database, CAMPAIGN.campaign_id, CampaignState.STOPPED, replace(ENTRY, action="stopped"))
    await set_pacing(database, CAMPAIGN.campaign_id, SLOW, replace(ENTRY, action="paced"))
    await save_agent(database, ANNA, replace(ENTRY, action="saved"))

    assert [entry.action for entry in await newest_changes(database, 9)] == [
        "saved",
        "paced",
        "stopped",
        "created",
    ]


async def test_a_change_whose_entry_cannot_be_stored_is_not_made(database: Database) -> None:
    campaign = await campaign_with(database, [])

    for change in (
        create_campaign(database, other("banden"), UNUSABLE),
        set_state(database, campaign.campaign_id, CampaignState.STOPPED, UNUSABLE),
        set_pacing(database, campaign.campaign_id, SLOW, UNUSABLE),
        save_agent(database, ANNA, UNUSABLE),
    ):
        with pytest.raises(IntegrityError):
            await change

    assert await all_campaigns(database) == [campaign]
    assert await all_agents(database) == []
