import asyncio
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace as changed

from app.console.client import ApiClient
from app.console.decisions import LIST_DECISIONS, DecisionQuery
from app.console.errors import ApiRefused
from app.pacing_log import PacingLog
from app.storage.decisions import decisions_until
from calls.facts import PacingDecided
from calls.words import Replayed
from dialer.campaign import PacingSettings
from dialer.decisions import DecisionLog, MadeDecision
from dialer.pacing import PacingSnapshot, decide
from tests.fakes.virtual_time import HandClock
from tests.integration.console.bed import APK, Bed, apk_campaign
from tests.integration.console.command_line import call_beside
from tests.unit.dialer.situations import situations

BEGAN = datetime(2026, 6, 2, 9, tzinfo=UTC)
SETTINGS = PacingSettings()


def placing(number: int) -> PacingSnapshot:
    return changed(situations(number + 1)[number], free=3, ringing=(), chances=(), waiting=0, room=2)


async def decided(bed: Bed, count: int, began: datetime = BEGAN) -> None:
    """A campaign's decisions, a minute apart."""
    log = DecisionLog()
    for number in range(count):
        snapshot = placing(number)
        made = MadeDecision(snapshot, SETTINGS, (), decide(snapshot, SETTINGS))
        bed.journal.publish(*log.facts(apk_campaign(), made, began + timedelta(minutes=number)))
    assert await bed.stored()


async def test_the_last_decisions_are_told_with_their_figures_and_made_again(
    bed: Bed, client: ApiClient
) -> None:
    await decided(bed, 4)

    answer = await client.ask(LIST_DECISIONS, query=DecisionQuery(last=3), campaign_id=APK)

    assert [each.at for each in answer.decisions] == [BEGAN + timedelta(minutes=n) for n in (1, 2, 3)]
    assert {each.replayed for each in answer.decisions} == {Replayed.SAME}
    last = answer.decisions[-1]
    assert last.situation is not None
    assert last.figures is not None
    assert last.situation.talking == list(placing(3).talking)
    assert (last.figures.calls_to_place, last.reason) == (last.calls_to_place, last.figures.reason)
    assert last.explanation


async def test_the_decision_in_force_at_a_moment_is_found(bed: Bed, client: ApiClient) -> None:
    await decided(bed, 4)
    query = DecisionQuery(at=BEGAN + timedelta(seconds=90), last=1)

    answer = await client.ask(LIST_DECISIONS, query=query, campaign_id=APK)

    assert [each.at for each in answer.decisions] == [BEGAN + timedelta(minutes=1)]


async def test_decisions_of_no_campaign_are_not_found(client: ApiClient) -> None:
    with pytest.raises(ApiRefused) as refused:
        await client.ask(LIST_DECISIONS, campaign_id="nothing")

    assert refused.value.problem.status == 404


async def test_a_decision_of_a_later_program_is_shown_as_far_as_it_can_be_read(
    bed: Bed, client: ApiClient
) -> None:
    campaign = apk_campaign()
    bed.publish(
        PacingDecided(
            BEGAN, campaign.campaign_id, campaign.dealer, 1, "new_reason", "{}", None, passed_over=0
        )
    )
    assert await bed.stored()

    (told,) = (await client.ask(LIST_DECISIONS, campaign_id=APK)).decisions

    assert (told.reason, told.replayed, told.situation) == ("new_reason", Replayed.UNKNOWN, None)


async def test_the_command_line_explains_in_words_and_for_machines(bed: Bed) -> None:
    await decided(bed, 3)
    at = (
        (BEGAN + timedelta(seconds=61)).astimezone(ZoneInfo("Europe/Amsterdam")).strftime("%Y-%m-%dT%H:%M:%S")
    )

    in_words = await call_beside(bed, "pacing", "explain", "apk mei", "--last", "2")
    at_a_moment = await call_beside(bed, "pacing", "explain", "apk-may", "--at", at)
    for_machines = await call_beside(bed, "pacing", "explain", "apk-may", "--json")

    assert in_words.stdout.count("replayed: same") == 2
    assert "agents on open lines" in in_words.stdout
    assert at_a_moment.stdout.count("replayed: same") == 1
    assert at_a_moment.stdout.startswith(at.replace("T", " ")[:-2])
    assert len(json.loads(for_machines.stdout)["decisions"]) == 3


async def test_the_command_line_says_so_when_nothing_is_kept(bed: Bed) -> None:
    result = await call_beside(bed, "pacing", "explain", "apk-may")

    assert "no decisions are kept" in result.stdout


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-12:00", "0001-01-01"])
async def test_a_year_that_has_no_date_in_utc_is_a_wrong_call(bed: Bed, at: str) -> None:
    result = await call_beside(bed, "pacing", "explain", "apk", "--at", at)

    assert result.exit_code == 2
    assert "no date in UTC" in result.stderr


async def test_decisions_older_than_the_days_set_are_removed(bed: Bed) -> None:
    await decided(bed, 4)
    clock = HandClock()
    clock.seconds = (BEGAN + timedelta(days=30, seconds=90) - clock.now()).total_seconds()

    async with asyncio.TaskGroup() as group:
        work = group.create_task(PacingLog(bed.database, clock, days=30).run())
        async with asyncio.timeout(10):
            while len(await decisions_until(bed.database, APK, clock.now(), 9)) > 2:
                await asyncio.sleep(0.02)
        work.cancel()

    left = await decisions_until(bed.database, APK, clock.now(), 9)
    assert [each.fact.at for each in left] == [BEGAN + timedelta(minutes=n) for n in (2, 3)]
