"""Asking the register over HTTP: many plates in one question, a few questions at once, each with a time limit."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count

import aiohttp

from app.rdw.answers import COLUMNS, decode
from app.rdw.retries import TooOften, pause_seconds
from app.settings import RdwAccess
from customers.errors import RegisterError, RegisterNonsense, RegisterRefused, RegisterUnreachable
from customers.plate import Plate
from customers.vehicle import UnreadableVehicle, Vehicle

# A question is an address, and addresses have a length that servers bear.
PLATES_IN_QUESTION = 100
QUESTIONS_AT_ONCE = 4
_LIMIT_SECONDS = 10.0
_MAX_BYTES = 1 << 20
_LATER = "ask again later; what is known of the vehicles stays"


class RdwRegister:
    """The register at one address; made by `open_register`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        access: RdwAccess,
        sleep: Callable[[float], Awaitable[None]],
        limit_seconds: float,
    ) -> None:
        self._session = session
        self._access = access
        self._sleep = sleep
        self._limit = aiohttp.ClientTimeout(total=limit_seconds)
        self._gate = asyncio.Semaphore(QUESTIONS_AT_ONCE)
        self._chance = random.Random()

    async def look_up(self, plates: Sequence[Plate]) -> dict[Plate, Vehicle | UnreadableVehicle]:
        """Return the answers about these plates, all or none. Raises RegisterError."""
        try:
            async with asyncio.TaskGroup() as group:
                questions = [
                    group.create_task(self._ask(plates[start : start + PLATES_IN_QUESTION]))
                    for start in range(0, len(plates), PLATES_IN_QUESTION)
                ]
        except* RegisterError as errors:
            error = errors
        else:
            return {plate: vehicle for each in questions for plate, vehicle in each.result().items()}
        raise _first(error)

    async def _ask(self, plates: Sequence[Plate]) -> dict[Plate, Vehicle | UnreadableVehicle]:
        async with self._gate:
            for tries in count(1):
                try:
                    return decode(await self._fetch(plates), plates)
                except RegisterError as error:
                    pause = pause_seconds(error, tries, self._chance.random())
                    if pause is None:
                        raise
                await self._sleep(pause)
        raise AssertionError("counting has no end")

    async def _fetch(self, plates: Sequence[Plate]) -> bytes:
        # A plate has one row, so that all rows fit on the one page. Plates hold letters and digits: nothing to escape.
        query = {
            "$select": ",".join(COLUMNS),
            "$where": f"kenteken in({','.join(map(repr, plates))})",
            "$limit": str(len(plates)),
        }
        headers = {"X-App-Token": self._access.app_token} if self._access.app_token else {}
        try:
            async with self._session.get(
                self._access.url, params=query, headers=headers, timeout=self._limit, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise self._translated(response)
                return await _body(response)
        except TimeoutError as error:
            raise RegisterUnreachable(
                f"the register at {self._access.url} gave no answer in time", _LATER
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise RegisterUnreachable(
                f"the register at {self._access.url} is out of reach ({type(error).__name__})", _LATER
            ) from error

    def _translated(self, response: aiohttp.ClientResponse) -> RegisterError:
        match response.status:
            case 429:
                wait = response.headers.get("Retry-After", "")
                return TooOften(float(wait) if wait.isascii() and wait.isdigit() else None)
            case 401 | 403:
                return RegisterRefused(
                    f"the register does not let us in ({response.status})",
                    "correct DEALERLIJN_RDW_APP_TOKEN, or leave it out",
                )
            case status if status >= 500:
                return RegisterUnreachable(f"the register has a fault of its own ({status})", _LATER)
            case status:
                return RegisterRefused(
                    f"the register at {self._access.url} does not know the question ({status})",
                    "correct DEALERLIJN_RDW_URL",
                )


@asynccontextmanager
async def open_register(
    access: RdwAccess,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    limit_seconds: float = _LIMIT_SECONDS,
) -> AsyncIterator[RdwRegister]:
    """The register; no connection is made before it is asked. `sleep` waits between tries."""
    async with aiohttp.ClientSession() as session:
        yield RdwRegister(session, access, sleep, limit_seconds)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for part in response.content.iter_any():
        body += part
        if len(body) > _MAX_BYTES:
            raise RegisterNonsense(
                "the register's answer is far too long", "see that DEALERLIJN_RDW_URL is its data set"
            )
    return bytes(body)


def _first(group: BaseExceptionGroup[RegisterError]) -> RegisterError:
    """One of the errors of a group; they are about the same server."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
