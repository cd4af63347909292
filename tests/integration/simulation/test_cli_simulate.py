import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import commands
from simulation.laboratory import POLICY_NAMES

SHORT = ("--agents", "2", "--hours", "0.1", "--seeds", "2")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["simulate", *arguments])


def test_a_series_tells_every_figure_with_its_spread() -> None:
    told = json.loads(run("--scenario", "r1", "--policy", "lookahead", *SHORT, "--json").stdout)

    assert (told["scenario"], told["policy"], told["agents"], told["seeds"]) == ("r1", "lookahead", 2, 2)
    for figure in (
        "occupancy",
        "talk_share",
        "connects_per_agent_hour",
        "abandon_rate",
        "abandon_p95_30min",
        "days_over_limit",
        "decision_microseconds",
    ):
        assert set(told[figure]) == {"mean", "spread", "margin", "least", "most"}


def test_the_warm_up_is_told_and_may_be_set() -> None:
    short = ("--policy", "progressive", "--agents", "2", "--seeds", "1", "--json")
    own = json.loads(run("--hours", "0.2", *short).stdout)
    longer = json.loads(run("--hours", "0.2", "--warm-up", "6", *short).stdout)
    none = json.loads(run("--hours", "0.2", "--warm-up", "0", *short).stdout)
    all_of_it = run("--hours", "0.2", "--warm-up", "12", *short)

    assert own["warm_up"]["minutes"] == pytest.approx(3.0)
    assert longer["warm_up"]["minutes"] == 6.0
    assert longer["warm_up"]["agent_hours"] == pytest.approx(0.2)
    assert none["warm_up"] == {"minutes": 0.0, "connected": 0.0, "agent_hours": 0.0, "handled_hours": 0.0}
    assert own["occupancy"] != longer["occupancy"] != none["occupancy"]
    assert all_of_it.exit_code == 1
    assert "--warm-up" in all_of_it.stderr


def test_a_comparison_names_the_best_peer_and_the_gap_closed(tmp_path: Path) -> None:
    drawing = tmp_path / "day.svg"

    told = json.loads(run("--compare", *SHORT, "--plot", str(drawing), "--json").stdout)

    closed = {each["policy"]: each["gap_closed"] for each in told["policies"]}
    assert {"mean", "spread"} <= set(told["policies"][0]["decision_microseconds"])
    assert closed[told["best_peer"]] == 0.0
    assert closed["oracle_answers"] == 1.0
    assert "lookahead" in drawing.read_text()


def test_a_drawing_that_cannot_be_written_is_refused_before_anything_is_simulated(tmp_path: Path) -> None:
    nowhere = tmp_path / "missing" / "day.svg"

    told = run("--agents", "50", "--hours", "80", "--plot", str(nowhere))

    assert told.exit_code == 1
    assert str(nowhere) in told.stderr
    assert "a folder that is there" in told.stderr
    assert told.stdout == ""


def test_a_picture_of_another_kind_than_is_drawn_is_refused(tmp_path: Path) -> None:
    picture = tmp_path / "day.png"

    told = run("--agents", "50", "--hours", "80", "--plot", str(picture))

    assert (told.exit_code, picture.exists()) == (1, False)
    assert "ends in .svg" in told.stderr


def test_a_comparison_of_days_that_are_alike_whoever_dials_has_no_gap_to_close(tmp_path: Path) -> None:
    one = tmp_path / "one.toml"
    one.write_text('title = "One, who answers"\ncontacts = 1\n[answering]\nprobability = 1\n')
    short = ("--scenario", str(one), "--compare", "--agents", "2", "--hours", "0.1", "--seeds", "1")

    told = json.loads(run(*short, "--json").stdout)

    assert {each["gap_closed"] for each in told["policies"]} == {None}
    assert "–" in run(*short).stdout


