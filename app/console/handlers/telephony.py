"""What serves the routes of `app.console.telephony`."""

from app.console.operations import AnyOperation, Asked, Operation
from app.console.routes import Nothing
from app.console.telephony import (
    RELOAD_TELEPHONY,
    SHOW_TELEPHONY,
    PhoneAnswer,
    RegistrationAnswer,
    Reload,
    ReloadAnswer,
    TelephonyAnswer,
    TrunkAnswer,
)
from app.control import Control


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
        trunk=TrunkAnswer(name=state.trunk, state=state.trunk_contact, refuses=state.trunk_refuses),
    )


async def reload_telephony(control: Control, asked: Asked[Reload, Nothing]) -> ReloadAnswer:
    """Let Asterisk read its configuration of one kind again; calls go on."""
    await control.reload_telephony(asked.body.module, asked.who)
    return ReloadAnswer(module=asked.body.module)


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(SHOW_TELEPHONY, show_telephony),
    Operation(RELOAD_TELEPHONY, reload_telephony),
)
