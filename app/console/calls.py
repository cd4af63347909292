"""Calls, queues and messages in the API. Customers' numbers are shown: who has the token may see them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.console.fields import Ask, Limit, Moment, Note, Slug, Word
from app.console.routes import Nothing, changing, reading
from calls.words import AmdVerdict, Department, Direction


class QueueAnswer(BaseModel):
    """One queue. `estimated_wait_seconds` is null when nobody at work can serve it."""

    dealer: str
    department: Department
    length: int
    longest_wait_seconds: float
    estimated_wait_seconds: float | None


class QueueList(BaseModel):
    """Every queue that was ever used."""

    queues: list[QueueAnswer]


class CallAnswer(BaseModel):
    """A call that lives now. `number` is the customer's in E.164, null when hidden.

    A caller who returns a campaign's call has its `campaign` and `contact`. `answerer` is what machine detection makes of who picked up, null while it does not know or is off.
    """

    id: str
    direction: Direction
    dealer: str
    phase: str
    since: datetime
    department: Department | None
    campaign: str | None
    contact: int | None
    agent: str | None
    number: str | None
    answerer: AmdVerdict | None


class CallList(BaseModel):
    """The calls that live now."""

    calls: list[CallAnswer]


class NewDisposition(Ask):
    """How a conversation ended, in one word, with a note for colleagues.

    `until` is the moment agreed for another call (call_back), or before which there is none (not_now). `reference` is that of
    a booking, `language` the skill that the next agent needs. `answers` has the key of a question with its answer: yes or no, one
    of the choices, a date as 2026-05-31, a number, or text.
    """

    agent: Slug
    disposition: Word
    note: Note = ""
    until: Moment | None = None
    reference: Annotated[Note, Field(max_length=100)] = ""
    language: Slug | Literal[""] = ""
    answers: Annotated[dict[Word, Annotated[Note, Field(max_length=500)]], Field(max_length=30)] = Field(
        default_factory=dict
    )


class DispositionAnswer(BaseModel):
    """What was recorded."""

    call: str
    agent: str
    disposition: str


class HungUpAnswer(BaseModel):
    """The call whose customer was hung up on, and the agent who had it."""

    call: str
    agent: str | None


class VoicemailQuery(Ask):
    """Which messages; of every dealer when none is named."""

    dealer: Slug | None = None
    limit: Limit = 100


class VoicemailAnswer(BaseModel):
    """A message. `complete` is false when the recording is shorter than `seconds`."""

    id: str
    call: str
    dealer: str
    number: str | None
    left_at: datetime
    seconds: float
    complete: bool


class VoicemailList(BaseModel):
    """Messages, newest first."""

    voicemails: list[VoicemailAnswer]


class AuditQuery(Ask):
    """How far back."""

    limit: Limit = 100


class ChangeAnswer(BaseModel):
    """One change; `before` and `after` are JSON texts."""

    at: datetime
    who: str
    action: str
    subject: str
    before: str
    after: str


class ChangeList(BaseModel):
    """Changes, newest first."""

    changes: list[ChangeAnswer]


LIST_QUEUES = reading("/queues", Nothing, QueueList)
LIST_CALLS = reading("/calls", Nothing, CallList)
RECORD_DISPOSITION = changing("POST", "/calls/{call_id}/disposition", NewDisposition, DispositionAnswer, 201)
HANG_UP = changing("POST", "/calls/{call_id}/hang-up", Nothing, HungUpAnswer)
LIST_VOICEMAILS = reading("/voicemails", VoicemailQuery, VoicemailList)
LIST_CHANGES = reading("/audit", AuditQuery, ChangeList)
