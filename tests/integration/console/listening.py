"""Serving an application at an address, as the program does: reserved first, then answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from app.console.server import reserved, serve


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Answer until the block is left; gives the address."""
    with reserved(host, port) as bound:
        async with serve(app, bound) as url:
            yield url
