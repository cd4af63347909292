"""Kept connections against a server that sends exactly the bytes a test wants, when it wants them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.ari.http import HttpTransport
from app.ari.transport import Answer, Lane, LaneLimits, NoAnswer, Request
from tests.fakes.ari_server import PASSWORD, USER

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
GET = Request("GET", "/channels", None, Lane.NORMAL)
POST = Request("POST", "/channels/a/answer", None, Lane.NORMAL)
LANES = {lane: LaneLimits(connections=1, seconds=0.3) for lane in Lane}


class Server:
    """Answers the n-th connection with the n-th script, the last one for all that follow.

    A script is what to send after each request: bytes, or None to close the connection instead.
    """

    def __init__(self, *scripts: list[bytes | None]) -> None:
        self._scripts = scripts
        self.requests: list[bytes] = []
        self.connections = 0
        self.closed = asyncio.Event()
        self.release = asyncio.Event()
        self.release.set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[HttpTransport]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ari"
        async with server, HttpTransport(url, USER, PASSWORD, LANES) as transport:
            yield transport

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = self._scripts[min(self.connections, len(self._scripts) - 1)]
        self.connections += 1
        try:
            for answer in script:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                await self.release.wait()
                if answer is None:
                    return
                for at in range(len(answer)):
                    writer.write(answer[at : at + 1])
                    await asyncio.sleep(0)
            await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.closed.set()
            writer.close()


async def test_one_connection_carries_requests_one_after_another() -> None:
    server = Server([OK, OK, OK])
    async with server.serving() as transport:
        answers = [await transport.send(GET), await transport.send(POST), await transport.send(GET)]

    assert answers == [Answer(200, b"hi")] * 3
    assert server.connections == 1
    assert server.requests[0].startswith(b"GET /ari/channels HTTP/1.1\r\nHost: 127.0.0.1:")
    assert (
        b"Authorization: Basic ZmFrZTpuby1zZWNyZXQtaW4tYS10ZXN0\r\n" in server.requests[0]
    )  # pragma: allowlist secret
    assert b"Content-Length: 0\r\n" in server.requests[1]


async def test_a_body_goes_with_its_length() -> None:
    server = Server([OK])
    async with server.serving() as transport:
        await transport.send(Request("PUT", "/x", b'{"a": 1}', Lane.NORMAL))

    assert b"Content-Type: application/json\r\nContent-Length: 8\r\n\r\n" in server.requests[0]


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b"")),
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", Answer(404, b"")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, Answer(200, b"hi")),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3\r\n ho\r\n0\r\n\r\n",
            Answer(200, b"hi ho"),
        ),
    ],
)
async def test_every_shape_of_an_answer_is_read_and_the_connection_kept(answer: bytes, read: Answer) -> None:
    server = Server([answer, OK])
    async with server.serving() as transport:
        assert await transport.send(POST) == read
        assert await transport.send(POST) == Answer(200, b"hi")

    assert server.connections == 1


async def test_a_connection_that_asterisk_closes_after_its_answer_is_not_used_again() -> None:
    last = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"
    server = Server([last], [OK])
    async with server.serving() as transport:
        await transport.send(POST)
        await server.closed.wait()

        assert await transport.send(POST) == Answer(200, b"hi")

    assert server.connections == 2


async def test_a_kept_connection_that_ends_unanswered_is_no_answer_for_what_must_not_be_done_twice() -> None:
    server = Server([OK, None], [OK])
    async with server.serving() as transport:
        await transport.send(POST)

        with pytest.raises(NoAnswer):
            await transport.send(POST)

        assert await transport.send(POST) == Answer(200, b"hi")
    assert server.connections == 2


async def test_what_may_be_asked_twice_is_asked_again_when_a_kept_connection_ends_unanswered() -> None:
    server = Server([OK, None], [OK])
    async with server.serving() as transport:
        await transport.send(POST)

        assert await transport.send(GET) == Answer(200, b"hi")


@pytest.mark.parametrize("script", [[None], [OK[:-1] + b"", None], [b"garbage\r\n\r\n"], [b"HTTP/1.1 2"]])
async def test_a_new_connection_is_not_tried_again_and_no_answer_is_told(script: list[bytes | None]) -> None:
    server = Server(script)
    async with server.serving() as transport:
        with pytest.raises(NoAnswer):
            await transport.send(GET)

    assert server.connections == 1


async def test_an_answer_that_nobody_asked_for_ends_the_connection() -> None:
    server = Server([OK + OK], [OK])
    async with server.serving() as transport:
        await transport.send(POST)
        await server.closed.wait()

        assert await transport.send(POST) == Answer(200, b"hi")
    assert server.connections == 2


async def test_a_late_answer_is_never_taken_for_that_of_the_next_request() -> None:
    late = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate"
    server = Server([late], [OK])
    async with server.serving() as transport:
        server.release.clear()
        with pytest.raises(NoAnswer):
            await transport.send(POST)
        server.release.set()

        assert await transport.send(POST) == Answer(200, b"hi")
    assert server.connections == 2


async def test_whoever_is_cancelled_gives_the_turn_and_not_the_connection_to_the_next() -> None:
    server = Server([OK], [OK])
    async with server.serving() as transport:
        server.release.clear()
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(transport.send(POST))
            while not server.requests:
                await asyncio.sleep(0)
            second = tasks.create_task(transport.send(GET))
            await asyncio.sleep(0)
            first.cancel()
            server.release.set()

        assert second.result() == Answer(200, b"hi")
    assert server.connections == 2


def test_an_address_without_a_host_is_refused() -> None:
    with pytest.raises(ValueError, match="names no host"):
        HttpTransport("http:///ari", USER, PASSWORD)
