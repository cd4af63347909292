"""What a command imports, in an interpreter of its own: whoever types it waits for that, each time."""

import json
import os
import subprocess
import sys

import pytest
from typer.main import get_group

from app.cli import commands
from app.settings import VARIABLES
from tests.ports import free_port

IMPORTED = """
import json, sys
from app.cli import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
SERVER = {"sqlalchemy", "alembic", "holidays", "aiohttp.web", "app.control", "app.wiring"}
PARTS = sorted(get_group(commands).commands)


def imported(*words: str, **settings: str) -> set[str]:
    """The modules that are loaded once the command has ended."""
    ours = {variable for name in VARIABLES for variable in (name, f"{name}_FILE")}
    ended = subprocess.run(
        [sys.executable, "-c", IMPORTED, *words],
        env={name: value for name, value in os.environ.items() if name not in ours} | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return set(json.loads(ended.stderr.splitlines()[-1]))


def completed(*words: str) -> set[str]:
    """The modules that are loaded once a shell was told what may follow these words."""
    return imported(
        _DEALERLIJN_COMPLETE="complete_bash",
        COMP_WORDS=" ".join(("dealerlijn", *words)),
        COMP_CWORD=str(len(words)),
    )


def ours(modules: set[str]) -> set[str]:
    return {module for module in modules if module.startswith("app.")}


def test_the_list_of_commands_is_shown_without_importing_any() -> None:
    help_shown, word_completed = imported("--help"), completed("a")

    assert (
        ours(help_shown)
        == ours(word_completed)
        == {"app.cli", "app.cli_frame", "app.asterisk", "app.asterisk.places"}
    )
    assert (SERVER | {"pydantic", "numpy", "asyncio"}) & help_shown == set()


@pytest.mark.parametrize("part", PARTS)
def test_no_help_of_a_command_imports_the_database_or_the_server(part: str) -> None:
    modules = imported(part, "--help")

    assert "app.cli_frame" in modules
    assert SERVER & modules == set()


@pytest.mark.parametrize(
    ("part", "module"),
    [("agent", "app.cli_agents"), ("contacts", "app.cli_contacts"), ("simulate", "app.cli_simulate")],
)
def test_completing_a_command_imports_neither_database_nor_server(part: str, module: str) -> None:
    modules = completed(part, "")

    assert module in modules
    assert SERVER & modules == set()


@pytest.mark.parametrize(
    "words", ["agent pause anna", "campaign list", "pacing explain apk-may", "preview show anna"]
)
def test_a_command_that_asks_the_program_imports_neither_database_nor_server(words: str) -> None:
    modules = imported(*words.split(), DEALERLIJN_API_TOKEN="x" * 32, DEALERLIJN_HTTP_PORT=str(free_port()))

    assert "app.console.client" in modules
    assert SERVER & modules == set()


@pytest.mark.parametrize(
    "words",
    [
        "simulate --hours 0.1 --agents 1 --seeds 1",
        "simulate what-if --hours 0.1 --agents 1 --seeds 1 --contacts 5",
    ],
)
def test_a_simulation_without_a_campaign_imports_no_database(words: str) -> None:
    modules = imported(*words.split())

    assert "simulation.campaign_day" in modules
    assert SERVER & modules == set()
