"""`dealerlijn call …` and `dealerlijn queue list`: asked of the running program."""

from datetime import datetime
from typing import Annotated

import typer

from app.cli_ask import ask, show, show_list
from app.cli_frame import AsJson, at_home, new_commands, typed
from app.console import calls
from app.console.calls import NewDisposition
from calls.words import Direction

call_commands = new_commands()
queue_commands = new_commands()


@call_commands.command("list")
def list_calls(as_json: AsJson = False) -> None:
    """Show every call that lives."""
    answer = ask(calls.LIST_CALLS)
    show_list(
        answer,
        as_json,
        ("id", "direction", "phase", "since", "department", "campaign", "agent", "number"),
        [
            (
                call.id,
                call.direction,
                call.phase,
                f"{at_home(call.since):%H:%M:%S}",
                call.department or "",
                call.campaign or "",
                call.agent or "",
                told_number(call.direction, call.number),
            )
            for call in answer.calls
        ],
        "nobody is on the phone",
    )


def told_number(direction: Direction, number: str | None) -> str:
    """Only a caller hides the number: of a campaign's call it is not told."""
    return number or ("hidden" if direction is Direction.INBOUND else "")


@call_commands.command("disposition")
def record_disposition(
    call: Annotated[str, typer.Argument(metavar="CALL", help="The call's id.")],
    word: Annotated[str, typer.Argument(metavar="WORD", help="How it ended, such as booked or objection.")],
    agent: Annotated[str, typer.Option(help="The agent who had the call.")],
    note: Annotated[str, typer.Option(help="A note for colleagues.")] = "",
    until: Annotated[
        datetime | None,
        typer.Option(
            help="When the customer wants another call, or before when none, by the clock in the Netherlands."
        ),
    ] = None,
    reference: Annotated[str, typer.Option(help="Of a booking.")] = "",
    language: Annotated[str, typer.Option(help="The skill that the next agent needs.")] = "",
    answers: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="QUESTION=ANSWER", help="To a question of the script."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record how a conversation ended; an objection is in force at once."""
    body = NewDisposition(
        agent=agent,
        disposition=word,
        note=note,
        until=typed(until),
        reference=reference,
        language=language,
        answers=dict(map(_answer, answers or ())),
    )
    answer = ask(calls.RECORD_DISPOSITION, body, call_id=call)
    if as_json:
        show(answer)
        return
    typer.echo(f"{answer.call}: {answer.disposition}, by {answer.agent}")


@call_commands.command("hang-up")
def hang_up(
    call: Annotated[str, typer.Argument(metavar="CALL", help="The call's id.")], as_json: AsJson = False
) -> None:
    """End the customer's part of a conversation; the agent's open line stays."""
    answer = ask(calls.HANG_UP, call_id=call)
    if as_json:
        show(answer)
        return
    typer.echo(f"{answer.call}: ended for {answer.agent}")


@queue_commands.command("list")
def list_queues(as_json: AsJson = False) -> None:
    """Show every queue."""
    answer = ask(calls.LIST_QUEUES)
    show_list(
        answer,
        as_json,
        ("dealer", "department", "waiting", "longest wait"),
        [
            (queue.dealer, queue.department, str(queue.length), f"{queue.longest_wait_seconds:.0f} s")
            for queue in answer.queues
        ],
        "no queue has been used yet",
    )


def _answer(text: str) -> tuple[str, str]:
    question, equals, answer = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"{text!r} will not do: write it as QUESTION=ANSWER, such as mileage=84000")
    return question, answer
