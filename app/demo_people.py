"""The demo's staff and list: agents with their skills, a campaign, and its made-up customers."""

import csv
import random
from datetime import datetime
from pathlib import Path

from app.contacts_import import ImportOptions, import_contacts
from app.storage.agents import save_agent
from app.storage.campaigns import create_campaign
from app.storage.database import Database
from calls.ids import AgentId, CampaignId, DealerId
from dialer.campaign import Campaign, CampaignKind, CampaignState, DialMode, LegalBasis, PacingSettings
from routing.agent import AgentProfile
from simulation.people import customers, talk_seconds

DEALER = DealerId("demo")
CAMPAIGN = CampaignId("apk-demo")
LIST_LENGTH = 3000
LONGEST_TALK_SECONDS = 30
# The first serve callers, the others work on the campaign.
SKILLS: dict[str, dict[str, int]] = {
    "anna": {"sales": 8, "reception": 3},
    "bram": {"parts": 8, "workshop": 5},
    "carla": {"workshop": 8, "parts": 3},
    "daan": {"workshop": 6, "reception": 5},
    "eva": {"reception": 9, "sales": 4},
    "fleur": {"sales": 6, "parts": 5},
}


async def fill(database: Database, folder: Path, phones: tuple[str, ...], seed: int, now: datetime) -> None:
    """Put the demo's agents, campaign and customers into an empty database, the customers by way of a CSV file."""
    for phone in phones:
        profile = AgentProfile(
            AgentId(phone), phone.capitalize(), f"PJSIP/{phone}", SKILLS.get(phone, {"campaign": 5})
        )
        await save_agent(database, profile)
    await create_campaign(
        database,
        Campaign(
            campaign_id=CAMPAIGN,
            dealer=DEALER,
            name="APK-herinnering",
            kind=CampaignKind.APK,
            basis=LegalBasis.EXISTING_CONTRACT,
            profile="demo",
            shown_number="+31401234567",
            state=CampaignState.DRAFT,
            ring_seconds=15,
            wrap_up_seconds=6,
            pacing=PacingSettings(DialMode.PREDICTIVE, 0.015, 0.03, 20),
        ),
    )
    file = folder / "customers.csv"
    with file.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text, delimiter=";")
        writer.writerow(["naam", "telefoon", "kenteken", "apk"])
        for person in customers(random.Random(seed), LIST_LENGTH, now.date()):
            # Short talks, so that a demo also ends soon.
            if talk_seconds(person.number) <= LONGEST_TALK_SECONDS:
                writer.writerow([person.name, person.number, person.plate, person.apk_expiry.isoformat()])
    result = await import_contacts(database, file, CAMPAIGN, ImportOptions(who="demo"), now)
    if result.faults:
        raise RuntimeError(f"the demo's own list has faults: {result.faults[0]}")
