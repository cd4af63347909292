from datetime import datetime, timedelta

from msgspec.structs import replace as changed
from sqlalchemy import event, text

from app.storage.database import Database
from app.storage.decisions import DECISIONS, decisions_until, remove_decisions
from app.storage.epochs import take_epoch
from app.storage.journal import Journal, read_facts
from calls.facts import CampaignStarted, ContactRefused, Fact
from calls.ids import CampaignId, ContactId
from calls.words import Replayed
from dialer.campaign import PacingSettings
from dialer.decisions import DecisionLog, MadeDecision, replay
from dialer.pacing import decide
from tests.integration.storage.builders import CAMPAIGN, NODE, NOW, other
from tests.unit.dialer.situations import situations

MINUTE = timedelta(minutes=1)
SETTINGS = PacingSettings()


def decisions(count: int, start: datetime = NOW) -> list[Fact]:
    """Decisions of a campaign, a minute apart; all read the same tables."""
    log, told = DecisionLog(), list[Fact]()
    for number, snapshot in enumerate(situations(count)):
        placing = changed(snapshot, free=3, ringing=(), chances=(), waiting=0, room=2 + number % 3)
        made = MadeDecision(placing, SETTINGS, (), decide(placing, SETTINGS))
        told += log.facts(CAMPAIGN, made, start + number * MINUTE)
    return told


async def written(database: Database, facts: list[Fact]) -> None:
    await Journal(database, NODE, await take_epoch(database, NODE)).write_facts(facts)


async def test_the_last_decisions_come_back_with_their_tables_and_can_be_made_again(
    database: Database,
) -> None:
    await written(database, decisions(6))

    kept = await decisions_until(database, CAMPAIGN.campaign_id, NOW + timedelta(days=1), 4)

    assert [each.fact.at for each in kept] == [NOW + number * MINUTE for number in (2, 3, 4, 5)]
    assert {replay(each.fact, each.tables) for each in kept} == {Replayed.SAME}


async def test_a_decision_is_found_by_the_moment_at_which_it_was_in_force(database: Database) -> None:
    await written(database, decisions(6))

    (kept,) = await decisions_until(database, CAMPAIGN.campaign_id, NOW + 3.5 * MINUTE, 1)
    before_the_first = await decisions_until(database, CAMPAIGN.campaign_id, NOW - MINUTE, 1)

    assert kept.fact.at == NOW + 3 * MINUTE
    assert before_the_first == []


async def test_another_campaigns_decisions_are_its_own(database: Database) -> None:
    await written(database, decisions(3))

    assert await decisions_until(database, CampaignId("tyres"), NOW + timedelta(days=1), 9) == []


async def test_old_decisions_are_removed_and_everything_else_stays(database: Database) -> None:
    started = CampaignStarted(NOW, CAMPAIGN.campaign_id, CAMPAIGN.dealer, "tester")
    await written(database, [started, *decisions(6)])

    removed = await remove_decisions(
        database, [CAMPAIGN.campaign_id, other("tyres").campaign_id], NOW + 4 * MINUTE
    )

    left = await decisions_until(database, CAMPAIGN.campaign_id, NOW + timedelta(days=1), 9)
    assert removed == 4
    assert [replay(each.fact, each.tables) for each in left] == [Replayed.SAME] * 2
    assert next(type(fact) for _, fact in await read_facts(database, 0, 99)) is CampaignStarted


async def test_tables_go_when_no_decision_can_name_them_any_more(database: Database) -> None:
    await written(database, decisions(6))

    removed = await remove_decisions(database, [CAMPAIGN.campaign_id], NOW + timedelta(hours=2))

    assert removed == 7
    assert await read_facts(database, 0, 99) == []


async def test_an_index_finds_a_campaigns_decisions_among_all_facts(database: Database) -> None:
    refused = ContactRefused(NOW, CAMPAIGN.campaign_id, CAMPAIGN.dealer, ContactId(1), "objection")
    await written(database, [*decisions(20), *[refused] * 3000])
    how = "EXPLAIN" if database.is_postgresql else "EXPLAIN QUERY PLAN"

    def explain(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> object:
        return f"{how} {statement}", parameters

    asked = {"campaign": CAMPAIGN.campaign_id, "until": NOW, "count": 5}
    async with database.reading() as connection:
        await connection.execute(text("ANALYZE facts"))
        event.listen(database.engine.sync_engine, "before_cursor_execute", explain, retval=True)
        rows = (await connection.execute(DECISIONS, asked)).all()

    assert "ix_facts_pacing" in "\n".join(str(row[-1]) for row in rows)
