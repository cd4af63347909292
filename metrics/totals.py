"""Counts from the database, in the shape in which a restarted controller takes them over.

One row per group of calls or attempts that share their labels: what `SELECT ..., COUNT(...) GROUP BY ...` gives. A call
that still lives has no phase and no outcome yet, an attempt in the air no outcome.
"""

from dataclasses import dataclass

from calls.ids import CampaignId, DealerId
from calls.words import AttemptOutcome, CallPhase, Department, InboundOutcome


@dataclass(frozen=True, slots=True)
class CallTotal:
    """Inbound calls with the same dealer, department, phase and outcome; `department` is None before a choice.

    `offered` counts those that entered a queue, `within_target` those connected within the dealer's target seconds.
    """

    dealer: DealerId
    department: Department | None
    phase: CallPhase | None
    outcome: InboundOutcome | None
    arrived: int
    offered: int = 0
    connected: int = 0
    within_target: int = 0
    voicemails: int = 0


@dataclass(frozen=True, slots=True)
class AttemptTotal:
    """Attempts with the same campaign and outcome; `messages` counts information messages that began, `late_messages` those of
    them that began too late, `called_off` those that we hung up on while they rang.
    """

    campaign: CampaignId
    outcome: AttemptOutcome | None
    attempts: int
    answered: int = 0
    connected: int = 0
    abandoned: int = 0
    messages: int = 0
    late_messages: int = 0
    called_off: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """Every call and attempt in the database; groups may come in any order and in several rows."""

    calls: tuple[CallTotal, ...] = ()
    attempts: tuple[AttemptTotal, ...] = ()
