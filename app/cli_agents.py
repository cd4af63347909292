"""`dealerlijn agent …` and `dealerlijn voicemail …`: asked of the running program."""

from typing import Annotated

import typer

from app.cli_ask import ask, ask_campaign_id, show, show_list
from app.cli_frame import AsJson, at_home, new_commands, show_table
from app.console import agents, calls, conversations
from app.console.agents import AgentAnswer, AgentChanges, Login, NewAgent, Pause
from app.console.calls import VoicemailQuery
from app.console.routes import Nothing, Route
from calls.words import AgentState

agent_commands = new_commands()
voicemail_commands = new_commands()

AgentName = Annotated[str, typer.Argument(metavar="AGENT", help="The agent's id, such as anna.")]


@agent_commands.command("list")
def list_agents(as_json: AsJson = False) -> None:
    """Show every agent."""
    answer = ask(agents.LIST_AGENTS)
    show_list(
        answer,
        as_json,
        ("id", "name", "state", "since", "reason", "campaign", "skills"),
        [
            (
                agent.id,
                agent.name,
                agent.state,
                f"{at_home(agent.since):%H:%M:%S}",
                agent.reason,
                agent.campaign,
                ", ".join(f"{skill} {level}" for skill, level in sorted(agent.skills.items())),
            )
            for agent in answer.agents
        ],
        "there are no agents: add one with `dealerlijn agent add`",
    )


