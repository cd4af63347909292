"""The dealers' settings, read from `dealers.toml` and checked once: what a dealer decides, and nothing secret.

Every fault is told at once, with its file, its key and a remedy. The file's tables are in `app.dealers_file`; what the
program works with are the frozen plans of `ivr` and `routing`.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.dealers_errors import DealersError, Fault
from app.dealers_file import (
    OWN_FAULT,
    DealersFile,
    DealerTable,
    HoursTable,
    PromptsTable,
    QueueTable,
    VoicemailTable,
)
from calls.ids import DealerId
from calls.numbers import cli_from_sip
from calls.words import Department
from dialer.campaign import Campaign, CampaignKind
from dialer.errors import FileFaults
from dialer.life import INFORMATION_MESSAGE
from dialer.profile_file import read_folder, shipped_profiles
from dialer.profiles import Profiles
from ivr.entry import EntryPlan, VoicemailPlan
from ivr.hours import Block, OpeningHours
from ivr.menus import Menu
from ivr.public_holidays import DutchHolidays
from routing.queue import QueuePlan
from routing.skills import Relaxation, SkillRequirement

ZONE = "Europe/Amsterdam"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Dealer:
    """A dealership: its numbers (E.164) and how its callers are received and served."""

    dealer: DealerId
    name: str
    ddis: tuple[str, ...]
    calling_profile: str
    service_level_seconds: float
    hours: OpeningHours
    entry: EntryPlan
    queues: Mapping[Department, QueuePlan]
    information_message: str = INFORMATION_MESSAGE
    information_messages: Mapping[CampaignKind, str] = field(default_factory=dict)

    def information_for(self, kind: CampaignKind) -> str:
        """The prompt that says who called and why, for whom no agent is free."""
        return self.information_messages.get(kind, self.information_message)

    def number_in_full(self, ddi: str) -> str | None:
        """One of the dealer's numbers as the settings have it, in whatever way the trunk writes it; None for another's."""
        if ddi in self.ddis:
            return ddi
        number = cli_from_sip(ddi) or cli_from_sip(f"+{ddi}")
        return number.e164 if number is not None and number.e164 in self.ddis else None


@dataclass(frozen=True, slots=True)
class Dealers:
    """Every dealer of this installation, the calling profiles of their campaigns, and the names of the phones that Asterisk is to know."""

    dealers: Mapping[DealerId, Dealer]
    phones: tuple[str, ...]
    by_ddi: Mapping[str, Dealer]
    profiles: Profiles

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The phones as Asterisk's channels name them."""
        return tuple(f"PJSIP/{phone}" for phone in self.phones)

    @property
    def prompts(self) -> frozenset[str]:
        """Every prompt that a dealer's callers and customers may hear, by its name."""
        return frozenset(name for dealer in self.dealers.values() for name in _prompts(dealer))

    def numbers_of(self, dealer: DealerId) -> tuple[str, ...]:
        """A dealer's numbers; none for one whom the settings have not."""
        return self.dealers[dealer].ddis if dealer in self.dealers else ()

    def information_for(self, campaign: Campaign | None) -> str:
        """The information message of a campaign; the general one when the settings have not its dealer."""
        dealer = None if campaign is None else self.dealers.get(campaign.dealer)
        return (
            INFORMATION_MESSAGE
            if campaign is None or dealer is None
            else dealer.information_for(campaign.kind)
        )

    def at_number(self, ddi: str) -> Dealer | None:
        """The dealer whose number was called, in whatever way the trunk writes it; None when it is nobody's."""
        if ddi in self.by_ddi:
            return self.by_ddi[ddi]
        number = cli_from_sip(ddi) or cli_from_sip(f"+{ddi}")
        return self.by_ddi.get(number.e164) if number else None


