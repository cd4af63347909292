"""What an agent has on screen during a campaign's call, or one that returns it, in the API."""

from datetime import date, datetime

from pydantic import BaseModel

from app.console.fields import Ask
from app.console.routes import AnyRoute, Asked, Nothing, changing, reading
from app.control import Control
from app.conversations import PresentCall, Screen
from app.storage.conversations import ContactCard, EarlierCall
from calls.ids import AgentId, CampaignId
from calls.words import AttemptOutcome
from dialer.dispositions import Disposition
from dialer.guide import AnswerKind, Guide
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
    """An earlier attempt to this person, in any campaign."""

    at: datetime
    campaign: str
    outcome: AttemptOutcome | None
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


async def get_script(control: Control, asked: Asked[Nothing, Nothing]) -> GuideAnswer:
    """A campaign's script, questions and dispositions, with the places for names open."""
    return _guide(await control.conversations.guide(CampaignId(asked.path["campaign_id"])))


async def replace_script(control: Control, asked: Asked[NewGuide, Nothing]) -> GuideAnswer:
    """Give a campaign a script, questions and dispositions of its own."""
    data = asked.body.model_dump(mode="json")
    campaign_id = CampaignId(asked.path["campaign_id"])
    return _guide(await control.conversations.replace_guide(campaign_id, data, asked.who))


async def get_present_call(control: Control, asked: Asked[Nothing, Nothing]) -> PresentCallAnswer:
    """The call an agent has: who is on the line, what to say and ask, and what was said before."""
    return _present(await control.conversations.present_call(AgentId(asked.path["agent_id"])))


def shown_contact(screen: Screen) -> tuple[GuideAnswer, ContactAnswer, list[EarlierAnswer]]:
    """What is on an agent's screen: what to say, to whom, and what was said before."""
    return _guide(screen.guide), _contact(screen.contact), [_earlier(each) for each in screen.earlier]


def _present(call: PresentCall) -> PresentCallAnswer:
    return PresentCallAnswer(
        call=call.call_id,
        campaign=None if call.campaign is None else call.campaign.campaign_id,
        guide=None if call.guide is None else _guide(call.guide),
        contact=None if call.contact is None else _contact(call.contact),
        earlier=[_earlier(each) for each in call.earlier],
    )


def _guide(guide: Guide) -> GuideAnswer:
    script = guide.script
    return GuideAnswer(
        purpose=guide.purpose,
        script=ScriptAnswer(
            opening=script.opening, objection=script.objection, body=script.body, closing=script.closing
        ),
        questions=[
            QuestionAnswer(key=each.key, text=each.text, answer=each.answer, choices=list(each.choices))
            for each in guide.questions
        ],
        dispositions=list(guide.dispositions),
    )


def _contact(card: ContactCard) -> ContactAnswer:
    return ContactAnswer(
        name=card.name,
        number=card.e164,
        plate=card.plate,
        due_on=card.due_on,
        language=card.language,
        cars=[
            CarAnswer(plate=car.plate, make=car.make, model=car.model, due_on=car.due_on) for car in card.cars
        ],
    )


def car_told(car: CarAnswer) -> str:
    """A car on one line."""
    due = None if car.due_on is None else f"due {car.due_on:%d-%m-%Y}"
    return "  ".join(filter(None, (car.plate, car.make, car.model, due)))


def _earlier(call: EarlierCall) -> EarlierAnswer:
    return EarlierAnswer(
        at=call.at,
        campaign=call.campaign_id,
        outcome=call.outcome,
        agent=call.agent_id,
        disposition=call.disposition,
        note=call.note,
    )


GET_SCRIPT = reading("/campaigns/{campaign_id}/script", get_script, Nothing, GuideAnswer)
REPLACE_SCRIPT = changing("POST", "/campaigns/{campaign_id}/script", replace_script, NewGuide, GuideAnswer)
GET_PRESENT_CALL = reading("/agents/{agent_id}/call", get_present_call, Nothing, PresentCallAnswer)

ROUTES: tuple[AnyRoute, ...] = (GET_SCRIPT, REPLACE_SCRIPT, GET_PRESENT_CALL)
