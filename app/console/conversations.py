"""What an agent has on screen during a campaign's call, or one that returns it, in the API."""

from datetime import date, datetime

from pydantic import BaseModel

from app.console.fields import Ask
from app.console.routes import Nothing, changing, reading
from calls.words import AttemptOutcome, InboundOutcome
from dialer.dispositions import Disposition
from dialer.guide import AnswerKind
from dialer.kinds import GuideTable


class ScriptAnswer(BaseModel):
    """What to say, in its order."""

    opening: str
    objection: str
    body: str
    closing: str


class QuestionAnswer(BaseModel):
    """A question; `choices` only for a choice."""

    key: str
    text: str
    answer: AnswerKind
    choices: list[str]


class GuideAnswer(BaseModel):
    """What an agent has on screen."""

    purpose: str
    script: ScriptAnswer
    questions: list[QuestionAnswer]
    dispositions: list[Disposition]


class NewGuide(GuideTable, Ask):
    """A script and questions of the dealer's own, as in the file of `dealerlijn campaign script`."""

    model_config = Ask.model_config | {"strict": False, "frozen": True}


class CarAnswer(BaseModel):
    """A car of the person on the line."""

    plate: str
    make: str | None
    model: str | None
    due_on: date | None


class ContactAnswer(BaseModel):
    """The person on the line; `number` is the one that was dialled, `plate` the car that a disposition is about.

    One call is about all of `cars`, of which those that come due first are at the front.
    """

    name: str
    number: str
    plate: str | None
    due_on: date | None
    language: str | None
    cars: list[CarAnswer]


class EarlierAnswer(BaseModel):
    """An earlier call with this person, in any campaign: an attempt, or, when `returned`, one in which they rang back."""

    at: datetime
    campaign: str
    returned: bool
    outcome: AttemptOutcome | InboundOutcome | None
    agent: str | None
    disposition: str | None
    note: str | None


class PresentCallAnswer(BaseModel):
    """An agent's call, also during wrap-up. All but `call` is empty when it is no campaign's and returns none."""

    call: str
    campaign: str | None
    guide: GuideAnswer | None
    contact: ContactAnswer | None
    earlier: list[EarlierAnswer]


def car_told(car: CarAnswer) -> str:
    """A car on one line."""
    due = None if car.due_on is None else f"due {car.due_on:%d-%m-%Y}"
    return "  ".join(filter(None, (car.plate, car.make, car.model, due)))


def earlier_told(call: EarlierAnswer) -> str:
    """An earlier call on one line, without its time."""
    how = "returned" if call.returned else None
    return " ".join(
        filter(None, (call.campaign, how, call.outcome or "under way", call.disposition, call.note))
    )


GET_SCRIPT = reading("/campaigns/{campaign_id}/script", Nothing, GuideAnswer)
REPLACE_SCRIPT = changing("POST", "/campaigns/{campaign_id}/script", NewGuide, GuideAnswer)
GET_PRESENT_CALL = reading("/agents/{agent_id}/call", Nothing, PresentCallAnswer)
