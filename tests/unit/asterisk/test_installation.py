"""telephony.toml."""

from pathlib import Path

import pytest

from app.asterisk.credentials import Credentials
from app.asterisk.errors import TelephonyBroken
from app.asterisk.installation import read_node
from app.asterisk.nodes import DealerNode
from app.asterisk.places import CONFIG_DIR
from tests.unit.asterisk.nodes import WORD

PASSWORDS = Credentials(
    ari=WORD, ami=WORD, api=WORD, network=WORD, trunk="given", phones={"anna": WORD, "bram": WORD}
)


def _read(file: Path) -> DealerNode:
    return read_node(file, ["anna", "bram"], PASSWORDS, Path("/state"), Path("/sounds"))


def test_the_shipped_file_describes_a_node_whose_phones_are_all_fallback() -> None:
    node = _read(CONFIG_DIR / "telephony.toml")

    assert (node.sip_port, node.ari_port, node.ami_port) == (5060, 8088, 5038)
    assert [phone.name for phone in node.phones] == ["anna", "bram"]
    assert node.fallback == ("anna", "bram")


def test_a_trunk_that_registers_uses_the_password_of_the_file_of_passwords(tmp_path: Path) -> None:
    file = tmp_path / "telephony.toml"
    file.write_text('[trunk]\nhost = "sip.example"\nusername = "3140"\n')

    assert _read(file).trunk.password == "given"  # pragma: allowlist secret


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('[sip]\nport = "x"\nprot = 1\n', ["sip.port", "sip.prot", "trunk"]),
        ("[trunk\n", ["telephony.toml"]),
        ('[trunk]\nhost = "a b"\n', ["host must match"]),
        ('[trunk]\nhost = "a"\n[sip]\nexternal_address = "203.0.113.5"\n', ["local_net"]),
        ('[trunk]\nhost = "a"\n[sip]\nexternal_address = "here"\nlocal_net = ["10.0.0.0/8"]\n', ["here"]),
        ('[trunk]\nhost = "a"\n[sip]\nlocal_net = ["10.0.0.9/8"]\n', ["10.0.0.9/8"]),
        ('[trunk]\nhost = "a"\n[fallback]\nphones = ["zoe"]\n', ["zoe"]),
        ('[trunk]\nhost = "a"\nport = 0\n', ["trunk_port is 0"]),
        ('[trunk]\nhost = "sip.example:5061"\n', ["sip.example:5061", "under `port`"]),
        ('[trunk]\nhost = "2001:db8::5"\n', ["2001:db8::5", "IPv4"]),
        ('[trunk]\nhost = "a"\nusername = "3140@sip.example"\n', ["3140@sip.example", "leave out the @"]),
        ('[trunk]\nhost = "a"\ncalled_number = "diversion"\n', ["trunk.called_number", "p_called_party_id"]),
        ('[trunk]\nhost = "a"\npeers = ["192.0.2.1/33"]\n', ["192.0.2.1/33"]),
        ('[trunk]\nhost = "a"\n[sip]\nhost = "pbx.example"\n', ["pbx.example", "0.0.0.0 for all"]),
        ('[trunk]\nhost = "a"\n[sip]\nport = 65536\n', ["sip_port is 65536"]),
        ('[trunk]\nhost = "a"\n[sip]\nport = 10500\n', ["sip_port 10500", "10000-10999"]),
        ('[trunk]\nhost = "a"\nlost_after_seconds = 5\n', ["lost_after_seconds is 5", "0 for never"]),
        ('[trunk]\nhost = "a"\n[sip]\nlost_after_seconds = -1\n', ["lost_after_seconds is -1"]),
        ('[trunk]\nhost = "a"\n[control]\nari_port = -1\n', ["ari_port is -1"]),
        ('[trunk]\nhost = "a"\n[control]\nami_port = 8088\n', ["both 8088"]),
    ],
)
def test_every_fault_of_the_file_is_named(tmp_path: Path, text: str, faults: list[str]) -> None:
    file = tmp_path / "telephony.toml"
    file.write_text(text)

    with pytest.raises(TelephonyBroken) as caught:
        _read(file)

    assert [fault for fault in faults if fault not in str(caught.value)] == []
