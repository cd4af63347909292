import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from calls.numbers import NumberKind
from dialer.campaign import Traits
from dialer.estimators import (
    GRACE_SECONDS,
    Answers,
    CampaignEstimates,
    Durations,
    SpeculativeChance,
    lognormal_bins,
)
from dialer.forecast import make_forecast

START = datetime(2026, 3, 4, 10, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_an_attempt_counts_when_it_is_a_second_older_than_the_longest_ring_time() -> None:
    answers = Answers(22)
    answers.resolved(START, 3.0, answered=False)
    answers.resolved(after(1), 9.0, answered=True)

    answers.come_of_age(after(22))
    assert answers.counted == 0
    answers.come_of_age(after(23))
    assert answers.counted == 1
    answers.come_of_age(after(24))
    assert answers.counted == 2


def test_failures_that_come_first_do_not_pull_the_answer_rate_down() -> None:
    rng = random.Random(1)
    answers = Answers(22)
    for second in range(20):
        for _ in range(5):
            # Every second one fails at once; the others will answer, most of them after this test's end.
            fails = rng.random() < 0.5
            ring = 1.0 if fails else 15.0
            if second + ring <= 20:
                answers.resolved(after(second), ring, answered=not fails)

    answers.come_of_age(after(20))

    assert answers.rate == pytest.approx(0.3)


def test_among_calls_dialled_at_once_the_last_to_end_count_no_more_than_the_first() -> None:
    answers = Answers(22)
    for number in range(200):
        answers.resolved(START, 10.0 if number < 60 else 22.0, answered=number < 60)

    answers.come_of_age(after(30))

    assert answers.rate == pytest.approx(0.3)


def test_a_steady_list_is_known_better_than_by_its_latest_attempts() -> None:
    rng = random.Random(3)
    answers = Answers(22)
    rates = []
    for second in range(1200):
        answers.resolved(after(second), 10.0, answered=rng.random() < 0.3)
        answers.come_of_age(after(second))
        rates.append(answers.rate)

    assert all(abs(rate - 0.3) < 0.05 for rate in rates[800:])


def test_likely_contacts_chosen_in_a_row_are_not_taken_for_a_list_that_answers_better() -> None:
    """As it goes when a team has to dial for idle agents only: those are given the likeliest contacts."""
    rng = random.Random(7)
    answers = Answers(22)
    plain = Traits(NumberKind.MOBILE, weekday=2, hour=10, answered=0, unanswered=0)
    likely = replace(plain, answered=6), 0.7
    unlikely = replace(plain, unanswered=6), 0.1
    before = 0.0

    for second in range(1100):
        traits, chance = likely if second >= 1000 else rng.choice((likely, unlikely))
        answers.resolved(after(second), 10.0, answered=rng.random() < chance, traits=traits)
        answers.come_of_age(after(second))
        before = answers.rate if second == 1000 else before

    assert before == pytest.approx(0.4, abs=0.05)
    # A memory of 800 attempts has moved by an eighth of the way to 0.7.
    assert answers.rate == pytest.approx(before + (0.7 - before) / 8, abs=0.03)


def test_the_answer_rate_follows_a_list_that_begins_to_answer() -> None:
    rng = random.Random(2)
    answers = Answers(22)
    for second in range(1500):
        answers.resolved(after(second), 10.0, answered=rng.random() < (0.25 if second < 900 else 0.5))
        if second == 899:
            answers.come_of_age(after(1000))
            assert answers.rate == pytest.approx(0.25, abs=0.07)

    answers.come_of_age(after(2000))

    assert answers.rate == pytest.approx(0.5, abs=0.08)


class CutOff:
    """Attempts of a list of which 40 % answer, late ones too, and of which many are called off from 15 s on."""

    def __init__(self, *, told: bool, attempts: int = 6000, share: float = 0.6) -> None:
        """`told`: that they were called off; if not they pass for unanswered."""
        rng = random.Random(8)
        self.answers = Answers(30)
        self.called_off = 0
        for second in range(attempts):
            answers = rng.random() < 0.4
            ring = rng.uniform(5.0, 29.0) if answers else 30.0
            off = 15.0 + rng.expovariate(0.2) if rng.random() < share else 99.0
            self.called_off += off < ring
            self.answers.resolved(
                after(second),
                min(ring, off),
                answered=answers and ring < off,
                called_off=told and off < ring,
                traits=TRAITS,
            )
            self.answers.come_of_age(after(second))


TRAITS = Traits("mobile", 2, 10, answered=1, unanswered=2)


def test_calling_off_leaves_the_answer_rate_as_it_is() -> None:
    true, told, taken_for_silence = (
        CutOff(told=False, share=0.0),
        CutOff(told=True),
        CutOff(told=False),
    )

    assert told.called_off > 2000
    assert true.answers.rate == pytest.approx(0.4, abs=0.03)
    assert told.answers.rate == pytest.approx(true.answers.rate, abs=0.03)
    assert told.answers.model.chance(TRAITS) == pytest.approx(true.answers.model.chance(TRAITS), abs=0.04)
    assert taken_for_silence.answers.rate < true.answers.rate - 0.06


def test_calling_off_leaves_the_ring_times_as_they_are() -> None:
    true, told = CutOff(told=False, share=0.0), CutOff(told=True)

    pairs = ((true.answers.ring, told.answers.ring), (true.answers.silent, told.answers.silent))
    for one, other in pairs:
        for seconds in (10.0, 15.0, 20.0, 25.0):
            assert other.lasting(seconds) == pytest.approx(one.lasting(seconds), abs=0.03)


def test_who_is_called_off_counts_at_the_age_of_all_others() -> None:
    answers = Answers(22)
    answers.resolved(START, 15.0, answered=False, called_off=True)

    answers.come_of_age(after(22))
    assert answers.counted == 0
    answers.come_of_age(after(23))
    assert answers.counted == 1


def test_calling_off_at_the_last_moment_is_no_answer_and_at_the_first_as_good_as_not_dialled() -> None:
    late, early = Answers(22), Answers(22)
    for second in range(200):
        late.resolved(after(second), 22.0, answered=False, called_off=True)
        early.resolved(after(second), 0.0, answered=False, called_off=True)

    for each in (late, early):
        each.come_of_age(after(300))

    assert late.rate < 0.05
    assert early.rate == pytest.approx(0.3, abs=0.01)


def test_what_is_known_to_have_lasted_longer_lasts_as_long_as_those_that_did() -> None:
    durations = Durations(np.array([0.0, 0.5, 0.25, 0.25]), 1.0)
    before = durations.lasting(2.0) / durations.lasting(1.0)

    for _ in range(100):
        durations.add_longer(1.0, 0.5)

    assert durations.lasting(2.0) / durations.lasting(1.0) == pytest.approx(before)
    assert durations.lasting(1.5) == pytest.approx((durations.lasting(1.0) + durations.lasting(2.0)) / 2)


def test_durations_begin_as_the_prior_and_end_as_what_was_seen() -> None:
    durations = Durations(lognormal_bins(150, 0.9, 5.0, 360), 5.0)
    assert durations.mean() == pytest.approx(148, abs=3)

    for _ in range(3000):
        durations.add(40.0)

    assert durations.mean() == pytest.approx(43, abs=2)


def test_survival_falls_from_one_to_nothing() -> None:
    durations = Durations(lognormal_bins(30, 0.6, 1.0, 300), 1.0)
    for seconds in (-1.0, 5.0, 10_000.0):
        durations.add(seconds)

    survival = durations.survival()

    assert (survival[0], survival[-1]) == (1.0, 0.0)
    assert np.all(np.diff(survival) <= 1e-12)


def test_a_forecast_is_kept_until_ten_more_observations_and_fifteen_seconds() -> None:
    estimates = CampaignEstimates(22)
    first = estimates.forecast(START)

    for _ in range(9):
        estimates.talk_ended(100.0)
    assert estimates.forecast(after(60)) is first
    estimates.wrap_up_ended(20.0)
    assert estimates.forecast(after(14)) is first
    assert estimates.forecast(after(15)) is not first


def test_the_forecast_holds_chances() -> None:
    chances = CampaignEstimates(22).forecast(START).events.chances

    assert np.all(chances >= -1e-9)
    assert np.all(chances <= 1 + 1e-9)


def test_a_call_that_rings_long_has_less_left_to_answer() -> None:
    forecast = CampaignEstimates(22).forecast(START)
    row = forecast.new_row(0.3)
    still_silent = forecast.events.chances[row : row + forecast.ring_steps, -1]

    assert still_silent[0] == pytest.approx(1 - 0.3 * 0.875, abs=0.02)
    assert still_silent[20] > 0.95


def test_the_table_follows_simple_distributions_exactly() -> None:
    """Wrap-up uniform over 0 to 100 s, talk certain to end between 100 and 105 s, all answers after 10 to 11 s."""
    seconds = np.arange(101.0)
    ring = np.array([1.0] * 11 + [0.0] * 12)
    forecast = make_forecast(
        ring=ring,
        silent=np.array([1.0] * 23 + [0.0]),
        answer_rate=0.5,
        counted=100,
        talk=np.array([1.0] * 21 + [0.0]),
        wrap_up=1 - seconds / 100,
        talk_bin_seconds=5.0,
        grace_seconds=GRACE_SECONDS,
    )
    reach = 10.5 + GRACE_SECONDS

    wrap_ups = forecast.events.chances[forecast.wrap_up_row : forecast.ring_row].mean(axis=1)
    talks = forecast.events.chances[: forecast.wrap_up_row].mean(axis=1)

    assert wrap_ups[0] == pytest.approx(reach / 100, abs=0.002)
    assert wrap_ups[60] == pytest.approx(reach / 40, abs=0.002)
    assert talks[0] == 0
    assert talks[20] == pytest.approx((reach - 2.5) / 100, abs=0.01)


def test_what_lasts_longer_than_the_table_uses_its_last_row() -> None:
    forecast = CampaignEstimates(22).forecast(START)

    rows = forecast.rows((0.0, 99_999.0), (0.0, 99_999.0), (0.0, 99_999.0), (1.0, 1.0))

    last = len(forecast.events.chances) - 1
    assert rows == [
        0,
        forecast.wrap_up_row - 1,
        forecast.wrap_up_row,
        forecast.ring_row - 1,
        forecast.new_row(1.0),
        last,
    ]


@pytest.mark.parametrize("chance", [0.02, 0.1, 0.3, 0.5, 0.9, 1.0])
def test_each_call_counts_with_its_own_chance(chance: float) -> None:
    forecast = CampaignEstimates(22).forecast(START)

    [row] = forecast.rows((), (), (0.0,), (chance,))

    answers = 1 - forecast.events.chances[row, -1]
    assert row == forecast.new_row(chance)
    assert answers / chance == pytest.approx(0.875, rel=0.08)


def test_the_chance_of_those_dialled_ahead_is_the_answer_rate_until_some_were_and_then_theirs() -> None:
    speculative = SpeculativeChance()
    before = speculative.value(0.3)

    for _ in range(60):
        speculative.add(0.1)

    speculative.add(0.4)
    at_once = speculative.value(0.3)
    for _ in range(60):
        speculative.add(0.1)

    assert (before, at_once) == (0.3, 0.4)
    assert speculative.value(0.3) == pytest.approx(0.1)
