"""The order of a list in the database: what an index gives, who goes first, and what a crash leaves."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Select, event, select, text

from app.storage.campaigns import create_campaign
from app.storage.commitments import WAITED_TOO_LONG
from app.storage.contact_list import NewContact
from app.storage.database import Database, open_database
from app.storage.histories import NEXT, NEXT_WITH_DATE
from app.storage.journal import Journal
from app.storage.tables import attempts, contacts
from calls.facts import AttemptEnded
from calls.ids import CampaignId, attempt_leg
from calls.numbers import NumberKind
from calls.words import AttemptOutcome, HangupCause
from dialer.answering import Choice
from dialer.campaign import CommittedAttempt, Traits
from dialer.list_order import WAIT_LIMIT, list_rank, ranks_beside
from tests.integration.storage.builders import (
    CAMPAIGN,
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    contact_ids,
    store_for,
)

JUNE = date(2026, 6, 20)
QUIET = date(2026, 6, 24)


def due(number: int, due_on: date | None = JUNE, **more: float) -> NewContact:
    return replace(contact(number), due_on=due_on, **more)  # type: ignore[arg-type]


async def called(
    database: Database, count: int = 9, now: datetime = NOW, dates_first: Sequence[date] = ()
) -> list[str]:
    """The numbers, by their last two digits, that are committed next."""
    store = await store_for(database)
    done = await store.commit_attempts(CAMPAIGN, call_ids(count), now, "x", dates_first)
    return [attempt.number.e164[-2:] for attempt in committed(done)]


async def test_a_list_is_called_by_priority_then_date_then_what_an_attempt_is_worth(
    database: Database,
) -> None:
    people = [
        due(1, None),
        due(2, value_euros=50),
        due(3, value_euros=400),
        due(4),
        due(5, answer_probability=0.9),
        due(6, JUNE - timedelta(days=1), value_euros=1),
        due(7, None, priority=1),
        due(8),
    ]
    await campaign_with(database, people)

    order = await called(database)

    assert order == ["07", "06", "03", "05", "04", "08", "02", "01"]


async def test_whoever_has_waited_too_long_goes_first_whatever_the_priority(database: Database) -> None:
    await campaign_with(database, [due(1, JUNE), due(2, None, priority=9), due(3, JUNE, priority=1)])
    async with database.writing() as connection:
        await connection.execute(
            contacts.update()
            .where(contacts.c.number.in_(["+31610000001", "+31610000003"]))
            .values(first_from=NOW.date() + 2 * WAIT_LIMIT)
        )

    order = await called(database, now=NOW + WAIT_LIMIT)

    assert order == ["02", "03", "01"]


async def test_nobody_has_waited_too_long_a_day_before(database: Database) -> None:
    await campaign_with(database, [due(1, None, priority=9), due(2)])

    order = await called(database, now=NOW + WAIT_LIMIT - timedelta(days=1))

    assert order == ["02", "01"]


async def test_dates_that_fill_quiet_days_go_first_among_the_most_urgent(database: Database) -> None:
    later = QUIET + timedelta(days=1)
    people = [due(1), due(2, QUIET), due(3, later), due(4, QUIET, priority=9), due(5, priority=1)]
    await campaign_with(database, people)

    urgent = await called(database, 1, dates_first=[QUIET, later])
    rest = await called(database, dates_first=[later, QUIET])

    assert (urgent, rest) == (["05"], ["03", "02", "01", "04"])


async def test_no_quiet_day_changes_the_order_of_those_who_have_waited_too_long(database: Database) -> None:
    await campaign_with(database, [due(1), due(2, QUIET)])

    assert await called(database, 1, NOW + WAIT_LIMIT, dates_first=[QUIET]) == ["01"]


def by_number(**chances: float) -> Callable[[Traits], float]:
    """Chances by what tells the contacts apart: how often each did not answer before."""
    return lambda traits: chances[f"after{traits.unanswered}"]


async def with_histories(database: Database, people: list[NewContact], silences: Sequence[int]) -> None:
    """A campaign of these, of whom each did not answer so many attempts of an older campaign."""
    await campaign_with(database, people)
    older = replace(CAMPAIGN, campaign_id=CampaignId("older"))
    await create_campaign(database, older)
    then = NOW - timedelta(days=90)
    ids = await contact_ids(database, CAMPAIGN)
    async with database.writing() as connection:
        rows = (await connection.execute(select(contacts).order_by(contacts.c.contact_id))).all()
        for row, count in zip(rows, silences, strict=True):
            for each, call_id in enumerate(call_ids(count)):
                await connection.execute(
                    attempts.insert().values(
                        call_id=call_id,
                        leg_id=attempt_leg(call_id),
                        node=NODE,
                        campaign_id=older.campaign_id,
                        contact_id=row.contact_id,
                        customer_id=row.customer_id,
                        number_hash=row.number_hash,
                        committed_at=then + timedelta(days=each),
                        ended_at=then + timedelta(days=each),
                        outcome=AttemptOutcome.UNANSWERED,
                        ring_seconds=22.0,
                    )
                )
    assert len(ids) == len(silences)


async def chosen(database: Database, choice: Choice, count: int, now: datetime = NOW) -> list[str]:
    store = await store_for(database)
    done = await store.commit_attempts(CAMPAIGN, call_ids(count), now, "x", (), choice)
    return [attempt.number.e164[-2:] for attempt in committed(done)]


async def test_likely_contacts_are_dialled_for_certain_agents_and_unlikely_ones_otherwise(
    database: Database,
) -> None:
    await with_histories(database, [due(1), due(2), due(3), due(4)], (1, 0, 3, 2))
    chance = by_number(after0=0.5, after1=0.4, after2=0.2, after3=0.1)

    order = await chosen(database, Choice(chance, certain=1), 3)

    assert order == ["02", "03", "04"]


async def test_the_choice_passes_over_neither_priority_nor_those_who_have_waited_too_long(
    database: Database,
) -> None:
    people = [due(1), due(2, priority=1), due(3, None, priority=9), due(4)]
    await with_histories(database, people, (0, 1, 2, 3))
    async with database.writing() as connection:
        await connection.execute(
            contacts.update()
            .where(contacts.c.number.in_(["+31610000001", "+31610000002", "+31610000004"]))
            .values(first_from=NOW.date() + 2 * WAIT_LIMIT)
        )
    chance = by_number(after0=0.5, after1=0.4, after2=0.2, after3=0.6)

    order = await chosen(database, Choice(chance, certain=4), 4, NOW + WAIT_LIMIT)

    assert order == ["03", "02", "04", "01"]


async def test_an_attempt_knows_the_traits_it_was_chosen_by_and_a_restart_finds_the_same(
    database: Database,
) -> None:
    await with_histories(database, [due(1)], (2,))
    store = await store_for(database)

    [attempt] = committed(await store.commit_attempts(CAMPAIGN, call_ids(1), NOW, "x"))
    await Journal(database, NODE, 1).write_facts(
        [
            AttemptEnded(
                NOW + timedelta(seconds=22),
                attempt.call_id,
                CAMPAIGN.campaign_id,
                CAMPAIGN.dealer,
                attempt.contact_id,
                AttemptOutcome.UNANSWERED,
                HangupCause.NO_ANSWER,
                22.0,
                0.0,
            )
        ]
    )
    [resolved] = await store.resolved_attempts(CAMPAIGN.campaign_id, 5)

    assert attempt.traits == Traits(NumberKind.MOBILE, weekday=1, hour=11, answered=0, unanswered=2)
    assert resolved.traits == attempt.traits


async def test_a_contact_that_is_being_called_stays_taken_through_a_crash_until_its_attempt_ends(
    empty_url: str, database: Database
) -> None:
    await campaign_with(database, [due(1)])
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(CAMPAIGN, call_ids(1), NOW, "x"))
    await database.close()
    reopened = open_database(empty_url)

    restarted = await store_for(reopened)
    while_open = await restarted.commit_attempts(CAMPAIGN, call_ids(1), NOW + timedelta(days=9), "x")
    await Journal(reopened, NODE, 2).write_facts([_busy(attempt)])
    after_its_end = await restarted.commit_attempts(CAMPAIGN, call_ids(1), NOW + timedelta(days=9), "x")
    await reopened.close()

    assert (while_open, len(committed(after_its_end))) == ([], 1)


def _busy(attempt: CommittedAttempt) -> AttemptEnded:
    return AttemptEnded(
        NOW,
        attempt.call_id,
        attempt.campaign_id,
        CAMPAIGN.dealer,
        attempt.contact_id,
        AttemptOutcome.BUSY,
        HangupCause.BUSY,
        3.0,
        0.0,
    )


LOWEST, HIGHEST = ranks_beside(list_rank(5, JUNE), JUNE)
ASKED = {
    "campaign": CAMPAIGN.campaign_id,
    "count": 50,
    "lowest": LOWEST,
    "highest": HIGHEST,
    "today": NOW.date(),
    "languages": ["turkish"],
}


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (NEXT, "ix_contacts_ready"),
        (NEXT_WITH_DATE, "ix_contacts_ready"),
        (WAITED_TOO_LONG, "ix_contacts_waiting"),
    ],
    ids=["next", "with a date", "waited too long"],
)
async def test_an_index_gives_the_order_and_nothing_is_sorted(
    database: Database, query: Select[tuple[object]], index: str
) -> None:
    people = (due(number, JUNE + timedelta(days=number % 90)) for number in range(5000))
    await campaign_with(database, people)
    how = "EXPLAIN" if database.is_postgresql else "EXPLAIN QUERY PLAN"

    def explain(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> object:
        return f"{how} {statement}", parameters

    asked = {name: ASKED[name] for name in query.compile().params if name in ASKED}
    async with database.reading() as connection:
        await connection.execute(text("ANALYZE contacts"))
        event.listen(database.engine.sync_engine, "before_cursor_execute", explain, retval=True)
        rows = (await connection.execute(query, asked)).all()

    plan = "\n".join(str(row[-1]) for row in rows)
    assert index in plan
    assert not re.search("Sort|TEMP B-TREE|SCAN contacts|Seq Scan on contacts", plan)
