"""`dealerlijn campaign …`: asked of the running program."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from app.cli_ask import ask, ask_campaign_id, show, show_list
from app.cli_frame import AsJson, new_commands, show_table
from app.console import campaigns, conversations
from app.console.campaigns import (
    CalibrationAnswer,
    CampaignAnswer,
    NewCampaign,
    Pacing,
    PacingPatch,
    Start,
    Stop,
)
from app.console.conversations import NewGuide
from app.console.profiles import LIST_PROFILES
from calls.words import AttemptOutcome, Department, MachineDetection
from dialer.campaign import PREVIEW_MODES, CampaignKind, DialMode, LegalBasis
from dialer.checked import checked, read_toml

campaign_commands = new_commands()

CampaignMeant = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="The campaign's id, such as apk-may, or its name.")
]


@campaign_commands.command("list")
def list_campaigns(as_json: AsJson = False) -> None:
    """Show every campaign."""
    answer = ask(campaigns.LIST_CAMPAIGNS)
    show_list(
        answer,
        as_json,
        ("id", "dealer", "state", "kind", "basis", "mode", "target", "name"),
        [
            (
                campaign.id,
                campaign.dealer,
                campaign.state,
                campaign.kind,
                campaign.basis,
                campaign.pacing.mode,
                f"{campaign.pacing.target_ratio:.2%}",
                campaign.name,
            )
            for campaign in answer.campaigns
        ],
        "there are no campaigns: set one up with `dealerlijn campaign create`",
    )


@campaign_commands.command("create")
def create_campaign(
    campaign_id: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its id, such as apk-may.")],
    dealer: Annotated[str, typer.Option(help="The dealer it is for.")],
    kind: Annotated[
        CampaignKind, typer.Option(help="Why the dealer calls; what is not given is that of the kind.")
    ],
    shown_number: Annotated[str, typer.Option(help="The number that people see and may call back.")],
    profile: Annotated[str | None, typer.Option(help="The calling profile; not given: the dealer's.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name, such as 'APK mei'.")] = None,
    basis: Annotated[LegalBasis | None, typer.Option(help="On what ground people may be called.")] = None,
    ring_seconds: Annotated[int | None, typer.Option(help="How long a phone rings.")] = None,
    wrap_up_seconds: Annotated[int | None, typer.Option(help="An agent's time after a call.")] = None,
    max_attempts: Annotated[int | None, typer.Option(help="How often a contact is tried.")] = None,
    machine_detection: Annotated[
        MachineDetection, typer.Option(help="Who listens for answering machines.")
    ] = MachineDetection.OFF,
    drop_machines: Annotated[bool, typer.Option(help="Hang up on what is certainly a machine.")] = False,
    return_department: Annotated[
        Department | None, typer.Option(help="Who serves people that call the shown number back.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set up a campaign; it dials nobody until it is started."""
    new = NewCampaign(
        id=campaign_id,
        dealer=dealer,
        name=name,
        kind=kind,
        basis=basis,
        shown_number=shown_number,
        profile=profile,
        ring_seconds=ring_seconds,
        wrap_up_seconds=wrap_up_seconds,
        machine_detection=machine_detection,
        drop_machines=drop_machines,
        return_department=return_department,
        max_attempts=max_attempts,
    )
    _tell(ask(campaigns.CREATE_CAMPAIGN, new), as_json)


@campaign_commands.command()
def profiles(as_json: AsJson = False) -> None:
    """Show the calling profiles, and who widened one."""
    answer = ask(LIST_PROFILES)
    rows = [
        (
            each.name,
            each.week[0] or "closed",
            each.week[5] or "closed",
            each.week[6] or "closed",
            ", ".join(each.countries),
            each.max_attempts,
            each.max_attempts_per_day,
            each.widened_by,
        )
        for each in answer.profiles
    ]
    columns = ("name", "monday", "saturday", "sunday", "countries", "attempts", "a day", "widened by")
    show_list(answer, as_json, columns, rows, "")


