from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

from calls.ids import AgentId, CampaignId
from dialer.breaker import TrunkState
from dialer.campaign import AbandonWindow, DialMode, LineAgent, PacingSettings
from dialer.pacing import PacingSnapshot, Reason, decide
from dialer.shortage import Events
from dialer.snapshot import take_snapshot
from tests.unit.dialer.situations import NOW, experienced, situations

PREDICTIVE = PacingSettings(target_ratio=0.0285, limit_ratio=0.03)
PROGRESSIVE = replace(PREDICTIVE, mode=DialMode.PROGRESSIVE)
BUSY_DAY = PacingSnapshot(
    free=0,
    talking=(20.0, 60.0, 100.0, 140.0, 180.0, 220.0, 260.0, 300.0),
    wrapping_up=(25.0, 30.0),
    ringing=(),
    chances=(),
    waiting=0,
    connected=990,
    abandoned=10,
    room=50,
    window_open=True,
    list_empty=False,
    forecast=experienced(),
    next_chance=0.3,
)


@pytest.mark.parametrize("settings", [PREDICTIVE, PROGRESSIVE])
def test_nobody_is_dialled_without_agents(settings: PacingSettings) -> None:
    for situation in situations(40):
        deserted = changed(situation, free=0, talking=(), wrapping_up=())

        decision = decide(deserted, settings)

        assert (decision.calls_to_place, decision.reason) == (0, Reason.NO_AGENTS)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"window_open": False}, Reason.WINDOW_CLOSED),
        ({"list_empty": True}, Reason.LIST_EMPTY),
        ({"room": 0}, Reason.CAP),
        ({"room": -3}, Reason.CAP),
        ({"room": 0, "trunk": TrunkState.REFUSES}, Reason.TRUNK_REFUSES),
        ({"room": 0, "trunk": TrunkState.UNREACHABLE}, Reason.TRUNK_UNREACHABLE),
    ],
)
def test_nobody_is_dialled_when_it_is_forbidden(change: dict[str, int | TrunkState], reason: Reason) -> None:
    for situation in situations(20):
        decision = decide(changed(situation, **change), PREDICTIVE)

        assert (decision.calls_to_place, decision.reason) == (0, reason)


def test_progressive_never_has_more_in_the_air_than_free_agents() -> None:
    for situation in situations(60):
        placed = decide(situation, PROGRESSIVE).calls_to_place

        in_the_air = placed + len(situation.ringing) + situation.waiting
        assert placed == 0 or in_the_air <= situation.free


def test_predictive_dials_at_least_as_much_as_progressive() -> None:
    for situation in situations(40):
        assert decide(situation, PREDICTIVE).calls_to_place >= decide(situation, PROGRESSIVE).calls_to_place


def test_calls_in_flight_hardly_ever_pass_the_limit() -> None:
    for situation in situations(60):
        decision = decide(situation, PREDICTIVE)
        if decision.reason is not Reason.LOOKAHEAD:
            continue
        in_hand = Events(
            situation.forecast.events,
            situation.forecast.rows(
                situation.talking, situation.wrapping_up, situation.ringing, situation.chances
            ),
            situation.forecast.new_row(situation.next_chance),
        )
        others = decision.calls_to_place - 1
        in_the_air = len(situation.ringing) + others + situation.waiting - situation.free
        assert in_hand.at_most(in_the_air - max(decision.budget, 0), others) <= 0.01


def test_without_a_budget_an_agent_is_all_but_certain() -> None:
    looked_ahead = 0
    for situation in situations(200):
        bare = changed(situation, connected=0, abandoned=0)
        decision = decide(bare, PREDICTIVE)

        assert decision.budget == 0
        if decision.reason is Reason.LOOKAHEAD:
            looked_ahead += 1
            assert risk_of_the_last(bare, decision.calls_to_place) <= 0.002
        elif decision.reason is Reason.IN_BALANCE:
            assert decision.shortage > 0.002

    assert looked_ahead > 3


