"""The version gate."""

import pytest

from app.asterisk.errors import AsteriskMissing, AsteriskTooOld
from app.asterisk.program import OLDEST, Version, parse_version, require_supported


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Asterisk 22.10.1+dfsg+~cs6.17", Version(22, 10, 1)),
        ("Asterisk 23.0.0\n", Version(23, 0, 0)),
        ("Asterisk 22.10", Version(22, 10, 0)),
        ("Asterisk certified/22.8-cert1", Version(22, 8, 0)),
    ],
)
def test_the_version_is_read_from_what_asterisk_says(text: str, version: Version) -> None:
    assert parse_version(text) == version


def test_another_programs_answer_is_no_version() -> None:
    with pytest.raises(AsteriskMissing, match="FreeSWITCH"):
        parse_version("FreeSWITCH version: 1.10")


@pytest.mark.parametrize("version", [Version(22, 9, 0), Version(22, 10, 0), Version(20, 99, 9)])
def test_an_older_asterisk_is_refused_with_a_remedy(version: Version) -> None:
    with pytest.raises(
        AsteriskTooOld, match=rf"{version} in /usr/sbin is too old, {OLDEST} or newer.*upgrade"
    ):
        require_supported(version, "/usr/sbin")


def test_the_oldest_version_and_newer_ones_are_served() -> None:
    require_supported(OLDEST, "here")
    require_supported(Version(22, 11, 0), "here")
    require_supported(Version(24, 0, 0), "here")
