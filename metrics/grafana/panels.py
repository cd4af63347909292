"""What the dashboard shows: rows of panels, each with its queries. Titles are Dutch, for the dealer's people.

`$dealer` and `$campaign` are the choices at the top of the dashboard. A query shows something even on a quiet day: counts
that should stay zero are shown as zero.
"""

from dataclasses import dataclass
from enum import Enum

_DEALER = '{dealer=~"$dealer"}'
_CAMPAIGN = '{campaign=~"$campaign"}'


class Kind(Enum):
    """How a panel draws: one big figure, lines, or lines on top of one another."""

    FIGURE = "figure"
    LINES = "lines"
    STACK = "stack"


@dataclass(frozen=True, slots=True)
class Query:
    """A PromQL expression and how its series are named."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class PanelPlan:
    """One panel; `unit` is Grafana's word for it, `width` is of 24."""

    title: str
    kind: Kind
    unit: str
    width: int
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class RowPlan:
    """A titled row of panels."""

    title: str
    panels: tuple[PanelPlan, ...]


def rows() -> tuple[RowPlan, ...]:
    """The whole dashboard, top to bottom."""
    return (
        RowPlan("Binnenkomend", _inbound()),
        RowPlan("Wachtrijen", _queues()),
        RowPlan("Agenten", _agents()),
        RowPlan("Campagnes", _campaigns()),
        RowPlan("Techniek", _technical()),
    )


def _inbound() -> tuple[PanelPlan, ...]:
    return (
        _last_hour("Binnengekomen", "arrived_calls"),
        _last_hour("Verbonden", "connected_calls"),
        _last_hour("Verloren", "lost_calls"),
        _last_hour("Kort afgebroken", "short_abandoned_calls"),
        _last_hour("Ingesproken berichten", "voicemails"),
        _last_hour("Naar de noodwachtrij", "diverted_calls"),
        _lines(
            "Aandeel verloren, half uur",
            "percentunit",
            f"dealer:dealerlijn_lost_calls:ratio30m{_DEALER}",
            "{{dealer}}",
        ),
        _stack("Verloren per afdeling", _recent("lost_calls", "department", _DEALER), "{{department}}"),
        _stack("Verloren per fase", _recent("lost_calls", "phase", _DEALER), "{{phase}}"),
        _stack("Afloop van gesprekken", _recent("ended_calls", "outcome", _DEALER), "{{outcome}}"),
        _stack(
            "Keuzes in het menu",
            _recent("menu_choices", "department, chosen_by", _DEALER),
            "{{department}} ({{chosen_by}})",
        ),
        _stack("Kort afgebroken per fase", _recent("short_abandoned_calls", "phase", _DEALER), "{{phase}}"),
    )


def _queues() -> tuple[PanelPlan, ...]:
    return (
        _stack("Wachtenden", f"sum by (department) (dealerlijn_waiting_calls{_DEALER})", "{{department}}"),
        _lines(
            "Langst wachtende",
            "s",
            f"max by (department) (dealerlijn_longest_wait_seconds{_DEALER})",
            "{{department}}",
        ),
        _lines(
            "Servicelevel, half uur",
            "percentunit",
            f"dealer_department:dealerlijn_service_level:ratio30m{_DEALER}",
            "{{dealer}} {{department}}",
        ),
        _lines(
            "Gemiddelde wachttijd, half uur",
            "s",
            f"dealer_department:dealerlijn_asa_seconds:avg30m{_DEALER}",
            "{{dealer}} {{department}}",
        ),
        PanelPlan(
            "Wachttijd van verbonden bellers",
            Kind.LINES,
            "s",
            8,
            (
                Query(_quantile(0.5, "queue_wait_seconds", _DEALER, "30m"), "helft binnen"),
                Query(_quantile(0.9, "queue_wait_seconds", _DEALER, "30m"), "negen van tien binnen"),
                Query(f"max(dealerlijn_service_level_target_seconds{_DEALER})", "doel"),
            ),
        ),
        PanelPlan(
            "Aanbiedingen aan agenten",
            Kind.LINES,
            "short",
            8,
            (
                Query(f"sum(increase(dealerlijn_offers_total{_DEALER}[5m]))", "aangeboden"),
                Query(f"sum(increase(dealerlijn_offers_unanswered_total{_DEALER}[5m]))", "niet opgenomen"),
            ),
        ),
    )


def _agents() -> tuple[PanelPlan, ...]:
    return (
        _stack("Agenten per toestand", 'dealerlijn_agents{state!="logged_out"}', "{{state}}"),
        _lines("Bezetting, half uur", "percentunit", "dealerlijn:occupancy:ratio30m", "bezetting"),
        _stack(
            "Wisselingen van toestand",
            "sum by (state) (increase(dealerlijn_agent_state_changes_total[5m]))",
            "{{state}}",
        ),
        PanelPlan(
            "Gemiddelde gesprekstijd, half uur",
            Kind.LINES,
            "s",
            12,
            (
                Query(_mean("talk_seconds", "department", _DEALER), "{{department}}"),
                Query(_mean("campaign_talk_seconds", "campaign", _CAMPAIGN), "campagne {{campaign}}"),
            ),
        ),
        _lines(
            "Vastgelegde afloop per 5 minuten",
            "short",
            "increase(dealerlijn_dispositions_total[5m])",
            "gesprekken",
            12,
        ),
        _lines(
            "Pauze of afmelden gevraagd tijdens een gesprek, per 5 minuten",
            "short",
            "increase(dealerlijn_agent_wishes_total[5m])",
            "gevraagd of teruggenomen",
            12,
        ),
    )


