"""Counts inbound calls by dealer, department, phase and outcome.

The series of the dealers in the settings exist from the start, at zero: Prometheus sees no increase when a series is
born with a count in it. A call that ended before a choice has the department `none`.

What was within the target is counted per target: under another one the database counts the past anew, and in one series
that would be an increase without calls.
"""

from collections.abc import Iterable, Mapping
from itertools import product

from calls.facts import (
    CallArrived,
    CallConnected,
    CallEnded,
    CallerRecognised,
    CallOffered,
    CallQueued,
    CallServedAlone,
    InboundFact,
    MenuChosen,
    OfferUnanswered,
    VoicemailLeft,
)
from calls.ids import DealerId
from calls.words import CallPhase, Department, InboundOutcome
from metrics.families import Families
from metrics.totals import CallTotal

NO_DEPARTMENT = "none"
_CALLER, _DEFAULT, _RETURNED = "caller", "default", "returned_call"
_BEFORE_CHOICE = (CallPhase.GREETING, CallPhase.MENU, CallPhase.CLOSED, CallPhase.VOICEMAIL)
_IN_QUEUE = (CallPhase.QUEUE, CallPhase.RINGING)
_WAIT_SECONDS = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
_TALK_SECONDS = (5, 15, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600)


class InboundMetrics:
    """The inbound collectors. `target_seconds` is each dealer's service-level target."""

    def __init__(self, families: Families, target_seconds: Mapping[DealerId, float]) -> None:
        by_department = ("dealer", "department")
        by_phase = ("dealer", "department", "phase")
        counter = families.counter
        self._targets = dict(target_seconds)
        self._arrived = counter("arrived_calls", "Calls that reached a dealer's number.", "dealer")
        self._choices = counter(
            "menu_choices",
            "Departments chosen, by the caller, by default or by the campaign's call returned.",
            *by_department,
            "chosen_by",
        )
        self._offered = counter("offered_calls", "Calls that entered a queue.", *by_department)
        self._connected = counter("connected_calls", "Calls connected to an agent.", *by_department)
        self._within = counter(
            "within_target_calls",
            "Calls connected within the dealer's target seconds.",
            *by_department,
            "target_seconds",
        )
        self._lost = counter(
            "lost_calls", "Calls that ended before anybody spoke, short ones not.", *by_phase
        )
        self._short = counter("short_abandoned_calls", "Calls given up within the threshold.", *by_phase)
        self._diverted = counter("diverted_calls", "Calls that went to the fallback.", "dealer", "phase")
        self._ended = counter("ended_calls", "Calls that are over.", "dealer", "outcome")
        self._voicemails = counter("voicemails", "Messages left by callers.", "dealer")
        self._offers = counter("offers", "Rings of one agent for one waiting call.", *by_department)
        self._unanswered = counter("offers_unanswered", "Offers an agent did not take.", *by_department)
        self._wait = families.histogram(
            "queue_wait_seconds",
            "Wait of connected calls in the queue.",
            *by_department,
            buckets=_WAIT_SECONDS,
        )
        self._talk = families.histogram(
            "talk_seconds", "Talk time of connected calls.", *by_department, buckets=_TALK_SECONDS
        )
        self._target = families.gauge(
            "service_level_target_seconds", "Wait within which a call should be connected.", "dealer"
        )
        for dealer, seconds in self._targets.items():
            self._target[dealer,].set(seconds)
            self._begin_at_zero(dealer, _seconds(seconds))

    def observe(self, fact: InboundFact) -> None:
        """Count one fact of an inbound call."""
        match fact:
            case CallArrived():
                self._arrived[fact.dealer,].inc()
            case CallerRecognised():
                self._choices[fact.dealer, fact.department, _RETURNED].inc()
            case MenuChosen():
                chosen_by = _DEFAULT if fact.by_default else _CALLER
                self._choices[fact.dealer, fact.department, chosen_by].inc()
            case CallQueued():
                self._offered[fact.dealer, fact.department].inc()
            case CallOffered():
                self._offers[fact.dealer, fact.department].inc()
            case OfferUnanswered():
                self._unanswered[fact.dealer, fact.department].inc()
            case CallConnected():
                self._connect(fact.dealer, fact.department, fact.wait_seconds)
            case VoicemailLeft():
                self._voicemails[fact.dealer,].inc()
            case CallServedAlone():
                self._arrived[fact.dealer,].inc()
                self._offered[fact.dealer, fact.department].inc()
                if fact.connected_at is not None:
                    self._connect(fact.dealer, fact.department, fact.wait_seconds)
                self._over(fact)
            case CallEnded():
                self._over(fact)

    def restore(self, totals: Iterable[CallTotal]) -> None:
        """Begin at the counts of the database; waits, talk times and offers begin anew."""
        for row in totals:
            department = row.department or NO_DEPARTMENT
            self._arrived[row.dealer,].inc(row.arrived)
            if row.offered:
                self._offered[row.dealer, department].inc(row.offered)
            if row.connected:
                self._connected[row.dealer, department].inc(row.connected)
            if row.within_target and (target := self._targets.get(row.dealer)) is not None:
                self._within[row.dealer, department, _seconds(target)].inc(row.within_target)
            if row.voicemails:
                self._voicemails[row.dealer,].inc(row.voicemails)
            if row.outcome is not None and row.phase is not None:
                self._end(row.dealer, department, row.phase, row.outcome, row.arrived)

    def _connect(self, dealer: DealerId, department: Department, wait_seconds: float) -> None:
        labels = (dealer, department)
        self._connected[labels].inc()
        self._wait[labels].observe(wait_seconds)
        target = self._targets.get(dealer)
        if target is not None and wait_seconds <= target:
            self._within[*labels, _seconds(target)].inc()

    def _over(self, fact: CallEnded | CallServedAlone) -> None:
        department = fact.department or NO_DEPARTMENT
        self._end(fact.dealer, department, fact.phase, fact.outcome, 1)
        if fact.outcome is InboundOutcome.CONNECTED:
            self._talk[fact.dealer, department].observe(fact.talk_seconds)

    def _end(
        self, dealer: DealerId, department: str, phase: CallPhase, outcome: InboundOutcome, calls: int
    ) -> None:
        self._ended[dealer, outcome].inc(calls)
        match outcome:
            case InboundOutcome.LOST:
                self._lost[dealer, department, phase].inc(calls)
            case InboundOutcome.SHORT_ABANDONED:
                self._short[dealer, department, phase].inc(calls)
            case InboundOutcome.DIVERTED:
                self._diverted[dealer, phase].inc(calls)
            case InboundOutcome.CONNECTED | InboundOutcome.VOICEMAIL:
                pass

    def _begin_at_zero(self, dealer: DealerId, target: str) -> None:
        self._arrived.begin(dealer)
        self._voicemails.begin(dealer)
        for outcome in InboundOutcome:
            self._ended.begin(dealer, outcome)
        for phase in CallPhase:
            self._diverted.begin(dealer, phase)
        for department in Department:
            for by_department in (
                self._offered,
                self._connected,
                self._offers,
                self._unanswered,
            ):
                by_department.begin(dealer, department)
            self._within.begin(dealer, department, target)
            for histogram in (self._wait, self._talk):
                histogram.begin(dealer, department)
            for chosen_by in (_CALLER, _DEFAULT, _RETURNED):
                self._choices.begin(dealer, department, chosen_by)
        places = [(NO_DEPARTMENT, phase) for phase in _BEFORE_CHOICE] + list(product(Department, _IN_QUEUE))
        for label, phase in places:
            self._lost.begin(dealer, label, phase)
            self._short.begin(dealer, label, phase)


def _seconds(target: float) -> str:
    return f"{target:g}"
