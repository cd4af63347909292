"""What a caller of one dealer meets before an agent."""

from dataclasses import dataclass

from calls.ids import DealerId
from ivr.menus import Menu


@dataclass(frozen=True, slots=True)
class VoicemailPlan:
    """How a message is taken outside opening hours. Shorter than `min_seconds` is no message."""

    offer_prompt: str
    thanks_prompt: str
    min_seconds: float
    max_seconds: int
    max_silence_seconds: int


@dataclass(frozen=True, slots=True)
class EntryPlan:
    """The way in. `voicemail` is None when the dealer takes no messages.

    A caller who hangs up within `short_abandon_seconds` of arriving is counted as a short abandon.
    """

    dealer: DealerId
    welcome_prompt: str
    closed_prompt: str
    menu: Menu
    voicemail: VoicemailPlan | None
    short_abandon_seconds: float
