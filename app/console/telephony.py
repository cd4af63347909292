"""Telephony in the API: the phones, the trunk and the ways to Asterisk."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.console.fields import Ask
from app.console.routes import Nothing, changing, reading
from calls.words import ReloadModule


class PhoneAnswer(BaseModel):
    """A phone. `state`: reachable, unreachable (registered but silent), removed (not registered) or unknown."""

    name: str
    state: str


class RegistrationAnswer(BaseModel):
    """Our registration at a trunk; `client` is whom we register as."""

    client: str
    registered: bool


class TrunkAnswer(BaseModel):
    """The trunk, by its endpoint. `state`: reachable, unreachable (nobody is dialled) or unknown.

    While it `refuses` whatever it is sent, one attempt each half minute goes out.
    """

    name: str
    state: str
    refuses: bool


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
    trunk: TrunkAnswer


class Reload(Ask):
    """What Asterisk is to read again."""

    module: Annotated[ReloadModule, Field(strict=False)]


class ReloadAnswer(BaseModel):
    """What was read again."""

    module: ReloadModule


SHOW_TELEPHONY = reading("/telephony", Nothing, TelephonyAnswer)
RELOAD_TELEPHONY = changing("POST", "/telephony/reload", Reload, ReloadAnswer)