def load_dealers(*files: Path) -> Dealers:
    """Read the settings; a later file overrides an earlier one table by table, value by value (lists as a whole).

    Raises DealersError.
    """
    layers = [(str(file), _read(file)) for file in files]
    merged: dict[str, Any] = {}
    for _, layer in layers:
        merged = _merge(merged, layer)
    faults = [
        Fault(_origin(layers, key), _dotted(key), problem, remedy)
        for key, problem, remedy in _doubles(merged)
    ]
    profiles = shipped_profiles()
    try:
        profiles = _profiles(files[0], merged)
    except FileFaults as error:
        faults += [Fault(error.file, fault.key, fault.problem, fault.remedy) for fault in error.faults]
    try:
        model = DealersFile.model_validate(merged, context=profiles.real_names)
    except ValidationError as error:
        faults += [_fault(layers, details) for details in error.errors()]
    if faults:
        raise DealersError(tuple(faults))
    dealers = {DealerId(name): _dealer(DealerId(name), dealer) for name, dealer in model.dealers.items()}
    by_ddi = {ddi: dealer for dealer in dealers.values() for ddi in dealer.ddis}
    return Dealers(dealers, tuple(phone.name for phone in model.phones), by_ddi, profiles)


def load_profiles(file: Path) -> Profiles:
    """Read only the calling profiles of an installation, by the dealers' file; those of the program where there is no such file.

    Raises DealersError.
    """
    try:
        return _profiles(file, _read(file)) if file.exists() else shipped_profiles()
    except FileFaults as error:
        raise DealersError(
            tuple(Fault(error.file, fault.key, fault.problem, fault.remedy) for fault in error.faults)
        ) from error


def _profiles(file: Path, read: Mapping[str, Any]) -> Profiles:
    folder = read.get("calling_profiles")
    return read_folder(file.parent / folder) if isinstance(folder, str) and folder else shipped_profiles()


def _prompts(dealer: Dealer) -> Iterator[str]:
    entry = dealer.entry
    yield from (entry.welcome_prompt, entry.closed_prompt, entry.menu.prompt, entry.menu.miss_prompt)
    if entry.voicemail is not None:
        yield from (entry.voicemail.offer_prompt, entry.voicemail.thanks_prompt)
    yield from (queue.still_waiting_prompt for queue in dealer.queues.values())
    yield from (dealer.information_for(kind) for kind in CampaignKind)


# From the file to the plans


def _dealer(dealer: DealerId, model: DealerTable) -> Dealer:
    return Dealer(
        dealer=dealer,
        name=model.name,
        ddis=tuple(model.ddis),
        calling_profile=model.calling_profile,
        service_level_seconds=model.service_level_seconds,
        hours=_opening_hours(model.hours),
        entry=_entry(dealer, model),
        queues={
            department: _queue(dealer, department, queue, model.prompts, model.short_abandon_seconds)
            for department, queue in model.queues.items()
        },
        information_message=model.prompts.information_message,
        information_messages=model.prompts.information_messages,
    )


def _opening_hours(model: HoursTable) -> OpeningHours:
    week: tuple[list[Block], ...] = tuple(getattr(model, day) for day in _DAYS)
    return OpeningHours(
        weekly=tuple(tuple(blocks) for blocks in week),
        holidays=DutchHolidays(model.holidays),
        exceptions={exception.date: tuple(exception.open) for exception in model.exceptions},
        zone=ZoneInfo(ZONE),
    )


def _entry(dealer: DealerId, model: DealerTable) -> EntryPlan:
    menu, prompts = model.menu, model.prompts
    return EntryPlan(
        dealer=dealer,
        welcome_prompt=prompts.welcome,
        closed_prompt=prompts.closed,
        menu=Menu(
            choices=menu.choices,
            default=menu.default,
            prompt=prompts.menu,
            miss_prompt=prompts.menu_miss,
            max_misses=menu.max_misses,
            timeout_seconds=menu.timeout_seconds,
        ),
        voicemail=_voicemail(model.voicemail, prompts) if model.voicemail else None,
        short_abandon_seconds=model.short_abandon_seconds,
    )


