"""A manager interface that says what a test wants: scripted answers, events at any time, and silence."""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

CONTACTS = """\
Response: Success
ActionID: {id}
EventList: start

Event: ContactList
ActionID: {id}
ObjectName: agent1;@@0123
Endpoint: agent1
Status: Reachable
RoundtripUsec: 1500

Event: ContactListComplete
ActionID: {id}
EventList: Complete
ListItems: 1

"""

REGISTRATIONS = """\
Response: Success
ActionID: {id}
EventList: start

Event: OutboundRegistrationDetail
ActionID: {id}
ObjectName: trunk
ClientUri: sip:dealer@127.0.0.1
Status: Registered

Event: AuthDetail
ActionID: {id}
Password: no-secret-in-a-test

Event: OutboundRegistrationDetailComplete
ActionID: {id}
EventList: Complete
ListItems: 1

"""

ENTRIES = """\
Response: Success
ActionID: {id}
EventList: start

Event: DBGetTreeResponse
ActionID: {id}
Key: /dealerlijn/1770.1/caller
Val: 2026 +31 06

Event: DBGetTreeResponse
ActionID: {id}
Key: /dealerlijn/1770.1/ended
Val:

Event: DBGetTreeComplete
ActionID: {id}
EventList: Complete
ListItems: 2

"""

DONE = "Response: Success\nActionID: {id}\n\n"
NO_CONTACTS = "Response: Error\nActionID: {id}\nMessage: No Contacts found\v\n\n"
"""With a bare line feed (written as a vertical tab here) inside, as Asterisk sends it."""
REFUSED = "Response: Error\nActionID: {id}\nMessage: {message}\n\n"
BOOTED = "Event: FullyBooted\nPrivilege: system,all\nStatus: Fully Booted\n\n"


@dataclass(slots=True)
class FakeAmi:
    """The server; use as an async context manager, then it listens on `port`."""

    script: dict[str, str] = field(
        default_factory=lambda: {
            "Login": DONE + BOOTED,
            "PJSIPShowContacts": CONTACTS,
            "PJSIPShowRegistrationsOutbound": REGISTRATIONS,
            "Ping": DONE,
            "Reload": DONE,
            "AbsoluteTimeout": DONE,
        }
    )
    """What answers each action; an action that is not here gets no answer."""
    greeting: str = "Asterisk Call Manager/11.0.0\n"
    actions: list[dict[str, str]] = field(default_factory=list)
    """Every action received, in order."""
    port: int = 0
    _server: asyncio.Server | None = None
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.drop()
        await self._server.wait_closed()

    def say(self, text: str) -> None:
        """Send lines, such as an event, to every connection."""
        for writer in self._writers:
            writer.write(_wire(text))

    def drop(self) -> None:
        """Reset every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        writer.write(_wire(self.greeting))
        try:
            while True:
                block = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                action = dict(line.split(": ", 1) for line in block if line)
                self.actions.append(action)
                answer = self.script.get(action["Action"], "").replace("{id}", action["ActionID"])
                writer.write(_wire(answer))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def _wire(text: str) -> bytes:
    return text.replace("\n", "\r\n").replace("\v", "\n").encode()
