"""From the manager interface's headers to facts."""

import pytest

from app.ami.facts import (
    AmiFact,
    ContactChanged,
    ContactState,
    FullyBooted,
    LegHungUp,
    TrunkChanged,
    fact_from,
)
from calls.ids import attempt_leg
from calls.words import HangupCause
from tests.unit.app.people import call_id

LEG = attempt_leg(call_id(1))


def contact(status: str, **further: str) -> dict[str, str]:
    return {"Event": "ContactStatus", "AOR": "agent1", "ContactStatus": status, **further}


@pytest.mark.parametrize(
    ("headers", "fact"),
    [
        (
            contact("Reachable", RoundtripUsec="2500"),
            ContactChanged("agent1", ContactState.REACHABLE, 0.0025),
        ),
        (contact("NonQualified"), ContactChanged("agent1", ContactState.REACHABLE)),
        (contact("Unreachable", RoundtripUsec="0"), ContactChanged("agent1", ContactState.UNREACHABLE)),
        (contact("Removed"), ContactChanged("agent1", ContactState.REMOVED)),
        (contact("Created"), ContactChanged("agent1", ContactState.UNKNOWN)),
        (contact("Updated"), None),
        (contact("AWordOfALaterRelease"), None),
        ({"Event": "ContactStatus"}, None),
        (
            {
                "Event": "ContactList",
                "ObjectName": "agent1;@@01",
                "Status": "Reachable",
                "RoundtripUsec": "nan",
            },
            ContactChanged("agent1", ContactState.REACHABLE),
        ),
        (
            {"Event": "Registry", "Username": "sip:a", "Status": "Registered"},
            TrunkChanged("sip:a", is_registered=True),
        ),
        (
            {"Event": "Registry", "Username": "sip:a", "Status": "Rejected"},
            TrunkChanged("sip:a", is_registered=False),
        ),
        (
            {"Event": "OutboundRegistrationDetail", "ClientUri": "sip:a", "Status": "Registered"},
            TrunkChanged("sip:a", is_registered=True),
        ),
        ({"Event": "Registry"}, None),
        ({"Event": "FullyBooted"}, FullyBooted()),
        ({"Event": "Hangup", "Uniqueid": LEG, "Cause": "17"}, LegHungUp(LEG, HangupCause.BUSY)),
        ({"Event": "Hangup", "Uniqueid": LEG, "Cause": ""}, LegHungUp(LEG, HangupCause.FAILURE)),
        ({"Event": "Hangup", "Uniqueid": "1770000000.12-x00", "Cause": "17"}, None),
        ({"Event": "Hangup", "Cause": "17"}, None),
        ({"Event": "AuthDetail"}, None),
        ({}, None),
    ],
)
def test_each_event_tells_one_fact_or_none(headers: dict[str, str], fact: AmiFact | None) -> None:
    assert fact_from(headers) == fact
