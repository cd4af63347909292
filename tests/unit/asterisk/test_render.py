"""The configuration files."""

import re
from pathlib import Path

import pytest

from app.asterisk.check_config import parse_entries
from app.asterisk.nodes import PJSIP_SECTIONS, DealerNode, Login, Phone, PortRange, Trunk
from app.asterisk.render import crypted, install, render
from tests.unit.asterisk.nodes import WORD, dealer_node, network_node


def _modules(files: dict[str, str]) -> set[str]:
    return set(re.findall(r"^load = (\w+)\.so$", files["modules.conf"], re.MULTILINE))


def test_the_ari_password_is_stored_as_crypt_knows_it() -> None:
    assert crypted("geheim" * 5) == crypted("geheim" * 5)
    assert re.fullmatch(r"\$sha1\$1\$[a-z2-7]{16}\$[./0-9A-Za-z]{28}", crypted(WORD))
    assert crypted(WORD) != crypted(WORD + "x")


def test_the_dealers_files_shut_the_doors() -> None:
    files = {name: parse_entries(text) for name, text in render(dealer_node()).items()}

    assert files["asterisk.conf"]["[options] disable_remote_console_shell"] == ("yes",)
    assert files["http.conf"]["[general] bindaddr"] == ("127.0.0.1",)
    assert files["http.conf"]["[general] sessionlimit"] == ("1000",)
    assert files["http.conf"]["[general] servername"] == ("",)
    assert files["manager.conf"]["[general] bindaddr"] == ("127.0.0.1",)
    assert files["ari.conf"]["[dealerlijn user] password_format"] == ("crypt",)
    assert files["ari.conf"]["[dealerlijn user] permit"] == ("127.0.0.1/32",)
    assert files["pjsip.conf"]["[trunk endpoint] identify_by"] == ("ip",)
    assert files["pjsip.conf"]["[phone endpoint] identify_by"] == ("username",)
    assert files["pjsip.conf"]["[phone endpoint] context"] == ("agents",)
    assert files["pjsip.conf"]["[phone-contact aor] max_contacts"] == ("1",)
    assert files["pjsip.conf"]["[phone-contact aor] remove_existing"] == ("yes",)
    assert files["rtp.conf"]["[general] strictrtp"] == ("yes",)


def test_neither_node_loads_what_reaches_the_machine_or_places_calls_from_the_dialplan_or_is_dangerous_but_for_marks() -> (
    None
):
    forbidden = {
        "app_system",
        "app_dial",
        "app_originate",
        "func_shell",
        "func_curl",
        "func_env",
        "func_export",
        "func_lock",
        "func_periodic_hook",
        "func_realtime",
        "app_confbridge",
        "chan_iax2",
        "pbx_dundi",
    }

    for node in (dealer_node(webrtc=True), network_node()):
        assert not _modules(dict(render(node))) & forbidden


def test_no_way_leads_from_an_agents_phone_to_the_trunk() -> None:
    dialplan = render(dealer_node())["extensions.conf"]

    assert "Dial(" not in dialplan
    assert "trunk" not in dialplan.partition("[agents]")[2].partition("[fallback]")[0]


def test_keys_of_callers_are_heard_whether_they_come_as_events_or_as_tones() -> None:
    trunk = render(dealer_node())["pjsip.conf"].partition("[trunk]")[2].partition("[trunk]")[0]

    assert "dtmf_mode = auto" in trunk


def test_the_ari_password_is_in_no_file_in_plain_text() -> None:
    node = dealer_node()

    assert WORD not in render(node)["ari.conf"]


def test_browser_phones_bring_their_transport_and_modules() -> None:
    plain, browser = dict(render(dealer_node())), dict(render(dealer_node(webrtc=True)))

    assert "[websocket transport] protocol" in parse_entries(browser["pjsip.conf"])
    assert parse_entries(browser["pjsip.conf"])["[phone endpoint] webrtc"] == ("yes",)
    assert {"res_srtp", "res_pjsip_transport_websocket"} <= _modules(browser) - _modules(plain)


def test_a_trunk_with_a_user_name_registers_and_one_without_does_not() -> None:
    with_name = parse_entries(
        render(dealer_node(trunk=Trunk("sip.example", username="3140", password="x")))["pjsip.conf"]
    )
    without = parse_entries(render(dealer_node())["pjsip.conf"])

    assert with_name["[trunk registration] client_uri"] == ("sip:3140@sip.example",)
    assert not [key for key in without if key.startswith("[trunk registration]")]


def test_installing_twice_gives_the_same_files_and_removes_old_ones(tmp_path: Path) -> None:
    node = dealer_node(state_dir=tmp_path)
    install(node)
    first = {path.name: path.read_text() for path in (tmp_path / "etc").iterdir()}
    (tmp_path / "etc" / "iax.conf").write_text("")

    install(node)

    assert {path.name: path.read_text() for path in (tmp_path / "etc").iterdir()} == first
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "etc").iterdir()} == {0o600}


HOSTILE = ["x\ntype = user", "a;b", "", "a b", "[x]", "é"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_could_break_out_of_a_line_gets_into_a_file(text: str) -> None:
    with pytest.raises(ValueError, match="must match"):
        Phone(text, WORD)
    with pytest.raises(ValueError, match="must match"):
        Phone("anna", text)
    with pytest.raises(ValueError, match="must match"):
        Login(text, WORD)
    with pytest.raises(ValueError, match="must match"):
        Trunk(text)
    with pytest.raises(ValueError, match="must match"):
        Trunk("host", peers=(text,))
    with pytest.raises(ValueError, match="must match"):
        Trunk("host", username=text, password="x")


def test_a_user_cannot_have_the_name_of_asterisks_own_section() -> None:
    with pytest.raises(ValueError, match="choose another user name"):
        Login("general", WORD)


def test_a_password_is_in_no_representation() -> None:
    assert WORD not in repr(dealer_node())


def test_a_fallback_phone_must_exist() -> None:
    node = dealer_node()

    with pytest.raises(ValueError, match="nobody"):
        DealerNode(
            name="dealer",
            state_dir=node.state_dir,
            sounds_dir=node.sounds_dir,
            sip_port=5060,
            ari_port=8088,
            ari=node.ari,
            ami_port=5038,
            ami=node.ami,
            rtp=node.rtp,
            app="dealerlijn",
            trunk=node.trunk,
            fallback=("nobody",),
        )


@pytest.mark.parametrize(("first", "last"), [(80, 90), (2000, 2000), (3000, 2000), (60000, 70000)])
def test_a_range_of_ports_is_a_range_of_unprivileged_ports(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="ports above 1023"):
        PortRange(first, last)


def test_the_names_that_no_phone_may_have_are_the_other_sections_of_pjsip_conf() -> None:
    text = render(dealer_node(webrtc=True))["pjsip.conf"]

    sections = set(re.findall(r"^\[([^]]+)]", text, re.MULTILINE))

    assert sections - {phone.name for phone in dealer_node().phones} == PJSIP_SECTIONS


@pytest.mark.parametrize("name", sorted(PJSIP_SECTIONS))
def test_no_phone_takes_the_name_of_another_section(name: str) -> None:
    with pytest.raises(ValueError, match="another name"):
        Phone(name, WORD)
