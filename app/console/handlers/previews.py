"""What serves the routes of `app.console.previews`."""

from collections.abc import Mapping

from app.console.handlers.conversations import shown_contact
from app.console.operations import AnyOperation, Asked, Operation
from app.console.previews import (
    DIAL_PREVIEW,
    GET_PREVIEW,
    SKIP_PREVIEW,
    TAKE_PREVIEW,
    DialledAnswer,
    PreviewAnswer,
    Skip,
    SkippedAnswer,
)
from app.console.routes import Nothing
from app.control import Control
from calls.ids import AgentId
from dialer.previews import Preview


async def get_preview(control: Control, asked: Asked[Nothing, Nothing]) -> PreviewAnswer:
    """The contact that an agent has before them."""
    return await _answer(control, await control.previews.shown(_id(asked.path)))


async def take_preview(control: Control, asked: Asked[Nothing, Nothing]) -> PreviewAnswer:
    """The contact that an agent has before them; without one, the next on the list, held for this agent."""
    return await _answer(control, await control.previews.show(_id(asked.path)))


async def _answer(control: Control, preview: Preview) -> PreviewAnswer:
    agent_id = preview.agent_id
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


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(GET_PREVIEW, get_preview),
    Operation(TAKE_PREVIEW, take_preview),
    Operation(DIAL_PREVIEW, dial_preview),
    Operation(SKIP_PREVIEW, skip_preview),
)
