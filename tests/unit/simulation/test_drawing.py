"""The drawing of a comparison can be read: names beside their points, and a scale on which the limit has its place."""

import random
import re
from itertools import combinations

import pytest

from simulation.drawing import Box, Point, trade_off

LIMIT = 0.03
_NAME = re.compile(r'<text x="([\d.]+)" y="([\d.]+)">(policy[^<]*)</text>')


def names(points: list[Point]) -> dict[str, Box]:
    """Where each name is written."""
    found = _NAME.findall("".join(trade_off(points, LIMIT)))
    return {
        name: Box(float(x), float(y) - 11, float(x) + 6.5 * len(name), float(y) + 2.9) for x, y, name in found
    }


@pytest.mark.parametrize("seed", range(20))
def test_no_name_covers_another_however_close_the_points_are(seed: int) -> None:
    rng = random.Random(seed)
    points = [
        Point(f"policy number {number}", rng.choice([0.0, 0.03, rng.uniform(0, 0.7)]), rng.uniform(0.8, 0.84))
        for number in range(22)
    ]

    written = names(points)

    assert len(written) == len(points)
    assert [pair for pair in combinations(written.values(), 2) if pair[0].overlaps(pair[1])] == []
    assert all(box.left >= 0 and box.right <= 760 for box in written.values())


@pytest.mark.parametrize(("worst", "ticks"), [(0.05, "0 1.5 3 4.5 6"), (0.736, "0 3 6 9 12")])
def test_the_limit_has_its_place_on_the_scale_whatever_the_worst_policy_does(
    worst: float, ticks: str
) -> None:
    drawn = "".join(trade_off([Point("policy", 0.01, 0.8), Point("policy too", worst, 0.9)], LIMIT))

    assert re.findall(r'text-anchor="middle">([\d.]+)</text>', drawn) == ticks.split()


def test_who_is_beyond_the_scale_has_the_figure_in_the_name() -> None:
    assert set(names([Point("policy", 0.01, 0.8), Point("policy too", 0.736, 0.9)])) == {
        "policy",
        "policy too: 73.6 %",
    }
