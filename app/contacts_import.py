"""Importing a file of contacts into a campaign's list: all of it, or nothing and a report of what is wrong."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import chain
from pathlib import Path

from app.contact_dates import missing_dates
from app.contact_duplicates import Duplicates
from app.contact_errors import UnusableFile
from app.contact_references import person_of, taken_references
from app.contact_report import check_place, usual_report, write_report
from app.contact_rows import Row, read_rows
from app.storage.campaigns import find_campaign
from app.storage.contact_list import NewConsent, NewContact, add_contacts, listed, load_hash_key
from app.storage.database import Database
from app.storage.due_lists import due_window
from calls.numbers import DIALLABLE_KINDS
from customers.person import number_hash
from customers.ports import VehicleRegister
from dialer.campaign import CampaignKind
from dialer.contact_columns import Columns, Field, HeaderError, find_columns
from dialer.contact_file import ConsentProof, ContactRow, RowFault, RowReader
from dialer.due import HOME, DueWindow, called_about, day_at_home, is_due
from dialer.errors import UnknownProfile
from dialer.profile_file import shipped_profiles
from dialer.profiles import Profiles

_REPORT_STEP = 1000

Progress = Callable[[str, int], None]


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
    """What became of a file: `rows` read, `added` to the list, and the faults. `report` is the file that lists them, if any.

    `notices` tell what of the file was not read.
    """

    rows: int
    added: int
    faults: tuple[RowFault, ...]
    report: Path | None
    notices: tuple[str, ...] = ()


async def import_contacts(
    database: Database,
    path: Path,
    campaign_word: str,
    options: ImportOptions,
    now: datetime,
    progress: Progress = lambda _stage, _rows: None,
    register: VehicleRegister | None = None,
    profiles: Profiles | None = None,
) -> ImportResult:
    """Read, check and store a file; with any fault, or on a dry run, nothing is stored.

    With a `register`, a car without a date gets the APK date that is there. On a list with a due window a contact that is
    not due is closed until it is.

    `campaign_word` is the campaign's id or its name, `profiles` has the calling profiles of the installation (those of the program
    when it is not given): a number of a country that the campaign's does not call is a fault.
    The faults go into a report, and an older report is taken away, before anything is stored; a dry run leaves reports alone
    unless `options` name one. No other file is written over or taken away. `progress` hears the stage (`check`, then
    `store`) and how many rows it has done. The check holds the event loop for seconds: import in a process of its own.
    Raises UnusableFile, UnusableReport, ReportFailed, UnknownCampaign, AmbiguousCampaign, StoreUnavailable, RegisterError, and AlreadyThere
    when another import put one of the numbers on the list meanwhile.
    """
    with _no_search_for_cycles():
        return await _import(
            database, path, campaign_word, options, now, progress, register, profiles or shipped_profiles()
        )


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """A list makes millions of objects and no cycles: looking for them would take a good part of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _import(
    database: Database,
    path: Path,
    campaign_word: str,
    options: ImportOptions,
    now: datetime,
    progress: Progress,
    register: VehicleRegister | None,
    profiles: Profiles,
) -> ImportResult:
    report = options.report or (None if options.dry_run else usual_report(path))
    if report is not None:
        check_place(report, path)
    campaign = await find_campaign(database, campaign_word)
    campaign_id = campaign.campaign_id
    if register is not None and campaign.kind is not CampaignKind.APK:
        raise UnusableFile(
            f"{campaign_id} is no APK campaign", "leave out --rdw: the register knows APK dates"
        )
    try:
        countries = profiles.named(campaign.profile).countries
    except UnknownProfile as error:
        what = f"the calling profile {campaign.profile} of {campaign_id} is not known here"
        raise UnusableFile(what, "set DEALERLIJN_DEALERS_FILE as the controller has it") from error
    notices: list[str] = []
    lines = read_rows(path, options.encoding, notices.append)
    _, headings = next(lines)
    try:
        columns = find_columns(headings, options.columns)
    except HeaderError as error:
        raise UnusableFile(
            f"the headings of {path} do not tell enough", "; ".join([*error.remedies, *notices])
        ) from error
    today = day_at_home(now)
    people = _People(await load_hash_key(database))
    reader = RowReader(columns, DIALLABLE_KINDS, countries, today)
    duplicates = Duplicates(await listed(database, campaign_id), columns)
    count, faults = _check(lines, reader, people, duplicates, progress)
    del duplicates  # as large as the list itself
    faults += await taken_references(database, campaign.dealer, columns, people.first)
    if register is not None:
        faults += await people.fill_dates(database, register, columns, now)
    faults.sort(key=lambda fault: fault.line)
    if report is not None:
        write_report(report, faults)
    if faults or options.dry_run:
        return ImportResult(count, 0, tuple(faults), report if faults else None, tuple(notices))
    window = await due_window(database, campaign_id)
    added = len(people.first)
    contacts = (_contact(rows, hashed, window, today) for hashed, rows in people.taken_out())
    recorded_by = f"{options.who}, {path.name}"
    await add_contacts(database, campaign, contacts, recorded_by, now, lambda ready: progress("store", ready))
    return ImportResult(count, added, (), None, tuple(notices))


