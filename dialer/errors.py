"""Errors of the dialler."""

from collections.abc import Sequence
from dataclasses import dataclass

from calls.ids import CampaignId


class DialerError(Exception):
    """Root of this package's errors."""


class StoreUnavailable(DialerError):
    """The database did not answer: nothing may be dialled until it does."""


class UnknownCampaign(DialerError):
    """There is no such campaign."""

    def __init__(self, campaign_id: CampaignId) -> None:
        super().__init__(f"no campaign {campaign_id}: `dealerlijn campaign list` shows them")
        self.campaign_id = campaign_id


class AmbiguousCampaign(DialerError):
    """Several campaigns have this name; `campaign_ids` are theirs."""

    def __init__(self, name: str, campaign_ids: Sequence[CampaignId]) -> None:
        super().__init__(
            f"several campaigns are called {name}: say which by its id, {', '.join(campaign_ids)}"
        )
        self.name = name
        self.campaign_ids = tuple(campaign_ids)


class NoDueWindow(DialerError):
    """The campaign's list has no due window."""

    def __init__(self, campaign_id: CampaignId) -> None:
        super().__init__(
            f"the list of {campaign_id} has no due window: set one with `dealerlijn contacts due-window`"
        )
        self.campaign_id = campaign_id


@dataclass(frozen=True, slots=True)
class FileFault:
    """One thing wrong in a file. `key` is empty when the file as a whole cannot be used."""

    key: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.key + ' ' if self.key else ''}{self.problem}: {self.remedy}"


class FileFaults(DialerError):
    """A file that a person wrote has faults; the text names each with its remedy."""

    def __init__(self, file: str, faults: Sequence[FileFault]) -> None:
        super().__init__("\n".join(f"{file}: {fault}" for fault in faults))
        self.file = file
        self.faults = tuple(faults)


class UnknownProfile(DialerError):
    """There is no calling profile of this name; `known` lists those there are."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no calling profile {name!r}: choose one of {', '.join(known)}")
        self.name = name
        self.known = known


class DemoProfile(DialerError):
    """The profile is for simulated people, and this is no demo; `known` lists those for real ones."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"the calling profile {name!r} is for the demo's simulated people: "
            f"set up a campaign with one of {', '.join(known)}"
        )
        self.name = name
        self.known = known


class UnexpectedFact(DialerError):
    """A fact came that cannot happen in this state of an attempt: two sides disagree about what is going on."""

    def __init__(self, state: str, fact: str) -> None:
        super().__init__(f"an attempt that is {state} cannot get {fact}")
        self.state = state
        self.fact = fact
