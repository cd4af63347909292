"""`dealerlijn telephony …`: asked of the running program."""

from typing import Annotated

import typer

from app.cli_ask import ask, show
from app.cli_frame import AsJson, new_commands, show_table
from app.console import telephony
from app.console.telephony import Reload, TrunkAnswer
from calls.words import ReloadModule

telephony_commands = new_commands()


@telephony_commands.command()
def status(as_json: AsJson = False) -> None:
    """Show the phones, the trunk registrations and the ways to Asterisk."""
    answer = ask(telephony.SHOW_TELEPHONY)
    if as_json:
        show(answer)
        return
    echo = "" if answer.echo_seconds is None else f", an event comes back in {answer.echo_seconds:.3f} s"
    rows = [
        ("calls (ARI)", answer.node, f"live{echo}" if answer.ari_live else "OUT OF REACH"),
        ("manager (AMI)", answer.node, "live" if answer.ami_live else "OUT OF REACH"),
        ("trunk", answer.trunk.name, _of_trunk(answer.trunk)),
        *(
            ("trunk", each.client, "registered" if each.registered else "NOT REGISTERED")
            for each in answer.registrations
        ),
        *(("phone", phone.name, phone.state) for phone in answer.phones),
    ]
    show_table(("what", "name", "state"), rows, "")


def _of_trunk(trunk: TrunkAnswer) -> str:
    state = trunk.state.upper() if trunk.state == "unreachable" else trunk.state
    return f"{state}, REFUSES CALLS" if trunk.refuses else state


@telephony_commands.command()
def reload(
    module: Annotated[ReloadModule, typer.Argument(help="What Asterisk is to read again.")],
    as_json: AsJson = False,
) -> None:
    """Let Asterisk read its configuration of one kind again; calls go on."""
    answer = ask(telephony.RELOAD_TELEPHONY, Reload(module=module))
    if as_json:
        show(answer)
    else:
        typer.echo(f"Asterisk has read {answer.module} again")
