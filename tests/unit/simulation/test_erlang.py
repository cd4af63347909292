import pytest

from simulation.erlang import erlang_a, erlang_b, erlang_c, waits_longer


def test_erlang_b_as_in_the_tables() -> None:
    assert erlang_b(1, 1.0) == pytest.approx(0.5)
    assert erlang_b(10, 5.0) == pytest.approx(0.018385, abs=1e-6)


def test_erlang_c_as_in_the_tables() -> None:
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    assert erlang_c(10, 8.0) == pytest.approx(0.409180, abs=1e-6)
    assert erlang_c(3, 3.0) == 1.0


def test_the_wait_of_one_agent_is_known_by_hand() -> None:
    assert waits_longer(1, 0.5, 100.0, 0.0) == pytest.approx(0.5)
    assert waits_longer(1, 0.5, 100.0, 200.0) == pytest.approx(0.5 * 2.718281828**-1)


def test_very_patient_callers_make_erlang_a_erlang_c() -> None:
    waits, leaves = erlang_a(10, 8.0, 180.0, 1e7)

    assert waits == pytest.approx(erlang_c(10, 8.0), rel=1e-3)
    assert leaves == pytest.approx(0, abs=1e-4)


def test_callers_without_patience_make_erlang_a_erlang_b() -> None:
    waits, leaves = erlang_a(5, 4.0, 180.0, 1e-4)

    assert waits == pytest.approx(erlang_b(5, 4.0), rel=1e-3)
    assert leaves == pytest.approx(erlang_b(5, 4.0), rel=1e-3)


def test_what_comes_in_is_served_or_leaves() -> None:
    """The same by balance: with patience as long as a talk the calls present are Poisson, of the load."""
    agents, load = 3, 2.0
    present = [1.0]
    for number in range(1, 60):
        present.append(present[-1] * load / number)
    busy = sum(min(number, agents) * chance for number, chance in enumerate(present)) / sum(present)

    _, leaves = erlang_a(agents, load, 100.0, 100.0)

    assert load * (1 - leaves) == pytest.approx(busy)