def risk_of_the_last(situation: PacingSnapshot, placed: int) -> float:
    """The chance that the last of so many calls finds nobody free, nobody coming out of wrap-up."""
    forecast = situation.forecast
    rows = forecast.rows(situation.talking, situation.wrapping_up, situation.ringing, situation.chances)
    in_hand = Events(forecast.events, rows, forecast.new_row(situation.next_chance))
    others = placed - 1
    in_the_air = len(situation.ringing) + others + situation.waiting - situation.free
    return in_hand.at_most(in_the_air, others)


def test_past_the_limit_nobody_is_dialled_but_for_an_agent_who_is_certain() -> None:
    for situation in situations(60):
        over = changed(situation, connected=969, abandoned=31)

        decision = decide(over, PREDICTIVE)

        assert decision.budget < 0
        assert decision.calls_to_place == decide(over, PROGRESSIVE).calls_to_place
        assert decision.reason in (Reason.AGENTS_CERTAIN, Reason.CAP, Reason.BUDGET_SPENT)


def test_the_last_calls_below_the_limit_are_held_in_reserve() -> None:
    nearly_free = changed(BUSY_DAY, wrapping_up=(30.0,) * 8, talking=BUSY_DAY.talking[:2])
    placed = [
        decide(changed(nearly_free, connected=1000 - lost, abandoned=lost), PREDICTIVE)
        for lost in (28, 29, 30)
    ]

    assert [each.budget for each in placed] == [2, 1, 0]
    assert placed[0].calls_to_place > placed[1].calls_to_place >= placed[2].calls_to_place
    assert placed[2].reason is Reason.BUDGET_SPENT


def test_near_its_end_the_day_stays_within_its_limit_should_everybody_without_an_agent_be_abandoned() -> None:
    looked_ahead = 0
    for situation in situations(200):
        ending = changed(situation, answers_to_come=40.0)
        decision = decide(ending, PREDICTIVE)

        over = len(ending.ringing) + decision.calls_to_place + ending.waiting - ending.free
        assert over <= decision.budget or decision.calls_to_place == decision.certain
        looked_ahead += decision.reason is Reason.LOOKAHEAD

    assert looked_ahead > 20


def test_near_its_end_a_day_never_dials_more() -> None:
    for situation in situations(60):
        ending = decide(changed(situation, answers_to_come=40.0), PREDICTIVE)

        assert ending.certain == decide(situation, PREDICTIVE).certain
        assert ending.calls_to_place <= decide(situation, PREDICTIVE).calls_to_place


@pytest.mark.parametrize(("limit_ratio", "answers"), [(0.03, 50.1), (0.02, 75.1)])
def test_a_day_winds_down_from_half_as_many_answers_again_as_put_one_abandoned_call_right(
    limit_ratio: float, answers: float
) -> None:
    settings = replace(PREDICTIVE, limit_ratio=limit_ratio, target_ratio=0.95 * limit_ratio)
    day = changed(BUSY_DAY, wrapping_up=(60.0,) * 8, talking=BUSY_DAY.talking[:2], next_chance=0.05)
    day = changed(day, ringing=(1.0,) * 3, chances=(0.05,) * 3)
    day = changed(day, connected=1000, abandoned=round(1000 * limit_ratio) - 3)

    long, short = (decide(changed(day, answers_to_come=left), settings) for left in (answers, answers - 0.2))

    assert long == decide(day, settings)
    assert long.calls_to_place > short.calls_to_place == 0
    assert short.reason is Reason.BUDGET_SPENT


def test_near_its_end_callers_who_may_come_count_as_calls_in_flight() -> None:
    looked_ahead = 0
    for situation in situations(200):
        ending = changed(situation, answers_to_come=40.0, callers=(0.2, 0.2))
        decision = decide(ending, PREDICTIVE)

        over = len(ending.ringing) + decision.calls_to_place + ending.waiting + 2 - ending.free
        assert (
            over <= max(decision.budget, 0) or decision.reason is Reason.CAP or decision.calls_to_place == 0
        )
        looked_ahead += decision.reason is Reason.LOOKAHEAD

    assert looked_ahead > 20


