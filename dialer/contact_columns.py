"""The columns of a file of contacts: which one holds what, by its heading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dialer.errors import DialerError


class Field(StrEnum):
    """What a column can hold."""

    NAME = "name"
    FIRST_NAME = "first_name"
    INFIX = "infix"
    LAST_NAME = "last_name"
    NUMBER = "number"
    PLATE = "plate"
    DUE_ON = "due_on"
    PRIORITY = "priority"
    VALUE = "value"
    REFERENCE = "reference"
    TIMEZONE = "timezone"
    CONSENT_ON = "consent_on"
    CONSENT_SOURCE = "consent_source"
    CONSENT_WORDING = "consent_wording"


# Compared without capitals, spaces and signs; the name of a field itself counts too.
_SYNONYMS: Mapping[Field, str] = {
    Field.NAME: "naam klantnaam volledigenaam contact contactpersoon relatie customer customername fullname",
    Field.FIRST_NAME: "voornaam roepnaam voorletters initials",
    Field.INFIX: "tussenvoegsel tussenvoegsels",
    Field.LAST_NAME: "achternaam familienaam surname",
    Field.NUMBER: "telefoon telefoonnummer telnr tel mobiel mobielnummer 06nummer gsm nummer "
    "phone phonenumber telephone mobile",
    Field.PLATE: "kenteken licenceplate licenseplate registration",
    Field.DUE_ON: "apk apkdatum apkvervaldatum vervaldatum apkexpiry expirydate duedate due",
    Field.PRIORITY: "prioriteit prio",
    Field.VALUE: "waarde orderwaarde klantwaarde verwachtewaarde waardeeuro waardeineuro bedrag ordervalue valueeuros",
    Field.REFERENCE: "klantnummer klantnr klantid relatienummer debiteurnummer customernumber customerid",
    Field.TIMEZONE: "tijdzone",
    Field.CONSENT_ON: "toestemmingsdatum toestemmingdatum datumtoestemming optindatum consentdate optindate",
    Field.CONSENT_SOURCE: "toestemmingsbron toestemmingbron brontoestemming optinbron optinsource",
    Field.CONSENT_WORDING: "toestemmingstekst toestemmingtekst teksttoestemming optintekst consenttext optintext",
}


class HeaderError(DialerError):
    """The heading line cannot be used; `remedies` has one sentence for each fault."""

    def __init__(self, remedies: Sequence[str]) -> None:
        super().__init__("; ".join(remedies))
        self.remedies = tuple(remedies)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field is in a row, and what its heading says."""

    positions: Mapping[Field, int]
    headings: tuple[str, ...]

    def heading(self, field: Field) -> str:
        """What the column of a field is called in the file; the field's own name when it has none."""
        position = self.positions.get(field)
        return field.value if position is None else self.headings[position]


def find_columns(headings: Sequence[str], chosen: Mapping[Field, str]) -> Columns:
    """Find the column of each field by its heading; `chosen` names a heading for a field and goes first.

    Raises HeaderError with all faults: no number or name column, two columns for one field, a chosen one that is not there.
    """
    texts = [bare(heading) for heading in headings]
    positions: dict[Field, int] = {}
    faults: list[str] = []
    doubtful: set[Field] = set()
    for field in Field:
        wanted = {bare(chosen[field])} if field in chosen else {*_SYNONYMS[field].split(), bare(field)}
        found = [index for index, text in enumerate(texts) if text in wanted]
        if len(found) == 1:
            positions[field] = found[0]
        elif found:
            names = ", ".join(headings[index] for index in found)
            doubtful.add(field)
            faults.append(f"several columns could be {field} ({names}): say which one is")
        elif field in chosen:
            doubtful.add(field)
            faults.append(
                f"there is no column {chosen[field]} for {field}: choose one of {', '.join(headings)}"
            )
    told = positions.keys() | doubtful
    if Field.NUMBER not in told:
        faults.append("no column with phone numbers: name one Telefoon, or say which one is number")
    if not {Field.NAME, Field.LAST_NAME} & told:
        faults.append("no column with names: name one Naam or Achternaam, or say which one is name")
    if faults:
        raise HeaderError(faults)
    return Columns(positions, tuple(headings))


def bare(text: str) -> str:
    """A text without capitals, spaces and signs."""
    folded = text.casefold().replace("-", "")
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))
