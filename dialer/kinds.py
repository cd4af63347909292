"""The kinds of campaigns with their sensible defaults, and the file with which a dealer replaces script and questions."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from calls.words import Department
from dialer.campaign import CampaignKind, LegalBasis
from dialer.checked import Table, checked, read_toml
from dialer.dispositions import Disposition
from dialer.guide import PLACES, AnswerKind, Guide, Question, Script, unknown_places

_FOLDER = Path(__file__).parent / "data" / "kinds"


@dataclass(frozen=True, slots=True)
class KindDefaults:
    """What a new campaign of a kind gets where nothing else is said. `basis` is a proposal: the dealer chooses."""

    name: str
    basis: LegalBasis
    target_ratio: float
    ring_seconds: int
    wrap_up_seconds: int
    max_attempts: int
    return_department: Department
    guide: Guide


@cache
def defaults_of(kind: CampaignKind) -> KindDefaults:
    """The defaults of a kind."""
    path = _FOLDER / f"{kind}.toml"
    table = checked(_KindTable, str(path), read_toml(path))
    return KindDefaults(
        name=table.name,
        basis=table.basis,
        target_ratio=table.target_ratio,
        ring_seconds=table.ring_seconds,
        wrap_up_seconds=table.wrap_up_seconds,
        max_attempts=table.max_attempts,
        return_department=table.return_department,
        guide=_guide(table),
    )


def answering_department(kind: CampaignKind, chosen: Department | None) -> Department:
    """Who serves people that call a campaign of this kind back, when this department was `chosen` for it."""
    return defaults_of(kind).return_department if chosen is None else chosen


def read_guide(file: str, data: Mapping[str, object]) -> Guide:
    """What a dealer's own file says: `purpose`, `script`, `questions`, `dispositions`. Raises FileFaults."""
    return _guide(checked(GuideTable, file, data))


def _spoken(text: str) -> str:
    if unknown := unknown_places(text):
        raise ValueError(f"nothing fills {', '.join(unknown)}: use {', '.join(PLACES)}")
    return text


Spoken = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_spoken)
]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Key = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,39}$")]


class ScriptTable(Table):
    """What to say; none of it may be missing, least of all that one may object."""

    opening: Spoken
    objection: Spoken
    body: Spoken
    closing: Spoken


class QuestionTable(Table):
    """One question."""

    key: Key
    text: Line
    answer: AnswerKind
    choices: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _choices_for_a_choice(self) -> "QuestionTable":
        if (self.answer is AnswerKind.CHOICE) != (len(self.choices) > 1):
            raise ValueError("give a choice two or more `choices`, and no other question any")
        return self


def _once(questions: tuple[QuestionTable, ...]) -> tuple[QuestionTable, ...]:
    twice = [key for key, times in Counter(question.key for question in questions).items() if times > 1]
    if twice:
        raise ValueError(f"two questions are called {', '.join(twice)}: give each a key of its own")
    return questions


class GuideTable(Table):
    """What a dealer's own file may contain."""

    purpose: Line
    script: ScriptTable
    questions: Annotated[tuple[QuestionTable, ...], Field(max_length=30), AfterValidator(_once)] = ()
    dispositions: Annotated[tuple[Disposition, ...], Field(min_length=1, max_length=len(Disposition))]


class _KindTable(GuideTable):
    name: Line
    basis: LegalBasis
    target_ratio: float
    ring_seconds: int
    wrap_up_seconds: int
    max_attempts: int
    return_department: Department


def _guide(table: GuideTable) -> Guide:
    script = table.script
    # Whatever a dealer lists: whoever objects, or is not the person meant, can always be recorded.
    always = (Disposition.OBJECTION, Disposition.WRONG_NUMBER)
    return Guide(
        purpose=table.purpose,
        script=Script(script.opening, script.objection, script.body, script.closing),
        questions=tuple(Question(each.key, each.text, each.answer, each.choices) for each in table.questions),
        dispositions=tuple(dict.fromkeys((*table.dispositions, *always))),
    )
