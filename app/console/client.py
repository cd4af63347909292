"""The API's client: the same routes, asked from outside."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from pydantic import ValidationError

from app.console.errors import ApiRefused, ApiUnreachable
from app.console.routes import WHO_HEADER, Answer, Body, Query, Route
from app.console.told import READY_PATH, Problem, Readiness
from app.settings import ApiAccess

_SECONDS = 15.0


class ApiClient:
    """Asks the API at one address; made by `open_client`."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def ask(
        self,
        route: Route[Body, Query, Answer],
        body: Body | None = None,
        query: Query | None = None,
        **names: str,
    ) -> Answer:
        """Ask one operation; `names` fill its path. Raises ApiUnreachable, ApiRefused."""
        data = None if body is None else body.model_dump_json(exclude_unset=True)
        parameters = {} if query is None else query.model_dump(mode="json", exclude_unset=True)
        status, text = await self._send(route.method, route.filled_path(names), data, parameters)
        try:
            if status == route.status:
                return route.answer.model_validate_json(text)
            problem = Problem.model_validate_json(text)
        except ValidationError as error:
            raise ApiUnreachable(self._url, "something else answers there") from error
        raise ApiRefused(problem)

    async def readiness(self) -> Readiness:
        """Whether the program can take calls; needs no token. Raises ApiUnreachable."""
        _, text = await self._send("GET", READY_PATH, None, {})
        try:
            return Readiness.model_validate_json(text)
        except ValidationError as error:
            raise ApiUnreachable(self._url, "something else answers there") from error

    async def _send(
        self, method: str, path: str, data: str | None, parameters: Mapping[str, str | int]
    ) -> tuple[int, str]:
        headers = {} if data is None else {"Content-Type": "application/json"}
        try:
            async with self._session.request(
                method, self._url + path, data=data, params=parameters, headers=headers
            ) as response:
                return response.status, await response.text()
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError) as error:
            raise ApiUnreachable(self._url, type(error).__name__) from error


@asynccontextmanager
async def open_client(access: ApiAccess, who: str, *, seconds: float = _SECONDS) -> AsyncIterator[ApiClient]:
    """A client that acts in the name of `who` and waits so long for an answer; a plan may take a minute."""
    headers = {"Authorization": f"Bearer {access.token}", WHO_HEADER: who}
    timeout = aiohttp.ClientTimeout(total=seconds)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        yield ApiClient(session, access.url)


def ask_once(
    access: ApiAccess,
    who: str,
    route: Route[Body, Query, Answer],
    body: Body | None,
    query: Query | None,
    names: Mapping[str, str],
) -> Answer:
    """Ask one operation in the name of `who`, for those who have no event loop. Raises ApiUnreachable, ApiRefused."""

    async def asking() -> Answer:
        async with open_client(access, who) as client:
            return await client.ask(route, body, query, **names)

    return asyncio.run(asking())


async def fetch_metrics(url: str) -> str:
    """The text of /metrics of the program at `url`. Raises ApiUnreachable."""
    limit = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(f"{url}/metrics") as response:
            return await response.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ApiUnreachable(url, type(error).__name__) from error
