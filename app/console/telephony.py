"""Telephony in the API: the phones, the trunk and the ways to Asterisk."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.console.fields import Ask
from app.console.routes import AnyRoute, Asked, Nothing, changing, reading
from app.control import Control
from app.control_ports import ReloadModule


class PhoneAnswer(BaseModel):
    """A phone. `state`: reachable, unreachable (registered but silent), removed (not registered) or unknown."""

    name: str
    state: str


class RegistrationAnswer(BaseModel):
    """Our registration at a trunk; `client` is whom we register as."""

    client: str
    registered: bool


class TelephonyAnswer(BaseModel):
    """One node's telephony. While `ami_live` is false nothing is known of phones and registrations.

    `echo_seconds` is the time an event of our own took to come back, null while `ari_live` is false.
    """

    node: str
    ari_live: bool
    echo_seconds: float | None
    ami_live: bool
    phones: list[PhoneAnswer]
    registrations: list[RegistrationAnswer]


class Reload(Ask):
    """What Asterisk is to read again."""

    module: Annotated[ReloadModule, Field(strict=False)]


class ReloadAnswer(BaseModel):
    """What was read again."""

    module: ReloadModule


async def show_telephony(control: Control, _asked: Asked[Nothing, Nothing]) -> TelephonyAnswer:
    """The phones, the trunk registrations and the ways to Asterisk."""
    state = control.telephony()
    return TelephonyAnswer(
        node=state.node,
        ari_live=state.ari_live,
        echo_seconds=state.echo_seconds,
        ami_live=state.ami_live,
        phones=[PhoneAnswer(name=name, state=word) for name, word in sorted(state.phones.items())],
        registrations=[
            RegistrationAnswer(client=client, registered=registered)
            for client, registered in sorted(state.registrations.items())
        ],
    )


async def reload_telephony(control: Control, asked: Asked[Reload, Nothing]) -> ReloadAnswer:
    """Let Asterisk read its configuration of one kind again; calls go on."""
    await control.reload_telephony(asked.body.module, asked.who)
    return ReloadAnswer(module=asked.body.module)


SHOW_TELEPHONY = reading("/telephony", show_telephony, Nothing, TelephonyAnswer)
RELOAD_TELEPHONY = changing("POST", "/telephony/reload", reload_telephony, Reload, ReloadAnswer)

ROUTES: tuple[AnyRoute, ...] = (SHOW_TELEPHONY, RELOAD_TELEPHONY)
