"""Draws the life cycles in docs/ARCHITECTURE.md as mermaid diagrams, from the program itself.

    python -m docs.draw_life [--check]

Two life cycles are tables and are read off. The two flows are functions and are walked: every fact that may matter is fed to
every state that is reached. What leaves a state as it is, is not drawn. With `--check` nothing is written, and a file that
is no longer true ends with status 1.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from app.dealers import Dealer, load_dealers
from calls.commands import Command, SetTimer
from calls.ids import AgentId, CallId, CampaignId, ContactId, LegId, bridge_of
from calls.legs import (
    DigitPressed,
    LegArrived,
    LegEnded,
    LegLeft,
    PeopleJoined,
    PromptFinished,
    RecordingStopped,
    TimerExpired,
)
from calls.words import Department, HangupCause
from dialer.life import LIFE as ATTEMPT_LIFE
from ivr import flow as ivr_flow
from ivr.hours import Opening, OpeningReason
from ivr.recognition import CallerLookedUp, Recognised
from routing import flow as routing_flow
from routing.agent import LIFE as AGENT_LIFE

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "ARCHITECTURE.md"
NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
CALL = CallId("n1" + "0" * 26)
CALLER = LegId("caller")
AGENT = AgentId("anna")

Edge = tuple[str, str, str]
State = TypeVar("State")
State_co = TypeVar("State_co", covariant=True)
Fact = TypeVar("Fact")


class Step(Protocol[State_co]):
    """What a flow gives: the state after a fact, and what to do."""

    @property
    def state(self) -> State_co:
        """The state."""
        ...

    @property
    def commands(self) -> tuple[Command, ...]:
        """What to do."""
        ...


def agent_life() -> str:
    """An agent's state."""
    edges = ((before, trigger, after) for before, row in AGENT_LIFE.items() for trigger, after in row.items())
    return mermaid(edges, "logged_out")


def attempt_life() -> str:
    """An outbound attempt."""
    edges = ((before, trigger, after) for (before, trigger), after in ATTEMPT_LIFE.items())
    return mermaid(edges, "committed")


def ivr_life() -> str:
    """A call before the queue, when the dealer is open and when closed."""
    plan = _dealer().entry
    known = next(iter(plan.menu.choices))
    unknown = next(key for key in "*#9" if key not in plan.menu.choices)

    returns = Recognised(CampaignId("apk"), ContactId(1), Department.WORKSHOP)

    def facts(ivr: ivr_flow.Ivr, clocks: Iterable[str]) -> Iterator[tuple[str, ivr_flow.IvrFact]]:
        yield "recognised or not", CallerLookedUp(NOW, None)
        yield "recognised or not", CallerLookedUp(NOW, returns)
        yield "key of the menu", DigitPressed(NOW, CALLER, known)
        yield "another key", DigitPressed(NOW, CALLER, unknown)
        if ivr.playing is not None:
            yield "prompt ends", PromptFinished(NOW, CALLER, ivr.playing)
        yield "recording ends", RecordingStopped(NOW, ivr.recording_id, 30.0)
        yield from ((kind_of_clock(name), TimerExpired(NOW, name)) for name in clocks)
        yield "caller hangs up", LegEnded(NOW, CALLER, HangupCause.NORMAL)
        yield "caller leaves for the dialplan", LegLeft(NOW, CALLER)

    edges: list[Edge] = []
    for is_open in (True, False):
        opening = Opening(is_open, OpeningReason.WEEKLY, None, None)
        begun = ivr_flow.start(plan, CALL, CALLER, None, opening, NOW, looks_up=is_open)
        edges += walked(
            begun, facts, ivr_flow.step, lambda ivr: ivr.stage, lambda ivr: (ivr.misses, ivr.recognised)
        )
    return mermaid(edges, "looking_up", "greeting", "closed")


