"""Counts campaigns' attempts by outcome, and watches how many people were answered by nobody.

The abandon ratio has two windows: `since_start` follows the counters, which begin at the database's counts, so it spans
the campaign's life; `24h` is what the database says, given by the caller. Over nothing, a ratio is NaN.

A rule or reason that is not among those of the dialler counts as `other`: Prometheus sees no increase when a series is born
with a count in it, so every word there may be is published from the start.
"""

import math
from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from calls.facts import (
    AnswererJudged,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptCalledOff,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    AttemptFact,
    CampaignFact,
    CampaignStarted,
    CampaignStopped,
    ContactRefused,
    ForecastMade,
    InformationMessagePlayed,
    MachineMistaken,
    PacingChanged,
    PacingDecided,
    PreviewEnded,
    PreviewShown,
)
from calls.ids import CampaignId
from calls.words import AgentState, AmdVerdict, AttemptOutcome, HangupCause, PreviewEnd
from dialer.eligibility import Rule
from dialer.pacing import Reason
from metrics.definitions import is_late_message, outbound_abandon_ratio
from metrics.families import OTHER, Families
from metrics.totals import AttemptTotal

_RULES, _REASONS = frozenset[str](Rule), frozenset[str](Reason)
_CONNECT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2)
_MESSAGE_SECONDS = (0.1, 0.25, 0.5, 1, 1.5, 1.75, 2, 2.5, 5)
_TALK_SECONDS = (5, 15, 30, 60, 120, 180, 300, 600, 1200)
_RING_SECONDS = (1, 2, 5, 7.5, 10, 12.5, 15, 20, 25, 30, 45)


@dataclass(frozen=True, slots=True)
class AnswerCalibration:
    """How honest the chances of an answer were over the latest attempts: their Brier score, their mean, and who did answer."""

    brier: float
    mean_chance: float
    answered_ratio: float


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """One campaign at this instant: may it dial, its abandon limit, and how many of its agents are in which state."""

    campaign: CampaignId
    running: bool
    limit_ratio: float
    agents: Mapping[AgentState, int]
    calibration: AnswerCalibration | None = None


