"""Asterisk's control socket: one command line in, its printed answer out."""

import asyncio
from pathlib import Path

from app.asterisk.errors import AsteriskGone

COMMAND_SECONDS = 10.0
ANSWER_BYTES = 8 * 1024 * 1024


class ControlSocket:
    """Speaks the remote console's protocol, one connection for each command."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def command(self, line: str, limit: float = COMMAND_SECONDS) -> str:
        """What the CLI command prints. Raises AsteriskGone when nothing answers within `limit` seconds."""
        try:
            async with asyncio.timeout(limit):
                return await self._exchange(line)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise AsteriskGone(f"no answer on {self._path}: {error or type(error).__name__}") from error

    async def _exchange(self, line: str) -> str:
        reader, writer = await asyncio.open_unix_connection(str(self._path), limit=ANSWER_BYTES)
        try:
            await reader.readuntil(b"\n")
            # "cli quit after", first in the packet, makes Asterisk close the connection when the answer is complete.
            writer.write(b"cli quit after " + line.encode() + b"\0")
            await writer.drain()
            return (await reader.read()).decode(errors="replace")
        finally:
            writer.close()
