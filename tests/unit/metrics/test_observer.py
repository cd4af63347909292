"""The whole: every fact, restarts, and what may be published at all."""

import math
from typing import get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families

from calls.facts import Fact
from calls.words import AmdVerdict, Department
from metrics.observer import Metrics
from tests.unit.metrics import stream
from tests.unit.metrics.counts import counted
from tests.unit.metrics.reading import Shown

_RESTORED = (
    "arrived_calls",
    "offered_calls",
    "connected_calls",
    "within_target",
    "lost_calls",
    "short_abandoned",
    "diverted",
    "ended_calls",
    "voicemails",
    "attempt",
    "answered_attempts",
    "connected_attempts",
    "abandoned_attempts",
    "information_messages",
    "late_messages",
    "called_off_attempts",
    "campaign_abandon_ratio",
)
_UNITS = (
    "_total",
    "_seconds",
    "_ratio",
    "_calls",
    "_agents",
    "_facts",
    "_campaigns",
    "_connections",
    "_clocks",
    "_trunks",
)
_UNITS_ALONE = {
    f"dealerlijn_{name}"
    for name in ("agents", "channels", "bridges", "tasks", "phones", "trunk_registrations")
}


def every_kind_of_fact() -> list[Fact]:
    return [
        *stream.system_facts(),
        *stream.campaign_facts(),
        *stream.agent_facts(),
        stream.unanswered(Department.SALES),
        stream.recognised(Department.WORKSHOP),
        stream.judged(AmdVerdict.MACHINE),
        stream.mistaken(),
        *stream.traffic(seed=1, calls=60, attempts=60),
    ]


def restored(shown: Shown) -> dict[str, float]:
    """The series that a restart must not change; a ratio over nothing equals another."""
    return {
        series: -1.0 if math.isnan(value) else value
        for series, value in shown.items()
        if series.startswith(_RESTORED)
    }


def test_every_kind_of_fact_is_counted_somewhere() -> None:
    kinds = {kind for group in get_args(Fact) for kind in (get_args(group) or (group,))}
    by_kind = {type(fact): fact for fact in every_kind_of_fact()}

    assert by_kind.keys() == kinds
    for fact in by_kind.values():
        metrics = Metrics({})
        before = Shown(metrics)
        metrics.observe(fact)
        assert Shown(metrics) != before, f"{type(fact).__name__} left no mark"


@pytest.mark.parametrize("cut", [0, 1, 137, 400])
def test_after_a_restart_the_counters_go_on_where_the_database_stands(cut: int) -> None:
    facts = list(stream.traffic(seed=7, calls=80, attempts=80))
    uninterrupted, restarted = Metrics(stream.BOTH_TARGETS), Metrics(stream.BOTH_TARGETS)
    for fact in facts:
        uninterrupted.observe(fact)

    restarted.restore(counted(facts[:cut]))
    for fact in facts[cut:]:
        restarted.observe(fact)

    assert restored(Shown(restarted)) == restored(Shown(uninterrupted))


def test_two_metrics_do_not_share_anything() -> None:
    one, other = Metrics(stream.BOTH_TARGETS), Metrics(stream.BOTH_TARGETS)

    one.observe(stream.arrived())

    assert Shown(one) != Shown(other)


def test_names_end_in_their_unit_and_have_a_help_text() -> None:
    metrics = Metrics(stream.BOTH_TARGETS)
    for fact in every_kind_of_fact():
        metrics.observe(fact)

    text = metrics.text()[0].decode()

    for family in text_string_to_metric_families(text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        assert name.startswith("dealerlijn_")
        assert name.endswith(_UNITS) or name in _UNITS_ALONE, name
        assert family.documentation.endswith("."), name
        assert {sample.name for sample in family.samples} <= {
            name,
            *(f"{name}{suffix}" for suffix in ("_bucket", "_sum", "_count")),
        }


def test_no_number_agent_or_call_is_ever_a_label() -> None:
    metrics = Metrics(stream.BOTH_TARGETS)
    for fact in every_kind_of_fact():
        metrics.observe(fact)

    text = metrics.text()[0].decode()

    for secret in (
        stream.NUMBER,
        "anna",
        '"c1"',
        '"x1"',
        "supervisor",
        "n1-some-object",
        "afspraak",
        "belt terug",
    ):
        assert secret not in text


def test_the_text_is_prometheus_text_format() -> None:
    text, content_type = Metrics(stream.BOTH_TARGETS).text()

    assert content_type.startswith("text/plain; version=0.0.4")
    assert text.startswith(b"# HELP dealerlijn_")