def test_the_caps_hold() -> None:
    tight = replace(PREDICTIVE, max_over_dial=2, limit_ratio=1.0)
    for situation in situations(60):
        decision = decide(situation, tight)

        over = len(situation.ringing) + decision.calls_to_place + situation.waiting - situation.free
        assert decision.calls_to_place <= situation.room
        assert decision.reason is not Reason.LOOKAHEAD or over <= 2


def test_an_agent_who_comes_free_never_means_fewer_calls() -> None:
    for situation in situations(40):
        freed = changed(situation, free=situation.free + 1, talking=situation.talking[1:])

        assert decide(freed, PREDICTIVE).calls_to_place >= decide(situation, PREDICTIVE).calls_to_place


def test_a_call_more_in_the_air_never_means_more_calls() -> None:
    for situation in situations(40):
        more = changed(situation, ringing=(*situation.ringing, 0.0), chances=(*situation.chances, 0.3))

        assert decide(more, PREDICTIVE).calls_to_place <= decide(situation, PREDICTIVE).calls_to_place


def test_a_ringing_call_that_is_likelier_to_be_answered_never_means_more_calls() -> None:
    for situation in situations(40):
        likelier = changed(situation, chances=tuple(min(1.0, each + 0.3) for each in situation.chances))

        assert decide(likelier, PREDICTIVE).calls_to_place <= decide(situation, PREDICTIVE).calls_to_place


def test_of_unlikely_contacts_more_are_dialled_ahead_than_of_likely_ones() -> None:
    placed = [decide(changed(BUSY_DAY, next_chance=chance), PREDICTIVE) for chance in (0.05, 0.3, 0.9)]

    assert placed[0].calls_to_place > placed[1].calls_to_place >= placed[2].calls_to_place > 0
    assert all(each.certain == 0 for each in placed)


def test_agents_who_may_come_out_of_wrap_up_never_mean_fewer_calls() -> None:
    for situation in situations(60):
        placed = [
            decide(changed(situation, rescuers=rescuers, rescue_chance=chance), PREDICTIVE).calls_to_place
            for rescuers, chance in ((0, 0.9), (1, 0.2), (1, 0.5), (5, 0.5), (5, 0.9))
        ]

        assert placed == sorted(placed)
        assert placed[0] == decide(situation, PREDICTIVE).calls_to_place


def test_who_is_rescued_is_not_short_of_an_agent() -> None:
    without = decide(changed(BUSY_DAY, room=1), PREDICTIVE)
    rescued = decide(changed(BUSY_DAY, room=1, rescuers=10, rescue_chance=0.5), PREDICTIVE)

    assert rescued.shortage == pytest.approx(without.shortage / 2)


def test_with_certain_rescue_even_a_day_without_budget_dials_ahead_as_far_as_there_are_rescuers() -> None:
    first = changed(BUSY_DAY, connected=0, abandoned=0, next_chance=0.3)

    placed = [
        decide(changed(first, rescuers=rescuers, rescue_chance=1.0), PREDICTIVE).calls_to_place
        for rescuers in (0, 1, 3)
    ]

    assert placed[0] == 0 < placed[1] < placed[2]


def test_a_customer_who_waits_never_means_more_calls() -> None:
    for situation in situations(40):
        more = changed(situation, waiting=situation.waiting + 1)

        assert decide(more, PREDICTIVE).calls_to_place <= decide(situation, PREDICTIVE).calls_to_place


def test_abandoned_calls_never_mean_more_calls() -> None:
    for situation in situations(40):
        worse = changed(situation, abandoned=situation.abandoned + 5)

        assert decide(worse, PREDICTIVE).calls_to_place <= decide(situation, PREDICTIVE).calls_to_place


