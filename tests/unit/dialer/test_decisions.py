import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import msgspec
import pytest
from msgspec.structs import replace as changed

from calls.facts import Fact, ForecastMade, PacingDecided
from calls.ids import CampaignId, DealerId
from calls.words import Replayed
from dialer.campaign import Campaign, CampaignKind, CampaignState, DialMode, LegalBasis, PacingSettings
from dialer.decisions import TABLES_SERVE, DecisionLog, MadeDecision, read_decision, replay
from dialer.estimators import CampaignEstimates
from dialer.forecast import Forecast
from dialer.pacing import PacingSnapshot, Reason
from dialer.workshop import WorkshopDay, decide_within
from tests.fakes.virtual_time import after
from tests.unit.dialer.situations import situations

CAMPAIGN = Campaign(
    CampaignId("apk-june"),
    DealerId("demo"),
    "APK in juni",
    CampaignKind.APK,
    LegalBasis.EXISTING_CONTRACT,
    "nl-business",
    "+31401234567",
    CampaignState.RUNNING,
)
PREDICTIVE = PacingSettings()
PROGRESSIVE = replace(PREDICTIVE, mode=DialMode.PROGRESSIVE)
QUIET = situations(1)[0]
HALF_FULL = (WorkshopDay(date(2026, 6, 3), 10, 9),)


def made(
    snapshot: PacingSnapshot, settings: PacingSettings = PREDICTIVE, coming: Sequence[WorkshopDay] = ()
) -> MadeDecision:
    return MadeDecision(snapshot, settings, tuple(coming), decide_within(snapshot, settings, coming))


def parted(facts: Sequence[Fact]) -> tuple[PacingDecided, ForecastMade | None]:
    *tables, decided = facts
    assert isinstance(decided, PacingDecided)
    for each in tables:
        assert isinstance(each, ForecastMade)
        return decided, each
    return decided, None


def a_forecast(rng: random.Random) -> Forecast:
    """What a campaign has learned that is nothing like another."""
    estimates = CampaignEstimates(rng.randrange(15, 40))
    for number in range(rng.randrange(60)):
        estimates.attempt_resolved(after(number), rng.uniform(1, 40), answered=rng.random() < 0.4)
        estimates.talk_ended(rng.expovariate(1 / 90))
        estimates.wrap_up_ended(rng.uniform(0, 90))
    return estimates.forecast(after(5000))


@pytest.mark.parametrize("settings", [PREDICTIVE, PROGRESSIVE])
@pytest.mark.parametrize("coming", [(), HALF_FULL])
def test_every_kept_decision_can_be_made_again_to_the_last_figure(
    settings: PacingSettings, coming: Sequence[WorkshopDay]
) -> None:
    rng = random.Random(11)
    for situation in situations(10):
        decision = made(changed(situation, forecast=a_forecast(rng)), settings, coming)

        decided, tables = parted(DecisionLog().facts(CAMPAIGN, decision, after(1)))

        read = read_decision(decided, tables)
        assert read is not None
        assert read.decision == decision.decision
        assert changed(read.snapshot, forecast=QUIET.forecast) == changed(
            decision.snapshot, forecast=QUIET.forecast
        )
        assert decide_within(read.snapshot, read.settings, read.coming) == decision.decision
        assert replay(decided, tables) is Replayed.SAME


def test_a_decision_that_the_rules_would_not_make_is_told_from_one_that_they_make() -> None:
    decided, tables = parted(DecisionLog().facts(CAMPAIGN, made(QUIET), after(1)))
    forged = decided.made_from.replace('"calls_to_place":', '"calls_to_place":1')

    assert replay(replace(decided, made_from=forged), tables) is Replayed.DIFFERENT


def test_without_its_tables_a_decision_can_be_read_and_not_made_again() -> None:
    decided, _ = parted(DecisionLog().facts(CAMPAIGN, made(QUIET), after(1)))

    read = read_decision(decided, None)

    assert read is not None
    assert read.snapshot.forecast.answer_rate == QUIET.forecast.answer_rate
    assert replay(decided, None) is Replayed.UNKNOWN


def test_a_decision_kept_before_the_end_of_the_day_was_looked_at_can_still_be_made_again() -> None:
    decided, tables = parted(DecisionLog().facts(CAMPAIGN, made(QUIET), after(1)))
    kept = msgspec.json.decode(decided.made_from)
    assert kept["snapshot"].pop("answers_to_come") is None

    older = replace(decided, made_from=msgspec.json.encode(kept).decode())

    assert replay(older, tables) is Replayed.SAME


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"snapshot": {"free": "many"}, "forecast": {}}'])
def test_what_cannot_be_read_is_unknown(text: str) -> None:
    decided, tables = parted(DecisionLog().facts(CAMPAIGN, made(QUIET), after(1)))

    unreadable = replace(decided, made_from=text)

    assert read_decision(unreadable, tables) is None
    assert replay(unreadable, tables) is Replayed.UNKNOWN


def test_a_decision_one_for_one_needs_no_tables() -> None:
    decided, tables = parted(DecisionLog().facts(CAMPAIGN, made(QUIET, PROGRESSIVE), after(1)))

    assert (tables, decided.forecast_at) == (None, None)
    assert replay(decided, None) is Replayed.SAME


def test_the_same_tables_are_kept_once_an_hour() -> None:
    log, others = DecisionLog(), changed(QUIET, forecast=a_forecast(random.Random(1)))
    steps = [
        (0.0, QUIET),
        (10.0, changed(QUIET, list_empty=True)),
        (20.0, QUIET),
        (25.0, changed(QUIET, list_empty=True)),
        (30.0, others),
        (40.0, changed(others, list_empty=True)),
        (TABLES_SERVE.total_seconds() + 31, others),
    ]

    kept = [parted(log.facts(CAMPAIGN, made(snapshot), after(seconds))) for seconds, snapshot in steps]

    assert [tables is not None for _, tables in kept] == [True, False, False, False, True, False, True]
    assert [decided.forecast_at for decided, _ in kept] == [
        after(0),
        None,
        after(0),
        None,
        after(30),
        None,
        after(TABLES_SERVE.total_seconds() + 31),
    ]


