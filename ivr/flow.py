"""What happens between the first ring and the queue, as a pure machine.

One machine, `Stage`, driven by the facts of the one leg the call has so far and by the call's clocks:

    LOOKING_UP ──looked up, or its clock──> GREETING
    GREETING ──key──────────────┐
       │ prompt ends            ├─ known key, or too many misses ──> QUEUED   (routing.flow goes on)
       └──> MENU ──key, silence─┘                     a miss plays the menu again and stays in MENU
    CLOSED ──prompt ends──> RECORDING ──recording ends──> PARTING ──prompt ends: hang up
                                └─ caller hangs up ──> KEEPING ──recording ends, or 5 s──> ENDED
    every other stage ──the leg ends, or leaves us for the dialplan──> ENDED

LOOKING_UP is before the answer and lasts for half a second at most. Whoever was recognised hears the greeting without the
menu, and is QUEUED at its end or at any key. A look-up that is over too late changes nothing.

Greeting and menu are one playback, so that no silence comes between them; it counts as greeting until it ends or a key
is pressed. A key works while a prompt plays. Each playback has a number of its own: what an older one reports is late and
changes nothing, and neither does a silence clock that runs out while a prompt plays. `CallEnded` is published exactly
once, on the way into ENDED; a call that reaches QUEUED gets its `CallEnded` from `routing.flow`. Left out on purpose:
`CallArrived`, looking up the caller and renewing leases, which belong to the session.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from calls.commands import (
    AnswerLeg,
    CancelTimer,
    Command,
    HangUp,
    JoinQueue,
    PlayPrompts,
    Publish,
    SetTimer,
    StartRecording,
    StopPrompts,
)
from calls.facts import CallEnded, CallerRecognised, MenuChosen, VoicemailLeft
from calls.ids import CallId, LegId, PlaybackId, RecordingId
from calls.legs import (
    DigitPressed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegFact,
    LegLeft,
    LegRinging,
    PeopleJoined,
    PromptFinished,
    PromptStarted,
    RecordingStopped,
    TimerExpired,
)
from calls.words import CallPhase, Department, HangupCause, InboundOutcome
from ivr.entry import EntryPlan, VoicemailPlan
from ivr.hours import Opening
from ivr.recognition import CallerLookedUp, Recognised

LOOK_UP_TIMER = "look_up"
LOOK_UP_SECONDS = 0.5
SILENCE_TIMER = "silence"
RECORDING_TIMER = "recording"
_RECORDING_GRACE_SECONDS = 10.0
_KEEPING_SECONDS = 5.0


class Stage(StrEnum):
    """Where the call is. QUEUED and ENDED are final."""

    LOOKING_UP = "looking_up"
    GREETING = "greeting"
    MENU = "menu"
    CLOSED = "closed"
    RECORDING = "recording"
    KEEPING = "keeping"
    PARTING = "parting"
    QUEUED = "queued"
    ENDED = "ended"


IvrFact = LegFact | CallerLookedUp
_PHASES = {
    Stage.LOOKING_UP: CallPhase.GREETING,
    Stage.GREETING: CallPhase.GREETING,
    Stage.MENU: CallPhase.MENU,
    Stage.CLOSED: CallPhase.CLOSED,
    Stage.RECORDING: CallPhase.VOICEMAIL,
    Stage.KEEPING: CallPhase.VOICEMAIL,
    Stage.PARTING: CallPhase.VOICEMAIL,
    Stage.QUEUED: CallPhase.QUEUE,
}


@dataclass(frozen=True, slots=True)
class Ivr:
    """A call before the queue. `playing` is what plays now, `recorded_seconds` what the caller has said, `recognised` who calls."""

    call_id: CallId
    leg_id: LegId
    plan: EntryPlan
    cli: str | None
    arrived_at: datetime
    stage: Stage
    misses: int = 0
    playbacks: int = 0
    playing: PlaybackId | None = None
    recorded_seconds: float = 0.0
    recognised: Recognised | None = None
    cause: HangupCause = HangupCause.NORMAL

    @property
    def recording_id(self) -> RecordingId:
        """The one recording this call can have."""
        return recording_id(self.call_id)


@dataclass(frozen=True, slots=True)
class Step:
    """The state after a fact, and what to do, in this order."""

    state: Ivr
    commands: tuple[Command, ...] = ()


def start(
    plan: EntryPlan,
    call_id: CallId,
    leg_id: LegId,
    cli: str | None,
    opening: Opening,
    now: datetime,
    *,
    looks_up: bool = False,
    recognised: Recognised | None = None,
) -> Step:
    """Receive a caller who arrived at `now` and was `recognised` before, or whom the session `looks_up` now."""
    ivr = Ivr(call_id, leg_id, plan, cli, now, Stage.CLOSED, recognised=recognised)
    if not opening.open:
        prompts = () if plan.voicemail is None else (plan.voicemail.offer_prompt,)
        first = _play(ivr, plan.closed_prompt, *prompts)
    elif looks_up and recognised is None:
        first = Step(replace(ivr, stage=Stage.LOOKING_UP), (SetTimer(LOOK_UP_TIMER, LOOK_UP_SECONDS),))
    else:
        first = _greet(ivr)
    # The look-up and the network's part of the answer take their time side by side.
    return Step(first.state, (AnswerLeg(leg_id), *first.commands))


def resume(ivr: Ivr) -> Step:
    """Go on with a call found after a restart: in the menu, whose prompt may still be `playing`, in the closed prompt that
    plays, or leaving a message, which is RECORDING while it may be under way and PARTING when it is kept.

    Who is in the menu and hears nothing may have heard nothing for long, and hears the menu again at once.
    """
    match ivr.stage:
        case Stage.MENU if ivr.playing is None:
            return _play(ivr, ivr.plan.menu.prompt)
        case Stage.RECORDING if ivr.plan.voicemail is not None:
            return Step(ivr, (_recording_clock(ivr.plan.voicemail),))
        case Stage.PARTING if ivr.plan.voicemail is not None:
            return _play(ivr, ivr.plan.voicemail.thanks_prompt)
        case _:
            return Step(ivr)


def recording_id(call_id: CallId) -> RecordingId:
    """The one recording a call can have."""
    return RecordingId(f"{call_id}-v00")


def playback_id(call_id: CallId, number: int) -> PlaybackId:
    """The `number`th prompt of a call before its queue."""
    return PlaybackId(f"{call_id}-p{number:02d}")


def step(ivr: Ivr, fact: IvrFact) -> Step:
    """Take a fact about this call's leg, recording or clocks. A fact that comes late changes nothing."""
    match fact:
        case CallerLookedUp():
            return _looked_up(ivr, fact)
        case DigitPressed():
            return _digit_pressed(ivr, fact)
        case PromptFinished():
            return _prompt_finished(ivr, fact)
        case RecordingStopped():
            return _recording_stopped(ivr, fact)
        case TimerExpired():
            return _timer_expired(ivr, fact)
        case LegEnded():
            return _leg_ended(ivr, fact)
        case LegLeft():
            return _leg_left(ivr, fact)
        case LegArrived() | LegRinging() | LegAnswered() | PromptStarted() | PeopleJoined():
            return Step(ivr)


