"""What the measured controller knows: a dealer who is always open, agents with one skill each has, a list to be called."""

import csv
import random
from datetime import UTC, datetime
from pathlib import Path

from app.contacts_import import ImportOptions, import_contacts
from app.dealers import Dealers, load_dealers
from app.storage.agents import save_agent
from app.storage.campaigns import create_campaign
from app.storage.database import open_database
from calls.ids import AgentId, CampaignId, DealerId
from dialer.campaign import Campaign, CampaignKind, CampaignState, DialMode, LegalBasis, PacingSettings
from routing.agent import AgentProfile
from simulation.people import customers

CAMPAIGN = CampaignId("benchmark")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DEALER = "\n".join(
    [
        "[dealers.demo.hours]",
        *(f'{day} = ["00:00-24:00"]' for day in _DAYS),
        "holidays = []",
        "exceptions = []",
        "[dealers.demo.queues.sales]",
        "wrap_up_seconds = 0",
    ]
)


def bench_dealers(folder: Path) -> Dealers:
    """The demo dealer, open day and night, without wrap-up."""
    file = folder / "always-open.toml"
    file.write_text(_DEALER)
    return load_dealers(Path("dealers.toml"), file)


async def store_agents(database_url: str, names: list[str]) -> None:
    """Agents who sell, each with the phone of the same name."""
    database = open_database(database_url)
    try:
        await database.migrate()
        for name in names:
            await save_agent(database, AgentProfile(AgentId(name), name, f"PJSIP/{name}", {"sales": 8}))
    finally:
        await database.close()


async def store_campaign(database_url: str, folder: Path, contacts: int) -> None:
    """A progressive campaign without wrap-up, and so many people to call."""
    database = open_database(database_url)
    try:
        campaign = Campaign(
            campaign_id=CAMPAIGN,
            dealer=DealerId("demo"),
            name="Benchmark",
            kind=CampaignKind.APK,
            basis=LegalBasis.EXISTING_CONTRACT,
            profile="demo",
            shown_number="+31401234567",
            state=CampaignState.DRAFT,
            ring_seconds=15,
            wrap_up_seconds=0,
            pacing=PacingSettings(DialMode.PROGRESSIVE),
        )
        await create_campaign(database, campaign)
        now = datetime.now(UTC)
        file = folder / "customers.csv"
        with file.open("w", newline="", encoding="utf-8") as text:
            writer = csv.writer(text, delimiter=";")
            writer.writerow(["naam", "telefoon", "kenteken"])
            for person in customers(random.Random(1), contacts, now.date()):
                writer.writerow([person.name, person.number, person.plate])
        await import_contacts(database, file, CAMPAIGN, ImportOptions(who="benchmark"), now)
    finally:
        await database.close()
