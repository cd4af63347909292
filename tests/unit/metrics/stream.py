"""A made-up but consistent stream of facts, and the counts a database would make of it."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from calls.facts import (
    AgentStateChanged,
    AgentWishChanged,
    AnswererJudged,
    AsteriskLost,
    AsteriskReached,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptCalledOff,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    CallArrived,
    CallConnected,
    CallEnded,
    CallerRecognised,
    CallOffered,
    CallQueued,
    CallServedAlone,
    CampaignStarted,
    CampaignStopped,
    ClockBelieved,
    ClockJumped,
    ContactRefused,
    ControllerStarted,
    DifferenceFound,
    DispositionRecorded,
    Fact,
    ForecastMade,
    InformationMessagePlayed,
    MachineMistaken,
    MenuChosen,
    OfferUnanswered,
    PacingChanged,
    PacingDecided,
    PreviewEnded,
    PreviewShown,
    VoicemailLeft,
)
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, LegId, NodeId, RecordingId
from calls.words import (
    AgentState,
    AmdVerdict,
    AttemptOutcome,
    CallPhase,
    Department,
    HangupCause,
    InboundOutcome,
    PreviewEnd,
)

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
DEALER, OTHER_DEALER = DealerId("demo"), DealerId("noord")
CAMPAIGN = CampaignId("apk-mei")
NODE = NodeId("n1")
AGENT = AgentId("anna")
LEG = LegId("leg")
TARGETS = {DEALER: 20.0}
BOTH_TARGETS = {DEALER: 20.0, OTHER_DEALER: 30.0}
NUMBER = "+31401234567"


def arrived(call: str = "c1", dealer: DealerId = DEALER) -> CallArrived:
    return CallArrived(NOW, CallId(call), dealer, NUMBER, NUMBER, LEG, NODE)


def chosen(department: Department, call: str = "c1", dealer: DealerId = DEALER) -> MenuChosen:
    return MenuChosen(NOW, CallId(call), dealer, department, misses=0, by_default=False)


def recognised(department: Department, call: str = "c1", dealer: DealerId = DEALER) -> CallerRecognised:
    return CallerRecognised(NOW, CallId(call), dealer, CampaignId("apk"), ContactId(1), department)


def queued(department: Department, call: str = "c1", dealer: DealerId = DEALER) -> CallQueued:
    return CallQueued(NOW, CallId(call), dealer, department, priority=0)


def offered(department: Department, call: str = "c1", dealer: DealerId = DEALER) -> CallOffered:
    return CallOffered(NOW, CallId(call), dealer, department, AGENT, LEG, "longest_idle")


def unanswered(department: Department, call: str = "c1", dealer: DealerId = DEALER) -> OfferUnanswered:
    return OfferUnanswered(NOW, CallId(call), dealer, department, AGENT, HangupCause.NO_ANSWER)


def connected(
    department: Department, wait_seconds: float, call: str = "c1", dealer: DealerId = DEALER
) -> CallConnected:
    return CallConnected(NOW, CallId(call), dealer, department, AGENT, LEG, wait_seconds)


def voicemail(call: str = "c1", dealer: DealerId = DEALER) -> VoicemailLeft:
    return VoicemailLeft(NOW, CallId(call), dealer, RecordingId("r1"), NUMBER, 12.0, complete=True)


def served_alone(
    outcome: InboundOutcome = InboundOutcome.CONNECTED, call: str = "c1", dealer: DealerId = DEALER
) -> CallServedAlone:
    connected_at = NOW if outcome is InboundOutcome.CONNECTED else None
    return CallServedAlone(
        NOW,
        CallId(call),
        dealer,
        NUMBER,
        NUMBER,
        LEG,
        NODE,
        Department.RECEPTION,
        NOW,
        connected_at,
        outcome,
        12.0,
        60.0 if connected_at else 0.0,
    )


def ended(
    outcome: InboundOutcome,
    phase: CallPhase,
    department: Department | None = None,
    talk_seconds: float = 0.0,
    call: str = "c1",
    dealer: DealerId = DEALER,
) -> CallEnded:
    return CallEnded(
        NOW, CallId(call), dealer, department, phase, outcome, HangupCause.NORMAL, None, talk_seconds
    )


def committed(call: str = "x1", campaign: CampaignId = CAMPAIGN) -> AttemptCommitted:
    return AttemptCommitted(NOW, CallId(call), LEG, campaign, DEALER, ContactId(7), "lookahead")


def answered(call: str = "x1") -> AttemptAnswered:
    return AttemptAnswered(NOW, CallId(call), CAMPAIGN, DEALER, ring_seconds=8.0)


def joined(seconds: float = 0.004, call: str = "x1") -> AttemptConnected:
    return AttemptConnected(NOW, CallId(call), CAMPAIGN, DEALER, AGENT, seconds)


def abandoned(call: str = "x1") -> AttemptAbandoned:
    return AttemptAbandoned(NOW, CallId(call), CAMPAIGN, DEALER, waited_seconds=1.5)


def told(after_answer_seconds: float = 1.6, call: str = "x1") -> InformationMessagePlayed:
    return InformationMessagePlayed(NOW, CallId(call), CAMPAIGN, DEALER, after_answer_seconds)


def judged(verdict: AmdVerdict, call: str = "x1") -> AnswererJudged:
    return AnswererJudged(
        NOW, CallId(call), CAMPAIGN, DEALER, verdict, "beep", certain=True, after_seconds=6.0, dropped=True
    )


def mistaken(call: str = "x1") -> MachineMistaken:
    return MachineMistaken(NOW, CallId(call), CAMPAIGN, DEALER)


def attempt_ended(outcome: AttemptOutcome, call: str = "x1", talk_seconds: float = 0.0) -> AttemptEnded:
    return AttemptEnded(
        NOW, CallId(call), CAMPAIGN, DEALER, ContactId(7), outcome, HangupCause.NORMAL, 8.0, talk_seconds
    )


def called_off(call: str = "x1") -> AttemptCalledOff:
    return AttemptCalledOff(NOW, CallId(call), CAMPAIGN, DEALER, rung_seconds=15.2, risk=0.4, allowed=0.02)


def started() -> ControllerStarted:
    return ControllerStarted(NOW, NODE, epoch=3)


def lost(node: NodeId = NODE) -> AsteriskLost:
    return AsteriskLost(NOW, node, "closed")


def reached(taken_over: int = 0, node: NodeId = NODE, ended_meanwhile: int = 0) -> AsteriskReached:
    return AsteriskReached(NOW, node, 1, taken_over, ended_meanwhile, seconds=0.2)


def difference(kind: str = "orphan_channel") -> DifferenceFound:
    return DifferenceFound(NOW, NODE, kind, "n1-some-object")


def jumped() -> ClockJumped:
    return ClockJumped(NOW, NODE, -3600.0)


def believed() -> ClockBelieved:
    return ClockBelieved(NOW, NODE)


def refused(rule: str = "objection") -> ContactRefused:
    return ContactRefused(NOW, CAMPAIGN, DEALER, ContactId(8), rule)


def preview_shown() -> PreviewShown:
    return PreviewShown(NOW, CAMPAIGN, DEALER, ContactId(7), AGENT, NOW, None)


def preview_ended(how: PreviewEnd) -> PreviewEnded:
    return PreviewEnded(NOW, CAMPAIGN, DEALER, ContactId(7), AGENT, how, "not_today")


def campaign_facts() -> list[Fact]:
    """One of each fact about a campaign itself."""
    return [
        CampaignStarted(NOW, CAMPAIGN, DEALER, "supervisor"),
        PacingChanged(NOW, CAMPAIGN, DEALER, "supervisor", "{}", "{}"),
        ForecastMade(NOW, CAMPAIGN, DEALER, "{}"),
        PacingDecided(NOW, CAMPAIGN, DEALER, 2, "lookahead", "{}", NOW, passed_over=3),
        refused(),
        preview_shown(),
        preview_ended(PreviewEnd.SKIPPED),
        CampaignStopped(NOW, CAMPAIGN, DEALER, "supervisor", "by_hand"),
    ]


def agent_facts() -> list[Fact]:
    """An agent is reserved, rings, talks, wraps up, records how it went and is available again."""
    states = [
        AgentState.AVAILABLE,
        AgentState.RESERVED,
        AgentState.RINGING,
        AgentState.ON_CALL,
        AgentState.WRAP_UP,
    ]
    steps = zip(states, [*states[1:], AgentState.AVAILABLE], strict=True)
    changes = [AgentStateChanged(NOW, AGENT, before, after, "call", CallId("c1")) for before, after in steps]
    wish = AgentWishChanged(NOW, AGENT, AgentState.PAUSED, "lunch")
    return [
        *changes[:3],
        wish,
        *changes[3:],
        DispositionRecorded(NOW, CallId("c1"), AGENT, "afspraak", "belt terug"),
    ]


def inbound_call(rng: random.Random, number: int) -> list[Fact]:
    """All facts of one caller's way through the house, whatever happens to them."""
    call, dealer = f"c{number}", rng.choice((DEALER, OTHER_DEALER))
    department = rng.choice(tuple(Department))
    facts: list[Fact] = [arrived(call, dealer)]
    fate = rng.random()
    if fate < 0.03:
        outcomes = (InboundOutcome.CONNECTED, InboundOutcome.LOST, InboundOutcome.SHORT_ABANDONED)
        return [served_alone(rng.choice(outcomes), call, dealer)]
    if fate < 0.06:
        outcome = rng.choice((InboundOutcome.LOST, InboundOutcome.SHORT_ABANDONED))
        phase = rng.choice((CallPhase.GREETING, CallPhase.MENU))
        return [*facts, ended(outcome, phase, call=call, dealer=dealer)]
    if fate < 0.12:
        done = ended(InboundOutcome.VOICEMAIL, CallPhase.VOICEMAIL, call=call, dealer=dealer)
        return [*facts, voicemail(call, dealer), done]
    if fate < 0.15:
        return [*facts, ended(InboundOutcome.DIVERTED, CallPhase.MENU, call=call, dealer=dealer)]
    facts += [chosen(department, call, dealer), queued(department, call, dealer)]
    if fate < 0.3:
        outcome = rng.choice((InboundOutcome.LOST, InboundOutcome.SHORT_ABANDONED))
        return [*facts, ended(outcome, CallPhase.QUEUE, department, call=call, dealer=dealer)]
    facts.append(offered(department, call, dealer))
    if fate < 0.4:
        facts += [unanswered(department, call, dealer), offered(department, call, dealer)]
    facts.append(connected(department, rng.expovariate(1 / 15), call, dealer))
    facts += agent_facts()
    talk = rng.lognormvariate(4.5, 0.8)
    return [*facts, ended(InboundOutcome.CONNECTED, CallPhase.TALKING, department, talk, call, dealer)]


