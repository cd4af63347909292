"""The command line, called as a person calls it, with no other settings than those given."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from typer.testing import CliRunner, Result

from app.cli import commands
from app.settings import VARIABLES
from tests.integration.console.bed import TOKEN, Bed


def call(settings: Mapping[str, str], *words: str) -> Result:
    nothing = {variable: None for name in VARIABLES for variable in (name, f"{name}_FILE")}
    return CliRunner().invoke(commands, list(words), env={**nothing, "COLUMNS": "200", **settings})


async def call_beside(bed: Bed, *words: str, more: Mapping[str, str] = MappingProxyType({})) -> Result:
    """Call while the API of the bed runs, with `more` settings than the bed's."""
    host, _, port = bed.url.removeprefix("http://").rpartition(":")
    settings = {
        "DEALERLIJN_HTTP_HOST": host,
        "DEALERLIJN_HTTP_PORT": port,
        "DEALERLIJN_API_TOKEN": TOKEN,
        "DEALERLIJN_DATABASE_URL": str(bed.database.engine.url).replace("+aiosqlite", ""),
        **more,
    }
    return await asyncio.to_thread(call, settings, *words)