def test_a_comparison_names_every_policy_in_full_with_the_spread_of_each_figure_in_120_columns() -> None:
    told = run("--compare", *SHORT).stdout

    lines = [line.split() for line in told.splitlines()]
    rows = {line[0]: line[1:] for line in lines if line and line[0] in POLICY_NAMES}
    assert set(rows) == set(POLICY_NAMES)
    assert {sum("±" in cell for cell in row) for row in rows.values()} == {7}
    assert "decide µs" in told
    assert max(len(line.rstrip()) for line in told.splitlines()) <= 120


def test_a_day_without_end_is_refused() -> None:
    told = run("--agents", "2", "--hours", "inf", "--seeds", "1")

    assert told.exit_code == 2
    assert "--hours" in told.stderr


def test_what_if_answers_a_supervisor() -> None:
    told = json.loads(
        run("what-if", "--agents", "2", "--contacts", "20", "--hours", "0.2", "--seeds", "1", "--json").stdout
    )

    assert set(told) >= {"reached", "booked", "abandon_rate", "hours_needed"}


def test_what_if_answers_for_a_list_shorter_than_the_team_and_for_one_that_ends_before_the_breaks() -> None:
    few = run("what-if", "--agents", "10", "--contacts", "5", "--hours", "1", "--seeds", "1", "--json")
    plan = ("--agents", "10", "--contacts", "200", "--hours", "8", "--seeds", "1", "--json")
    early = run("what-if", "--scenario", "breaks", *plan)

    assert few.exit_code == 0
    assert 0.0 <= json.loads(few.stdout)["occupancy"]["mean"] <= 1.0
    assert 0.5 <= json.loads(early.stdout)["occupancy"]["mean"] <= 1.0


def test_what_if_does_not_take_a_scenario_for_a_campaign_that_has_its_own_figures() -> None:
    plan = ("--agents", "2", "--hours", "1", "--campaign", "apk-mei")
    both = run("what-if", "--scenario", "r1", *plan)

    assert (both.exit_code, both.stdout) == (1, "")
    assert "leave out --scenario, or leave out --campaign" in both.stderr


def test_an_unknown_policy_or_scenario_names_those_there_are() -> None:
    policy = run("--policy", "magic")
    scenario = run("--scenario", "mars")

    assert policy.exit_code == scenario.exit_code == 1
    assert "lookahead" in policy.stderr
    assert "r1" in scenario.stderr


def test_the_optimum_is_shown_beside_the_pacing() -> None:
    short = ("--agents", "1", "--agents", "2", "--hours", "2", "--seeds", "1")
    told = json.loads(run("markov", *short, "--json").stdout)
    table = run("markov", *short).stdout

    assert [team["agents"] for team in told["teams"]] == [1, 2]
    for team in told["teams"]:
        assert team["best"]["abandon_rate"] == pytest.approx(0.03)
        assert team["of_best"] == pytest.approx(team["occupancy"]["mean"] / team["best"]["occupancy"])
        assert f"{100 * team['best']['occupancy']:.2f} %" in table


def test_a_target_above_the_limit_is_refused() -> None:
    told = run("--target", "0.04", *SHORT)

    assert told.exit_code == 1
    assert "--target" in told.stderr


def test_a_day_of_inbound_calls_with_mixed_skills_tells_of_each_queue() -> None:
    day = ("--scenario", "mixed_skills", "--hours", "0.5", "--seeds", "2")
    told = json.loads(run(*day, "--json").stdout)
    table = run(*day).stdout
    paced = run(*day, "--policy", "progressive")
    planned = run("what-if", "--scenario", "mixed_skills", "--agents", "2", "--hours", "1", "--contacts", "5")

    assert set(told["queues"]) == {"sales", "workshop", "parts"}
    assert told["agents"] == 14
    assert 0 < told["occupancy"]["mean"] < 1
    for figures in told["queues"].values():
        assert set(figures) == {"calls", "service_level", "asa_seconds", "lost_share", "relaxed_share"}
        assert 0 <= figures["service_level"]["mean"] <= 1
    assert "workshop" in table
    assert paced.exit_code == planned.exit_code == 1
    assert "--policy" in paced.stderr
