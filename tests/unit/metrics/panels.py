"""Reads the queries out of a Grafana dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PanelQuery:
    """One query of a panel, with everything chosen at the dashboard's choices."""

    panel: str
    expr: str


def panel_queries(dashboard: Json) -> list[PanelQuery]:
    """Every query of every panel, in order."""
    choices = cast("Json", dashboard["templating"])["list"]
    names = [str(each["name"]) for each in cast("list[Json]", choices)]
    return [
        PanelQuery(str(panel["title"]), _everything_chosen(str(target["expr"]), names))
        for panel in cast("list[Json]", dashboard["panels"])
        for target in cast("list[Json]", panel.get("targets", []))
    ]


def _everything_chosen(expr: str, names: list[str]) -> str:
    for name in names:
        expr = expr.replace(f"${name}", ".*")
    return expr
