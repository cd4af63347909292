"""pyst2, fenced in: one connection, one action at a time, each with a time limit.

pyst2 itself waits for ever, matches answers to actions by order of arrival, and keeps headers of earlier actions. So it is
used by one thread only, with a fresh set of headers each time, and an object is thrown away after its first failure.
"""

import contextlib
import queue
import socket
from collections.abc import Callable, Mapping
from time import monotonic

from asterisk.manager import Manager, ManagerMsg

from app.ami.errors import AmiDown, AmiRefused
from app.ami.facts import Headers

_END = "\r\n"


class TimedManager(Manager):  # type: ignore[misc]  # pyst2 has no types
    """A connection for one life: `open` any number of `act` and `join`, all from one thread."""

    def __init__(self, heard: Callable[[Headers], None], ended: Callable[[], None]) -> None:
        """Prepare; `heard` gets each event's headers and `ended` is called once, both from threads of pyst2."""
        super().__init__()
        self._tcp: socket.socket | None = None
        self._ended = ended
        self.register_event("*", lambda event, _manager: heard(dict(event.headers)))

    def open(self, host: str, port: int, limit: float) -> None:
        """Connect and read the greeting.

        Raises:
            AmiDown: Nobody is there, or does not greet within `limit` seconds.
        """
        try:
            self._tcp = socket.create_connection((host, port), timeout=limit)
        except OSError as error:
            raise AmiDown(f"cannot connect: {error}") from error
        self._tcp.settimeout(None)
        self._sock = self._tcp.makefile(mode="rb")  # buffered: events come by the dozen a second
        self._connected.set()
        self._running.set()
        self.message_thread.start()
        self.event_dispatch_thread.start()
        self._next_response(limit)

    def act(self, action_id: str, action: str, fields: Mapping[str, str], limit: float) -> None:
        """Carry out one action; `action_id` is used once.

        Raises:
            AmiDown: The connection ended, or the answer did not come within `limit` seconds; `close` and begin anew.
            AmiRefused: Asterisk refuses it.
        """
        headers = {"Action": action, "ActionID": action_id, **fields}
        if any("\r" in value or "\n" in value for value in headers.values()):
            raise ValueError("a line break in a header")
        lines = [f"{name}: {value}" for name, value in headers.items()]
        if self._tcp is None:
            raise AmiDown("not connected")
        try:
            self._tcp.sendall((_END.join(lines) + 2 * _END).encode())
        except OSError as error:
            raise AmiDown(f"cannot send: {error}") from error
        answer = self._answer_to(action_id, limit)
        if answer.headers.get("Response") == "Error":
            # Some messages of Asterisk end in a line feed of their own; pyst2 takes such a line for no header.
            raise AmiRefused(action, answer.headers.get("Message") or answer.data.strip())

    def close(self) -> None:
        """Cut the connection, from any thread: who waits for an answer gets `AmiDown`, and pyst2's threads end."""
        tcp = getattr(self, "_tcp", None)
        if tcp is None:
            return
        with contextlib.suppress(OSError):
            tcp.shutdown(socket.SHUT_RDWR)
        tcp.close()

    def join(self, limit: float) -> None:
        """Close, and return when pyst2's threads have ended or after `limit` seconds for each."""
        self.close()  # also what an `open` made after the first `close`
        for thread in (self.message_thread, self.event_dispatch_thread):
            if thread.is_alive():
                thread.join(limit)

    def event_dispatch(self) -> None:
        """Hand events on until the connection ends, then tell, whoever waits for an answer included."""
        super().event_dispatch()
        self._response_queue.put(None)
        self._ended()

    def _answer_to(self, action_id: str, limit: float) -> ManagerMsg:
        deadline = monotonic() + limit
        while True:
            answer = self._next_response(deadline - monotonic())
            if answer.headers.get("ActionID") == action_id:
                return answer

    def _next_response(self, limit: float) -> ManagerMsg:
        try:
            response = self._response_queue.get(timeout=max(limit, 0.0))
        except queue.Empty:
            raise AmiDown("no answer in time") from None
        if response is None:
            raise AmiDown("connection ended")
        return response
