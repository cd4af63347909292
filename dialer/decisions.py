"""A pacing decision as it is kept: with all that it was made from, so that it can be made again.

Most of what a decision reads is small. The forecast's tables are not, but they change seldom: they are kept apart, and a decision
names them by their moment. A decision that looked nothing up in them does without.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from math import isclose
from typing import Any, get_type_hints

import msgspec
import numpy as np
from msgspec.structs import asdict, astuple

from calls.facts import Fact, ForecastMade, PacingDecided
from calls.words import Replayed
from dialer.campaign import Campaign, DialMode, PacingSettings
from dialer.estimators import CampaignEstimates
from dialer.forecast import Forecast
from dialer.pacing import PacingDecision, PacingSnapshot, Reason
from dialer.shortage import EventTable, event_table
from dialer.workshop import WorkshopDay, decide_within

ONCE_A_SECOND = timedelta(seconds=1)
# So long may decisions name the same tables; whoever throws old facts away keeps tables that much longer.
TABLES_SERVE = timedelta(hours=1)
_LOOKS_NOTHING_UP = frozenset(
    {
        Reason.CLOCK_JUMPED,
        Reason.WINDOW_CLOSED,
        Reason.NO_AGENTS,
        Reason.LIST_EMPTY,
        Reason.TRUNK_REFUSES,
        Reason.TRUNK_UNREACHABLE,
    }
)


@dataclass(frozen=True, slots=True)
class MadeDecision:
    """A decision, and everything it was made from. `coming` are the workshop's days that it was held to."""

    snapshot: PacingSnapshot
    settings: PacingSettings
    coming: tuple[WorkshopDay, ...]
    decision: PacingDecision


class DecisionLog:
    """Says which of a campaign's decisions are worth keeping, and puts them into facts.

    Kept are those that place calls or differ in their reason or their settings from the last one kept; of each reason at most one
    a second. One that calls somebody off is always kept.
    """

    def __init__(self) -> None:
        self._last: tuple[Reason, PacingSettings] | None = None
        self._kept_at: dict[Reason, datetime] = {}
        self._passed_over = 0
        self._tables: EventTable | None = None
        self._tables_at = datetime.min.replace(tzinfo=UTC)

    def facts(self, campaign: Campaign, made: MadeDecision, now: datetime) -> list[Fact]:
        """The facts that keep this decision; none when it is passed over."""
        if not self._worth_keeping(made, now):
            self._passed_over += 1
            return []
        reason = made.decision.reason
        tables: list[Fact] = []
        needs_tables = made.settings.mode is DialMode.PREDICTIVE and (
            reason not in _LOOKS_NOTHING_UP or made.decision.late_allowed > 0
        )
        if needs_tables and self._tables_are_old(made.snapshot.forecast, now):
            self._tables, self._tables_at = made.snapshot.forecast.events, now
            packed = _packed(made.snapshot.forecast)
            tables = [ForecastMade(now, campaign.campaign_id, campaign.dealer, packed)]
        decided = PacingDecided(
            at=now,
            campaign_id=campaign.campaign_id,
            dealer=campaign.dealer,
            calls_to_place=made.decision.calls_to_place,
            reason=reason,
            made_from=_written(made),
            forecast_at=self._tables_at if needs_tables else None,
            passed_over=self._passed_over,
        )
        self._last, self._passed_over = (reason, made.settings), 0
        self._kept_at[reason] = now
        return [*tables, decided]

    def _worth_keeping(self, made: MadeDecision, now: datetime) -> bool:
        reason = made.decision.reason
        if self._last is None or self._last[1] != made.settings or made.decision.called_off:
            return True
        if self._last[0] is reason and not made.decision.calls_to_place:
            return False
        kept_at = self._kept_at.get(reason)
        return kept_at is None or abs(now - kept_at) >= ONCE_A_SECOND

    def _tables_are_old(self, forecast: Forecast, now: datetime) -> bool:
        return forecast.events is not self._tables or abs(now - self._tables_at) >= TABLES_SERVE


def read_decision(fact: PacingDecided, tables: ForecastMade | None) -> MadeDecision | None:
    """A kept decision; None when another version of this program wrote what cannot be read here.

    Without the tables that it names its figures can be read, but it cannot be made again.
    """
    try:
        kept = msgspec.json.decode(fact.made_from)
        read = _untaught() if tables is None else _unpacked(msgspec.json.decode(tables.tables))
        forecast = replace(read, **kept["forecast"])
        return MadeDecision(
            _snapshot(kept["snapshot"], forecast),
            msgspec.convert(kept["settings"], PacingSettings),
            msgspec.convert(kept["coming"], tuple[WorkshopDay, ...]),
            msgspec.convert(kept["decision"], PacingDecision),
        )
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError):
        return None


def replay(fact: PacingDecided, tables: ForecastMade | None) -> Replayed:
    """Make a kept decision again, with this program's rules, from what it was made from."""
    made = read_decision(fact, tables)
    if made is None or (tables is None and fact.forecast_at is not None):
        return Replayed.UNKNOWN
    again = decide_within(made.snapshot, made.settings, made.coming)
    return Replayed.SAME if _alike(again, made.decision) else Replayed.DIFFERENT


def _alike(one: PacingDecision, other: PacingDecision) -> bool:
    """Equal, but for the last digits of a chance, which another machine may round otherwise."""
    pairs = zip(astuple(one), astuple(other), strict=True)
    return all(
        isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) if isinstance(a, float) else a == b for a, b in pairs
    )


def _written(made: MadeDecision) -> str:
    snapshot = asdict(made.snapshot)
    forecast: Forecast = snapshot.pop("forecast")
    kept = {
        "snapshot": snapshot,
        "forecast": {"answer_rate": forecast.answer_rate, "counted": forecast.counted},
        "settings": made.settings,
        "coming": made.coming,
        "decision": made.decision,
    }
    return msgspec.json.encode(kept).decode()


def _untaught() -> Forecast:
    """A forecast for a decision that reads its figures only."""
    return CampaignEstimates(ring_seconds=1).forecast(datetime.min.replace(tzinfo=UTC))


def _packed(forecast: Forecast) -> str:
    values: dict[str, object] = {}
    for each in fields(forecast):
        if not each.init:  # follows from the others
            continue
        value = getattr(forecast, each.name)
        if isinstance(value, EventTable):  # the rest of it follows from the chances
            value = value.chances
        values[each.name] = _packed_array(value) if isinstance(value, np.ndarray) else value
    return msgspec.json.encode(values).decode()


def _unpacked(values: dict[str, Any]) -> Forecast:
    hints = get_type_hints(Forecast)
    made: dict[str, Any] = {}
    for name, value in values.items():
        made[name] = _unpacked_array(value) if isinstance(value, dict) else value
        if hints[name] is EventTable:
            made[name] = event_table(made[name])
    return Forecast(**made)


def _packed_array(array: np.ndarray[Any, Any]) -> dict[str, object]:
    return {"shape": array.shape, "numbers": b64encode(array.astype("<f8").tobytes()).decode()}


def _unpacked_array(packed: dict[str, Any]) -> np.ndarray[Any, Any]:
    numbers = np.frombuffer(b64decode(packed["numbers"]), dtype="<f8")
    return numbers.astype(np.float64).reshape(packed["shape"])


def _snapshot(values: dict[str, Any], forecast: Forecast) -> PacingSnapshot:
    hints = get_type_hints(PacingSnapshot)
    converted: dict[str, Any] = {name: msgspec.convert(value, hints[name]) for name, value in values.items()}
    return PacingSnapshot(**converted, forecast=forecast)
