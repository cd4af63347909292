"""Previews through the API and the command line, on a real floor and database."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.cli_frame import Exit
from app.console import agents, conversations, previews
from app.console.agents import Login
from app.console.api import OPERATIONS
from app.console.client import ApiClient
from app.console.errors import ApiRefused
from app.console.openapi import describe
from app.console.previews import Skip
from app.storage.campaigns import create_campaign
from app.storage.contact_list import add_contacts
from app.storage.previews import SqlPreviewStore
from app.storage.takeover import open_attempts
from calls.facts import PreviewEnded, PreviewShown
from calls.ids import CallId, CampaignId, NodeId
from calls.words import AgentState, PreviewEnd
from dialer.campaign import CampaignState, DialMode, LegalBasis, PacingSettings
from dialer.profile_file import shipped_profiles
from tests.integration.console.bed import ANNA, Bed, apk_campaign
from tests.integration.console.command_line import call_beside
from tests.integration.storage.builders import contact

LINE = CallId("n1" + "8" * 26)
CAMPAIGN = replace(
    apk_campaign(),
    campaign_id=CampaignId("preview"),
    name="Vooraf",
    # Open at every hour of the tests.
    profile="demo",
    basis=LegalBasis.EXISTING_CONTRACT,
    state=CampaignState.RUNNING,
    pacing=PacingSettings(mode=DialMode.PREVIEW_MANUAL, max_skips=1),
)


async def anna_at_work(bed: Bed, client: ApiClient, contacts: int = 3) -> None:
    """Anna on the open line of a campaign in a preview mode."""
    bed.campaigns.known[CAMPAIGN.campaign_id] = CAMPAIGN
    await create_campaign(bed.database, CAMPAIGN)
    people = [contact(number) for number in range(1, contacts + 1)]
    await add_contacts(bed.database, CAMPAIGN, people, "test.csv", datetime.now(UTC))
    await client.ask(agents.LOG_IN, Login(campaign="preview"), agent_id="anna")
    bed.desk.line_up(ANNA, LINE)


async def test_an_agent_sees_the_contact_with_script_and_history_and_has_it_dialled(
    bed: Bed, client: ApiClient
) -> None:
    await anna_at_work(bed, client)

    shown = await client.ask(previews.TAKE_PREVIEW, agent_id="anna")
    again = await client.ask(previews.TAKE_PREVIEW, agent_id="anna")
    looked = await client.ask(previews.GET_PREVIEW, agent_id="anna")
    dialled = await client.ask(previews.DIAL_PREVIEW, agent_id="anna")
    during = await client.ask(conversations.GET_PRESENT_CALL, agent_id="anna")

    assert shown == again == looked
    assert (shown.contact.name, shown.campaign, shown.dials_at) == ("Mevrouw Proef 1", "preview", None)
    assert (shown.earlier, shown.skips_left) == ([], 1)
    assert "Anna" in shown.guide.script.opening
    assert [attempt.call_id for attempt in bed.launches.attempts] == [dialled.call]
    assert [each.call_id for each in await open_attempts(bed.database, NodeId("n1"))] == [dialled.call]
    assert bed.control.agent(ANNA).state is AgentState.RESERVED
    assert during.contact == shown.contact


async def test_who_only_looks_holds_no_contact(bed: Bed, client: ApiClient) -> None:
    await anna_at_work(bed, client)

    with pytest.raises(ApiRefused) as none:
        await client.ask(previews.GET_PREVIEW, agent_id="anna")
    with pytest.raises(ApiRefused) as unknown:
        await client.ask(previews.GET_PREVIEW, agent_id="nobody")

    assert await SqlPreviewStore(bed.database, NodeId("n1"), 1, shipped_profiles()).all() == []
    assert [fact for fact in bed.facts if isinstance(fact, PreviewShown)] == []
    told = [
        (each.value.problem.status, each.value.problem.type.rpartition(":")[2]) for each in (none, unknown)
    ]
    assert told == [(404, "no-preview"), (404, "unknown-agent")]
    assert "POST" in none.value.problem.remedy


async def test_passing_over_needs_a_word_and_is_limited(bed: Bed, client: ApiClient) -> None:
    await anna_at_work(bed, client)
    first = await client.ask(previews.TAKE_PREVIEW, agent_id="anna")

    skipped = await client.ask(previews.SKIP_PREVIEW, Skip(reason="just_visited"), agent_id="anna")
    second = await client.ask(previews.TAKE_PREVIEW, agent_id="anna")
    with pytest.raises(ApiRefused) as refused:
        await client.ask(previews.SKIP_PREVIEW, Skip(reason="no_mood"), agent_id="anna")

    assert (skipped.skips_left, second.skips_left) == (0, 0)
    assert first.contact != second.contact
    assert refused.value.problem.status == 409
    ends = [(fact.how, fact.reason) for fact in bed.facts if isinstance(fact, PreviewEnded)]
    assert ends == [(PreviewEnd.SKIPPED, "just_visited")]


async def test_an_agent_who_works_otherwise_has_no_preview_and_is_told_what_to_do(
    bed: Bed, client: ApiClient
) -> None:
    await client.ask(agents.LOG_IN, Login(), agent_id="anna")

    with pytest.raises(ApiRefused) as refused:
        await client.ask(previews.TAKE_PREVIEW, agent_id="anna")

    assert (refused.value.problem.status, refused.value.problem.type.rpartition(":")[2]) == (
        409,
        "preview-refused",
    )
    assert "preview_manual" in refused.value.problem.remedy


def test_the_description_tells_that_a_preview_may_be_refused() -> None:
    described = describe(OPERATIONS)["paths"]

    paths = [f"/api/v1/agents/{{agent_id}}/{path}" for path in ("preview", "preview/dial", "preview/skip")]

    assert [path for path in paths if "409" not in described[path]["post"]["responses"]] == []
    assert not {"409", "requestBody"} & {
        *described[paths[0]]["get"]["responses"],
        *described[paths[0]]["get"],
    }


async def test_an_empty_list_is_told(bed: Bed, client: ApiClient) -> None:
    await anna_at_work(bed, client, contacts=0)

    with pytest.raises(ApiRefused, match="nobody on the list"):
        await client.ask(previews.TAKE_PREVIEW, agent_id="anna")


async def test_the_command_line_shows_passes_over_and_dials(bed: Bed, client: ApiClient) -> None:
    await anna_at_work(bed, client)

    nothing_yet = await call_beside(bed, "preview", "dial", "anna")
    unseen = await call_beside(bed, "preview", "show", "anna")
    shown = await call_beside(bed, "preview", "next", "anna")
    looked = await call_beside(bed, "preview", "show", "anna")
    skipped = await call_beside(bed, "preview", "skip", "anna", "--reason", "voicemail_yesterday")
    await call_beside(bed, "preview", "next", "anna")
    dialled = await call_beside(bed, "preview", "dial", "anna")

    assert (nothing_yet.exit_code, "ask for the next one" in nothing_yet.stderr) == (Exit.REFUSED, True)
    assert "Mevrouw Proef 1" in shown.stdout
    assert "held until" in shown.stdout
    assert (unseen.exit_code, "preview next anna" in unseen.stderr) == (Exit.REFUSED, True)
    assert looked.stdout == shown.stdout
    assert "0 more" in skipped.stdout
    assert "rings for anna" in dialled.stdout
    assert len(bed.launches.attempts) == 1
