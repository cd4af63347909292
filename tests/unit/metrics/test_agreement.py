"""Comparing the database's counts with what /metrics says."""

from dataclasses import replace

import pytest

from calls.facts import Fact
from metrics.agreement import disagreements
from metrics.observer import Metrics
from metrics.totals import Totals
from tests.unit.metrics import stream
from tests.unit.metrics.counts import counted


def text_after(facts: list[Fact]) -> str:
    metrics = Metrics(stream.BOTH_TARGETS)
    for fact in facts:
        metrics.observe(fact)
    return metrics.text()[0].decode()


@pytest.mark.parametrize("seed", range(3))
def test_counts_of_the_same_facts_agree_even_while_calls_live(seed: int) -> None:
    facts = list(stream.traffic(seed, calls=60, attempts=60))[:250]

    assert disagreements(counted(facts), text_after(facts)) == []


def test_one_call_too_many_in_the_database_is_named() -> None:
    facts = list(stream.traffic(seed=4, calls=20, attempts=20))
    totals = counted(facts)
    calls = (replace(totals.calls[0], arrived=totals.calls[0].arrived + 1), *totals.calls[1:])

    found = disagreements(Totals(calls, totals.attempts), text_after(facts))

    assert any(line.startswith("arrived_calls") for line in found)
    assert all("database" in line and "metrics" in line for line in found)


def test_something_only_the_metrics_have_is_named() -> None:
    found = disagreements(Totals(), text_after([stream.committed()]))

    assert found == ["attempts {'campaign': 'apk-mei'}: database 0, metrics 1"]


def test_nothing_agrees_with_nothing() -> None:
    assert disagreements(Totals(), text_after([])) == []
