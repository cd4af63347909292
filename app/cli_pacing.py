"""`dealerlijn pacing …`: what the pacing decided, and why; asked of the running program."""

from datetime import datetime
from typing import Annotated

import typer

from app.cli_ask import ask, ask_campaign_id, show
from app.cli_campaigns import CampaignMeant
from app.cli_frame import AsJson, at_home, new_commands, typed
from app.console.decisions import LIST_DECISIONS, DecisionAnswer, DecisionQuery
from calls.words import Replayed

pacing_commands = new_commands()
_WORDS = {
    Replayed.SAME: "replayed: same",
    Replayed.DIFFERENT: "replayed: different (the rules have changed since, or a figure was altered)",
    Replayed.UNKNOWN: "replayed: not possible, what it was made from is not all there",
}


@pacing_commands.callback()
def about() -> None:
    """Pacing: what was decided, and why."""


@pacing_commands.command()
def explain(
    campaign: CampaignMeant,
    at: Annotated[
        datetime | None,
        typer.Option(
            help="Only what was in force then, such as 2026-12-31T10:15:00, by the clock in the Netherlands."
        ),
    ] = None,
    last: Annotated[int | None, typer.Option(min=1, max=200, help="So many; 10, or 1 with --at.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what the pacing decided, when, why and from which figures, and decide it again from the same figures."""
    count = last or (10 if at is None else 1)
    query = DecisionQuery(last=count) if at is None else DecisionQuery(at=typed(at), last=count)
    campaign_id = ask_campaign_id(campaign)
    answer = ask(LIST_DECISIONS, query=query, campaign_id=campaign_id)
    if as_json:
        show(answer)
    elif answer.decisions:
        typer.echo("\n\n".join(map(_told, answer.decisions)))
    else:
        typer.echo("no decisions are kept of that time")


def _told(decision: DecisionAnswer) -> str:
    head = f"{at_home(decision.at):%Y-%m-%d %H:%M:%S}  {decision.reason}: {decision.calls_to_place} to call"
    if decision.passed_over:
        head += f"  (after {decision.passed_over} that were passed over)"
    settings = decision.settings
    mode = [] if settings is None else [f"mode {settings.mode}"]
    return "\n  ".join((head, *mode, *decision.explanation, _WORDS[decision.replayed]))
