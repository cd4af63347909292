"""Open lines on a bed of their own, and what tests tell and ask of them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count

from app.lines import OpenLines
from calls.commands import Command
from calls.facts import Fact
from calls.ids import CallId, LegId, leg_mark, line_leg
from calls.legs import HoldChanged, LegArrived, LegEnded, LegLeft
from calls.words import AgentState, HangupCause
from tests.fakes.virtual_time import settle
from tests.unit.app.bed import Bed
from tests.unit.app.people import ANNA, APK, agent, call_id

LOGGED_OUT = agent(ANNA, AgentState.LOGGED_OUT)


class Customer:
    """A call that an agent on a line talks to; notes what it is told."""

    call_id = call_id(1)
    ended = False

    def __init__(self) -> None:
        self.heard: list[object] = []

    def legs(self) -> Sequence[LegId]:
        return ()

    def failed(self, at: datetime) -> Sequence[Fact]:
        return ()

    def handle(self, fact: object) -> Sequence[Command]:
        self.heard.append(fact)
        return ()


def lines_of(bed: Bed, *, begun: bool = True) -> OpenLines:
    numbers = count(101)
    lines = OpenLines(
        bed.desk, bed.supervisor, bed.executor, bed.clock, lambda: call_id(next(numbers)), bed.endpoint_of
    )
    bed.journal.observe("open lines", lines.on_fact)
    if begun:
        lines.open_missing()
    return lines


def dialled(bed: Bed) -> list[CallId]:
    legs = [
        request.split("/")[2].split("?")[0] for request in bed.asterisk.asked("POST /channels/", "endpoint=")
    ]
    return [mark.call_id for leg in legs if (mark := leg_mark(leg)) is not None]


def tell(bed: Bed, fact: LegArrived | LegEnded | LegLeft | HoldChanged) -> None:
    session = bed.supervisor.owner(fact.leg_id)
    assert session is not None
    session.deliver(fact)


def answered(bed: Bed, line: CallId) -> LegArrived:
    return LegArrived(bed.clock.now(), line_leg(line), "line", "", "")


def gone(bed: Bed, line: CallId) -> LegEnded:
    return LegEnded(bed.clock.now(), line_leg(line), HangupCause.NORMAL)


async def at_work(bed: Bed) -> CallId:
    """Anna has logged in to the campaign and answered her phone; her line."""
    bed.desk.login(ANNA, APK)
    await settle()
    (line,) = dialled(bed)
    tell(bed, answered(bed, line))
    await settle()
    return line


def a_line_of_annas(bed: Bed) -> None:
    """Call 7 is her line, and up."""
    lines = lines_of(bed, begun=False)
    lines.adopt(call_id(7), ANNA, APK)
    lines.open_missing()


def hold(bed: Bed, line: CallId, on_hold: bool) -> HoldChanged:
    return HoldChanged(bed.clock.now(), line_leg(line), on_hold)
