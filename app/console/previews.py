"""In the preview modes: the contact that an agent sees before the call, in the API."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel

from app.console.conversations import ContactAnswer, EarlierAnswer, GuideAnswer, shown_contact
from app.console.fields import Ask, Word
from app.console.routes import AnyRoute, Asked, Nothing, changing, reading
from app.control import Control
from calls.ids import AgentId


class PreviewAnswer(BaseModel):
    """The contact that an agent has before them. Nobody else gets it until `until`; at `dials_at` it is dialled by itself.

    `skips_left` is how many contacts in a row the agent may still pass over, this one included.
    """

    agent: str
    campaign: str
    shown_at: datetime
    until: datetime
    dials_at: datetime | None
    skips_left: int
    guide: GuideAnswer
    contact: ContactAnswer
    earlier: list[EarlierAnswer]


class DialledAnswer(BaseModel):
    """The call that rings the contact; `agent` is kept for it."""

    agent: str
    call: str


class Skip(Ask):
    """Why the contact is passed over, in one word."""

    reason: Word


class SkippedAnswer(BaseModel):
    """The contact rests for an hour. `skips_left` is how many more in a row may be passed over."""

    agent: str
    skips_left: int


async def get_preview(control: Control, asked: Asked[Nothing, Nothing]) -> PreviewAnswer:
    """The contact that an agent has before them; without one, the next on the list, held for this agent."""
    agent_id = _id(asked.path)
    preview = await control.previews.show(agent_id)
    agent = control.agent(agent_id)
    screen = await control.conversations.screen(agent, preview.campaign_id, preview.contact_id)
    guide, contact, earlier = shown_contact(screen)
    return PreviewAnswer(
        agent=agent_id,
        campaign=preview.campaign_id,
        shown_at=preview.shown_at,
        until=preview.until,
        dials_at=preview.dials_at,
        skips_left=control.previews.skips_left(preview),
        guide=guide,
        contact=contact,
        earlier=earlier,
    )


async def dial_preview(control: Control, asked: Asked[Nothing, Nothing]) -> DialledAnswer:
    """Dial the contact that an agent has before them."""
    agent_id = _id(asked.path)
    return DialledAnswer(agent=agent_id, call=await control.previews.dial(agent_id))


async def skip_preview(control: Control, asked: Asked[Skip, Nothing]) -> SkippedAnswer:
    """Pass over the contact that an agent has before them."""
    agent_id = _id(asked.path)
    left = await control.previews.skip(agent_id, asked.body.reason)
    return SkippedAnswer(agent=agent_id, skips_left=left)


def _id(path: Mapping[str, str]) -> AgentId:
    return AgentId(path["agent_id"])


GET_PREVIEW = reading("/agents/{agent_id}/preview", get_preview, Nothing, PreviewAnswer, conflicts=True)
DIAL_PREVIEW = changing("POST", "/agents/{agent_id}/preview/dial", dial_preview, Nothing, DialledAnswer)
SKIP_PREVIEW = changing("POST", "/agents/{agent_id}/preview/skip", skip_preview, Skip, SkippedAnswer)

ROUTES: tuple[AnyRoute, ...] = (GET_PREVIEW, DIAL_PREVIEW, SKIP_PREVIEW)