def _campaigns() -> tuple[PanelPlan, ...]:
    return (
        PanelPlan(
            "Niet-bediend",
            Kind.LINES,
            "percentunit",
            8,
            (
                Query(f"dealerlijn_campaign_abandon_ratio{_CAMPAIGN}", "{{campaign}} {{window}}"),
                Query(f"dealerlijn_campaign_abandon_limit_ratio{_CAMPAIGN}", "{{campaign}} grens"),
            ),
        ),
        _stack("Pogingen per 5 minuten", _recent("attempts", "campaign", _CAMPAIGN), "{{campaign}}"),
        _stack("Afloop van pogingen", _recent("attempt_outcomes", "outcome", _CAMPAIGN), "{{outcome}}"),
        _stack("Mens of apparaat", _recent("judged_answers", "verdict", _CAMPAIGN), "{{verdict}}"),
        PanelPlan(
            "Aandeel opgenomen, half uur, en de verwachting",
            Kind.LINES,
            "percentunit",
            8,
            (
                Query(f"campaign:dealerlijn_answered_attempts:ratio30m{_CAMPAIGN}", "{{campaign}}"),
                Query(f"dealerlijn_campaign_answer_ratio{_CAMPAIGN}", "{{campaign}} {{figure}}"),
            ),
        ),
        _lines(
            "Brier-score van de verwachting",
            "percentunit",
            f"dealerlijn_campaign_answer_brier_ratio{_CAMPAIGN}",
            "{{campaign}}",
        ),
        PanelPlan(
            "Bediend en niet-bediend",
            Kind.LINES,
            "short",
            8,
            (
                Query(f"sum(increase(dealerlijn_connected_attempts_total{_CAMPAIGN}[5m]))", "verbonden"),
                Query(f"sum(increase(dealerlijn_abandoned_attempts_total{_CAMPAIGN}[5m]))", "niet-bediend"),
                Query(
                    f"sum(increase(dealerlijn_information_messages_total{_CAMPAIGN}[5m]))",
                    "informatiebericht",
                ),
                Query(
                    f"sum(increase(dealerlijn_called_off_attempts_total{_CAMPAIGN}[5m]))",
                    "tijdens het overgaan afgebroken",
                ),
            ),
        ),
        PanelPlan(
            "Van opnemen tot agent",
            Kind.LINES,
            "s",
            8,
            (
                Query(_quantile(0.5, "answer_to_agent_seconds", _CAMPAIGN, "30m"), "helft binnen"),
                Query(_quantile(0.99, "answer_to_agent_seconds", _CAMPAIGN, "30m"), "99 van 100 binnen"),
            ),
        ),
        _stack(
            "Agenten op campagnes",
            f"sum by (campaign, state) (dealerlijn_campaign_agents{_CAMPAIGN})",
            "{{campaign}} {{state}}",
        ),
        _stack("Redenen van de belsnelheid", _recent("pacing_decisions", "reason", _CAMPAIGN), "{{reason}}"),
        _stack("Vooraf getoonde contacten", _recent("previews", "end", _CAMPAIGN), "{{end}}"),
        _stack("Geweigerde contacten", _recent("refused_contacts", "rule", _CAMPAIGN), "{{rule}}"),
        _lines(
            "Belduur tot opnemen, helft binnen",
            "s",
            _quantile(0.5, "ring_seconds", _CAMPAIGN, "30m"),
            "belduur",
        ),
        PanelPlan(
            "Informatiebericht te laat, per uur",
            Kind.LINES,
            "short",
            8,
            (
                Query(_exactly("late_messages", _CAMPAIGN, "1h"), "later dan 2 s"),
                Query(
                    f"round(sum(increase(dealerlijn_answer_to_message_seconds_count{_CAMPAIGN}[1h])) - "
                    'sum(increase(dealerlijn_answer_to_message_seconds_bucket{campaign=~"$campaign",le="1.75"}[1h])))',
                    "later dan 1,75 s, ongeveer",
                ),
            ),
        ),
        PanelPlan(
            "Lopende campagnes",
            Kind.LINES,
            "short",
            8,
            (
                Query(f"sum(dealerlijn_running_campaigns{_CAMPAIGN})", "lopend"),
                Query(f"sum(increase(dealerlijn_pacing_changes_total{_CAMPAIGN}[5m]))", "bijgestuurd"),
            ),
        ),
    )


