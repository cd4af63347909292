"""A caller before the queue: what is told of the call, and where that leads."""

from datetime import UTC, datetime, timedelta

from calls.ids import (
    CallId,
    CampaignId,
    ContactId,
    DealerId,
    LegId,
    PlaybackId,
    RecordingId,
)
from calls.legs import (
    DigitPressed,
    LegEnded,
    LegFact,
    PromptFinished,
    RecordingStopped,
    TimerExpired,
)
from calls.words import Department, HangupCause
from ivr.entry import EntryPlan, VoicemailPlan
from ivr.flow import IvrFact, Step, start, step
from ivr.hours import Opening, OpeningReason
from ivr.menus import Menu
from ivr.recognition import CallerLookedUp, Recognised

CALL = CallId("n1" + "0" * 26)
LEG = LegId("1700000000.1")
RECORDING = RecordingId(f"{CALL}-v00")
ARRIVED = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
CAMPAIGN = Recognised(CampaignId("apk"), ContactId(7), Department.WORKSHOP)
OPEN = Opening(True, OpeningReason.WEEKLY, None, None)
SHUT = Opening(False, OpeningReason.WEEKLY, None, None)
PLAN = EntryPlan(
    dealer=DealerId("demo"),
    welcome_prompt="welcome",
    closed_prompt="closed",
    menu=Menu(
        choices={"1": Department.SALES, "2": Department.PARTS, "3": Department.WORKSHOP},
        default=Department.RECEPTION,
        prompt="menu",
        miss_prompt="menu-miss",
        max_misses=2,
        timeout_seconds=5,
    ),
    voicemail=VoicemailPlan("voicemail-offer", "voicemail-thanks", 2, 120, 4),
    short_abandon_seconds=5,
)


def at(seconds: float) -> datetime:
    return ARRIVED + timedelta(seconds=seconds)


def playback(number: int) -> PlaybackId:
    return PlaybackId(f"{CALL}-p{number:02d}")


def digit(key: str, seconds: float = 10) -> DigitPressed:
    return DigitPressed(at(seconds), LEG, key)


def finished(number: int, seconds: float = 10) -> PromptFinished:
    return PromptFinished(at(seconds), LEG, playback(number))


def recorded(seconds: float) -> RecordingStopped:
    return RecordingStopped(at(30), RECORDING, seconds)


def expired(name: str) -> TimerExpired:
    return TimerExpired(at(30), name)


def gone(seconds: float = 30) -> LegEnded:
    return LegEnded(at(seconds), LEG, HangupCause.NORMAL)


def call(*facts: LegFact, opening: Opening = OPEN, plan: EntryPlan = PLAN) -> Step:
    last = start(plan, CALL, LEG, "+31612345678", opening, ARRIVED)
    for fact in facts:
        last = step(last.state, fact)
    return last


def looked_up(recognised: Recognised | None, seconds: float = 0.01) -> CallerLookedUp:
    return CallerLookedUp(at(seconds), recognised)


def recognised_call(*facts: IvrFact) -> Step:
    last = start(PLAN, CALL, LEG, "+31612345678", OPEN, ARRIVED, looks_up=True)
    for fact in (looked_up(CAMPAIGN), *facts):
        last = step(last.state, fact)
    return last
