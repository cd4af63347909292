"""Mistakes of those who ask something of the running program. Each says in `remedy` what to do instead.

Beside these, `Control` lets through `UnknownAgent`, `NotNow`, `NotForThisDealer` and `PhoneTaken` of routing, `UnknownCampaign`, `UnknownProfile`, `DemoProfile` and
`StoreUnavailable` of the dialler, and `AlreadyThere` of the storage.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from calls.ids import AgentId, CallId, DealerId


class ControlError(Exception):
    """Root of this file's errors."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason
        self.remedy = remedy


class UnknownCall(ControlError):
    """There is no such call, or no agent has had it."""

    def __init__(self, call_id: CallId | None) -> None:
        reason = "the agent has no call" if call_id is None else f"no agent has had a call {call_id}"
        super().__init__(reason, "take a call from the agent's view")


class NoConversation(ControlError):
    """A call that is no conversation, or no more, is not ended by hand."""

    def __init__(self, call_id: CallId) -> None:
        super().__init__(
            f"in call {call_id} nobody talks with an agent", "leave it: it goes on, or ends, by itself"
        )


class NotHungUp(ControlError):
    """Asterisk did not end a call."""

    def __init__(self, call_id: CallId) -> None:
        super().__init__(
            f"Asterisk did not end call {call_id}",
            "look whether it lives with `dealerlijn call list`; if it does, ask again, or let the agent put the phone down",
        )


class NotTheirCall(ControlError):
    """The call was another agent's."""

    def __init__(self, agent_id: AgentId, call_id: CallId) -> None:
        super().__init__(f"call {call_id} was not {agent_id}'s", "name the agent who had the call")


class UnknownDealer(ControlError):
    """The settings have no such dealer."""

    def __init__(self, dealer: DealerId, known: Collection[DealerId]) -> None:
        super().__init__(
            f"no dealer {dealer}", f"choose one of {', '.join(sorted(known))}, or add it to the settings"
        )


class UnknownPhone(ControlError):
    """The settings have no such phone."""

    def __init__(self, known: Collection[str]) -> None:
        super().__init__(
            "no phone of this installation has that endpoint",
            f"choose one of {', '.join(sorted(known)) or 'none'}, or add the phone to the settings",
        )


class UnknownDisposition(ControlError):
    """No such word for how a campaign's conversation ended."""

    def __init__(self, word: str, known: Collection[str]) -> None:
        super().__init__(f"no disposition {word}", f"choose one of {', '.join(sorted(known))}")


class ObjectionWithoutNumber(ControlError):
    """An objection is to calls to a number, and this caller's was hidden."""

    def __init__(self, call_id: CallId) -> None:
        super().__init__(
            f"the caller of {call_id} hid the number, so nobody would be spared further calls",
            "record the objection on a call from or to this person's number",
        )


class ObjectionStands(ControlError):
    """An objection is for ever: no other word takes it back."""

    def __init__(self, call_id: CallId) -> None:
        super().__init__(f"an objection was recorded for {call_id}", "leave it: it holds for ever")


class TooLateToCorrect(ControlError):
    """A disposition can be corrected until wrap-up is over."""

    def __init__(self, call_id: CallId) -> None:
        super().__init__(
            f"wrap-up after {call_id} is over and its disposition stands", "tell a supervisor what is wrong"
        )


class AmbiguousPerson(ControlError):
    """Several people are listed with a number, or nobody is."""

    def __init__(self, people: Mapping[int, str]) -> None:
        said = ", ".join(f"{person} ({name})" for person, name in people.items())
        super().__init__(
            "several people have this number" if people else "nobody is listed with this number",
            f"say which by the id: {said}" if people else "import the person first, or give the id",
        )


class ClockInDoubt(ControlError):
    """No campaign starts by a clock that is not believed, unless somebody says that it is right."""

    def __init__(self, now: datetime) -> None:
        super().__init__(
            f"the machine's clock is in doubt, it says {now:%d %B %Y %H:%M} UTC, and nobody is dialled by it",
            "put it right; if it is right, start the campaign with --clock-is-right (clock_is_right in the API)",
        )


class PreviewRefused(ControlError):
    """An agent cannot see, call or pass over a contact now."""


class NoPreview(ControlError):
    """An agent has no contact before them."""

    def __init__(self, agent_id: AgentId) -> None:
        super().__init__(
            f"{agent_id} has no contact on screen",
            f"ask for the next one: `dealerlijn preview next {agent_id}`, or POST instead of GET",
        )


class AsteriskAway(ControlError):
    """Asterisk's manager interface does not answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the manager interface of Asterisk gave no answer ({reason})",
            "see that Asterisk runs and that DEALERLIJN_AMI_HOST, _PORT, _USER and _PASSWORD are right; then ask again",
        )


class ReloadRefused(ControlError):
    """Asterisk would not read a part of its configuration again."""

    def __init__(self, module: str, words: str) -> None:
        super().__init__(
            f"Asterisk refused to reload {module} ({words.replace(': ', ' ')})",
            "let `dealerlijn check-config` compare its files with the settings",
        )


class SimulationBusy(ControlError):
    """Another plan is being simulated."""

    def __init__(self) -> None:
        super().__init__("another plan is being simulated", "ask again in some seconds")


class SimulationFailed(ControlError):
    """There is no answer to a plan."""


class OutOfBounds(ControlError):
    """Settings that may not be: `faults` says for each field, by its path such as `pacing/mode`, what to give instead."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(
            "; ".join(f"{name} {fault}" for name, fault in faults.items()), "give values within the bounds"
        )
        self.faults = faults