def _technical() -> tuple[PanelPlan, ...]:
    return (
        PanelPlan(
            "Verbinding met Asterisk",
            Kind.LINES,
            "short",
            8,
            (
                Query("dealerlijn_ari_connections", "{{node}} verbonden"),
                Query("dealerlijn_ami_connections", "{{node}} beheer (AMI)"),
                Query("increase(dealerlijn_ari_losses_total[5m])", "{{node}} verbroken"),
                Query("increase(dealerlijn_ari_reconnects_total[5m])", "{{node}} hersteld"),
            ),
        ),
        PanelPlan(
            "Telefoons en trunk",
            Kind.LINES,
            "short",
            8,
            (
                Query("dealerlijn_phones", "{{node}} telefoons {{state}}"),
                Query("dealerlijn_trunk_registrations", "{{node}} trunk {{state}}"),
                Query("dealerlijn_unreachable_trunks", "{{node}} trunk onbereikbaar"),
                Query("dealerlijn_refusing_trunks", "{{node}} trunk weigert"),
                Query("dealerlijn_unreachable_agents", "{{node}} agenten zonder telefoon"),
            ),
        ),
        _lines("Vertraging van de besturing (p99)", "s", "dealerlijn:loop_lag_seconds:p99_5m", "vertraging"),
        _lines(
            "Echo over ARI (p99)",
            "s",
            "histogram_quantile(0.99, sum by (node, le) (rate(dealerlijn_ari_echo_seconds_bucket[5m])))",
            "{{node}}",
        ),
        PanelPlan(
            "Kanalen, bruggen en taken",
            Kind.LINES,
            "short",
            8,
            (
                Query("dealerlijn_channels", "{{node}} kanalen"),
                Query("dealerlijn_bridges", "{{node}} bruggen"),
                Query("dealerlijn_tasks", "taken"),
            ),
        ),
        PanelPlan(
            "Na een onderbreking",
            Kind.LINES,
            "short",
            8,
            (
                Query("dealerlijn_taken_over_calls_total", "{{node}} overgenomen"),
                Query("dealerlijn_ended_meanwhile_calls_total", "{{node}} intussen geëindigd"),
            ),
        ),
        _lines(
            "Verschillen met Asterisk",
            "short",
            "sum by (node, kind) (dealerlijn_reconcile_differences_total)",
            "{{node}} {{kind}}",
        ),
        _lines("Geluiden die niet afspelen", "short", "dealerlijn_failed_prompts_total", "{{node}}"),
        PanelPlan(
            "Klok van de machine",
            Kind.LINES,
            "short",
            8,
            (
                Query("dealerlijn_trusted_clocks", "{{node}} betrouwbaar"),
                Query("increase(dealerlijn_clock_jumps_total[5m])", "{{node}} sprongen"),
            ),
        ),
        _lines("Duur van het laatste gelijktrekken", "s", "dealerlijn_reconcile_seconds", "{{node}}"),
        PanelPlan(
            "Feiten op weg naar de database",
            Kind.LINES,
            "short",
            8,
            (
                Query("dealerlijn_journal_waiting_facts", "wachtend"),
                Query("dealerlijn_journal_unkept_facts", "alleen in het geheugen"),
                Query("increase(dealerlijn_journal_dropped_facts_total[5m])", "verloren"),
                Query("increase(dealerlijn_observer_errors_total[5m])", "fouten van waarnemers"),
            ),
        ),
        _lines(
            "Tijd sinds de start", "s", "time() - dealerlijn_controller_start_timestamp_seconds", "{{node}}"
        ),
    )


def _last_hour(title: str, family: str) -> PanelPlan:
    expr = _exactly(family, _DEALER, "1h")
    return PanelPlan(f"{title}, laatste uur", Kind.FIGURE, "none", 4, (Query(expr, ""),))


def _lines(title: str, unit: str, expr: str, legend: str, width: int = 8) -> PanelPlan:
    return PanelPlan(title, Kind.LINES, unit, width, (Query(expr, legend),))


def _stack(title: str, expr: str, legend: str) -> PanelPlan:
    return PanelPlan(title, Kind.STACK, "short", 8, (Query(expr, legend),))


def _exactly(family: str, chosen: str, window: str) -> str:
    """How often it happened, in whole numbers: increase() guesses what came before and after the samples of its window.

    Only for counters that a restart takes over from the database: of any other, what came before the restart would be left out.
    """
    name = f"dealerlijn_{family}_total{chosen}"
    return f"sum({name} - min_over_time({name}[{window}]))"


def _recent(family: str, labels: str, chosen: str) -> str:
    return f"sum by ({labels}) (increase(dealerlijn_{family}_total{chosen}[5m]))"


def _quantile(share: float, family: str, chosen: str, window: str) -> str:
    return f"histogram_quantile({share}, sum by (le) (rate(dealerlijn_{family}_bucket{chosen}[{window}])))"


def _mean(family: str, label: str, chosen: str) -> str:
    total = f"sum by ({label}) (increase(dealerlijn_{family}_sum{chosen}[30m]))"
    return f"{total} / (sum by ({label}) (increase(dealerlijn_{family}_count{chosen}[30m])) > 0)"
