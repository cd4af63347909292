"""What the manager interface tells us, in our own words, and how it is read from Asterisk's headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from calls.ids import LegId, leg_mark
from calls.words import HangupCause, cause_from_q850

Headers: TypeAlias = Mapping[str, str]


class ContactState(Enum):
    """Whether a phone can be rung."""

    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"
    """Registered, but it does not answer the qualifying requests."""
    REMOVED = "removed"
    """Not registered."""
    UNKNOWN = "unknown"
    """Registered, not yet asked."""


@dataclass(frozen=True, slots=True)
class ContactChanged:
    """The contact of a phone is now in this state."""

    phone: str
    """The phone's name in Asterisk's configuration (its AOR)."""
    state: ContactState
    round_trip_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TrunkChanged:
    """Our registration at a trunk's registrar is now in this state."""

    client_uri: str
    """Whom we register as; tells registrations apart."""
    is_registered: bool


@dataclass(frozen=True, slots=True)
class FullyBooted:
    """Asterisk has started completely; also told on every connection to one that has."""


@dataclass(frozen=True, slots=True)
class LegHungUp:
    """A leg that we named is gone. Told of attempts only: Asterisk's own filter passes over all other legs."""

    leg_id: LegId
    cause: HangupCause


AmiFact: TypeAlias = ContactChanged | TrunkChanged | FullyBooted | LegHungUp

_CONTACT_STATES = {
    "Reachable": ContactState.REACHABLE,
    "NonQualified": ContactState.REACHABLE,
    "Unreachable": ContactState.UNREACHABLE,
    "Removed": ContactState.REMOVED,
    "Unknown": ContactState.UNKNOWN,
    "Created": ContactState.UNKNOWN,
}


def fact_from(headers: Headers) -> AmiFact | None:
    """Return the fact that an event tells; None when it tells nothing new to us."""
    match headers.get("Event"):
        case "ContactStatus":
            return _contact(headers.get("AOR", ""), headers.get("ContactStatus", ""), headers)
        case "ContactList":
            phone = headers.get("ObjectName", "").partition(";")[0]
            return _contact(phone, headers.get("Status", ""), headers)
        case "Registry":
            return _trunk(headers.get("Username", ""), headers.get("Status", ""))
        case "OutboundRegistrationDetail":
            return _trunk(headers.get("ClientUri", ""), headers.get("Status", ""))
        case "FullyBooted":
            return FullyBooted()
        case "Hangup":
            return _hung_up(headers.get("Uniqueid", ""), headers.get("Cause", ""))
        case _:
            return None


def _contact(phone: str, status: str, headers: Headers) -> ContactChanged | None:
    # A refreshed registration ("Updated") leaves the state as it was.
    state = _CONTACT_STATES.get(status)
    if not phone or state is None:
        return None
    microseconds = headers.get("RoundtripUsec", "")
    asked = state is ContactState.REACHABLE and microseconds.isdecimal()
    return ContactChanged(phone, state, int(microseconds) / 1e6 if asked else None)


def _trunk(client_uri: str, status: str) -> TrunkChanged | None:
    return TrunkChanged(client_uri, is_registered=status == "Registered") if client_uri else None


def _hung_up(channel: str, cause: str) -> LegHungUp | None:
    if leg_mark(channel) is None:
        return None
    return LegHungUp(LegId(channel), cause_from_q850(int(cause) if cause.isdecimal() else 0))
