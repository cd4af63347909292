"""One node's telephony as people see it: phones, trunk, the ways to Asterisk, and reading configuration again."""

from collections.abc import Callable, Mapping

from app.ami.errors import AmiDown, AmiRefused
from app.ami.link import AmiLink
from app.control_errors import AsteriskAway, ReloadRefused
from app.control_ports import TelephonyState
from app.phones import PhoneWatch
from calls.ids import NodeId
from calls.words import ReloadModule

_MODULES: Mapping[ReloadModule, tuple[str, ...]] = {
    # Each of these reads its own part of pjsip.conf.
    ReloadModule.PJSIP: (
        "res_pjsip.so",
        "res_pjsip_endpoint_identifier_ip.so",
        "res_pjsip_outbound_registration.so",
    ),
    ReloadModule.DIALPLAN: ("pbx_config.so",),
    ReloadModule.QUEUES: ("app_queue.so",),
    ReloadModule.MUSIC: ("res_musiconhold.so",),
}


class Telephony:
    """`Control`'s way to one node's telephony (`app.control_ports.NodeTelephony`).

    `echo_seconds` gives the last echo of the events socket, None while that is down; `refuses` tells whether the trunk refuses
    whatever it is sent.
    """

    def __init__(
        self,
        node: NodeId,
        phones: PhoneWatch,
        manager: AmiLink,
        echo_seconds: Callable[[], float | None],
        refuses: Callable[[], bool],
    ) -> None:
        self._node = node
        self._phones = phones
        self._manager = manager
        self._echo_seconds = echo_seconds
        self._refuses = refuses

    def state(self) -> TelephonyState:
        """The node as of now."""
        echo_seconds = self._echo_seconds()
        trunk, contact = self._phones.trunk
        return TelephonyState(
            self._node,
            ari_live=echo_seconds is not None,
            echo_seconds=echo_seconds,
            ami_live=self._phones.knows,
            phones={phone: state.value for phone, state in self._phones.phones().items()},
            registrations=dict(self._phones.registrations()),
            trunk=trunk,
            trunk_contact=contact.value,
            trunk_refuses=self._refuses(),
        )

    async def reload(self, module: ReloadModule) -> None:
        """Let Asterisk read its configuration of one kind again. Raises AsteriskAway, ReloadRefused."""
        try:
            for name in _MODULES[module]:
                await self._manager.reload(name)
        except AmiDown as error:
            raise AsteriskAway(str(error)) from error
        except AmiRefused as error:
            raise ReloadRefused(module, error.message) from error