def routing_life() -> str:
    """A call from the queue on."""
    plan = _dealer().queues[Department.SALES]

    def facts(
        call: routing_flow.RoutedCall, clocks: Iterable[str]
    ) -> Iterator[tuple[str, routing_flow.RoutingFact]]:
        yield "agent chosen", routing_flow.AgentChosen(NOW, AGENT, "")
        yield "agent gone", routing_flow.AgentGone(NOW, AGENT)
        if call.offer is not None:
            leg = call.offer.leg_id
            yield "agent answers", LegArrived(NOW, leg, "offered", leg, "")
            yield "agent hangs up", LegEnded(NOW, leg, HangupCause.NORMAL)
        yield "both in the bridge", PeopleJoined(NOW, bridge_of(CALL))
        yield from ((kind_of_clock(name), TimerExpired(NOW, name)) for name in clocks)
        yield "customer hangs up", LegEnded(NOW, CALLER, HangupCause.NORMAL)
        yield "customer leaves for the dialplan", LegLeft(NOW, CALLER)

    begun = routing_flow.start(plan, CALL, CALLER, None, NOW)
    edges = walked(begun, facts, routing_flow.step, lambda call: call.stage, lambda call: call.offers > 0)
    return mermaid(edges, "waiting")


def walked(
    begun: Step[State],
    facts: Callable[[State, Iterable[str]], Iterable[tuple[str, Fact]]],
    step: Callable[[State, Fact], Step[State]],
    stage: Callable[[State], str],
    differs: Callable[[State], Hashable],
) -> Iterator[Edge]:
    """Every change of stage that can be reached. States of one stage that do not differ behave alike."""
    todo = [(begun, frozenset[str]())]
    seen = set()
    while todo:
        reached, clocks = todo.pop(0)
        before = reached.state
        clocks |= {command.name for command in reached.commands if isinstance(command, SetTimer)}
        known = (stage(before), differs(before), frozenset(map(kind_of_clock, clocks)))
        if known in seen:
            continue
        seen.add(known)
        for label, fact in facts(before, sorted(clocks)):
            after = step(before, fact)
            yield stage(before), label, stage(after.state)
            todo.append((after, clocks))


def kind_of_clock(name: str) -> str:
    """What a clock is for, without its number."""
    return f"{name.rstrip('-0123456789')} clock"


def mermaid(edges: Iterable[Edge], *first: str) -> str:
    """The diagram of (before, what happens, after). A state that nothing leaves is final."""
    labels: dict[tuple[str, str], list[str]] = defaultdict(list)
    for before, label, after in edges:
        if before != after and label not in labels[before, after]:
            labels[before, after].append(label)
    drawn = {ends: names for ends, names in labels.items() if names}
    starts = {before for before, _ in drawn}
    finals = dict.fromkeys(after for _, after in drawn if after not in starts)
    return "\n".join(
        [
            "stateDiagram-v2",
            *(f"    [*] --> {state}" for state in first),
            *(f"    {before} --> {after}: {', '.join(names)}" for (before, after), names in drawn.items()),
            *(f"    {state} --> [*]" for state in finals),
        ]
    )


def redrawn(text: str) -> str:
    """The file's text with every diagram after `<!-- drawn: NAME -->` made anew."""
    for name, draw in DIAGRAMS.items():
        fresh = f"<!-- drawn: {name} -->\n```mermaid\n{draw()}\n```\n"
        text, found = re.subn(rf"<!-- drawn: {name} -->\n```mermaid\n.*?```\n", fresh, text, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"{FILE} has {found} places for the diagram {name}, not one")
    return text


def _dealer() -> Dealer:
    return next(iter(load_dealers(ROOT / "dealers.toml").dealers.values()))


DIAGRAMS = {"ivr": ivr_life, "routing": routing_life, "agent": agent_life, "attempt": attempt_life}


def main(arguments: list[str]) -> int:
    """Draw, or check what was drawn."""
    before = FILE.read_text(encoding="utf-8")
    after = redrawn(before)
    if "--check" not in arguments:
        FILE.write_text(after, encoding="utf-8")
    elif before != after:
        print(f"{FILE} is no longer true: run python -m docs.draw_life", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
