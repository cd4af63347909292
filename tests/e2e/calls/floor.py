"""A controller in this process, on the tests' Asterisk, with agents at work."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from app.ari.outcome import Done
from app.asterisk.nodes import TRUNK
from app.dealers import Dealers, load_dealers
from app.program import Program
from app.prompt_lengths import PromptLengths
from app.settings import AmiAddress, AriAddress, Settings
from app.storage.agents import save_agent
from app.storage.campaigns import create_campaign
from app.storage.contact_list import NewContact, add_contacts, load_hash_key
from app.storage.database import open_database
from app.wiring import running
from calls.facts import CallEnded, DifferenceFound, Fact
from calls.ids import AgentId, CampaignId, DealerId
from calls.numbers import NumberKind
from calls.words import AgentState, MachineDetection
from customers.person import number_hash
from dialer.campaign import Campaign, CampaignKind, CampaignState, DialMode, LegalBasis, PacingSettings
from dialer.caps import TrunkCaps
from routing.agent import AgentProfile
from tests.e2e.bed import DDI, DealerAsterisk

ALWAYS_OPEN = """
[dealers.demo.hours]
{days}
holidays = []
exceptions = []
""".format(
    days="\n".join(
        f'{day} = ["00:00-24:00"]'
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
)
ALWAYS_CLOSED = ALWAYS_OPEN.replace('["00:00-24:00"]', "[]")
RING_SECONDS = 5
QUICK = f"""
[dealers.demo.queues.sales]
ring_seconds = {RING_SECONDS}
wrap_up_seconds = 1
[dealers.demo.queues.parts]
wrap_up_seconds = 1
[dealers.demo.queues.workshop]
wrap_up_seconds = 1
"""
SKILLS = {
    "agent1": {"sales": 8},
    "agent2": {"parts": 8},
    "agent3": {"workshop": 8},
    "agent4": {"reception": 8},
    "agent5": {"sales": 6},
    "agent6": {"workshop": 6, "parts": 6},
    "agent7": {"reception": 4},
    "agent8": {"reception": 4},
}


ONE_FOR_ONE = PacingSettings(mode=DialMode.PROGRESSIVE)
PLENTY = TrunkCaps(per_second=50.0, at_once=100, per_day=100_000)

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class Watched:
    """The running program and every fact it has published."""

    program: Program
    facts: list[Fact]

    def of(self, kind: type[F]) -> list[F]:
        """The facts of a kind, in order."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    async def fact(self, kind: type[F], limit: float = 20.0, count: int = 1) -> F:
        """The `count`th fact of a kind, awaited."""
        async with asyncio.timeout(limit):
            while len(self.of(kind)) < count:
                await asyncio.sleep(0.02)
        return self.of(kind)[count - 1]

    async def ended(self, limit: float = 30.0, count: int = 1) -> CallEnded:
        """The `count`th end of an inbound call."""
        return await self.fact(CallEnded, limit, count)


async def complete(recording: Path) -> Path:
    """Return once Asterisk has written all of it: it writes in large pieces, the last when it closes the file."""
    sizes = [-2, -1]
    async with asyncio.timeout(10):
        while sizes[-1] != sizes[-2] or sizes[-1] <= 0:
            await asyncio.sleep(0.4)
            sizes.append(recording.stat().st_size if recording.exists() else -len(sizes))
    return recording


def dealers(folder: Path, *layers: str) -> Dealers:
    """The demo dealer, with overrides."""
    files = [Path("dealers.toml")]
    for number, text in enumerate(layers):
        file = folder / f"override{number}.toml"
        file.write_text(text)
        files.append(file)
    return load_dealers(*files)


def with_still_waiting(known: Dealers, seconds: float) -> Dealers:
    """The same dealers, whose waiting callers are told so sooner than the settings allow."""
    told = {
        dealer_id: replace(
            dealer,
            queues={
                name: replace(plan, still_waiting_seconds=seconds) for name, plan in dealer.queues.items()
            },
        )
        for dealer_id, dealer in known.dealers.items()
    }
    return replace(known, dealers=told, by_ddi={ddi: told[at.dealer] for ddi, at in known.by_ddi.items()})


def prompt(asterisk: DealerAsterisk, name: str) -> Path:
    """The sound of a prompt."""
    return asterisk.node.sounds_dir / "nl" / "dealerlijn" / f"{name}.wav"


def prompt_length(asterisk: DealerAsterisk, name: str) -> timedelta:
    """How long a prompt lasts."""
    return timedelta(seconds=PromptLengths(asterisk.node.sounds_dir).seconds(name))


def settings(asterisk: DealerAsterisk, folder: Path, database_url: str = "") -> Settings:
    """Settings for the tests' Asterisk and a database, in `folder` unless told otherwise."""
    node = asterisk.node
    return Settings(
        node="n1",
        database_url=database_url or f"sqlite:///{folder}/dealerlijn.db",
        journal_dir=folder,
        ari=AriAddress(f"http://127.0.0.1:{node.ari_port}/ari", node.ari.user, node.ari.password),
        ami=AmiAddress("127.0.0.1", node.ami_port, node.ami.user, node.ami.password),
        dealers_file=Path("dealers.toml"),
        recordings_dir=node.state_dir / "spool" / "recording",
        sounds_dir=node.sounds_dir,
        http_host="127.0.0.1",
        http_port=0,
        api_token="a-token-for-these-tests-only",
        trunk_endpoint=TRUNK,
        caps=PLENTY,
        demo=True,
    )