def attempt(rng: random.Random, number: int) -> list[Fact]:
    """All facts of one dialling, whatever comes of it."""
    call = f"x{number}"
    facts: list[Fact] = [committed(call)]
    fate = rng.random()
    if fate < 0.6:
        outcomes = (AttemptOutcome.UNANSWERED, AttemptOutcome.BUSY, AttemptOutcome.FAILED)
        return [*facts, attempt_ended(rng.choice(outcomes), call)]
    if fate < 0.63:
        facts.append(called_off(call))
        if fate < 0.62:
            return [
                *facts,
                replace(attempt_ended(AttemptOutcome.UNANSWERED, call), cause=HangupCause.CALLED_OFF),
            ]
    facts.append(answered(call))
    if fate < 0.64:
        return [*facts, attempt_ended(AttemptOutcome.HUNG_UP, call)]
    if fate < 0.68:
        return [*facts, abandoned(call), told(call=call), attempt_ended(AttemptOutcome.ABANDONED, call)]
    return [
        *facts,
        joined(rng.uniform(0.002, 0.02), call),
        attempt_ended(AttemptOutcome.CONNECTED, call, rng.lognormvariate(4.8, 0.7)),
    ]


def system_facts() -> list[Fact]:
    """The controller starts, reaches Asterisk, loses it, takes over what lived on and finds a difference; the clock jumps and is believed again."""
    return [started(), reached(), lost(), reached(taken_over=2), difference(), jumped(), believed()]


def traffic(seed: int, calls: int, attempts: int) -> Iterator[Fact]:
    """Calls and attempts at the same time: their facts are mixed, each call's in its own order."""
    rng = random.Random(seed)
    stories = [inbound_call(rng, number) for number in range(calls)]
    stories += [attempt(rng, number) for number in range(attempts)]
    while stories:
        index = rng.randrange(min(len(stories), 20))
        yield stories[index].pop(0)
        if not stories[index]:
            del stories[index]