def _check(
    lines: Iterator[Row], reader: RowReader, people: "_People", duplicates: Duplicates, progress: Progress
) -> tuple[int, list[RowFault]]:
    """Read all rows, and keep the good ones as `people`; return how many there are, and the faults of the others."""
    faults: list[RowFault] = []
    count = 0
    for count, (line, cells) in enumerate(lines, start=1):
        row = reader.read(line, cells)
        if isinstance(row, list):
            faults += row
        elif fault := people.take(row, duplicates):
            faults.append(fault)
        if count % _REPORT_STEP == 0:
            progress("check", count)
    progress("check", count)
    return count, faults


class _People:
    """The rows without a fault so far, by the hash of the number: the `first` about a person, and the `further` ones."""

    def __init__(self, hash_key: bytes) -> None:
        self._hash_key = hash_key
        self.first: dict[str, ContactRow] = {}
        self.further: dict[str, list[ContactRow]] = {}

    def take(self, row: ContactRow, duplicates: Duplicates) -> RowFault | None:
        """Keep a row, or return the fault that it was there before."""
        hashed = number_hash(self._hash_key, row.number.e164)
        fault = duplicates.take(row, hashed, person_of(row))
        if fault is None and self.first.setdefault(hashed, row) is not row:
            self.further.setdefault(hashed, []).append(row)
        return fault

    async def fill_dates(
        self, database: Database, register: VehicleRegister, columns: Columns, now: datetime
    ) -> Sequence[RowFault]:
        """Give cars without a date the one of the register; return the faults that it has none."""
        rows = [*self.first.values(), *chain.from_iterable(self.further.values())]
        dates = await missing_dates(database, register, columns, rows, now)
        for row in rows:
            row.due_on = dates.of(row)
        return dates.faults

    def taken_out(self) -> Iterator[tuple[str, list[ContactRow]]]:
        """The rows about each person, in the file's order; they are kept no longer, for storing takes memory too."""
        for hashed in list(self.first):
            yield hashed, [self.first.pop(hashed), *self.further.pop(hashed, ())]


def _contact(rows: Sequence[ContactRow], hashed: str, window: DueWindow | None, today: date) -> NewContact:
    """The contact that rows about one person come to: what they say of the person is taken from the first that says it."""
    first, *further = rows
    own = first
    priority, value, proof = first.priority, first.value_euros, first.consent
    if further:
        priority = min(row.priority for row in rows)
        value = max((row.value_euros for row in rows if row.value_euros is not None), default=None)
        proof = next((row.consent for row in rows if row.consent is not None), None)
        own = _called_for(rows, window, today)
        further = [row for row in rows if row is not own]
    return NewContact(
        person_key=person_of(first),
        name=first.name,
        e164=first.number.e164,
        number_hash=hashed,
        number_kind=first.number_kind,
        timezone=first.timezone,
        plate=own.plate,
        due_on=own.due_on,
        further_cars=tuple((row.plate, row.due_on) for row in further if row.plate is not None),
        not_due=window is not None and is_due([row.due_on for row in rows], window, today) is False,
        priority=priority,
        value_euros=value,
        consent=None if proof is None else _consent(proof),
    )


def _called_for(rows: Sequence[ContactRow], window: DueWindow | None, today: date) -> ContactRow:
    """The row of the car that an agent names first: the first that is due, else the first of all."""
    if any(row.plate is None for row in rows):
        return rows[0]
    return rows[called_about([row.due_on for row in rows], window, today)]


@lru_cache(maxsize=4096)  # those of a list are few
def _consent(proof: ConsentProof) -> NewConsent:
    given_at = datetime.combine(proof.on, time(), HOME).astimezone(UTC)
    return NewConsent(given_at, proof.source, proof.wording)
