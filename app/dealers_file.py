"""What `dealers.toml` may contain: its tables as pydantic models, with their defaults and what makes them wrong.

A fault of our own carries a problem and a remedy in its context; `app.dealers` words those of pydantic.
"""

from collections import Counter
from datetime import date, time
from itertools import pairwise
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.asterisk.nodes import NAME, PJSIP_SECTIONS
from calls.errors import NumberError
from calls.numbers import may_hold_number, parse_number
from calls.words import Department
from dialer.campaign import CampaignKind
from dialer.life import INFORMATION_MESSAGE
from ivr.hours import MIDNIGHT, Block
from ivr.public_holidays import holiday_names

OWN_FAULT = "dealers"


def _wrong(problem: str, remedy: str) -> PydanticCustomError:
    # The braces of a message would be read as places to fill in.
    return PydanticCustomError(OWN_FAULT, "{problem}", {"problem": problem, "remedy": remedy})


def _block(value: object) -> Block:
    remedy = "write it as 08:00-18:00, the closing time after the opening time, 24:00 for midnight"
    opens_text, _, closes_text = str(value).partition("-")
    try:
        opens = time.fromisoformat(opens_text)
        closes = MIDNIGHT if closes_text == "24:00" else time.fromisoformat(closes_text)
    except ValueError:
        raise _wrong(f"{value!r} is no stretch of hours", remedy) from None
    if opens.tzinfo or closes.tzinfo or (closes_text != "24:00" and closes <= opens):
        raise _wrong(f"{value!r} is no stretch of hours", remedy)
    return Block(opens, closes)


def _in_order(blocks: list[Block]) -> list[Block]:
    for before, after in pairwise(blocks):
        if before.closes == MIDNIGHT or after.opens < before.closes:
            raise _wrong("the hours overlap or are not in order", "write the earlier hours first, none twice")
    return blocks


def _known_holiday(name: str) -> str:
    if name not in (known := holiday_names()):
        raise _wrong(f"{name!r} is no Dutch holiday", f"choose from {', '.join(sorted(known))}")
    return name


def _ddi(text: str) -> str:
    try:
        number = parse_number(text)
    except NumberError as error:
        raise _wrong(error.reason, error.remedy) from error
    if number.e164 != text:
        raise _wrong("is not written in full", f"write {number.e164}")
    return text


def _profile(name: str, info: ValidationInfo) -> str:
    known: tuple[str, ...] = info.context or ()
    if name not in known:
        raise _wrong(f"{name!r} is no calling profile", f"choose from {', '.join(known)}")
    return name


def _phone(name: str) -> str:
    if NAME.fullmatch(name) is None:
        remedy = "write a small letter, then at most 30 small letters, digits and hyphens"
        raise _wrong(f"{name!r} can be no phone's name", remedy)
    if name in PJSIP_SECTIONS:
        raise _wrong(f"{name!r} means something else in pjsip.conf", "give the phone another name")
    return name


def _no_number(name: str) -> str:
    if may_hold_number(name):
        raise _wrong(f"{name!r} may be a phone number, and is shown in metrics", "leave the number out")
    return name


def _each_date_once(exceptions: list["ExceptionTable"]) -> list["ExceptionTable"]:
    times = Counter(exception.date for exception in exceptions)
    if doubles := [f"{day:%Y-%m-%d}" for day, count in times.items() if count > 1]:
        raise _wrong(
            f"the same date is there twice ({', '.join(doubles)})",
            "write all hours of a date in one exception",
        )
    return exceptions


Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Blocks = Annotated[list[Annotated[Block, BeforeValidator(_block)]], AfterValidator(_in_order)]
Level = Annotated[int, Field(ge=1, le=10)]