def ended(ivr: Ivr, cause: HangupCause, at: datetime, *, left: bool = False) -> CallEnded:
    """The one `CallEnded` of a call that ends at `at` where it is now; `left` when the dialplan has it instead."""
    voicemail = ivr.plan.voicemail
    hung_up_soon = (at - ivr.arrived_at).total_seconds() < ivr.plan.short_abandon_seconds
    if voicemail is not None and ivr.recorded_seconds >= voicemail.min_seconds:
        outcome = InboundOutcome.VOICEMAIL
    elif left:
        outcome = InboundOutcome.DIVERTED
    elif hung_up_soon and cause is HangupCause.NORMAL:
        outcome = InboundOutcome.SHORT_ABANDONED
    else:
        outcome = InboundOutcome.LOST
    return CallEnded(at, ivr.call_id, ivr.plan.dealer, None, _PHASES[ivr.stage], outcome, cause, None, 0.0)


def _greet(ivr: Ivr) -> Step:
    prompts = () if ivr.recognised is not None else (ivr.plan.menu.prompt,)
    return _play(replace(ivr, stage=Stage.GREETING), ivr.plan.welcome_prompt, *prompts)


def _looked_up(ivr: Ivr, fact: CallerLookedUp) -> Step:
    if ivr.stage is not Stage.LOOKING_UP:
        return Step(ivr)
    who = fact.recognised
    greeted = _greet(replace(ivr, recognised=who))
    quiet = CancelTimer(LOOK_UP_TIMER)
    if who is None:
        return Step(greeted.state, (quiet, *greeted.commands))
    told = CallerRecognised(
        fact.at, ivr.call_id, ivr.plan.dealer, who.campaign_id, who.contact_id, who.department
    )
    return Step(greeted.state, (quiet, *greeted.commands, Publish(told)))


def _digit_pressed(ivr: Ivr, fact: DigitPressed) -> Step:
    if ivr.stage not in (Stage.GREETING, Stage.MENU):
        return Step(ivr)
    quiet: Command = StopPrompts(ivr.playing) if ivr.playing else CancelTimer(SILENCE_TIMER)
    if ivr.recognised is not None:
        joined = _join(ivr, ivr.recognised.department)
        return Step(joined.state, (quiet, *joined.commands))
    department = ivr.plan.menu.choices.get(fact.digit)
    after = _miss(ivr, fact.at) if department is None else _choose(ivr, department, fact.at)
    return Step(after.state, (quiet, *after.commands))


def _miss(ivr: Ivr, at: datetime) -> Step:
    menu = ivr.plan.menu
    ivr = replace(ivr, stage=Stage.MENU, misses=ivr.misses + 1)
    if ivr.misses >= menu.max_misses:
        return _choose(ivr, menu.default, at, by_default=True)
    return _play(ivr, menu.miss_prompt, menu.prompt)


