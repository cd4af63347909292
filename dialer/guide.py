"""What an agent has on screen during a campaign's call: the script, the questions, and the words to end it with."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dialer.dispositions import Disposition

PLACES = ("dealer", "agent", "name", "plate", "due")
_PLACE = re.compile(r"\{(\w+)\}")


class AnswerKind(StrEnum):
    """What answers a question."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    DATE = "date"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the customer. `choices` are the answers of a choice."""

    key: str
    text: str
    answer: AnswerKind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """What to say: who calls and why, that one may object to such calls, the matter itself, and the end.

    `{dealer}`, `{agent}`, `{name}`, `{plate}` and `{due}` are filled in for each call.
    """

    opening: str
    objection: str
    body: str
    closing: str


@dataclass(frozen=True, slots=True)
class Guide:
    """All of it. `purpose` is the sentence that says why people are called."""

    purpose: str
    script: Script
    questions: tuple[Question, ...]
    dispositions: tuple[Disposition, ...]


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text of the script with what is known of this call; what is not known stays open, as three dots."""
    return _PLACE.sub(lambda place: values.get(place[1]) or "…", text)


def unknown_places(text: str) -> list[str]:
    """The places in a text that nothing fills."""
    return [place for place in _PLACE.findall(text) if place not in PLACES]


def answer_faults(questions: Sequence[Question], answers: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with answers, by key. A question may stay open: not every conversation gets that far."""
    known = {question.key: question for question in questions}
    faults = {key: _fault(known.get(key), known, answer) for key, answer in answers.items()}
    return {key: fault for key, fault in faults.items() if fault}


def _fault(question: Question | None, known: Mapping[str, Question], answer: str) -> str:
    if question is None:
        return f"is no question of this campaign: answer {', '.join(known) or 'none'}"
    match question.answer:
        case AnswerKind.YES_NO:
            return "" if answer in {"yes", "no"} else "is a question of yes or no: answer yes or no"
        case AnswerKind.CHOICE:
            return (
                "" if answer in question.choices else f"is a choice: answer {' or '.join(question.choices)}"
            )
        case AnswerKind.DATE:
            return "" if _is_date(answer) else "asks for a date: write it as 2026-05-31"
        case AnswerKind.NUMBER:
            number = re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", answer)
            return "" if number else "asks for a number: write it as 12 or 12.5"
        case AnswerKind.TEXT:
            return ""


def _is_date(text: str) -> bool:
    try:
        return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False