async def store_agents(
    asterisk: DealerAsterisk, folder: Path, names: Sequence[str], database_url: str = ""
) -> None:
    """Put agents with a phone each into the database."""
    database = open_database(settings(asterisk, folder, database_url).database_url)
    await database.migrate()
    for name in names:
        profile = AgentProfile(AgentId(name), name, f"PJSIP/{name}", SKILLS[name])
        await save_agent(database, profile)
    await database.close()


async def store_campaign(
    asterisk: DealerAsterisk,
    folder: Path,
    numbers: Sequence[str],
    ring_seconds: int = 15,
    pacing: PacingSettings = ONE_FOR_ONE,
    detection: MachineDetection = MachineDetection.OFF,
    wrap_up_seconds: int = 1,
    database_url: str = "",
) -> Campaign:
    """Put a running campaign with a contact for each number into the database.

    With detection it drops what is certainly a machine.
    """
    campaign = Campaign(
        campaign_id=CampaignId("apk"),
        dealer=DealerId("demo"),
        name="APK",
        kind=CampaignKind.APK,
        basis=LegalBasis.EXISTING_CONTRACT,
        profile="demo",
        shown_number=DDI,
        state=CampaignState.RUNNING,
        ring_seconds=ring_seconds,
        wrap_up_seconds=wrap_up_seconds,
        pacing=pacing,
        machine_detection=detection,
        drop_machines=detection is not MachineDetection.OFF,
    )
    database = open_database(settings(asterisk, folder, database_url).database_url)
    await database.migrate()
    key = await load_hash_key(database)
    contacts = [
        NewContact(
            person_key=f"person {number}",
            name="Mevrouw Proef",
            e164=number,
            number_hash=number_hash(key, number),
            number_kind=NumberKind.MOBILE,
            timezone="Europe/Amsterdam",
        )
        for number in numbers
    ]
    await create_campaign(database, campaign)
    await add_contacts(database, campaign, contacts, "test.csv", datetime.now(UTC))
    await database.close()
    return campaign


@asynccontextmanager
async def controller(
    asterisk: DealerAsterisk,
    folder: Path,
    known: Dealers,
    at_work: Sequence[str] = (),
    campaign: Campaign | None = None,
    caps: TrunkCaps = PLENTY,
    trunk: str = TRUNK,
    database_url: str = "",
) -> AsyncIterator[Watched]:
    """Run the controller with these agents logged in and available; nothing may be left of it afterwards.

    With a campaign the agents work on it; the context begins when their lines are up. `trunk` names the endpoint of the
    telephone network.
    """
    await store_agents(asterisk, folder, tuple(SKILLS), database_url)
    async with running(
        replace(settings(asterisk, folder, database_url), caps=caps, trunk_endpoint=trunk), known
    ) as program:
        facts: list[Fact] = []
        program.journal.observe("test", facts.append)
        watched = Watched(program, facts)
        async with asyncio.timeout(10):
            while not program.connection.live:
                await asyncio.sleep(0.02)
        for name in at_work:
            program.desk.login(AgentId(name), campaign.campaign_id if campaign is not None else None)
        if campaign is not None:
            await lines_up(watched, len(at_work))
        yield watched
        await nothing_is_left(watched)


async def lines_up(watched: Watched, count: int, limit: float = 10.0) -> None:
    """Return once so many agents have an open line."""
    program = watched.program
    async with asyncio.timeout(limit):
        while sum(agent.line_open for agent in program.desk.floor.view(program.clock.now()).agents) != count:
            await asyncio.sleep(0.02)


async def nothing_is_left(watched: Watched) -> None:
    """After everybody has gone home there are no sessions, leases, subscriptions, bridges or channels, and nothing failed."""
    program = watched.program
    for agent in program.desk.floor.view(program.clock.now()).agents:
        program.desk.logout(agent.profile.agent_id)
    deadline = program.clock.monotonic() + 15
    while (left := await _left(program)) and program.clock.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert not left, left
    for agent in program.desk.floor.view(program.clock.now()).agents:
        assert agent.state is AgentState.LOGGED_OUT, agent
    assert len(program.node.leases) == 0
    assert program.supervisor.failures == 0
    assert program.journal.observer_errors == 0
    assert await program.journal.flushed(5)
    assert watched.of(DifferenceFound) == []


async def _left(program: Program) -> list[object]:
    channels, bridges = await program.ari.channels.list(), await program.ari.bridges.list()
    application = await program.ari.applications.get(application_name=program.connection.application)
    assert isinstance(channels, Done)
    assert isinstance(bridges, Done)
    assert isinstance(application, Done)
    followed = application.value.channel_ids + application.value.bridge_ids
    return [*program.supervisor.machines(), *channels.value, *bridges.value, *followed]
