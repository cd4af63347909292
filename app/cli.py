"""The command `dealerlijn`."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.asterisk.installation import TELEPHONY
from app.cli_agents import agent_commands, voicemail_commands
from app.cli_calls import call_commands, queue_commands
from app.cli_campaigns import campaign_commands
from app.cli_capacity import capacity_commands
from app.cli_config import Places, check_all
from app.cli_consents import consent_commands, objection_commands
from app.cli_contacts import contact_commands
from app.cli_doctor import examine
from app.cli_frame import AsJson, Exit, end, new_commands, opened, show_table
from app.cli_pacing import pacing_commands
from app.cli_previews import preview_commands
from app.cli_simulate import simulate_commands
from app.cli_telephony import telephony_commands
from app.settings import read_database_url, read_settings

commands = new_commands(
    "Dealerlijn: the telephone side of a contact centre for car dealers.\n\n"
    "Exit codes: 0 done, 1 refused or faults found, 2 called the wrong way, 3 settings are wrong, "
    "4 the program or the database does not answer."
)
commands.add_typer(agent_commands, name="agent")
commands.add_typer(call_commands, name="call")
commands.add_typer(queue_commands, name="queue")
commands.add_typer(campaign_commands, name="campaign")
commands.add_typer(capacity_commands, name="capacity")
commands.add_typer(consent_commands, name="consent")
commands.add_typer(objection_commands, name="objection")
commands.add_typer(contact_commands, name="contacts")
commands.add_typer(pacing_commands, name="pacing")
commands.add_typer(preview_commands, name="preview")
commands.add_typer(simulate_commands, name="simulate")
commands.add_typer(telephony_commands, name="telephony")
commands.add_typer(voicemail_commands, name="voicemail")


@commands.command()
def serve() -> None:
    """Run the program, with the settings of the environment."""
    # Only this command and the next need the whole program.
    from app.main import CannotRun
    from app.main import serve as run_program

    try:
        run_program(read_settings())
    except CannotRun as error:
        end(str(error), Exit.REFUSED)


@commands.command()
def demo(
    seconds: Annotated[int | None, typer.Option(min=1, help="Stop by itself after so long.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed brings the same people.")] = 1,
    ports: Annotated[
        int, typer.Option(help="The first of a thousand free ports.", min=1024, max=60000)
    ] = 25000,
) -> None:
    """Run a demo dealer with simulated people on a real Asterisk."""
    from app.demo import demo as run_demo
    from app.main import CannotRun

    try:
        run_demo(seconds, seed, ports)
    except CannotRun as error:
        end(str(error), Exit.REFUSED)


@commands.command()
def migrate() -> None:
    """Make the database's tables, or bring them up to this version."""
    asyncio.run(_migrate(read_database_url()))
    typer.echo("the database is up to date")


@commands.command("check-config")
def check_config(
    etc: Annotated[Path, typer.Option(help="Where Asterisk has its files.")] = Path("/etc/asterisk"),
    telephony: Annotated[
        Path, typer.Option(help="The file that Asterisk's files are made from.")
    ] = TELEPHONY,
    passwords: Annotated[
        Path | None, typer.Option(help="The file of passwords; not given: passwords.toml beside it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare what you wrote (environment, dealers, telephony, passwords) with Asterisk's files, the prompts and the
    agents in the database; tell every fault at once.
    """
    places = Places(etc, telephony, passwords or telephony.with_name("passwords.toml"))
    findings = asyncio.run(check_all(places))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    for finding in [] if as_json else findings:
        place = f"{finding.file}: {finding.key}" if finding.key else finding.file
        wanted = f", expected {finding.expected}" if finding.expected else ""
        typer.echo(f"{place}: {finding.found}{wanted}: {finding.remedy}")
    if findings:
        raise typer.Exit(Exit.REFUSED)
    if not as_json:
        typer.echo("everything fits")


@commands.command()
def doctor(as_json: AsJson = False) -> None:
    """Look whether everything is there that the program needs."""
    findings = asyncio.run(examine())
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        rows = [
            (finding.subject, "well" if finding.well else "NOT WELL", finding.told) for finding in findings
        ]
        show_table(("subject", "", "what was found"), rows, "")
    if not all(finding.well for finding in findings):
        raise typer.Exit(Exit.REFUSED)


def main() -> None:
    """The entry point."""
    commands(prog_name="dealerlijn")


async def _migrate(url: str) -> None:
    async with opened(url) as database:
        await database.migrate()


if __name__ == "__main__":
    main()
