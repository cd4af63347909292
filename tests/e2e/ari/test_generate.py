"""The generated client against the Asterisk at hand."""

from app.ari.generate import main
from tests.e2e.ari.small_asterisk import PASSWORD, USER, SmallAsterisk


def test_the_generated_files_are_those_of_this_asterisk(small_asterisk: SmallAsterisk) -> None:
    address = small_asterisk.ari_url.replace("//", f"//{USER}:{PASSWORD}@")

    assert main([address, "--check"]) == 0
