"""In the preview modes: the contact that an agent sees before the call, in the API."""

from datetime import datetime

from pydantic import BaseModel

from app.console.conversations import ContactAnswer, EarlierAnswer, GuideAnswer
from app.console.fields import Ask, Word
from app.console.routes import Nothing, changing, reading


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


GET_PREVIEW = reading("/agents/{agent_id}/preview", Nothing, PreviewAnswer)
TAKE_PREVIEW = changing("POST", "/agents/{agent_id}/preview", Nothing, PreviewAnswer)
DIAL_PREVIEW = changing("POST", "/agents/{agent_id}/preview/dial", Nothing, DialledAnswer)
SKIP_PREVIEW = changing("POST", "/agents/{agent_id}/preview/skip", Skip, SkippedAnswer)
