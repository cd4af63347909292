"""The contract, on the real Asterisk."""

from tests.integration.ari.contract import AriContract


class TestRealAsterisk(AriContract):
    """Every test of the contract."""
