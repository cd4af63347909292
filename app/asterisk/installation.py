"""The dealer node of an installation, from telephony.toml, the phones of dealers.toml and the file of passwords."""

import tomllib
from collections.abc import Collection
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app.asterisk.credentials import Credentials
from app.asterisk.errors import TelephonyBroken
from app.asterisk.nodes import CalledNumber, DealerNode, Login, Phone, PortRange, Trunk


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Sip(_Table):
    host: str = "127.0.0.1"
    port: int = 5060
    rtp: tuple[int, int] = (10000, 10999)
    webrtc: bool = False
    external_address: str | None = None
    local_net: tuple[str, ...] = ()
    lost_after_seconds: int = 30


class _Control(_Table):
    ari_port: int = 8088
    ami_port: int = 5038
    user: str = "dealerlijn"
    app: str = "dealerlijn"


class _Trunk(_Table):
    host: str
    port: int = 5060
    peers: tuple[str, ...] = ()
    username: str | None = None
    called_number: CalledNumber = "request_uri"
    lost_after_seconds: int = 60


class _Fallback(_Table):
    phones: tuple[str, ...] = ()
    voicemail: bool = True


class _Telephony(_Table):
    sip: _Sip = _Sip()
    control: _Control = _Control()
    trunk: _Trunk
    fallback: _Fallback = _Fallback()


def read_node(
    file: Path, phones: Collection[str], passwords: Credentials, state_dir: Path, sounds_dir: Path
) -> DealerNode:
    """The node that the file describes. Raises TelephonyBroken, which names every fault of the file at once."""
    try:
        model = _Telephony.model_validate(tomllib.loads(file.read_text()))
        return _node(model, phones, passwords, state_dir, sounds_dir)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise TelephonyBroken(f"{file}: {'; '.join(faults)}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise TelephonyBroken(f"{file}: {error}") from error


def _node(
    model: _Telephony,
    phones: Collection[str],
    passwords: Credentials,
    state_dir: Path,
    sounds_dir: Path,
) -> DealerNode:
    control, trunk = model.control, model.trunk
    return DealerNode(
        name="dealer",
        state_dir=state_dir,
        sounds_dir=sounds_dir,
        sip_host=model.sip.host,
        sip_port=model.sip.port,
        ari_port=control.ari_port,
        ari=Login(control.user, passwords.ari),
        ami_port=control.ami_port,
        ami=Login(control.user, passwords.ami),
        rtp=PortRange(*model.sip.rtp),
        phones=tuple(Phone(name, passwords.phones[name]) for name in phones),
        app=control.app,
        trunk=Trunk(
            trunk.host,
            trunk.port,
            trunk.peers,
            trunk.username,
            trunk.called_number,
            trunk.lost_after_seconds,
            passwords.trunk,
        ),
        fallback=model.fallback.phones or tuple(phones),
        fallback_voicemail=model.fallback.voicemail,
        webrtc=model.sip.webrtc,
        external_address=model.sip.external_address,
        local_net=model.sip.local_net,
        lost_after_seconds=model.sip.lost_after_seconds,
    )
