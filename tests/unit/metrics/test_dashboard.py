"""The dashboard and the rules ask only for what is published, in valid PromQL."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import promql_parser
import pytest
import yaml

from metrics.campaigns import AnswerCalibration, CampaignFigures
from metrics.grafana.dashboard import DASHBOARD_FILE, dashboard_text
from metrics.observer import Metrics
from tests.unit.metrics import stream
from tests.unit.metrics.panels import PanelQuery, panel_queries
from tests.unit.metrics.reading import Shown

PROMETHEUS = Path(__file__).parents[3] / "metrics" / "prometheus"
QUERIES = panel_queries(json.loads(DASHBOARD_FILE.read_text(encoding="utf-8")))


def rules() -> list[dict[str, str]]:
    files = [yaml.safe_load(file.read_text()) for file in sorted(PROMETHEUS.glob("rules/*.yml"))]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def asked_for(expr: str) -> set[str]:
    """The names of all series that an expression selects. Raises ValueError when it is no PromQL."""
    names: set[str] = set()

    def collect(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.MatrixSelector):
            node = node.vector_selector
        if isinstance(node, promql_parser.VectorSelector):
            names.add(cast("str", node.name))

    promql_parser.walk(promql_parser.parse(expr), pre_visit=collect)
    return names


@pytest.fixture(scope="module")
def published() -> set[str]:
    """Every name that exists once there is traffic: collectors, recording rules and Prometheus' own `up`."""
    metrics = Metrics(stream.TARGETS)
    for fact in (stream.committed(), stream.joined(), stream.started(), stream.reached()):
        metrics.observe(fact)
    metrics.technical.observe_echo(stream.NODE, 0.001)
    metrics.technical.set_leftovers(stream.NODE, 0, 0)
    honest = AnswerCalibration(0.15, 0.31, 0.3)
    metrics.campaigns.set_campaigns([CampaignFigures(stream.CAMPAIGN, True, 0.03, {}, honest)])
    own = {f"dealerlijn_{series.partition('{')[0]}" for series in Shown(metrics)}
    return own | {rule["record"] for rule in rules() if "record" in rule} | {"up"}


def test_the_committed_dashboard_is_the_one_the_code_makes() -> None:
    assert DASHBOARD_FILE.read_text(encoding="utf-8") == dashboard_text(), (
        "run: python -m metrics.grafana.dashboard"
    )


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: cast("PanelQuery", query).panel)
def test_every_panel_asks_for_published_series_in_valid_promql(
    query: PanelQuery, published: set[str]
) -> None:
    names = asked_for(query.expr)

    assert names
    assert names <= published


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: next(iter(cast("dict[str, str]", rule).values())))
def test_every_rule_asks_for_published_series_in_valid_promql(
    rule: dict[str, str], published: set[str]
) -> None:
    names = asked_for(rule["expr"])

    assert names
    assert names <= published


def test_everything_published_is_used_in_a_panel_or_a_rule(published: set[str]) -> None:
    used: set[str] = set().union(*(asked_for(expr) for expr in _all_expressions()))

    families = {
        name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") for name in published
    }
    assert {name for name in families if not any(each.startswith(name) for each in used)} == set()


def test_panels_have_ids_and_titles_of_their_own() -> None:
    panels = json.loads(dashboard_text())["panels"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    rows = [panel["title"] for panel in panels if panel["type"] == "row"]
    assert rows == ["Binnenkomend", "Wachtrijen", "Agenten", "Campagnes", "Techniek"]


def _all_expressions() -> Iterable[str]:
    yield from (query.expr for query in QUERIES)
    yield from (rule["expr"] for rule in rules())