@agent_commands.command("add")
def add_agent(
    agent_id: AgentName,
    name: Annotated[str, typer.Option(help="The agent's name.")],
    endpoint: Annotated[str, typer.Option(help="The agent's phone, such as PJSIP/anna.")],
    skill: Annotated[list[str] | None, typer.Option(help="A skill and its level, such as sales=8.")] = None,
    dealer: Annotated[list[str] | None, typer.Option(help="A dealer to work for; none means all.")] = None,
    rescue: Annotated[
        bool, typer.Option(help="Come out of wrap-up for a customer who answered and finds nobody free.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take up a new agent."""
    new = NewAgent(
        id=agent_id,
        name=name,
        endpoint=endpoint,
        skills=dict(map(_skill, skill or [])),
        dealers=frozenset(dealer) if dealer else None,
        rescue=rescue,
    )
    _tell(ask(agents.CREATE_AGENT, new), as_json)


@agent_commands.command()
def change(
    agent_id: AgentName,
    name: Annotated[str | None, typer.Option(help="The agent's name.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="The agent's phone, such as PJSIP/anna.")] = None,
    skill: Annotated[
        list[str] | None, typer.Option(help="A skill and its level, in place of all there are.")
    ] = None,
    dealer: Annotated[
        list[str] | None, typer.Option(help="A dealer to work for, in place of those there are.")
    ] = None,
    all_dealers: Annotated[bool, typer.Option("--all-dealers", help="Work for every dealer.")] = False,
    rescue: Annotated[
        bool | None, typer.Option(help="Come out of wrap-up for a customer who finds nobody free, or not.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given of an agent; the rest stays."""
    if all_dealers and dealer:
        raise typer.BadParameter("give --dealer or --all-dealers, not both")
    given: dict[str, object] = {
        "name": name,
        "endpoint": endpoint,
        "skills": dict(map(_skill, skill)) if skill else None,
        "dealers": frozenset(dealer) if dealer else None,
        "rescue": rescue,
    }
    changes = {field: value for field, value in given.items() if value is not None}
    if all_dealers:
        changes["dealers"] = None
    if not changes:
        raise typer.BadParameter("nothing to change: give --name, --endpoint, --skill, --dealer or --rescue")
    answer = ask(agents.CHANGE_AGENT, AgentChanges.model_validate(changes), agent_id=agent_id)
    if as_json:
        show(answer)
        return
    skills = ", ".join(f"{each} {level}" for each, level in sorted(answer.skills.items()))
    dealers = "every dealer" if answer.dealers is None else ", ".join(answer.dealers)
    typer.echo(f"{answer.id}: {answer.name}, {answer.endpoint}, {skills or 'no skills'}, for {dealers}")


@agent_commands.command()
def remove(agent_id: AgentName, as_json: AsJson = False) -> None:
    """Forget an agent who is logged out; what became of the agent's calls stays."""
    answer = ask(agents.REMOVE_AGENT, agent_id=agent_id)
    if as_json:
        show(answer)
    else:
        typer.echo(f"{answer.id}: removed")


@agent_commands.command()
def login(
    agent_id: AgentName,
    campaign: Annotated[str | None, typer.Option(help="Work on this campaign's open line.")] = None,
    as_json: AsJson = False,
) -> None:
    """Log an agent in."""
    body = Login() if campaign is None else Login(campaign=ask_campaign_id(campaign))
    _tell(ask(agents.LOG_IN, body, agent_id=agent_id), as_json)


@agent_commands.command()
def logout(agent_id: AgentName, as_json: AsJson = False) -> None:
    """Log an agent out, after the present call."""
    _do(agents.LOG_OUT, agent_id, as_json)


@agent_commands.command()
def pause(
    agent_id: AgentName,
    reason: Annotated[str, typer.Option(help="One word, such as break or training.")] = "break",
    as_json: AsJson = False,
) -> None:
    """Pause an agent, after the present call."""
    body = Pause(reason=reason)
    _tell(ask(agents.PAUSE, body, agent_id=agent_id), as_json)


@agent_commands.command()
def resume(agent_id: AgentName, as_json: AsJson = False) -> None:
    """End an agent's pause."""
    _do(agents.RESUME, agent_id, as_json)


@agent_commands.command("wrap-up-done")
def wrap_up_done(agent_id: AgentName, as_json: AsJson = False) -> None:
    """End an agent's wrap-up before its time."""
    _do(agents.END_WRAP_UP, agent_id, as_json)


@agent_commands.command()
def call(agent_id: AgentName, as_json: AsJson = False) -> None:
    """Show whom an agent has on the line, and what became of earlier calls to them."""
    answer = ask(conversations.GET_PRESENT_CALL, agent_id=agent_id)
    if as_json:
        show(answer)
        return
    if answer.contact is None:
        typer.echo(f"{answer.call}: nobody whom a campaign rang")
        return
    who = answer.contact
    due = "" if who.due_on is None else f"{who.due_on:%d-%m-%Y}"
    rows = [
        ("campaign", answer.campaign),
        ("name", who.name),
        ("number", who.number),
        ("plate", who.plate),
        ("due", due),
        *(("also", conversations.car_told(car)) for car in who.cars if car.plate != who.plate),
        ("language", who.language),
    ]
    rows += [
        (f"{at_home(each.at):%d-%m-%Y %H:%M}", conversations.earlier_told(each)) for each in answer.earlier
    ]
    show_table(("", answer.call), rows, "")


@voicemail_commands.command("list")
def list_voicemails(
    dealer: Annotated[str | None, typer.Option(help="Only this dealer's.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the newest.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Show messages, newest first."""
    query = VoicemailQuery(limit=limit) if dealer is None else VoicemailQuery(dealer=dealer, limit=limit)
    answer = ask(calls.LIST_VOICEMAILS, query=query)
    show_list(
        answer,
        as_json,
        ("left", "dealer", "number", "seconds", "recording"),
        [
            (
                f"{at_home(message.left_at):%Y-%m-%d %H:%M}",
                message.dealer,
                message.number or "hidden",
                f"{message.seconds:.0f}{'' if message.complete else ' (cut short)'}",
                message.id,
            )
            for message in answer.voicemails
        ],
        "there are no messages",
    )


def _do(route: Route[Nothing, Nothing, AgentAnswer], agent_id: str, as_json: bool) -> None:
    _tell(ask(route, agent_id=agent_id), as_json)


def _tell(agent: AgentAnswer, as_json: bool) -> None:
    if as_json:
        show(agent)
    else:
        later = "" if agent.pending is None else f", {agent.pending} after this call"
        why = f" ({agent.reason})" if agent.state is AgentState.PAUSED and agent.reason else ""
        typer.echo(f"{agent.id} is {agent.state}{why}{later}")


def _skill(text: str) -> tuple[str, int]:
    name, _, level = text.partition("=")
    if not level.isdecimal():
        raise typer.BadParameter(f"{text!r} is no skill: write it as sales=8, the level from 1 to 10")
    return name, int(level)
