"""The fact without which nobody is rung."""

from calls.facts import AsteriskReached
from calls.ids import NodeId
from tests.fakes.virtual_time import START

REACHED = AsteriskReached(START, NodeId("n1"), 1, 0, 0, 0.0)