@campaign_commands.command()
def script(
    campaign: CampaignMeant,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, readable=True, help="TOML that replaces it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a campaign's agents say and ask, or replace it by what is in a file."""
    campaign_id = ask_campaign_id(campaign)
    if file is None:
        answer = ask(conversations.GET_SCRIPT, campaign_id=campaign_id)
    else:
        body = checked(NewGuide, str(file), read_toml(file))
        answer = ask(conversations.REPLACE_SCRIPT, body, campaign_id=campaign_id)
    if as_json:
        show(answer)
        return
    spoken = answer.script
    typer.echo("\n\n".join((answer.purpose, spoken.opening, spoken.objection, spoken.body, spoken.closing)))
    rows = [(each.key, each.answer, ", ".join(each.choices), each.text) for each in answer.questions]
    show_table(("question", "answer", "choices", ""), rows, "no questions")


@campaign_commands.command("start")
def start_campaign(
    campaign: CampaignMeant,
    clock_is_right: Annotated[
        bool, typer.Option("--clock-is-right", help="Say so when the machine's clock is in doubt.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let a campaign dial."""
    campaign_id = ask_campaign_id(campaign)
    body = Start(clock_is_right=clock_is_right)
    _tell(ask(campaigns.START_CAMPAIGN, body, campaign_id=campaign_id), as_json)


@campaign_commands.command("stop")
def stop_campaign(
    campaign: CampaignMeant,
    reason: Annotated[str, typer.Option(help="One word.")] = "by_hand",
    as_json: AsJson = False,
) -> None:
    """Let a campaign dial no more; calls under way go on."""
    campaign_id = ask_campaign_id(campaign)
    body = Stop(reason=reason)
    _tell(ask(campaigns.STOP_CAMPAIGN, body, campaign_id=campaign_id), as_json)


@campaign_commands.command()
def pacing(
    campaign: CampaignMeant,
    mode: Annotated[DialMode | None, typer.Option(help="How calls are paced.")] = None,
    target: Annotated[float | None, typer.Option(help="Abandon rate aimed at, such as 0.015.")] = None,
    limit: Annotated[float | None, typer.Option(help="Abandon rate never exceeded, at most 0.03.")] = None,
    max_over_dial: Annotated[int | None, typer.Option(help="Most attempts beyond the free agents.")] = None,
    blended: Annotated[
        bool | None, typer.Option("--blended/--not-blended", help="Its agents take callers too, or not.")
    ] = None,
    ratio: Annotated[float | None, typer.Option(help="Calls for each free agent, in the mode power.")] = None,
    preview_seconds: Annotated[int | None, typer.Option(help="When preview_timed dials by itself.")] = None,
    max_skips: Annotated[int | None, typer.Option(help="Previews passed over in a row, at most.")] = None,
    call_off_late: Annotated[
        bool | None,
        typer.Option(
            "--call-off-late/--ring-out",
            help="Ring nobody any longer, after the shortest ring time, whose answer would too likely meet nobody; or ring out.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a campaign's pacing, or change what is named; in force at the next decision."""
    campaign_id = ask_campaign_id(campaign)
    wanted = {
        "mode": mode,
        "target_ratio": target,
        "limit_ratio": limit,
        "max_over_dial": max_over_dial,
        "blended": blended,
        "ratio": ratio,
        "preview_seconds": preview_seconds,
        "max_skips": max_skips,
        "call_off_late": call_off_late,
    }
    changes = {name: value for name, value in wanted.items() if value is not None}
    if changes:
        patch = PacingPatch.model_validate(changes)
        answer = ask(campaigns.CHANGE_PACING, patch, campaign_id=campaign_id)
    else:
        answer = ask(campaigns.GET_PACING, campaign_id=campaign_id)
    if as_json:
        show(answer)
    else:
        _tell_pacing(answer)


@campaign_commands.command()
def figures(campaign: CampaignMeant, as_json: AsJson = False) -> None:
    """Show a campaign in figures."""
    campaign_id = ask_campaign_id(campaign)
    answer = ask(campaigns.GET_FIGURES, campaign_id=campaign_id)
    if as_json:
        show(answer)
        return
    counts, window = answer.since_start, answer.last_24_hours
    ratio = "none answered" if window.abandon_ratio is None else f"{window.abandon_ratio:.2%}"
    at_work = ", ".join(f"{count} {state}" for state, count in answer.agents.items() if count)
    decision = answer.decision
    rows = [
        ("state", answer.state),
        ("attempts", counts.attempts),
        ("answered", counts.answered),
        ("connected", counts.connected),
        ("abandoned", counts.abandoned),
        ("called off while ringing", counts.called_off),
        ("ended", told_outcomes(counts.outcomes)),
        ("information messages", counts.information_messages),
        ("abandon rate, 24 hours", ratio),
        ("agents", at_work or "none logged in"),
        (
            "last decision",
            "none yet" if decision is None else f"{decision.calls_to_place} ({decision.reason})",
        ),
        ("chance of an answer, told and true", _told_and_true(answer.calibration)),
    ]
    show_table(("figure", answer.id), rows, "")


def _tell(campaign: CampaignAnswer, as_json: bool) -> None:
    if as_json:
        show(campaign)
    else:
        typer.echo(f"{campaign.id} is {campaign.state}")


def told_outcomes(outcomes: Mapping[AttemptOutcome, int]) -> str:
    """How many ended in which way, the most frequent first."""
    ended = sorted(outcomes.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{count} {outcome}" for outcome, count in ended) or "none"


def _told_and_true(calibration: CalibrationAnswer | None) -> str:
    """Over the latest attempts; and how much better than thinking all alike."""
    if calibration is None:
        return "none dialled yet"
    gain = 1 - calibration.brier / calibration.brier_alike if calibration.brier_alike else 0.0
    return f"{calibration.mean_chance:.1%}, {calibration.answered_ratio:.1%} (skill {gain:.0%})"


def _tell_pacing(answer: Pacing) -> None:
    rows: list[tuple[str, object]] = [
        ("target", f"{answer.target_ratio:.2%}"),
        ("limit", f"{answer.limit_ratio:.2%}"),
        ("blended", "yes" if answer.blended else "no"),
    ]
    match answer.mode:
        case DialMode.PROGRESSIVE | DialMode.PREVIEW_MANUAL:
            pass
        case DialMode.PREVIEW_TIMED:
            rows.append(("preview seconds", answer.preview_seconds))
        case DialMode.POWER:
            rows += [("ratio", answer.ratio), ("max over-dial", answer.max_over_dial)]
        case DialMode.PREDICTIVE:
            rows += [
                ("max over-dial", answer.max_over_dial),
                ("late rings", "called off" if answer.call_off_late else "ring out"),
            ]
    if answer.mode in PREVIEW_MODES:
        rows.append(("max skips", answer.max_skips))
    names, values = zip(*rows, strict=True)
    show_table(("mode", *names), [(answer.mode, *values)], "")