class CampaignMetrics:
    """The outbound collectors. A campaign's series exist, at zero, from its first fact or snapshot."""

    def __init__(self, families: Families) -> None:
        counter, histogram, gauge = families.counter, families.histogram, families.gauge
        self._attempts = counter("attempts", "Diallings that were committed.", "campaign")
        self._answered = counter("answered_attempts", "Attempts answered by anything.", "campaign")
        self._connected = counter("connected_attempts", "Attempts connected to an agent.", "campaign")
        self._abandoned = counter("abandoned_attempts", "Attempts that met no agent in time.", "campaign")
        self._messages = counter("information_messages", "Information messages that began.", "campaign")
        self._late = counter("late_messages", "Information messages that began too late.", "campaign")
        self._called_off = counter(
            "called_off_attempts", "Attempts hung up on by us while they rang.", "campaign"
        )
        self._outcomes = counter("attempt_outcomes", "Attempts that are over.", "campaign", "outcome")
        self._refused = counter("refused_contacts", "Contacts that might not be dialled.", "campaign", "rule")
        self._judged = counter(
            "judged_answers", "Opinions of answering machine detection.", "campaign", "verdict"
        )
        self._decisions = counter("pacing_decisions", "Pacing decisions by reason.", "campaign", "reason")
        self._previews = counter(
            "previews", "Contacts that agents saw before a call, by what became of them.", "campaign", "end"
        )
        self._changes = counter("pacing_changes", "Changes of the pacing settings.", "campaign")
        self._connect = histogram(
            "answer_to_agent_seconds", "From answer to agent.", "campaign", buckets=_CONNECT_SECONDS
        )
        self._message = histogram(
            "answer_to_message_seconds", "From answer to message.", "campaign", buckets=_MESSAGE_SECONDS
        )
        self._talk = histogram("campaign_talk_seconds", "Talk time.", "campaign", buckets=_TALK_SECONDS)
        self._ring = histogram("ring_seconds", "From request to answer.", "campaign", buckets=_RING_SECONDS)
        self._ratio = gauge(
            "campaign_abandon_ratio", "Abandoned over person-answered attempts.", "campaign", "window"
        )
        self._limit = gauge("campaign_abandon_limit_ratio", "The campaign's abandon limit.", "campaign")
        self._brier = gauge(
            "campaign_answer_brier_ratio",
            "Mean square of answered less its chance, latest attempts.",
            "campaign",
        )
        self._chance = gauge(
            "campaign_answer_ratio",
            "Share answered of the latest attempts: forecast and true.",
            "campaign",
            "figure",
        )
        self._running = gauge("running_campaigns", "1 while the campaign may dial.", "campaign")
        self._agents = gauge("campaign_agents", "Agents on the campaign's open line.", "campaign", "state")
        self._connected_count: Tally[CampaignId] = Tally()
        self._abandoned_count: Tally[CampaignId] = Tally()
        self._known: set[CampaignId] = set()

    def observe(self, fact: AttemptFact | CampaignFact) -> None:
        """Count one fact of a campaign or of one of its attempts."""
        campaign = fact.campaign_id
        if campaign not in self._known:
            self._begin_at_zero(campaign)
        match fact:
            case CampaignStarted() | CampaignStopped():
                pass  # whether it runs is in the snapshot, which a restart cannot miss
            case PreviewEnded():
                self._previews[campaign, fact.how].inc()
            case PreviewShown():
                pass  # counted by its end
            case PacingDecided() | ForecastMade():
                pass  # not every decision is told as a fact; `count_pacing_decision` hears of all
            case PacingChanged():
                self._changes[campaign,].inc()
            case ContactRefused():
                self._refused[campaign, fact.rule if fact.rule in _RULES else OTHER].inc()
            case _:
                self._observe_attempt(fact)

    def set_abandon_window(self, campaign: CampaignId, connected: int, abandoned: int) -> None:
        """Show the ratio of the last 24 hours, from the database's counts."""
        if campaign not in self._known:
            self._begin_at_zero(campaign)
        self._set_ratio(campaign, "24h", connected, abandoned)

    def set_campaigns(self, figures: Iterable[CampaignFigures]) -> None:
        """Show who is at work for which campaign; a campaign that is not named has stopped and has no agents."""
        now = {each.campaign: each for each in figures}
        for campaign, each in now.items():
            if campaign not in self._known:
                self._begin_at_zero(campaign)
            self._limit[campaign,].set(each.limit_ratio)
            if each.calibration is not None:
                self._brier[campaign,].set(each.calibration.brier)
                self._chance[campaign, "forecast"].set(each.calibration.mean_chance)
                self._chance[campaign, "true"].set(each.calibration.answered_ratio)
        for campaign in self._known:
            self._running[campaign,].set(campaign in now and now[campaign].running)
            agents = now[campaign].agents if campaign in now else {}
            for state in AgentState:
                self._agents[campaign, state].set(agents.get(state, 0))

    def count_pacing_decision(self, campaign: CampaignId, reason: str) -> None:
        """Count one decision of the pacing; `reason` is its one word."""
        self._decisions[campaign, reason if reason in _REASONS else OTHER].inc()

    def restore(self, totals: Iterable[AttemptTotal]) -> None:
        """Begin at the counts of the database; durations, refusals and decisions begin anew."""
        for row in totals:
            campaign = row.campaign
            if campaign not in self._known:
                self._begin_at_zero(campaign)
            self._attempts[campaign,].inc(row.attempts)
            self._answered[campaign,].inc(row.answered)
            self._messages[campaign,].inc(row.messages)
            self._late[campaign,].inc(row.late_messages)
            self._called_off[campaign,].inc(row.called_off)
            self._count_answered_by_person(campaign, row.connected, row.abandoned)
            if row.outcome is AttemptOutcome.MACHINE:
                self._met_no_person(campaign, row.connected)
            if row.outcome is not None:
                self._outcomes[campaign, row.outcome].inc(row.attempts)

    def _observe_attempt(self, fact: AttemptFact) -> None:
        campaign = fact.campaign_id
        match fact:
            case AttemptCommitted():
                self._attempts[campaign,].inc()
            case AttemptCalledOff():
                pass  # meant to be: an answer may come first
            case AttemptAnswered():
                self._answered[campaign,].inc()
                self._ring[campaign,].observe(fact.ring_seconds)
            case AttemptConnected():
                self._count_answered_by_person(campaign, 1, 0)
                self._connect[campaign,].observe(fact.answer_to_agent_seconds)
            case AnswererJudged():
                self._judged[campaign, fact.verdict].inc()
            case AttemptAbandoned() | MachineMistaken():
                self._count_answered_by_person(campaign, 0, 1)
            case InformationMessagePlayed():
                self._messages[campaign,].inc()
                self._late[campaign,].inc(is_late_message(fact.after_answer_seconds))
                self._message[campaign,].observe(fact.after_answer_seconds)
            case AttemptEnded():
                self._outcomes[campaign, fact.outcome].inc()
                self._called_off[campaign,].inc(fact.cause is HangupCause.CALLED_OFF)
                if fact.outcome is AttemptOutcome.CONNECTED:
                    self._talk[campaign,].observe(fact.talk_seconds)
                elif fact.outcome is AttemptOutcome.MACHINE:
                    self._met_no_person(campaign, 1)

    def _met_no_person(self, campaign: CampaignId, attempts: int) -> None:
        """Connected, and hung up on as on a machine: whoever says later that it was a person makes it abandoned."""
        self._connected_count[campaign] -= attempts
        self._show_ratio(campaign)

    def _count_answered_by_person(self, campaign: CampaignId, connected: int, abandoned: int) -> None:
        self._connected[campaign,].inc(connected)
        self._abandoned[campaign,].inc(abandoned)
        self._connected_count[campaign] += connected
        self._abandoned_count[campaign] += abandoned
        self._show_ratio(campaign)

    def _show_ratio(self, campaign: CampaignId) -> None:
        self._set_ratio(
            campaign, "since_start", self._connected_count[campaign], self._abandoned_count[campaign]
        )

    def _set_ratio(self, campaign: CampaignId, window: str, connected: int, abandoned: int) -> None:
        ratio = outbound_abandon_ratio(connected, abandoned)
        self._ratio[campaign, window].set(math.nan if ratio is None else ratio)

    def _begin_at_zero(self, campaign: CampaignId) -> None:
        self._known.add(campaign)
        for counter in (
            self._attempts,
            self._answered,
            self._messages,
            self._late,
            self._called_off,
            self._changes,
        ):
            counter.begin(campaign)
        for rule in (*Rule, OTHER):
            self._refused.begin(campaign, rule)
        for reason in (*Reason, OTHER):
            self._decisions.begin(campaign, reason)
        for histogram in (self._connect, self._message, self._talk, self._ring):
            histogram.begin(campaign)
        for outcome in AttemptOutcome:
            self._outcomes.begin(campaign, outcome)
        for end in PreviewEnd:
            self._previews.begin(campaign, end)
        for verdict in AmdVerdict:
            self._judged.begin(campaign, verdict)
        self._count_answered_by_person(campaign, 0, 0)
