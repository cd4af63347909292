"""Do the database and /metrics tell the same story? Both count every call and attempt; each should give the same counts.

Compare at a quiet moment: a fact is on /metrics at once and in the database a moment later.
"""

from collections import Counter as Tally
from collections.abc import Iterable

from prometheus_client.parser import text_string_to_metric_families

from calls.words import InboundOutcome
from metrics.families import NAMESPACE
from metrics.inbound import NO_DEPARTMENT
from metrics.totals import AttemptTotal, CallTotal, Totals

_LABELS = {
    "arrived_calls": ("dealer",),
    "offered_calls": ("dealer", "department"),
    "connected_calls": ("dealer", "department"),
    "within_target_calls": ("dealer", "department"),
    "lost_calls": ("dealer", "department", "phase"),
    "short_abandoned_calls": ("dealer", "department", "phase"),
    "diverted_calls": ("dealer", "phase"),
    "ended_calls": ("dealer", "outcome"),
    "voicemails": ("dealer",),
    "attempts": ("campaign",),
    "answered_attempts": ("campaign",),
    "connected_attempts": ("campaign",),
    "abandoned_attempts": ("campaign",),
    "information_messages": ("campaign",),
    "late_messages": ("campaign",),
    "called_off_attempts": ("campaign",),
    "attempt_outcomes": ("campaign", "outcome"),
}
Series = tuple[str, ...]


def disagreements(totals: Totals, text: str) -> list[str]:
    """Every series on which the database's counts and a /metrics text differ, one line each; empty when they agree.

    A series that is missing counts as zero. Raises ValueError for a text that is no Prometheus text format.
    """
    stored, shown = _stored(totals), _shown(text)
    return [
        f"{series[0]} {dict(zip(_LABELS[series[0]], series[1:], strict=True))}: "
        f"database {stored[series]}, metrics {shown[series]}"
        for series in sorted(stored.keys() | shown.keys())
        if stored[series] != shown[series]
    ]


def _stored(totals: Totals) -> Tally[Series]:
    tally: Tally[Series] = Tally()
    for call in totals.calls:
        tally.update(dict(_of_call(call)))
    for attempt in totals.attempts:
        tally.update(dict(_of_attempt(attempt)))
    return tally


def _of_call(row: CallTotal) -> Iterable[tuple[Series, int]]:
    department = row.department or NO_DEPARTMENT
    yield ("arrived_calls", row.dealer), row.arrived
    yield ("offered_calls", row.dealer, department), row.offered
    yield ("connected_calls", row.dealer, department), row.connected
    yield ("within_target_calls", row.dealer, department), row.within_target
    yield ("voicemails", row.dealer), row.voicemails
    if row.outcome is None or row.phase is None:
        return
    yield ("ended_calls", row.dealer, row.outcome), row.arrived
    if row.outcome is InboundOutcome.LOST:
        yield ("lost_calls", row.dealer, department, row.phase), row.arrived
    elif row.outcome is InboundOutcome.SHORT_ABANDONED:
        yield ("short_abandoned_calls", row.dealer, department, row.phase), row.arrived
    elif row.outcome is InboundOutcome.DIVERTED:
        yield ("diverted_calls", row.dealer, row.phase), row.arrived


def _of_attempt(row: AttemptTotal) -> Iterable[tuple[Series, int]]:
    yield ("attempts", row.campaign), row.attempts
    yield ("answered_attempts", row.campaign), row.answered
    yield ("connected_attempts", row.campaign), row.connected
    yield ("abandoned_attempts", row.campaign), row.abandoned
    yield ("information_messages", row.campaign), row.messages
    yield ("late_messages", row.campaign), row.late_messages
    yield ("called_off_attempts", row.campaign), row.called_off
    if row.outcome is not None:
        yield ("attempt_outcomes", row.campaign, row.outcome), row.attempts


def _shown(text: str) -> Tally[Series]:
    tally: Tally[Series] = Tally()
    for family in text_string_to_metric_families(text):
        name = family.name.removeprefix(f"{NAMESPACE}_")
        if name in _LABELS:
            for sample in family.samples:
                tally[(name, *(sample.labels[label] for label in _LABELS[name]))] += int(sample.value)
    return tally
