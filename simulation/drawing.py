"""Draws a series as SVG: occupancy against abandon rate, and the course of one day."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from simulation.campaign_record import DayRecord

_WIDTH, _HEIGHT, _LEFT, _TOP = 560.0, 300.0, 70.0, 50.0
_PANEL = _HEIGHT + 110.0
_SLOTS = 96
_MARGIN, _LINE, _LETTER, _GAP = 130.0, 14.0, 6.6, 7.0  # of the names


@dataclass(frozen=True, slots=True)
class Point:
    """A policy's place in the first panel; both are shares."""

    name: str
    abandon_rate: float
    occupancy: float


@dataclass(frozen=True, slots=True)
class Box:
    """Where a name is written."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether one covers something of the other."""
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


@dataclass(frozen=True, slots=True)
class _Panel:
    """Turns values into places: x from 0 to `most_x`, y from `least_y` to 1."""

    top: float
    most_x: float
    least_y: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        height = min(max((1 - y) / (1 - self.least_y), 0.0), 1.0)
        return _LEFT + _WIDTH * min(x / self.most_x, 1.0), self.top + _HEIGHT * height

    def frame(self, title: str, label_x: str, ticks_x: Sequence[float], unit_x: str) -> list[str]:
        bottom = self.top + _HEIGHT
        lines = [
            f'<text x="{_LEFT}" y="{self.top - 14}" font-weight="bold">{escape(title)}</text>',
            f'<rect x="{_LEFT}" y="{self.top}" width="{_WIDTH}" height="{_HEIGHT}" fill="none" stroke="#888"/>',
            f'<text x="{_LEFT + _WIDTH / 2}" y="{bottom + 38}" text-anchor="middle">{escape(label_x)}</text>',
        ]
        for tick in ticks_x:
            x, _ = self.place(tick, 0.0)
            lines.append(
                f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{tick:.3g}{unit_x}</text>'
            )
        for step in range(5):
            share = self.least_y + (1 - self.least_y) * step / 4
            _, y = self.place(0.0, share)
            lines.append(
                f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{100 * share:.0f} %</text>'
            )
        return lines


def draw(title: str, points: Sequence[Point], limit_ratio: float, day: DayRecord) -> str:
    """The whole drawing."""
    parts = [*trade_off(points, limit_ratio), *_course(day)]
    width, height = _LEFT + _WIDTH + _MARGIN, 2 * _PANEL + 10
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" font-family="sans-serif" '
        f'font-size="12"><title>{escape(title)}</title><rect width="100%" height="100%" fill="white"/>'
        + "".join(parts)
        + "</svg>\n"
    )


def trade_off(points: Sequence[Point], limit_ratio: float) -> list[str]:
    """The first panel. It shows what is up to four times the limit; who is beyond that stands at the edge, with the figure."""
    limit = 100 * limit_ratio or 1.0
    most = 2 * limit if all(100 * point.abandon_rate <= 2 * limit for point in points) else 4 * limit
    least = min(0.7, *(point.occupancy for point in points))
    panel = _Panel(_TOP, most, least)
    parts = panel.frame(
        "Occupancy against abandon rate", "abandoned, % of the answers", [most * n / 4 for n in range(5)], ""
    )
    edge, _ = panel.place(100 * limit_ratio, 1.0)
    parts.append(
        f'<line x1="{edge:.1f}" x2="{edge:.1f}" y1="{_TOP}" y2="{_TOP + _HEIGHT}" stroke="#c33" stroke-dasharray="4"/>'
    )
    taken: list[Box] = []
    for point in points:
        x, y = panel.place(100 * point.abandon_rate, point.occupancy)
        beyond = 100 * point.abandon_rate > most
        name = f"{point.name}: {100 * point.abandon_rate:.1f} %" if beyond else point.name
        box = beside(x, y, name, taken)
        taken.append(box)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#247"/>')
        if abs(box.top - (y - _LINE / 2)) > _LINE:
            near = box.left if box.left > x else box.right
            parts.append(
                f'<line x1="{x:.1f}" x2="{near:.1f}" y1="{y:.1f}" y2="{box.top + _LINE / 2:.1f}" stroke="#bbb"/>'
            )
        parts.append(f'<text x="{box.left:.1f}" y="{box.top + _LINE - 3:.1f}">{escape(name)}</text>')
    return parts


def beside(x: float, y: float, name: str, taken: Sequence[Box]) -> Box:
    """A free place for the name of a point: right or left of it, as near to its height as can be."""
    width = _LETTER * len(name)
    ends = _LEFT + _WIDTH + _MARGIN
    sides = [left for left in (x + _GAP, x - _GAP - width) if 0 <= left <= ends - width] or [x + _GAP]
    for step in range(4 * int(_HEIGHT / _LINE)):
        top = y - _LINE / 2 + (step + 1) // 2 * (-1 if step % 2 else 1) * _LINE / 2
        if not _TOP <= top + _LINE / 2 <= _TOP + _HEIGHT:
            continue
        for left in sides:
            box = Box(left, top, left + width, top + _LINE)
            if not any(box.overlaps(other) for other in taken):
                return box
    return Box(sides[0], y - _LINE / 2, sides[0] + width, y + _LINE / 2)


def _course(day: DayRecord) -> list[str]:
    hours = day.scenario.hours
    panel = _Panel(_TOP + _PANEL, hours, 0.0)
    parts = panel.frame(
        "A day: occupancy (blue), abandon rate of the last half hour × 10 (red)",
        "hours since the beginning",
        [hours * n / 8 for n in range(9)],
        "",
    )
    busy = [((slot + 0.5) / _SLOTS * hours, share) for slot, share in enumerate(day.busy_share(_SLOTS))]
    lost = [(until / 3600.0, 10 * rate) for until, rate in day.abandon_windows()]
    for line, colour in ((busy, "#247"), (lost, "#c33")):
        places = " ".join("{:.1f},{:.1f}".format(*panel.place(x, y)) for x, y in line)
        parts.append(f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
    return parts
