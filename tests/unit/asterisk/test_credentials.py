"""The file of passwords."""

from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from app.asterisk.credentials import Credentials, load_credentials, read_credentials
from app.asterisk.errors import CredentialsBroken


def test_passwords_are_made_once_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "var" / "passwords.toml"

    first = load_credentials(file, ["anna", "bram"])
    again = load_credentials(file, ["anna", "bram"])

    assert again == first
    assert file.stat().st_mode & 0o777 == 0o600
    assert len({first.ari, first.ami, first.api, first.network, *first.phones.values()}) == 6
    assert min(map(len, first.phones.values())) >= 43


def test_a_new_phone_gets_a_password_and_the_others_keep_theirs(tmp_path: Path) -> None:
    file = tmp_path / "passwords.toml"
    before = load_credentials(file, ["anna"])

    after = load_credentials(file, ["bram"])
    both = load_credentials(file, ["anna", "bram"])

    assert set(after.phones) == {"bram"}
    assert both.phones == {**before.phones, **after.phones}


def test_the_trunks_password_is_the_providers(tmp_path: Path) -> None:
    file = tmp_path / "passwords.toml"
    load_credentials(file, [])
    file.write_text(file.read_text().replace('trunk = ""', 'trunk = "given"'))

    assert load_credentials(file, ["anna"]).trunk == "given"
    assert load_credentials(file, ["anna"]).trunk == "given"


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "passwords.toml"
    load_credentials(file, [])
    file.chmod(0o640)

    with pytest.raises(CredentialsBroken, match="chmod 600"):
        load_credentials(file, [])


@pytest.mark.parametrize("text", ["[program", "[program]\nari = 3\n", "program = 1\n"])
def test_a_broken_file_is_named_with_a_remedy_and_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "passwords.toml"
    file.touch(0o600)
    file.write_text(text)

    with pytest.raises(CredentialsBroken, match=r"passwords\.toml.*new passwords"):
        load_credentials(file, ["anna"])

    assert file.read_text() == text


@pytest.mark.parametrize(
    ("text", "key", "known"),
    [
        ('[program]\ntrnk = "a-secret"\n', r"\[program\] trnk ", "trunk"),
        ('[program]\nari = "a-secret"\n[phone]\nanna = "a-secret"\n', "phone ", "phones"),
        ('trunk = "a-secret"\n', "trunk ", "program"),
    ],
)
@pytest.mark.parametrize("read", [load_credentials, read_credentials])
def test_a_key_that_is_none_of_ours_is_named_with_those_there_are_and_stays_in_the_file(
    tmp_path: Path, text: str, key: str, known: str, read: Callable[[Path, Collection[str]], Credentials]
) -> None:
    file = tmp_path / "passwords.toml"
    file.touch(0o600)
    file.write_text(text)

    with pytest.raises(CredentialsBroken, match=rf"passwords\.toml: {key}is not known.*{known}") as broken:
        read(file, ["anna"])

    assert "a-secret" not in str(broken.value)
    assert file.read_text() == text


def test_no_password_is_in_a_representation(tmp_path: Path) -> None:
    made = load_credentials(tmp_path / "passwords.toml", ["anna"])

    assert made.ari not in repr(made)
    assert made.phones["anna"] not in repr(made)
