import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from calls.ids import CampaignId, ContactId
from calls.numbers import NumberKind, PhoneNumber
from calls.words import AttemptOutcome
from dialer.answering import AnswerModel, choose, traits_of
from dialer.campaign import ContactHistory, PastAttempt, Traits

PLAIN = Traits("mobile", weekday=0, hour=10, answered=0, unanswered=0)
NOW = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)  # a Monday; in Amsterdam half an hour into Tuesday


def taught(outcomes: int, probability: float, traits: Traits | None = PLAIN, seed: int = 1) -> AnswerModel:
    rng = random.Random(seed)
    model = AnswerModel()
    for _ in range(outcomes):
        model.learn([(traits, rng.random() < probability)], probability)
    return model


def a_diverse_list(model: AnswerModel, contacts: int, seed: int = 1) -> list[tuple[float, float, bool]]:
    """Chance told, truth and outcome for contacts whose own probability shows in their earlier attempts alone."""
    rng = random.Random(seed)
    seen = []
    for _ in range(contacts):
        truth = rng.betavariate(0.9, 2.1)
        answered = sum(rng.random() < truth for _ in range(6))
        traits = replace(PLAIN, answered=answered, unanswered=6 - answered)
        answers = rng.random() < truth
        seen.append((model.chance(traits), truth, answers))
        model.learn([(traits, answers)], 0.3)
    return seen


def test_nothing_known_is_the_usual_rate() -> None:
    model = AnswerModel()

    assert model.chance(None) == pytest.approx(0.3)
    assert model.chance(PLAIN) == pytest.approx(0.3)
    assert model.calibration is None


@pytest.mark.parametrize("probability", [0.05, 0.3, 0.6])
def test_the_chance_settles_at_what_is_observed(probability: float) -> None:
    model = taught(1500, probability)

    assert model.chance(PLAIN) == pytest.approx(probability, abs=0.05)


def test_who_answered_before_is_likelier_to_answer_and_who_did_not_is_less_likely() -> None:
    model = taught(300, 0.3)

    chances = [
        model.chance(replace(PLAIN, answered=answered, unanswered=unanswered))
        for answered, unanswered in ((0, 6), (0, 1), (0, 0), (1, 0), (3, 0))
    ]

    assert chances == sorted(chances)
    assert chances[-1] > 2 * chances[0]


def test_in_a_campaign_of_equals_earlier_attempts_come_to_count_for_little() -> None:
    rng = random.Random(5)
    model = AnswerModel()
    lucky, unlucky = replace(PLAIN, answered=2, unanswered=0), replace(PLAIN, answered=0, unanswered=2)
    for _ in range(1500):
        model.learn([(rng.choice((lucky, unlucky)), rng.random() < 0.3)], 0.3)

    assert model.chance(lucky) - model.chance(unlucky) < 0.08


def test_earlier_attempts_tell_a_diverse_list_apart_and_the_chances_are_honest() -> None:
    model = AnswerModel()

    seen = a_diverse_list(model, 4000)[2000:]

    told = sum(chance for chance, _, _ in seen) / len(seen)
    assert told == pytest.approx(sum(answers for _, _, answers in seen) / len(seen), abs=0.03)
    for low, high in ((0.0, 0.15), (0.15, 0.4), (0.4, 1.0)):
        group = [(chance, answers) for chance, _, answers in seen if low <= chance < high]
        mean = sum(chance for chance, _ in group) / len(group)
        assert mean == pytest.approx(sum(answers for _, answers in group) / len(group), abs=0.07)


def test_calibration_shows_what_the_chances_are_worth() -> None:
    model = AnswerModel()

    a_diverse_list(model, 4000)

    found = model.calibration
    assert found is not None
    assert found.brier < 0.85 * found.brier_alike
    assert found.mean_chance == pytest.approx(found.answered_ratio, abs=0.04)
    assert sum(each.attempts for each in found.bins) == pytest.approx(800, rel=0.05)
    well_filled = [each for each in found.bins if each.attempts > 100]
    assert all(each.mean_chance == pytest.approx(each.answered_ratio, abs=0.12) for each in well_filled)


