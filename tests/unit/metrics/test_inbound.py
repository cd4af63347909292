"""Counting inbound calls."""

from dataclasses import replace

import pytest

from calls.facts import CallEnded
from calls.ids import DealerId
from calls.words import CallPhase, Department, InboundOutcome
from metrics.observer import Metrics
from metrics.totals import CallTotal, Totals
from tests.unit.metrics import stream
from tests.unit.metrics.reading import Shown, named


def within_target(shown: Shown) -> dict[str, float]:
    """The calls of the demo dealer's sales that were answered in time, by the target they were counted with."""
    start = 'within_target_calls_total{dealer="demo",department="sales",target_seconds="'
    return {
        each.removeprefix(start).removesuffix('"}'): count
        for each, count in shown.items()
        if each.startswith(start)
    }


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(stream.TARGETS)


def test_a_connected_call_is_arrived_offered_connected_and_ended(metrics: Metrics) -> None:
    for fact in (
        stream.arrived(),
        stream.chosen(Department.PARTS),
        stream.queued(Department.PARTS),
        stream.offered(Department.PARTS),
        stream.connected(Department.PARTS, wait_seconds=12.0),
        stream.ended(InboundOutcome.CONNECTED, CallPhase.TALKING, Department.PARTS, talk_seconds=90.0),
    ):
        metrics.observe(fact)

    shown = Shown(metrics)
    for name in ("offered_calls_total", "connected_calls_total", "offers_total", "queue_wait_seconds_count"):
        assert shown.of(name, dealer="demo", department="parts") == 1
    assert shown.of("arrived_calls_total", dealer="demo") == 1
    assert shown.of("menu_choices_total", dealer="demo", department="parts", chosen_by="caller") == 1
    assert shown.of("ended_calls_total", dealer="demo", outcome="connected") == 1
    assert shown.of("queue_wait_seconds_sum", dealer="demo", department="parts") == 12.0
    assert shown.of("talk_seconds_sum", dealer="demo", department="parts") == 90.0


@pytest.mark.parametrize(("wait_seconds", "within"), [(0.0, 1), (20.0, 1), (20.1, 0)])
def test_only_a_wait_within_the_dealers_target_counts_for_the_service_level(
    metrics: Metrics, wait_seconds: float, within: int
) -> None:
    metrics.observe(stream.connected(Department.SALES, wait_seconds))

    shown = Shown(metrics)
    assert within_target(shown) == {"20": within}
    assert shown.of("service_level_target_seconds", dealer="demo") == 20


def test_what_was_in_time_under_another_target_is_another_series() -> None:
    past = CallTotal(stream.DEALER, Department.SALES, None, None, 12000, 12000, 12000, within_target=9000)
    before, after = Metrics(stream.TARGETS), Metrics({stream.DEALER: 37.5})

    before.restore(Totals((past,)))
    after.restore(Totals((replace(past, within_target=10000),)))
    for metrics in (before, after):
        metrics.observe(stream.connected(Department.SALES, 18.0))

    assert within_target(Shown(before)) == {"20": 9001}
    assert within_target(Shown(after)) == {"37.5": 10001}


@pytest.mark.parametrize(
    ("fact", "name", "labels"),
    [
        (
            stream.ended(InboundOutcome.LOST, CallPhase.QUEUE, Department.WORKSHOP),
            "lost_calls_total",
            {"department": "workshop", "phase": "queue"},
        ),
        (
            stream.ended(InboundOutcome.LOST, CallPhase.MENU),
            "lost_calls_total",
            {"department": "none", "phase": "menu"},
        ),
        (
            stream.ended(InboundOutcome.SHORT_ABANDONED, CallPhase.RINGING, Department.SALES),
            "short_abandoned_calls_total",
            {"department": "sales", "phase": "ringing"},
        ),
        (
            stream.ended(InboundOutcome.DIVERTED, CallPhase.GREETING),
            "diverted_calls_total",
            {"phase": "greeting"},
        ),
        (
            stream.ended(InboundOutcome.VOICEMAIL, CallPhase.VOICEMAIL),
            "ended_calls_total",
            {"outcome": "voicemail"},
        ),
    ],
)
def test_a_call_that_met_nobody_is_counted_once_where_it_ended(
    metrics: Metrics, fact: CallEnded, name: str, labels: dict[str, str]
) -> None:
    before = Shown(metrics)

    metrics.observe(fact)

    changed = {key: now for key, now in Shown(metrics).items() if now != before.get(key, 0)}
    assert changed.pop(named(name, dealer="demo", **labels)) == 1
    assert all(key.startswith("ended_calls_total") and now == 1 for key, now in changed.items())


def test_an_offer_nobody_took_and_a_message_are_counted(metrics: Metrics) -> None:
    metrics.observe(stream.unanswered(Department.SALES))
    metrics.observe(stream.voicemail())

    shown = Shown(metrics)
    assert shown.of("offers_unanswered_total", dealer="demo", department="sales") == 1
    assert shown.of("voicemails_total", dealer="demo") == 1


def test_series_of_a_dealer_in_the_settings_exist_before_the_first_call(metrics: Metrics) -> None:
    shown = Shown(metrics)
    assert shown.of("lost_calls_total", dealer="demo", department="none", phase="menu") == 0
    assert shown.of("lost_calls_total", dealer="demo", department="sales", phase="queue") == 0
    assert shown.of("ended_calls_total", dealer="demo", outcome="lost") == 0
    for chosen_by in ("caller", "default", "returned_call"):
        assert shown.of("menu_choices_total", dealer="demo", department="sales", chosen_by=chosen_by) == 0


def test_a_dealer_that_left_the_settings_is_counted_without_a_service_level(metrics: Metrics) -> None:
    metrics.observe(stream.connected(Department.SALES, 1.0, dealer=DealerId("weg")))

    shown = Shown(metrics)
    assert shown.of("connected_calls_total", dealer="weg", department="sales") == 1
    assert not any(each.startswith("within_target_calls_total") and "weg" in each for each in shown)
