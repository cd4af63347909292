"""The command `dealerlijn`: each part of it is imported when it is asked for, so that a technician does not wait for the rest."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from app.asterisk.places import TELEPHONY
from app.cli_frame import AsJson, Exit, Guarded, Later, end, importing, new_commands, show_table

# The help of each part, and where its commands are.
_PARTS = {
    "agent": ("Agents: who they are and what they do now.", "app.cli_agents:agent_commands"),
    "call": ("The calls that live now, and how conversations ended.", "app.cli_calls:call_commands"),
    "queue": ("The customers who wait.", "app.cli_calls:queue_commands"),
    "campaign": (
        "Campaigns: setting up, starting, stopping and pacing.",
        "app.cli_campaigns:campaign_commands",
    ),
    "capacity": (
        "Capacity: the places in the workshop, which campaigns follow.",
        "app.cli_capacity:capacity_commands",
    ),
    "consent": (
        "Consents: what people agreed to and took back. Entries are only ever added.",
        "app.cli_consents:consent_commands",
    ),
    "objection": ("Objections: numbers that are never called again.", "app.cli_consents:objection_commands"),
    "contacts": ("Contacts: the lists that campaigns call.", "app.cli_contacts:contact_commands"),
    "pacing": ("Pacing: what was decided, and why.", "app.cli_pacing:pacing_commands"),
    "preview": ("Preview: an agent's next contact, before the call.", "app.cli_previews:preview_commands"),
    "simulate": (
        "Simulated campaign days: how pacing does, and what a plan would bring.",
        "app.cli_simulate:simulate_commands",
    ),
    "telephony": (
        "Telephony: phones, trunk and the ways to Asterisk.",
        "app.cli_telephony:telephony_commands",
    ),
    "voicemail": ("Messages that callers left.", "app.cli_agents:voicemail_commands"),
}


class AllCommands(Guarded):
    """The commands of this file, and those of the parts."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, (told, place) in _PARTS.items():
            self.add_command(Later(name, told, place))


commands = new_commands(
    "Dealerlijn: the telephone side of a contact centre for car dealers.\n\n"
    "Exit codes: 0 done, 1 refused or faults found, 2 called the wrong way, 3 settings are wrong, "
    "4 the program or the database does not answer.",
    AllCommands,
)


@commands.command()
def serve() -> None:
    """Run the program, with the settings of the environment."""
    from app.settings import read_settings

    settings = read_settings()
    with importing():
        from app.main import CannotRun
        from app.main import serve as run_program

    try:
        run_program(settings)
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
    with importing():
        from app.demo import demo as run_demo
        from app.main import CannotRun

    try:
        run_demo(seconds, seed, ports)
    except CannotRun as error:
        end(str(error), Exit.REFUSED)


@commands.command()
def migrate() -> None:
    """Make the database's tables, or bring them up to this version."""
    import asyncio

    from app.settings import read_database_url

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
    import asyncio

    from app.cli_config import Places, check_all

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
    import asyncio

    from app.cli_doctor import examine

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
    from app.storage.database import opened

    async with opened(url) as database:
        await database.migrate()


if __name__ == "__main__":
    main()