def test_kept_are_decisions_that_place_calls_or_have_another_reason_each_reason_once_a_second() -> None:
    idle = changed(QUIET, free=0, ringing=(1.0,) * 60)
    placing = changed(QUIET, free=3, ringing=(), chances=(), waiting=0, room=2)
    log = DecisionLog()
    steps = [
        (0.0, placing, True),
        (0.4, placing, False),
        (0.5, idle, True),
        (0.6, placing, False),
        (0.9, idle, False),
        (1.1, placing, True),
        (1.2, idle, False),
        (2.2, idle, True),
        (60.0, idle, False),
        (61.0, placing, True),
        (62.0, placing, True),
    ]

    kept = [
        log.facts(CAMPAIGN, made(snapshot, PROGRESSIVE), after(seconds)) for seconds, snapshot, _ in steps
    ]

    assert [bool(facts) for facts in kept] == [expected for _, _, expected in steps]
    passed_over = [parted(facts)[0].passed_over for facts in kept if facts]
    assert passed_over == [0, 1, 2, 1, 1, 0]


def test_new_settings_are_kept_at_once() -> None:
    log = DecisionLog()
    log.facts(CAMPAIGN, made(QUIET, PROGRESSIVE), after(0))

    decided, _ = parted(log.facts(CAMPAIGN, made(QUIET, replace(PROGRESSIVE, max_over_dial=3)), after(0.1)))

    read = read_decision(decided, None)
    assert read is not None
    assert read.settings.max_over_dial == 3


def test_a_decision_of_a_large_team_is_small_and_its_tables_are_not_large() -> None:
    crowd = changed(QUIET, talking=(123.456789,) * 400, ringing=(12.345678,) * 200)

    decided, tables = parted(DecisionLog().facts(CAMPAIGN, made(crowd), after(0)))

    assert tables is not None
    assert len(decided.made_from) < 9000
    assert len(tables.tables) < 150_000


def test_the_reason_stands_in_the_fact_itself() -> None:
    decided, _ = parted(DecisionLog().facts(CAMPAIGN, made(changed(QUIET, list_empty=True)), after(0)))

    assert (decided.reason, decided.calls_to_place) == (Reason.LIST_EMPTY, 0)


def test_tables_that_stay_serve_decisions_with_other_figures() -> None:
    log = DecisionLog()
    first, tables = parted(log.facts(CAMPAIGN, made(QUIET), after(0)))
    log.facts(CAMPAIGN, made(changed(QUIET, list_empty=True)), after(5))
    learned = changed(QUIET, forecast=replace(QUIET.forecast, answer_rate=0.4, counted=2000))

    second, none_new = parted(log.facts(CAMPAIGN, made(learned), after(10)))

    assert (none_new, second.forecast_at) == (None, first.forecast_at)
    read = read_decision(second, tables)
    assert read is not None
    assert (read.snapshot.forecast.answer_rate, read.snapshot.forecast.counted) == (0.4, 2000)
    assert replay(second, tables) is Replayed.SAME


def test_whom_a_decision_calls_off_can_be_decided_again() -> None:
    rng = random.Random(12)
    settings = replace(PREDICTIVE, call_off_late=True)
    some = 0
    for situation in situations(60):
        late = changed(situation, forecast=a_forecast(rng), rung=situation.ringing)
        decision = made(late, settings)

        decided, tables = parted(DecisionLog().facts(CAMPAIGN, decision, after(1)))

        some += bool(decision.decision.called_off)
        read = read_decision(decided, tables)
        assert read is not None
        assert read.decision == decision.decision
        assert replay(decided, tables) is Replayed.SAME
        forged = replace(decided, made_from=decided.made_from.replace('"late_risk":0', '"late_risk":1', 1))
        if forged != decided:
            assert replay(forged, tables) is Replayed.DIFFERENT
    assert some > 5


def test_every_decision_that_calls_somebody_off_is_kept() -> None:
    settings = replace(PREDICTIVE, call_off_late=True)
    late = changed(QUIET, free=0, ringing=(20.0,), chances=(0.3,), rung=(20.0,), waiting=3)
    log = DecisionLog()

    kept = [log.facts(CAMPAIGN, made(late, settings), after(0.1 * turn)) for turn in range(3)]

    assert made(late, settings).decision.called_off == (0,)
    assert [len(facts) > 0 for facts in kept] == [True] * 3


def test_a_decision_without_agents_can_be_made_again_with_whom_it_calls_off() -> None:
    settings = replace(PREDICTIVE, call_off_late=True)
    nobody = changed(QUIET, free=0, talking=(), wrapping_up=(), ringing=(20.0,), chances=(0.3,), rung=(20.0,))

    decided, tables = parted(DecisionLog().facts(CAMPAIGN, made(nobody, settings), after(1)))

    assert decided.reason == Reason.NO_AGENTS
    assert tables is not None
    assert replay(decided, tables) is Replayed.SAME


def test_a_decision_by_a_clock_that_is_not_believed_is_kept_and_can_be_made_again() -> None:
    doubted = changed(QUIET, clock_trusted=False)

    decided, tables = parted(DecisionLog().facts(CAMPAIGN, made(doubted), after(1)))

    assert (decided.reason, tables) == (Reason.CLOCK_JUMPED, None)
    assert replay(decided, tables) is Replayed.SAME
