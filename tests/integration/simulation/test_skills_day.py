from dataclasses import replace
from pathlib import Path

import pytest

from calls.words import Department
from simulation.scenario import CallerQueue, Duration, RelaxedNeed, Scenario, ScenarioError, Team, load
from simulation.skills_day import run_skills_series

NEVER_LEAVES = Duration(1e9, law="exponential")
SALES = CallerQueue(Department.SALES, 40, {"sales": 5}, patience=NEVER_LEAVES)
PARTS = CallerQueue(Department.PARTS, 10, {"parts": 5}, patience=NEVER_LEAVES)
DAY = Scenario(
    "a day",
    agents=6,
    hours=2.0,
    teams=(Team(5, {"sales": 8}), Team(1, {"parts": 8, "sales": 3})),
    queues=(SALES, PARTS),
)


def test_the_same_seed_gives_the_same_day() -> None:
    assert run_skills_series(DAY, 2) == run_skills_series(DAY, 2)


def test_who_does_not_know_it_serves_nobody_however_long_they_wait() -> None:
    nobody = replace(DAY, teams=(Team(6, {"sales": 8}),))

    figures = run_skills_series(nobody, 1).queues

    assert figures["parts"]["service_level"].mean == 0.0
    assert figures["sales"]["service_level"].mean > 0.9


def test_asking_less_of_those_who_wait_serves_them_sooner() -> None:
    relaxed = replace(SALES, relaxed_needs=(RelaxedNeed(5.0, "sales", 2),))
    busy = replace(DAY, teams=(Team(1, {"sales": 8}), Team(5, {"parts": 8, "sales": 3})))

    strict = run_skills_series(busy, 1).queues["sales"]
    eased = run_skills_series(replace(busy, queues=(relaxed, PARTS)), 1).queues["sales"]

    assert strict["relaxed_share"].mean == 0.0
    assert eased["relaxed_share"].mean > 0.3
    assert eased["asa_seconds"].mean < strict["asa_seconds"].mean / 2


def test_agents_are_busy_with_what_comes_in() -> None:
    """Forty and ten calls an hour of 180 s, and 30 s of wrap-up after each, for six agents."""
    series = run_skills_series(replace(DAY, hours=8.0, warm_up_minutes=30), 4)

    assert series.occupancy.mean == pytest.approx(50 * 210 / 3600 / 6, rel=0.1)


def test_a_scenario_has_teams_and_queues_or_neither(tmp_path: Path) -> None:
    file = tmp_path / "half.toml"
    file.write_text('title = "half"\n[[teams]]\nagents = 2\nskills = { sales = 8 }\n')

    with pytest.raises(ScenarioError, match="queues"):
        load(str(file))
