"""Importing a file of contacts into a campaign's list: all of it, or nothing and a report of what is wrong."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from app.contact_rows import UnusableFile, read_rows
from app.storage.campaigns import find_campaign
from app.storage.contact_list import NewConsent, NewContact, add_contacts, listed_numbers, load_hash_key
from app.storage.database import Database
from customers.person import number_hash, person_key
from dialer.contact_columns import Field, HeaderError, find_columns
from dialer.contact_file import ContactRow, RowFault, RowReader
from dialer.profiles import profile_named

_HOME = ZoneInfo("Europe/Amsterdam")
_REPORT_STEP = 1000

Progress = Callable[[str, int], None]


class ReportFailed(Exception):
    """The report cannot be written, or an older one not be removed; nothing was stored."""

    def __init__(self, report: Path, reason: str, faults: int) -> None:
        what = f"the report of {faults} faults cannot be written to" if faults else "there is an old report"
        super().__init__(
            f"nothing was stored: {what} {report} ({reason}): give another place with --report, "
            "or let this user write there"
        )


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import. `columns` names the heading of a field where its own name does not tell; `who` is for the record.

    `report` is the file for the faults; None means beside the file, and on a dry run none at all.
    """

    who: str
    columns: Mapping[Field, str] = field(default_factory=dict)
    encoding: str | None = None
    dry_run: bool = False
    report: Path | None = None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file: `rows` read, `added` to the list, and the faults. `report` is the file that lists them, if any."""

    rows: int
    added: int
    faults: tuple[RowFault, ...]
    report: Path | None


async def import_contacts(
    database: Database,
    path: Path,
    campaign_word: str,
    options: ImportOptions,
    now: datetime,
    progress: Progress = lambda _stage, _rows: None,
) -> ImportResult:
    """Read, check and store a file; with any fault, or on a dry run, nothing is stored.

    `campaign_word` is the campaign's id or its name. The faults go into a report, and an older report is taken away, before
    anything is stored; a dry run leaves reports alone unless `options` name one. `progress` hears the stage (`check`, then `store`) and how many rows it has done. The check holds the event loop for
    seconds: import in a process of its own. Raises UnusableFile, ReportFailed, UnknownCampaign, AmbiguousCampaign, StoreUnavailable,
    and AlreadyThere when another import put one of the numbers on the list meanwhile.
    """
    campaign = await find_campaign(database, campaign_word)
    rows = read_rows(path, options.encoding)
    _, headings = next(rows)
    try:
        columns = find_columns(headings, options.columns)
    except HeaderError as error:
        raise UnusableFile(f"the headings of {path} do not tell enough", "; ".join(error.remedies)) from error
    reader = RowReader(columns, profile_named(campaign.profile).dialled_kinds, now.astimezone(_HOME).date())
    numbers = _Numbers(
        await load_hash_key(database),
        await listed_numbers(database, campaign.campaign_id),
        columns.headings[columns.positions[Field.NUMBER]],
    )
    contacts: list[NewContact] = []
    faults: list[RowFault] = []
    count = 0
    for count, (line, cells) in enumerate(rows, start=1):
        row = reader.read(line, cells)
        if isinstance(row, ContactRow):
            hashed, duplicate = numbers.take(row)
            contacts.append(_contact(row, hashed))
            faults += duplicate
        else:
            faults += row
        if count % _REPORT_STEP == 0:
            progress("check", count)
    progress("check", count)
    report = options.report or (None if options.dry_run else usual_report(path))
    if report is not None:
        _write_report(report, faults)
    if faults or options.dry_run:
        return ImportResult(count, 0, tuple(faults), report if faults else None)
    recorded_by = f"{options.who}, {path.name}"
    await add_contacts(database, campaign, contacts, recorded_by, now, lambda added: progress("store", added))
    return ImportResult(count, count, (), None)


class _Numbers:
    """The numbers met so far, in this file and on the list."""

    def __init__(self, hash_key: bytes, listed: set[str], heading: str) -> None:
        self._hash_key = hash_key
        self._listed = listed
        self._heading = heading
        self._lines: dict[str, int] = {}

    def take(self, row: ContactRow) -> tuple[str, list[RowFault]]:
        """Return the hash of a row's number, and the fault that it was there before."""
        hashed = number_hash(self._hash_key, row.number.e164)
        if hashed in self._listed:
            reason = "the number is on the list already"
        elif self._lines.setdefault(hashed, row.line) != row.line:
            reason = f"the same number as on line {self._lines[hashed]}"
        else:
            return hashed, []
        return hashed, [RowFault(row.line, self._heading, reason, "remove the row")]


def _contact(row: ContactRow, hashed: str) -> NewContact:
    proof = row.consent
    consent = (
        None
        if proof is None
        else NewConsent(datetime.combine(proof.on, time(), _HOME), proof.source, proof.wording)
    )
    return NewContact(
        person_key=person_key(row.name, row.number.e164, row.reference),
        name=row.name,
        e164=row.number.e164,
        number_hash=hashed,
        number_kind=row.number_kind,
        timezone=row.timezone,
        plate=row.plate,
        due_on=row.due_on,
        priority=row.priority,
        consent=consent,
    )


def usual_report(path: Path) -> Path:
    """Where the faults of a file go: beside it."""
    return path.with_name(f"{path.name}.errors.csv")


def _write_report(report: Path, faults: list[RowFault]) -> None:
    """Write the faults for a spreadsheet; without faults, take an older report away."""
    try:
        if not faults:
            if report.exists():
                report.unlink()
            return
        with report.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(("line", "column", "reason", "remedy"))
            for fault in faults:
                writer.writerow((fault.line, *map(_harmless, (fault.column, fault.reason, fault.remedy))))
    except OSError as error:
        raise ReportFailed(report, error.strerror or type(error).__name__, len(faults)) from error


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking text that came out of the file for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
