"""Counting attempts and watching the abandon ratio."""

import math
from collections.abc import Iterable
from dataclasses import replace

import pytest

from calls.ids import CampaignId
from calls.words import AgentState, AmdVerdict, AttemptOutcome, HangupCause, PreviewEnd
from dialer.eligibility import Rule
from dialer.pacing import Reason
from metrics.campaigns import AnswerCalibration, CampaignFigures
from metrics.observer import Metrics
from metrics.totals import AttemptTotal, Totals
from tests.unit.metrics import stream
from tests.unit.metrics.reading import Shown


def by_word(metrics: Metrics, name: str, label: str, words: Iterable[str]) -> dict[str, float]:
    """The campaign's counts under each value of one label."""
    shown = Shown(metrics)
    return {word: shown.of(name, campaign="apk-mei", **{label: word}) for word in words}


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(stream.TARGETS)


def test_a_connected_attempt_is_counted_at_each_step(metrics: Metrics) -> None:
    outcome = AttemptOutcome.CONNECTED
    for fact in (
        stream.committed(),
        stream.answered(),
        stream.joined(0.004),
        stream.attempt_ended(outcome, talk_seconds=60),
    ):
        metrics.observe(fact)

    shown = Shown(metrics)
    for name in ("attempts_total", "answered_attempts_total", "connected_attempts_total"):
        assert shown.of(name, campaign="apk-mei") == 1
    assert shown.of("attempt_outcomes_total", campaign="apk-mei", outcome="connected") == 1
    assert shown.of("answer_to_agent_seconds_bucket", campaign="apk-mei", le="0.005") == 1
    assert shown.of("answer_to_agent_seconds_bucket", campaign="apk-mei", le="0.0025") == 0
    assert shown.of("campaign_talk_seconds_sum", campaign="apk-mei") == 60
    assert shown.of("ring_seconds_sum", campaign="apk-mei") == 8
    assert shown.of("abandoned_attempts_total", campaign="apk-mei") == 0


def test_an_abandoned_attempt_counts_with_its_message_and_its_delay(metrics: Metrics) -> None:
    for fact in (
        stream.committed(),
        stream.answered(),
        stream.abandoned(),
        stream.told(1.6),
        stream.attempt_ended(AttemptOutcome.ABANDONED),
    ):
        metrics.observe(fact)

    shown = Shown(metrics)
    assert shown.of("abandoned_attempts_total", campaign="apk-mei") == 1
    assert shown.of("information_messages_total", campaign="apk-mei") == 1
    assert shown.of("answer_to_message_seconds_bucket", campaign="apk-mei", le="2.0") == 1
    assert shown.of("campaign_talk_seconds_count", campaign="apk-mei") == 0


def test_only_a_message_later_than_two_seconds_after_the_answer_is_late(metrics: Metrics) -> None:
    """By whole milliseconds, as the database tells it after a restart."""
    for call, seconds in (("x1", 2.0), ("x2", 2.001), ("x3", 2.0003)):
        metrics.observe(stream.told(seconds, call))

    assert Shown(metrics).of("late_messages_total", campaign="apk-mei") == 1
    assert Shown(metrics).of("information_messages_total", campaign="apk-mei") == 3


def test_an_attempt_that_was_called_off_counts_as_such_only_when_it_ended_by_that(metrics: Metrics) -> None:
    for fact in (
        stream.committed("x1"),
        stream.committed("x2"),
        stream.called_off("x1"),
        stream.called_off("x2"),
        stream.answered("x2"),
        replace(stream.attempt_ended(AttemptOutcome.UNANSWERED, "x1"), cause=HangupCause.CALLED_OFF),
        stream.attempt_ended(AttemptOutcome.HUNG_UP, "x2"),
    ):
        metrics.observe(fact)

    shown = Shown(metrics)
    assert shown.of("called_off_attempts_total", campaign="apk-mei") == 1
    assert shown.of("attempt_outcomes_total", campaign="apk-mei", outcome="unanswered") == 1


@pytest.mark.parametrize("outcome", AttemptOutcome)
def test_every_outcome_is_at_zero_from_the_first_attempt_and_then_counted(
    metrics: Metrics, outcome: AttemptOutcome
) -> None:
    metrics.observe(stream.committed())
    at_first = Shown(metrics).of("attempt_outcomes_total", campaign="apk-mei", outcome=outcome)

    metrics.observe(stream.attempt_ended(outcome))

    shown = Shown(metrics)
    assert at_first == 0
    assert shown.of("attempt_outcomes_total", campaign="apk-mei", outcome=outcome) == 1


def test_the_ratio_since_the_start_follows_every_person_answered_call(metrics: Metrics) -> None:
    metrics.observe(stream.committed())
    before = Shown(metrics).of("campaign_abandon_ratio", campaign="apk-mei", window="since_start")

    for fact in (stream.joined(), stream.joined(), stream.joined(), stream.abandoned()):
        metrics.observe(fact)

    shown = Shown(metrics)
    assert math.isnan(before)
    assert shown.of("campaign_abandon_ratio", campaign="apk-mei", window="since_start") == 0.25


def test_what_was_hung_up_on_as_a_machine_is_no_person_and_when_it_was_one_it_is_abandoned_once(
    metrics: Metrics,
) -> None:
    for call in ("x1", "x2", "x3", "x4"):
        metrics.observe(stream.joined(call=call))
    for call in ("x1", "x2"):
        metrics.observe(stream.attempt_ended(AttemptOutcome.MACHINE, call))
    metrics.observe(stream.mistaken("x2"))
    restarted = Metrics({})
    restarted.restore(
        Totals(
            (),
            (
                AttemptTotal(stream.CAMPAIGN, AttemptOutcome.MACHINE, 2, 2, connected=2, abandoned=1),
                AttemptTotal(stream.CAMPAIGN, None, 2, 2, connected=2),
            ),
        )
    )

    for shown in (Shown(metrics), Shown(restarted)):
        ratio = shown.of("campaign_abandon_ratio", campaign="apk-mei", window="since_start")
        assert ratio == pytest.approx(1 / 3)
        assert shown.of("connected_attempts_total", campaign="apk-mei") == 4


