"""Facts of calls, and a journal that stores them."""

from app.storage.database import Database
from app.storage.epochs import take_epoch
from app.storage.journal import Journal, read_facts
from calls.facts import (
    CallArrived,
    CallConnected,
    CallEnded,
    CallOffered,
    CallQueued,
    Fact,
    MenuChosen,
    OfferUnanswered,
)
from calls.ids import AgentId, CallId, DealerId, LegId, offer_leg
from calls.words import (
    CallPhase,
    Department,
    HangupCause,
    InboundOutcome,
)
from tests.integration.storage.builders import (
    NODE,
    NOW,
)

DEALER = DealerId("demo")
ANNA, BRAM = AgentId("anna"), AgentId("bram")
SALES = Department.SALES


def arrived(call_id: CallId) -> CallArrived:
    return CallArrived(NOW, call_id, DEALER, "+31401234567", None, LegId("1764.1"), NODE)


def in_queue(call_id: CallId) -> list[Fact]:
    return [
        arrived(call_id),
        MenuChosen(NOW, call_id, DEALER, SALES, 0, by_default=False),
        CallQueued(NOW, call_id, DEALER, SALES, 5),
    ]


def offered(call_id: CallId, agent_id: AgentId, number: int = 0) -> CallOffered:
    return CallOffered(NOW, call_id, DEALER, SALES, agent_id, offer_leg(call_id, number), "longest_idle")


def unanswered(call_id: CallId, agent_id: AgentId) -> OfferUnanswered:
    return OfferUnanswered(NOW, call_id, DEALER, SALES, agent_id, HangupCause.NO_ANSWER)


def connected(call_id: CallId, agent_id: AgentId) -> CallConnected:
    return CallConnected(NOW, call_id, DEALER, SALES, agent_id, offer_leg(call_id, 0), 4.5)


def ended(call_id: CallId, outcome: InboundOutcome = InboundOutcome.CONNECTED) -> CallEnded:
    return CallEnded(
        NOW, call_id, DEALER, SALES, CallPhase.TALKING, outcome, HangupCause.NORMAL, 4.5, talk_seconds=60.0
    )


async def journal_for(database: Database) -> Journal:
    return Journal(database, NODE, await take_epoch(database, NODE))


async def stored(database: Database) -> list[Fact]:
    return [fact for _, fact in await read_facts(database, 0, 1000)]
