from dataclasses import replace
from datetime import date

import pytest

from dialer.campaign import DialMode, PacingSettings
from dialer.decisions import MadeDecision
from dialer.explained import explained
from dialer.pacing import PacingSnapshot, Reason
from dialer.workshop import WorkshopDay, decide_within
from tests.unit.dialer.situations import experienced, situations

PREDICTIVE = PacingSettings()
PROGRESSIVE = replace(PREDICTIVE, mode=DialMode.PROGRESSIVE)
POWER = replace(PREDICTIVE, mode=DialMode.POWER, ratio=2.0)
PREVIEW = replace(PREDICTIVE, mode=DialMode.PREVIEW_MANUAL)
TEAM = PacingSnapshot(
    free=2,
    talking=(20.0, 60.0, 100.0, 140.0, 180.0, 220.0, 260.0, 300.0),
    wrapping_up=(25.0,),
    ringing=(3.0,),
    waiting=0,
    connected=990,
    abandoned=10,
    room=50,
    window_open=True,
    list_empty=False,
    forecast=experienced(),
)
SOON_FREE = replace(TEAM, free=0, ringing=(), wrapping_up=(28.0,) * 8)
MORNING = replace(situations(115)[114], free=0, waiting=0, connected=0, abandoned=0)
BOLD = replace(PREDICTIVE, target_ratio=0.03)
FULL = (WorkshopDay(date(2026, 6, 3), 8, 9),)


def told(
    snapshot: PacingSnapshot,
    settings: PacingSettings = PREDICTIVE,
    coming: tuple[WorkshopDay, ...] = (),
) -> tuple[Reason, str]:
    decision = decide_within(snapshot, settings, coming)
    return decision.reason, " ".join(explained(MadeDecision(snapshot, settings, coming, decision)))


def test_the_situation_and_the_day_are_told_in_figures() -> None:
    _, words = told(TEAM, PROGRESSIVE)

    assert "11 agents on open lines: 2 free, 8 in a talk, 1 in wrap-up." in words
    assert "1 phone rings, 0 customers wait for an agent." in words
    assert "1000 people answered and 10 met no agent, 1.00%; the aim is 1.50%, the limit 3.00%." in words


@pytest.mark.parametrize(
    ("snapshot", "settings", "coming", "reason", "words"),
    [
        (TEAM, PROGRESSIVE, (), Reason.AGENTS_CERTAIN, "1 call placed. Each has a free agent of its own."),
        (replace(TEAM, free=1), PROGRESSIVE, (), Reason.IN_BALANCE, "Every free agent has a call already."),
        (SOON_FREE, PREDICTIVE, (), Reason.LOOKAHEAD, "20 further calls may be"),
        (replace(TEAM, free=0), PROGRESSIVE, (), Reason.IN_BALANCE, "No agent is free."),
        (MORNING, BOLD, (), Reason.BUDGET_SPENT, "0 further calls may be abandoned within the limit."),
        (
            replace(
                TEAM,
                free=1,
                talking=(),
                wrapping_up=(),
                forecast=replace(experienced(), counted=1),
            ),
            PREDICTIVE,
            (),
            Reason.ESTIMATE_WEAK,
            "only 1 attempt was counted",
        ),
        (replace(TEAM, ringing=()), POWER, (), Reason.RATIO, "2 calls are in the air for each free agent."),
        (replace(TEAM, ringing=(1.0,) * 4), POWER, (), Reason.IN_BALANCE, "In this mode 2 calls are in"),
        (TEAM, PREVIEW, (), Reason.PREVIEW, "No call was placed. Agents see their next contact"),
        (replace(TEAM, room=0), PREDICTIVE, (), Reason.CAP, "the trunk has room for 0"),
        (replace(TEAM, free=0, talking=(), wrapping_up=()), PREDICTIVE, (), Reason.NO_AGENTS, "No agent of"),
        (replace(TEAM, list_empty=True), PREDICTIVE, (), Reason.LIST_EMPTY, "Nobody on the list"),
        (replace(TEAM, window_open=False), PREDICTIVE, (), Reason.WINDOW_CLOSED, "belvenster"),
        (TEAM, PREDICTIVE, FULL, Reason.WORKSHOP_FULL, "8 of its 8 places"),
    ],
)
def test_each_reason_has_words_of_its_own(
    snapshot: PacingSnapshot,
    settings: PacingSettings,
    coming: tuple[WorkshopDay, ...],
    reason: Reason,
    words: str,
) -> None:
    found, said = told(snapshot, settings, coming)

    assert found is reason
    assert words in said


def test_a_look_ahead_tells_its_chance_and_what_is_allowed() -> None:
    for situation in situations(30):
        decision = decide_within(situation, PREDICTIVE, ())
        _, words = told(situation)

        if decision.reason is Reason.LOOKAHEAD:
            assert (
                f"{decision.shortage:.2%}, and it is placed while that is at most {decision.threshold:.2%}"
                in words
            )


def test_a_day_past_its_limit_says_by_how_much() -> None:
    _, words = told(replace(SOON_FREE, connected=960, abandoned=40))

    assert "The day is 11 calls over the limit." in words
