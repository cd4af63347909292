"""`dealerlijn preview …`: the contact that an agent sees before the call; asked of the running program."""

from typing import Annotated

import typer

from app.cli_agents import AgentName
from app.cli_ask import ask, show
from app.cli_frame import AsJson, at_home, new_commands
from app.console import previews
from app.console.conversations import car_told, earlier_told
from app.console.previews import PreviewAnswer, Skip

preview_commands = new_commands()


@preview_commands.command("next")
def next_preview(agent_id: AgentName, as_json: AsJson = False) -> None:
    """Take an agent's next contact, which nobody else gets meanwhile; the one on screen when there is one."""
    _tell(ask(previews.TAKE_PREVIEW, agent_id=agent_id), as_json)


@preview_commands.command("show")
def show_preview(agent_id: AgentName, as_json: AsJson = False) -> None:
    """Show the contact that an agent has on screen."""
    _tell(ask(previews.GET_PREVIEW, agent_id=agent_id), as_json)


@preview_commands.command("dial")
def dial_preview(agent_id: AgentName, as_json: AsJson = False) -> None:
    """Dial the contact that is shown; who answers is with this agent at once."""
    answer = ask(previews.DIAL_PREVIEW, agent_id=agent_id)
    if as_json:
        show(answer)
    else:
        typer.echo(f"{answer.call} rings for {answer.agent}")


@preview_commands.command("skip")
def skip_preview(
    agent_id: AgentName,
    reason: Annotated[str, typer.Option(help="One word, such as just_visited.")] = "not_now",
    as_json: AsJson = False,
) -> None:
    """Pass over the contact that is shown; it comes back after an hour."""
    body = Skip(reason=reason)
    answer = ask(previews.SKIP_PREVIEW, body, agent_id=agent_id)
    if as_json:
        show(answer)
    else:
        typer.echo(f"passed over; {answer.skips_left} more in a row may be")


def _tell(answer: PreviewAnswer, as_json: bool) -> None:
    if as_json:
        show(answer)
        return
    contact = answer.contact
    due = "" if contact.due_on is None else f"due {contact.due_on:%d-%m-%Y}"
    car = f"{contact.plate or ''} {due}".strip()
    typer.echo(f"{contact.name}  {contact.number}  {car}".rstrip())
    for also in contact.cars:
        if also.plate != contact.plate:
            typer.echo(f"also  {car_told(also)}")
    if answer.dials_at is not None:
        typer.echo(f"is dialled at {at_home(answer.dials_at):%H:%M:%S}")
    else:
        typer.echo(f"held until {at_home(answer.until):%H:%M:%S}")
    for each in answer.earlier:
        typer.echo(f"{at_home(each.at):%d-%m-%Y %H:%M}  {earlier_told(each)}")
    typer.echo(answer.guide.script.opening)