def test_an_hour_at_which_more_answer_is_noticed_and_another_hour_is_not_taken_for_it() -> None:
    rng = random.Random(4)
    model = AnswerModel()
    evening = replace(PLAIN, hour=18)
    for _ in range(2000):
        late = rng.random() < 0.5
        model.learn([(evening if late else PLAIN, rng.random() < (0.5 if late else 0.2))], 0.35)

    assert model.chance(evening) > model.chance(PLAIN) + 0.2


def test_a_list_that_begins_to_answer_is_followed_within_a_hundred_attempts() -> None:
    model = taught(800, 0.25)
    rng = random.Random(9)

    for _ in range(100):
        model.learn([(PLAIN, rng.random() < 0.6)], 0.25)

    assert model.chance(PLAIN) == pytest.approx(0.6, abs=0.12)


def test_a_list_that_answers_no_more_is_believed_a_little_later() -> None:
    model = taught(800, 0.6)
    rng = random.Random(9)

    for _ in range(150):
        model.learn([(PLAIN, rng.random() < 0.2)], 0.6)

    assert model.chance(PLAIN) == pytest.approx(0.2, abs=0.12)


@pytest.mark.parametrize("seed", range(5))
def test_a_steady_list_is_hardly_ever_taken_for_a_changed_one(seed: int) -> None:
    rng = random.Random(seed)
    model = taught(1000, 0.3, seed=seed)
    chances = []

    for _ in range(2000):
        model.learn([(PLAIN, rng.random() < 0.3)], 0.3)
        chances.append(model.chance(PLAIN))

    assert max(abs(chance - 0.3) for chance in chances) < 0.1


def test_among_calls_dialled_at_once_it_does_not_matter_which_are_told_first() -> None:
    models = [AnswerModel(), AnswerModel()]
    for first, model in zip((True, False), models, strict=True):
        for _ in range(30):
            outcomes = [(PLAIN, first)] * 15 + [(PLAIN, not first)] * 15 + [(PLAIN, False)] * 20
            model.learn(outcomes, 0.3)

    assert [model.chance(PLAIN) for model in models] == [pytest.approx(0.3, abs=0.02)] * 2


def test_chances_stay_between_nothing_and_certainty() -> None:
    for answered in (True, False):
        model = AnswerModel()
        for _ in range(3000):
            model.learn([(PLAIN, answered)], 0.5)

        for answers in (0, 3, 500):
            assert 0 < model.chance(replace(PLAIN, answered=answers, unanswered=500 - answers)) < 1


def test_likely_contacts_are_chosen_for_certain_agents_and_unlikely_ones_otherwise() -> None:
    chances = [0.3, 0.9, 0.1, 0.5, 0.1]

    assert choose(chances, 0, 1) == [2]
    assert choose(chances, 1, 1) == [1]
    assert choose(chances, 2, 4) == [1, 3, 2, 4]
    assert choose(chances, 9, 9) == [1, 3, 0, 2, 4]


def test_among_equals_the_order_of_the_list_is_kept() -> None:
    assert choose([0.3] * 5, 2, 4) == [0, 1, 2, 3]


def test_traits_are_those_of_the_hour_where_the_contact_lives() -> None:
    def past(outcome: AttemptOutcome | None) -> PastAttempt:
        return PastAttempt(CampaignId("tyres"), NOW - timedelta(days=30), outcome)

    history = ContactHistory(
        ContactId(1),
        PhoneNumber("+31612345678"),
        NumberKind.MOBILE,
        "Europe/Amsterdam",
        consent_at=None,
        objected_at=None,
        refused_at=None,
        not_before=None,
        closed=False,
        past=tuple(
            past(outcome)
            for outcome in (
                AttemptOutcome.CONNECTED,
                AttemptOutcome.HUNG_UP,
                AttemptOutcome.BUSY,
                AttemptOutcome.IN_DOUBT,
                None,
            )
        ),
    )

    assert traits_of(history, NOW) == Traits("mobile", weekday=1, hour=0, answered=2, unanswered=1)
    assert traits_of(replace(history, timezone="Nowhere/At_All"), NOW).hour == 22
