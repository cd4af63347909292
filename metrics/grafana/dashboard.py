"""Builds the dashboard from its plan. Run as a program, it writes `dealerlijn.json` anew."""

import json
from itertools import count
from pathlib import Path

from grafana_foundation_sdk.builders.common import (
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import Dashboard, QueryVariable, Row
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as Figure
from grafana_foundation_sdk.builders.timeseries import Panel as Lines
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableOption, VariableRefresh

from metrics.grafana.panels import Kind, PanelPlan, rows

DASHBOARD_FILE = Path(__file__).with_name("dealerlijn.json")
_SOURCE = DataSourceRef("prometheus", "dealerlijn-prometheus")  # uid as in provisioning/datasources
_HEIGHT = 8
_FIGURE_HEIGHT = 4


def dashboard_text() -> str:
    """The dashboard as Grafana reads it from a file; the same text each time."""
    board = (
        Dashboard("Dealerlijn")
        .uid("dealerlijn")
        .tags(["dealerlijn"])
        .timezone("browser")
        .refresh("10s")
        .time("now-1h", "now")
        .readonly()
        .with_variable(_choice("dealer", "Dealer", "label_values(dealerlijn_arrived_calls_total, dealer)"))
        .with_variable(_choice("campaign", "Campagne", "label_values(dealerlijn_attempts_total, campaign)"))
    )
    ids = count(1)
    for row in rows():
        board.with_row(Row(row.title).id(next(ids)))
        for plan in row.panels:
            board.with_panel(_panel(plan).id(next(ids)))
    return json.dumps(board.build(), cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _choice(name: str, label: str, query: str) -> QueryVariable:
    everything = VariableOption(selected=True, text="Alle", value="$__all")
    return (
        QueryVariable(name)
        .label(label)
        .datasource(_SOURCE)
        .query(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(everything)
    )


def _panel(plan: PanelPlan) -> Figure | Lines:
    panel = _figure() if plan.kind is Kind.FIGURE else _lines(stacked=plan.kind is Kind.STACK)
    panel.title(plan.title).unit(plan.unit).span(plan.width).datasource(_SOURCE).min(0)
    for letter, query in zip("ABCDEF", plan.queries, strict=False):
        panel.with_target(
            Dataquery().expr(query.expr).legend_format(query.legend).ref_id(letter).datasource(_SOURCE)
        )
    return panel


def _figure() -> Figure:
    return (
        Figure().height(_FIGURE_HEIGHT).decimals(0).reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
    )


def _lines(*, stacked: bool) -> Lines:
    legend = VizLegendOptions().show_legend(True).display_mode(LegendDisplayMode.LIST)
    lines = (
        Lines()
        .height(_HEIGHT)
        .legend(legend.placement(LegendPlacement.BOTTOM))
        .tooltip(VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    )
    return lines.stacking(StackingConfig().mode(StackingMode.NORMAL)).fill_opacity(30) if stacked else lines


if __name__ == "__main__":
    DASHBOARD_FILE.write_text(dashboard_text(), encoding="utf-8")