def test_the_24_hour_ratio_is_what_the_database_says(metrics: Metrics) -> None:
    metrics.campaigns.set_abandon_window(stream.CAMPAIGN, connected=97, abandoned=3)

    shown = Shown(metrics)
    assert shown.of("campaign_abandon_ratio", campaign="apk-mei", window="24h") == pytest.approx(0.03)


def test_the_honesty_of_the_chances_is_shown_for_a_campaign_that_has_one(metrics: Metrics) -> None:
    figures = CampaignFigures(stream.CAMPAIGN, running=True, limit_ratio=0.03, agents={})
    metrics.campaigns.set_campaigns([figures])
    before = set(Shown(metrics))

    metrics.campaigns.set_campaigns([replace(figures, calibration=AnswerCalibration(0.15, 0.31, 0.3))])

    shown = Shown(metrics)
    assert not any(series.startswith("campaign_answer") for series in before)
    assert shown.of("campaign_answer_brier_ratio", campaign="apk-mei") == 0.15
    assert shown.of("campaign_answer_ratio", campaign="apk-mei", figure="forecast") == 0.31
    assert shown.of("campaign_answer_ratio", campaign="apk-mei", figure="true") == 0.3


def test_a_24_hour_ratio_over_nothing_is_not_a_number(metrics: Metrics) -> None:
    metrics.campaigns.set_abandon_window(stream.CAMPAIGN, connected=0, abandoned=0)

    assert math.isnan(Shown(metrics).of("campaign_abandon_ratio", campaign="apk-mei", window="24h"))


def test_refusals_pacing_decisions_and_changes_are_counted_by_their_word(metrics: Metrics) -> None:
    for fact in stream.campaign_facts():
        metrics.observe(fact)
    metrics.campaigns.count_pacing_decision(stream.CAMPAIGN, "budget_spent")

    shown = Shown(metrics)
    assert shown.of("refused_contacts_total", campaign="apk-mei", rule="objection") == 1
    assert shown.of("pacing_decisions_total", campaign="apk-mei", reason="budget_spent") == 1
    assert shown.of("pacing_changes_total", campaign="apk-mei") == 1


@pytest.mark.parametrize("verdict", AmdVerdict)
def test_every_opinion_of_the_detection_is_counted_by_its_verdict(
    metrics: Metrics, verdict: AmdVerdict
) -> None:
    metrics.observe(stream.committed())
    at_first = by_word(metrics, "judged_answers_total", "verdict", AmdVerdict)

    metrics.observe(stream.judged(verdict))
    metrics.observe(stream.judged(verdict, "x2"))

    assert at_first == dict.fromkeys(AmdVerdict, 0)
    assert by_word(metrics, "judged_answers_total", "verdict", AmdVerdict) == {**at_first, verdict: 2}


@pytest.mark.parametrize("end", PreviewEnd)
def test_every_preview_is_counted_once_by_what_became_of_it(metrics: Metrics, end: PreviewEnd) -> None:
    metrics.observe(stream.committed())
    at_first = by_word(metrics, "previews_total", "end", PreviewEnd)

    metrics.observe(stream.preview_shown())
    metrics.observe(stream.preview_ended(end))

    assert at_first == dict.fromkeys(PreviewEnd, 0)
    assert by_word(metrics, "previews_total", "end", PreviewEnd) == {**at_first, end: 1}


def test_every_rule_and_reason_is_at_zero_before_it_is_first_counted(metrics: Metrics) -> None:
    metrics.observe(stream.committed())

    at_first = Shown(metrics)
    for rule in Rule:
        assert at_first.of("refused_contacts_total", campaign="apk-mei", rule=rule) == 0
    for reason in Reason:
        assert at_first.of("pacing_decisions_total", campaign="apk-mei", reason=reason) == 0


def test_a_rule_or_reason_the_dialler_does_not_have_counts_as_other(metrics: Metrics) -> None:
    metrics.observe(stream.refused("of_another_version"))
    metrics.campaigns.count_pacing_decision(stream.CAMPAIGN, "of_another_version")

    shown = Shown(metrics)
    assert shown.of("refused_contacts_total", campaign="apk-mei", rule="other") == 1
    assert shown.of("pacing_decisions_total", campaign="apk-mei", reason="other") == 1
    assert not any("of_another_version" in series for series in shown)


def test_the_snapshot_shows_agents_and_limit_and_a_stopped_campaign_has_none(metrics: Metrics) -> None:
    figures = CampaignFigures(stream.CAMPAIGN, True, 0.03, {AgentState.ON_CALL: 2})
    metrics.campaigns.set_campaigns([figures])
    running = Shown(metrics)

    metrics.campaigns.set_campaigns([CampaignFigures(CampaignId("banden"), False, 0.05, {})])

    shown = Shown(metrics)
    assert running.of("running_campaigns", campaign="apk-mei") == 1
    assert running.of("campaign_agents", campaign="apk-mei", state="on_call") == 2
    assert running.of("campaign_abandon_limit_ratio", campaign="apk-mei") == 0.03
    assert shown.of("running_campaigns", campaign="apk-mei") == 0
    assert shown.of("campaign_agents", campaign="apk-mei", state="on_call") == 0
    assert shown.of("running_campaigns", campaign="banden") == 0