class Table(BaseModel):
    """A table of the file: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ExceptionTable(Table):
    """The hours of one date, whatever its weekday; none is a closed day."""

    date: date
    open: Blocks


class HoursTable(Table):
    """Opening hours on the wall clock of the Netherlands."""

    monday: Blocks = []
    tuesday: Blocks = []
    wednesday: Blocks = []
    thursday: Blocks = []
    friday: Blocks = []
    saturday: Blocks = []
    sunday: Blocks = []
    holidays: list[Annotated[str, AfterValidator(_known_holiday)]] = []
    exceptions: Annotated[list[ExceptionTable], AfterValidator(_each_date_once)] = []


class MenuTable(Table):
    """Which key leads to which department."""

    choices: dict[Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")], Department]
    default: Department = Department.RECEPTION
    max_misses: int = Field(default=2, ge=1, le=5)
    timeout_seconds: float = Field(default=4.0, ge=1, le=30)


class PromptsTable(Table):
    """What is played, each by its name in the manifest of prompts."""

    welcome: Name = "welcome"
    menu: Name = "menu"
    menu_miss: Name = "menu-miss"
    closed: Name = "closed"
    voicemail_offer: Name = "voicemail-offer"
    voicemail_thanks: Name = "voicemail-thanks"
    still_waiting: Name = "still-waiting"
    information_message: Name = INFORMATION_MESSAGE
    information_messages: dict[CampaignKind, Name] = Field(default_factory=dict)
    """Instead of `information_message`, for the campaigns of a kind."""


class VoicemailTable(Table):
    """How messages are taken outside opening hours."""

    min_seconds: float = Field(default=2.0, ge=0, le=10)
    max_seconds: int = Field(default=120, ge=10, le=600)
    max_silence_seconds: int = Field(default=4, ge=2, le=30)


class RelaxationTable(Table):
    """What a queue asks after a while."""

    after_seconds: float = Field(gt=0)
    skill: Name
    level: int = Field(ge=0, le=10)


class QueueTable(Table):
    """How the calls for one department are served."""

    requires: dict[Name, Level] = {}
    relaxations: list[RelaxationTable] = []
    priority: int = Field(default=0, ge=-1000, le=1000)
    ring_seconds: int = Field(default=15, ge=5, le=60)
    wrap_up_seconds: float = Field(default=30.0, ge=0, le=3600)
    still_waiting_seconds: float = Field(default=30.0, ge=15)

    @model_validator(mode="after")
    def _relaxations_relax(self) -> "QueueTable":
        levels = dict(self.requires)
        since = 0.0
        for number, relaxation in enumerate(self.relaxations):
            if relaxation.after_seconds <= since:
                raise _wrong(
                    f"relaxations[{number}] is out of order", "put them in the order of after_seconds"
                )
            if relaxation.level >= levels.get(relaxation.skill, 0):
                raise _wrong(
                    f"relaxations[{number}] asks no less than before",
                    "name a skill of `requires` with a lower level, 0 to drop it",
                )
            since = relaxation.after_seconds
            levels[relaxation.skill] = relaxation.level
        return self


class PhoneTable(Table):
    """A phone that Asterisk is to know."""

    name: Annotated[str, AfterValidator(_phone)]


class DealerTable(Table):
    """One dealership."""

    name: Text
    ddis: list[Annotated[str, AfterValidator(_ddi)]] = Field(min_length=1)
    calling_profile: Annotated[str, AfterValidator(_profile)]
    service_level_seconds: float = Field(default=20.0, gt=0)
    short_abandon_seconds: float = Field(default=5.0, ge=0)
    hours: HoursTable
    queues: dict[Department, QueueTable]
    menu: MenuTable
    prompts: PromptsTable = PromptsTable()
    voicemail: VoicemailTable | None = None

    @field_validator("menu")
    @classmethod
    def _leads_to_queues(cls, menu: MenuTable, info: ValidationInfo) -> MenuTable:
        queues = info.data.get("queues")
        missing = {*menu.choices.values(), menu.default} - set(queues) if queues is not None else set()
        if missing:
            raise _wrong(
                f"leads to departments without a queue ({', '.join(sorted(missing))})",
                "add a queue for each, or lead elsewhere",
            )
        return menu


class DealersFile(Table):
    """The whole file; validated with the names of the calling profiles there are as context.

    `calling_profiles` is a folder, from this file's, with profiles of the installation's own.
    """

    calling_profiles: str = ""
    dealers: dict[Annotated[Name, AfterValidator(_no_number)], DealerTable] = Field(min_length=1)
    phones: list[PhoneTable] = []
