"""What serves the routes of `app.console.conversations`."""

from app.console.conversations import (
    GET_PRESENT_CALL,
    GET_SCRIPT,
    REPLACE_SCRIPT,
    CarAnswer,
    ContactAnswer,
    EarlierAnswer,
    GuideAnswer,
    NewGuide,
    PresentCallAnswer,
    QuestionAnswer,
    ScriptAnswer,
)
from app.console.operations import AnyOperation, Asked, Operation
from app.console.routes import Nothing
from app.control import Control
from app.conversations import PresentCall, Screen
from app.storage.conversations import ContactCard, EarlierCall
from calls.ids import AgentId, CampaignId
from dialer.guide import Guide


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


def _earlier(call: EarlierCall) -> EarlierAnswer:
    return EarlierAnswer(
        at=call.at,
        campaign=call.campaign_id,
        returned=call.returned,
        outcome=call.outcome,
        agent=call.agent_id,
        disposition=call.disposition,
        note=call.note,
    )


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(GET_SCRIPT, get_script),
    Operation(REPLACE_SCRIPT, replace_script),
    Operation(GET_PRESENT_CALL, get_present_call),
)
