"""Nodes for the tests of this package."""

from pathlib import Path

from app.asterisk.nodes import DealerNode, Login, NetworkNode, Phone, PortRange, Trunk

WORD = "a-word-for-tests-only"
PHONES = (Phone("anna", WORD), Phone("bram", WORD))


def dealer_node(
    state_dir: Path = Path("/state"),
    trunk: Trunk | None = None,
    webrtc: bool = False,
    app: str = "dealerlijn",
) -> DealerNode:
    return DealerNode(
        name="dealer",
        state_dir=state_dir,
        sounds_dir=Path("/sounds"),
        sip_port=5060,
        ari_port=8088,
        ari=Login("dealerlijn", WORD),
        ami_port=5038,
        ami=Login("dealerlijn", WORD),
        rtp=PortRange(10000, 10999),
        phones=PHONES,
        app=app,
        trunk=trunk or Trunk("127.0.0.2"),
        fallback=("anna",),
        webrtc=webrtc,
    )


def network_node(state_dir: Path = Path("/state")) -> NetworkNode:
    return NetworkNode(
        name="network",
        state_dir=state_dir,
        sounds_dir=Path("/sounds"),
        sip_host="127.0.0.2",
        sip_port=5070,
        ari_port=8089,
        ari=Login("people", WORD),
        rtp=PortRange(11000, 11999),
        phones=PHONES,
        dealer_host="127.0.0.1",
        dealer_port=5060,
    )