def _choose(ivr: Ivr, department: Department, at: datetime, *, by_default: bool = False) -> Step:
    chosen = MenuChosen(at, ivr.call_id, ivr.plan.dealer, department, ivr.misses, by_default)
    joined = _join(ivr, department)
    return Step(joined.state, (Publish(chosen), *joined.commands))


def _join(ivr: Ivr, department: Department) -> Step:
    return Step(replace(ivr, stage=Stage.QUEUED, playing=None), (JoinQueue(department),))


def _prompt_finished(ivr: Ivr, fact: PromptFinished) -> Step:
    if fact.playback_id != ivr.playing:
        return Step(ivr)
    ivr = replace(ivr, playing=None)
    voicemail = ivr.plan.voicemail
    if ivr.stage in (Stage.GREETING, Stage.MENU) and ivr.recognised is not None:
        return _join(ivr, ivr.recognised.department)
    if ivr.stage in (Stage.GREETING, Stage.MENU):
        return Step(replace(ivr, stage=Stage.MENU), (_silence_clock(ivr),))
    if ivr.stage is Stage.CLOSED and voicemail is not None:
        return Step(
            replace(ivr, stage=Stage.RECORDING),
            (
                StartRecording(
                    ivr.leg_id, ivr.recording_id, voicemail.max_seconds, voicemail.max_silence_seconds
                ),
                _recording_clock(voicemail),
            ),
        )
    return Step(ivr, (HangUp(ivr.leg_id),))


def _recording_stopped(ivr: Ivr, fact: RecordingStopped) -> Step:
    voicemail = ivr.plan.voicemail
    # PARTING without a message: our own clock has ended the recording, and only now it is told what there is of it.
    parting = ivr.stage is Stage.PARTING and not ivr.recorded_seconds
    if voicemail is None or not (parting or ivr.stage in (Stage.RECORDING, Stage.KEEPING)):
        return Step(ivr)
    ivr = replace(ivr, recorded_seconds=fact.seconds)
    commands: tuple[Command, ...] = (CancelTimer(RECORDING_TIMER),)
    long_enough = fact.seconds >= voicemail.min_seconds
    if long_enough:
        left = VoicemailLeft(
            fact.at,
            ivr.call_id,
            ivr.plan.dealer,
            fact.recording_id,
            ivr.cli,
            fact.seconds,
            complete=fact.complete,
        )
        commands += (Publish(left),)
    if parting:
        last = Step(ivr)
    elif ivr.stage is Stage.KEEPING:
        last = _end(ivr, ivr.cause, fact.at)
    elif long_enough:
        last = _play(replace(ivr, stage=Stage.PARTING), voicemail.thanks_prompt)
    else:
        last = Step(replace(ivr, stage=Stage.PARTING), (HangUp(ivr.leg_id),))
    return Step(last.state, commands + last.commands)


def _timer_expired(ivr: Ivr, fact: TimerExpired) -> Step:
    if fact.name == LOOK_UP_TIMER and ivr.stage is Stage.LOOKING_UP:
        return _greet(ivr)
    if fact.name == SILENCE_TIMER and ivr.stage is Stage.MENU and ivr.playing is None:
        return _miss(ivr, fact.at)
    if fact.name == RECORDING_TIMER and ivr.stage is Stage.RECORDING:
        return Step(replace(ivr, stage=Stage.PARTING), (HangUp(ivr.leg_id),))
    if fact.name == RECORDING_TIMER and ivr.stage is Stage.KEEPING:
        return _end(ivr, ivr.cause, fact.at)
    return Step(ivr)


def _leg_ended(ivr: Ivr, fact: LegEnded) -> Step:
    if ivr.stage is Stage.RECORDING:
        keeping = replace(ivr, stage=Stage.KEEPING, cause=fact.cause)
        return Step(keeping, (SetTimer(RECORDING_TIMER, _KEEPING_SECONDS),))
    if ivr.stage in (Stage.KEEPING, Stage.QUEUED, Stage.ENDED):
        return Step(ivr)
    return _end(ivr, fact.cause, fact.at)


def _leg_left(ivr: Ivr, fact: LegLeft) -> Step:
    if ivr.stage in (Stage.KEEPING, Stage.QUEUED, Stage.ENDED):
        return Step(ivr)
    return _end(ivr, HangupCause.NORMAL, fact.at, left=True)


def _end(ivr: Ivr, cause: HangupCause, at: datetime, *, left: bool = False) -> Step:
    return Step(replace(ivr, stage=Stage.ENDED, playing=None), (Publish(ended(ivr, cause, at, left=left)),))


def _play(ivr: Ivr, *prompts: str) -> Step:
    number = ivr.playbacks + 1
    playing = playback_id(ivr.call_id, number)
    return Step(replace(ivr, playbacks=number, playing=playing), (PlayPrompts(ivr.leg_id, playing, prompts),))


def _recording_clock(voicemail: VoicemailPlan) -> SetTimer:
    return SetTimer(RECORDING_TIMER, voicemail.max_seconds + _RECORDING_GRACE_SECONDS)


def _silence_clock(ivr: Ivr) -> SetTimer:
    return SetTimer(SILENCE_TIMER, ivr.plan.menu.timeout_seconds)
