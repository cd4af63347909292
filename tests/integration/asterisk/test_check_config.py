"""check-config's comparison of files and settings."""

from pathlib import Path

import pytest

from app.asterisk.check_config import check_files
from app.asterisk.render import install
from tests.unit.asterisk.nodes import dealer_node


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_installed_files_agree_with_the_settings(tmp_path: Path) -> None:
    node = dealer_node(state_dir=tmp_path)
    install(node)

    assert check_files(node, tmp_path / "etc") == []


def test_every_difference_is_found_at_once(tmp_path: Path) -> None:
    node = dealer_node(state_dir=tmp_path)
    install(node)
    etc = tmp_path / "etc"
    _change(etc / "http.conf", "bindport = 8088", "bindport = 8089")
    _change(etc / "pjsip.conf", "identify_by = ip", "identify_by = username")
    _change(etc / "pjsip.conf", "\n[bram](phone)", "\n[dirk](phone)")
    _change(etc / "modules.conf", "load = app_queue.so", "load = app_system.so")
    _change(etc / "manager.conf", "permit = 127.0.0.1/255.255.255.255", "permit = 0.0.0.0/0.0.0.0")
    _change(etc / "extensions.conf", "[campaign-answered]", "[campaign-answer]")
    _change(etc / "extensions.conf", "TIMEOUT(absolute)=6", "TIMEOUT(absolute)=60")
    (etc / "rtp.conf").unlink()
    (etc / "queues.conf").chmod(0o644)

    findings = {(finding.file, finding.key) for finding in check_files(node, etc)}

    assert {
        ("http.conf", "[general] bindport"),
        ("pjsip.conf", "[trunk endpoint] identify_by"),
        ("pjsip.conf", "[dirk]"),
        ("modules.conf", "[modules] load"),
        ("manager.conf", "[dealerlijn] permit"),
        ("extensions.conf", "[campaign-answered]"),
        ("extensions.conf", "[campaign-answer]"),
        ("extensions.conf", "[from-trunk] line 7"),
        ("rtp.conf", ""),
        ("queues.conf", ""),
    } <= findings


def test_a_finding_names_both_values_and_a_remedy(tmp_path: Path) -> None:
    node = dealer_node(state_dir=tmp_path)
    install(node)
    _change(tmp_path / "etc" / "http.conf", "bindport = 8088", "bindport = 8089")

    (finding,) = check_files(node, tmp_path / "etc")

    assert (finding.expected, finding.found) == ("8088", "8089")
    assert finding.remedy


def test_a_wrong_password_is_found_but_not_shown(tmp_path: Path) -> None:
    node = dealer_node(state_dir=tmp_path)
    install(node)
    _change(tmp_path / "etc" / "manager.conf", "secret = a-word-for-tests-only", "secret = letmein")

    (finding,) = check_files(node, tmp_path / "etc")

    assert finding.key == "[dealerlijn] secret"
    assert "letmein" not in repr(finding)
    assert "a-word-for-tests-only" not in repr(finding)


@pytest.mark.parametrize(
    "name", ["cli.conf", "codecs.conf", "pjsip_wizard.conf", "say.conf", "sorcery.conf", "keys"]
)
def test_a_file_that_the_settings_do_not_give_is_found(tmp_path: Path, name: str) -> None:
    node = dealer_node(state_dir=tmp_path)
    install(node)
    (tmp_path / "etc" / name).touch()

    (finding,) = check_files(node, tmp_path / "etc")

    assert (finding.file, finding.expected) == (name, "no such file")


@pytest.mark.parametrize("unbalanced", [";--", "x --;", "exten => s,1,NoOp() ;-- ;-- --;"])
def test_a_comment_that_hides_the_rest_of_a_file_is_found(tmp_path: Path, unbalanced: str) -> None:
    node = dealer_node(state_dir=tmp_path)
    install(node)
    _change(tmp_path / "etc" / "extensions.conf", "[fallback]", f"{unbalanced}\n[fallback]")

    findings = check_files(node, tmp_path / "etc")

    assert {("", "comments that end"), ("[fallback]", "the context")} <= {
        (finding.key, finding.expected) for finding in findings
    }


def test_a_comment_of_several_lines_within_another_hides_what_is_between(tmp_path: Path) -> None:
    node = dealer_node(state_dir=tmp_path)
    install(node)
    _change(tmp_path / "etc" / "http.conf", "bindport = 8088", ";-- ;-- --;\nbindport = 8088\n--;")

    (finding,) = check_files(node, tmp_path / "etc")

    assert (finding.key, finding.found) == ("[general] bindport", "nothing")


def test_comments_beside_what_is_read_make_no_difference(tmp_path: Path) -> None:
    node = dealer_node(state_dir=tmp_path)
    install(node)
    _change(tmp_path / "etc" / "http.conf", "bindport = 8088", "bind;-- a ;-- b --; --;port = 8088;c ;--")
    _change(tmp_path / "etc" / "rtp.conf", "strictrtp = yes", ";---- a ruler\n;--\nno\n--;strictrtp = yes")

    assert check_files(node, tmp_path / "etc") == []
