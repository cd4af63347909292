"""The consent ledger: what a person agreed to and took back, as it was said. Entries are only ever added."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConsentAction(StrEnum):
    """Agreeing, or taking it back."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """One entry. `person` is the customer's number with us, `purpose` a kind of campaign, `basis` the ground it proves.

    `at` is when the person said it, in the words `wording`; `source` is how it came to us; `recorded_at` and
    `recorded_by` tell who entered it here, and when.
    """

    person: int
    purpose: str
    action: ConsentAction
    basis: str
    at: datetime
    source: str
    wording: str
    recorded_at: datetime
    recorded_by: str


def consent_in_force(
    entries: Iterable[ConsentEntry], purpose: str, basis: str, moment: datetime
) -> ConsentEntry | None:
    """The proof for a purpose on a ground at a moment; None when there is none.

    A withdrawal ends all that was given until then for its purpose, on any ground; of two entries of the same moment it is
    the one that counts. When an entry was recorded makes no difference. `entries` may hold withdrawals by others who have the
    person's number: they count as the person's.
    """
    said = [entry for entry in entries if entry.purpose == purpose and entry.at <= moment]
    withdrawn = [entry.at for entry in said if entry.action is ConsentAction.WITHDRAWN]
    given = [
        entry
        for entry in said
        if entry.action is ConsentAction.GIVEN
        and entry.basis == basis
        and (not withdrawn or entry.at > max(withdrawn))
    ]
    return max(given, key=lambda entry: entry.at, default=None)
