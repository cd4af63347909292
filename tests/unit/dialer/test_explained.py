from dataclasses import replace
from datetime import date

import pytest
from msgspec.structs import replace as changed

from dialer.campaign import DialMode, PacingSettings
from dialer.decisions import MadeDecision
from dialer.explained import explained
from dialer.pacing import PacingDecision, PacingSnapshot, Reason
from dialer.workshop import WorkshopDay, decide_within
from tests.unit.dialer.situations import experienced, situations

PREDICTIVE = PacingSettings()
PROGRESSIVE = replace(PREDICTIVE, mode=DialMode.PROGRESSIVE)
POWER = replace(PREDICTIVE, mode=DialMode.POWER, ratio=2.0)
PREVIEW = replace(PREDICTIVE, mode=DialMode.PREVIEW_MANUAL)
TEAM = changed(
    situations(1)[0],
    free=2,
    talking=(20.0, 60.0, 100.0, 140.0, 180.0, 220.0, 260.0, 300.0),
    wrapping_up=(25.0,),
    ringing=(3.0,),
    waiting=0,
    connected=990,
    abandoned=10,
    room=50,
    forecast=replace(experienced(), counted=1),
)
NOBODY_FREE = changed(TEAM, free=0)
FULL = (WorkshopDay(date(2026, 6, 3), 8, 9),)


def told(
    decision: PacingDecision, snapshot: PacingSnapshot = TEAM, settings: PacingSettings = PREDICTIVE
) -> str:
    return " ".join(explained(MadeDecision(snapshot, settings, FULL, decision)))


def test_the_situation_and_the_day_are_told_in_figures() -> None:
    words = told(PacingDecision(0, Reason.IN_BALANCE, 0.3))

    assert "11 agents on open lines: 2 free, 8 in a talk, 1 in wrap-up." in words
    assert "1 phone rings, 0 customers wait for an agent." in words
    assert "1000 people answered and 10 met no agent, 1.00%; the aim is 1.50%, the limit 3.00%." in words


@pytest.mark.parametrize(
    ("decision", "settings", "words"),
    [
        (
            PacingDecision(1, Reason.AGENTS_CERTAIN, 0.3),
            PROGRESSIVE,
            "1 call placed. Each has a free agent of its own. In this mode there is never more",
        ),
        (
            PacingDecision(2, Reason.LOOKAHEAD, 0.3, threshold=0.013, shortage=0.0082, budget=4),
            PREDICTIVE,
            (
                "about 30% of the calls are. A further one would find no agent with a chance of 0.82%, and it is placed while "
                "that is at most 1.30%. 4 further calls may be abandoned within the limit."
            ),
        ),
        (
            PacingDecision(0, Reason.IN_BALANCE, 0.3, threshold=0.013, shortage=0.5, budget=1),
            PREDICTIVE,
            "No call was placed. Every free agent has a call already. A further one would find no agent with a chance of 50.00%",
        ),
        (
            PacingDecision(4, Reason.RATIO, 0.3, budget=9),
            POWER,
            "2 calls are in the air for each free agent.",
        ),
        (
            PacingDecision(0, Reason.IN_BALANCE, 0.3, budget=9),
            POWER,
            "In this mode 2 calls are in the air for each free agent.",
        ),
        (
            PacingDecision(0, Reason.TRUNK_REFUSES, 0.3),
            PREDICTIVE,
            "The trunk refused the last calls at once, whomever they were to: one is tried each half minute",
        ),
        (
            PacingDecision(0, Reason.TRUNK_UNREACHABLE, 0.3),
            PREDICTIVE,
            "The trunk does not answer, or we are not registered there.",
        ),
        (
            PacingDecision(0, Reason.BUDGET_SPENT, 0.3, budget=0),
            PREDICTIVE,
            "A further call could take the day over its limit. 0 further calls may be abandoned",
        ),
        (
            PacingDecision(0, Reason.BUDGET_SPENT, 0.3, budget=-1),
            PREDICTIVE,
            "The day is 1 call over the limit.",
        ),
        (PacingDecision(0, Reason.ESTIMATE_WEAK, 0.3), PREDICTIVE, "only 1 attempt was counted"),
        (PacingDecision(0, Reason.CAP, 0.3), PREDICTIVE, "the trunk has room for 50, and at most 50 calls"),
        (PacingDecision(0, Reason.PREVIEW, 0.3), PREVIEW, "Agents see their next contact"),
        (PacingDecision(0, Reason.NO_AGENTS, 0.3), PREDICTIVE, "No agent of this campaign is at work"),
        (PacingDecision(0, Reason.LIST_EMPTY, 0.3), PREDICTIVE, "Nobody on the list"),
        (PacingDecision(0, Reason.WINDOW_CLOSED, 0.3), PREDICTIVE, "outside the calling hours (belvenster)"),
        (PacingDecision(0, Reason.WORKSHOP_FULL, 0.3), PREDICTIVE, "8 of its 8 places"),
    ],
)
def test_each_reason_has_words_of_its_own(
    decision: PacingDecision, settings: PacingSettings, words: str
) -> None:
    assert words in told(decision, settings=settings)


def test_where_nobody_is_free_it_says_so() -> None:
    assert "No agent is free." in told(PacingDecision(0, Reason.IN_BALANCE, 0.3), NOBODY_FREE, PROGRESSIVE)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_explained(reason: Reason) -> None:
    made = MadeDecision(TEAM, PREDICTIVE, FULL, PacingDecision(0, reason, 0.3))

    *_, why = explained(made)

    assert why != "No call was placed."


def test_whoever_is_called_off_is_told_with_the_chance_and_what_is_borne() -> None:
    settings = PacingSettings(call_off_late=True)
    late = changed(
        TEAM,
        free=0,
        talking=(1.0,) * 10,
        wrapping_up=(),
        ringing=(18.2, 16.0, 2.0),
        chances=(0.3,) * 3,
        rung=(17.9, 15.2, 1.0),
        waiting=0,
        connected=500,
        abandoned=7,
    )
    decision = decide_within(late, settings, ())

    sentence = explained(MadeDecision(late, settings, (), decision))[-1]

    assert sentence == (
        f"2 phones that had rung for 15 s or longer are called off: an answer would have met no agent with a chance of "
        f"{decision.late_risk:.2%}, and {decision.late_allowed:.2%} is borne."
    )


def test_whoever_rings_on_is_told_why() -> None:
    settings = PacingSettings(call_off_late=True)
    safe = changed(TEAM, free=5, ringing=(18.0,), chances=(0.3,), rung=(18.0,), waiting=0)

    sentence = explained(MadeDecision(safe, settings, (), decide_within(safe, settings, ())))[-1]

    assert sentence.startswith(
        "Whoever has been rung for 15 s rings on: an answer would meet no agent with a chance of 0.00%"
    )


def test_that_the_day_is_nearly_over_is_told_where_it_stops_a_call() -> None:
    spent = PacingDecision(0, Reason.BUDGET_SPENT, 0.3, budget=2)

    assert "nearly over" not in told(spent, changed(TEAM, answers_to_come=300.0))
    assert "The day is nearly over, about 31 more people will answer: no more calls" in told(
        spent, changed(TEAM, answers_to_come=31.2)
    )
