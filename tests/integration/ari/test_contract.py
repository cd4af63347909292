"""The contract, on the fake server."""

from tests.integration.ari.contract import AriContract


class TestFakeAri(AriContract):
    """Every test of the contract."""