def _voicemail(model: VoicemailTable, prompts: PromptsTable) -> VoicemailPlan:
    return VoicemailPlan(
        offer_prompt=prompts.voicemail_offer,
        thanks_prompt=prompts.voicemail_thanks,
        min_seconds=model.min_seconds,
        max_seconds=model.max_seconds,
        max_silence_seconds=model.max_silence_seconds,
    )


def lost_queue(dealer: DealerId, department: Department) -> QueuePlan:
    """The rules of a queue that the settings have lost: those of one of which nothing is said."""
    short_abandon_seconds = DealerTable.model_fields["short_abandon_seconds"].default
    return _queue(dealer, department, QueueTable(), PromptsTable(), short_abandon_seconds)


def _queue(
    dealer: DealerId,
    department: Department,
    queue: QueueTable,
    prompts: PromptsTable,
    short_abandon_seconds: float,
) -> QueuePlan:
    return QueuePlan(
        dealer=dealer,
        department=department,
        requirements=tuple(SkillRequirement(skill, level) for skill, level in queue.requires.items()),
        relaxations=tuple(
            Relaxation(step.after_seconds, step.skill, step.level) for step in queue.relaxations
        ),
        priority=queue.priority,
        ring_seconds=queue.ring_seconds,
        wrap_up_seconds=queue.wrap_up_seconds,
        still_waiting_prompt=prompts.still_waiting,
        still_waiting_seconds=queue.still_waiting_seconds,
        short_abandon_seconds=short_abandon_seconds,
    )


# Reading, and telling what is wrong

Key = tuple[int | str, ...]


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        fault = Fault(str(file), "", f"cannot be read ({error.strerror})", "give the path of a readable file")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        fault = Fault(str(file), "", f"is no TOML ({error})", "correct it there")
    raise DealersError((fault,))


def _merge(base: Mapping[str, Any], layer: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in layer.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _items(table: object, key: str) -> Sequence[object]:
    """The list under a key, empty when there is none."""
    found = table.get(key) if isinstance(table, dict) else None
    return found if isinstance(found, list) else ()


def _doubles(merged: Mapping[str, Any]) -> list[tuple[Key, str, str]]:
    """Numbers of two dealers, phones of one name: looked for in the raw data, so that other faults do not hide them."""
    tables = merged.get("dealers")
    owners = [
        (("dealers", name, "ddis", index), ddi)
        for name, table in (tables.items() if isinstance(tables, dict) else ())
        for index, ddi in enumerate(_items(table, "ddis"))
    ]
    phones = merged.get("phones")
    names = [
        (("phones", index, "name"), phone.get("name"))
        for index, phone in enumerate(phones if isinstance(phones, list) else ())
        if isinstance(phone, dict)
    ]
    found: list[tuple[Key, str, str]] = []
    for entries, remedy in (
        (owners, "give each number to one dealer, once"),
        (names, "name each phone once"),
    ):
        times = Counter(str(value) for _, value in entries)
        found += [
            (key, f"{value!r} is there twice", remedy) for key, value in entries if times[str(value)] > 1
        ]
    return found


def _fault(layers: list[tuple[str, dict[str, Any]]], details: ErrorDetails) -> Fault:
    key = tuple(part for part in details["loc"] if part != "[key]")
    match details["type"]:
        case "missing":
            problem, remedy = "is missing", "add it"
        case "extra_forbidden":
            problem, remedy = "is not known", "remove it, or correct its spelling"
        case kind if kind == OWN_FAULT:
            context = details["ctx"]
            problem, remedy = str(context["problem"]), str(context["remedy"])
        case _:
            problem = f"{details['input']!r} will not do"
            remedy = details["msg"].replace("Input should", "it should")
    return Fault(_origin(layers, key), _dotted(key), problem, remedy)


def _origin(layers: list[tuple[str, dict[str, Any]]], key: Key) -> str:
    """The last file that has the key, or the most of it."""
    return max(enumerate(layers), key=lambda layer: (_depth(layer[1][1], key), layer[0]))[1][0]


def _depth(data: Any, key: Key) -> int:
    for depth, part in enumerate(key):
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return depth
    return len(key)


def _dotted(key: Key) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).removeprefix(".")
