"""Call files of simulated callers."""

from pathlib import Path

import pytest

from app.asterisk.call_files import Caller, call_file, place_call
from tests.unit.asterisk.nodes import network_node


def test_a_call_file_says_who_rings_whom_and_what_they_do() -> None:
    text = call_file(
        Caller(person="jan", ddi="+31401234567", cli="0612345678", name="Jan", press="3", patience=20)
    )

    assert text.splitlines() == [
        "Channel: PJSIP/+31401234567@dealer",
        'CallerID: "Jan" <0612345678>',
        "MaxRetries: 0",
        "WaitTime: 60",
        "Context: people-caller",
        "Extension: s",
        "Priority: 1",
        "Setvar: PERSON=jan",
        "Setvar: PRESS=3",
        "Setvar: PRESS_AFTER=1",
        "Setvar: PATIENCE=20",
        "Setvar: TALK=10",
    ]


def test_a_caller_without_a_number_hides_it() -> None:
    text = call_file(Caller(person="jan", ddi="+31401234567"))

    assert "CallerID:" not in text
    assert "Setvar: CALLERID(pres)=prohib" in text


def test_a_quote_in_a_name_stays_inside_the_name() -> None:
    text = call_file(Caller(person="jan", ddi="+31401234567", cli="06", name='"><script>'))

    assert 'CallerID: "\\"><script>" <06>' in text


@pytest.mark.parametrize("name", ["a\nApplication: System", "a\rb", "a\x00b"])
def test_a_line_break_in_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        Caller(person="jan", ddi="+31401234567", name=name)


def test_a_placed_call_appears_whole_in_the_spool(tmp_path: Path) -> None:
    node = network_node(tmp_path)
    caller = Caller(person="jan", ddi="+31401234567")
    for name in ("tmp", "outgoing"):
        (tmp_path / "spool" / name).mkdir(parents=True)

    placed = place_call(node, caller)

    assert placed == tmp_path / "spool" / "outgoing" / "jan.call"
    assert placed.read_text() == call_file(caller)
    assert list((tmp_path / "spool" / "tmp").iterdir()) == []