def test_free_agents_get_a_call_each_for_certain() -> None:
    free_agents = changed(BUSY_DAY, free=4, ringing=(1.0,), chances=(0.3,), connected=60, abandoned=40)

    decision = decide(free_agents, PREDICTIVE)

    assert (decision.calls_to_place, decision.reason) == (3, Reason.AGENTS_CERTAIN)
    assert decision.certain == 3


def test_looking_ahead_dials_for_agents_who_are_about_to_be_free() -> None:
    decision = decide(BUSY_DAY, PREDICTIVE)

    assert decision.reason is Reason.LOOKAHEAD
    assert decision.calls_to_place >= 1
    assert decide(BUSY_DAY, PROGRESSIVE).reason is Reason.IN_BALANCE


def test_with_the_budget_spent_nobody_is_gambled_with() -> None:
    nearly_free = changed(BUSY_DAY, wrapping_up=(30.0,) * 8)
    spent = changed(nearly_free, connected=30, abandoned=0)

    decision = decide(spent, PREDICTIVE)

    assert (decision.calls_to_place, decision.reason) == (0, Reason.BUDGET_SPENT)
    assert decision.shortage < decision.threshold
    assert decide(nearly_free, PREDICTIVE).calls_to_place > 0


def test_the_first_customers_of_a_campaign_are_never_gambled_with() -> None:
    assert decide(changed(BUSY_DAY, connected=0, abandoned=0), PREDICTIVE).calls_to_place == 0


@pytest.mark.parametrize(
    ("situation", "enough"),
    [(BUSY_DAY, 50), (changed(BUSY_DAY, talking=(60.0, 300.0), wrapping_up=(40.0, 50.0)), 100)],
)
def test_nobody_is_dialled_ahead_for_before_the_list_is_known(situation: PacingSnapshot, enough: int) -> None:
    unsure, sure = (
        changed(situation, forecast=replace(situation.forecast, counted=counted))
        for counted in (enough - 1, enough)
    )

    assert decide(unsure, PREDICTIVE).reason is Reason.ESTIMATE_WEAK
    assert decide(sure, PREDICTIVE).reason is not Reason.ESTIMATE_WEAK


def test_credit_raises_the_threshold_and_debt_lowers_it() -> None:
    thresholds = [
        decide(changed(BUSY_DAY, connected=1000 - lost, abandoned=lost), PREDICTIVE).threshold
        for lost in (0, 10, 20, 28)
    ]

    assert thresholds == sorted(thresholds, reverse=True)
    assert thresholds[0] > thresholds[-1] > 0


def test_a_snapshot_counts_the_floor_and_the_air() -> None:
    def agent(name: str, seconds: float, *, free: bool = False, wrapping_up: bool = False) -> LineAgent:
        return LineAgent(AgentId(name), free, NOW - timedelta(seconds=seconds), wrapping_up)

    snapshot = take_snapshot(
        [
            agent("anna", 5, free=True),
            agent("bram", 40),
            agent("carmen", 7, wrapping_up=True),
            agent("daan", -1),
        ],
        [(NOW - timedelta(seconds=3), 0.4)],
        1,
        AbandonWindow(CampaignId("apk"), NOW, connected=9, abandoned=1),
        experienced(),
        NOW,
        room=4,
        closes_at=NOW + timedelta(minutes=6),
        list_empty=False,
        next_chance=0.2,
        seconds_per_answer=180.0,
    )

    assert snapshot.window_open
    assert snapshot.answers_to_come == pytest.approx(8.0)
    assert (snapshot.chances, snapshot.next_chance) == ((0.4,), 0.2)
    assert (snapshot.free, snapshot.agents, snapshot.waiting, snapshot.room) == (1, 4, 1, 4)
    assert (snapshot.talking, snapshot.wrapping_up, snapshot.ringing) == ((40.0, 0.0), (7.0,), (3.0,))
    assert (snapshot.connected, snapshot.abandoned) == (9, 1)
