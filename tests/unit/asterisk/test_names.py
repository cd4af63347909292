import pytest

from app.asterisk.names import asks_for_names, hosts_text
from app.asterisk.nodes import Trunk
from app.asterisk.render import render
from tests.unit.asterisk.nodes import dealer_node


@pytest.mark.parametrize(
    ("host", "asks"), [("192.0.2.1", False), ("sip.example", True), ("10.example", True)]
)
def test_only_a_provider_that_is_told_by_name_is_looked_up(host: str, asks: bool) -> None:
    registering = Trunk(host, username="3140", password="x")  # pragma: allowlist secret

    for trunk in (Trunk(host), registering):
        assert asks_for_names(render(dealer_node(trunk=trunk))["pjsip.conf"]) is asks


def test_the_machines_own_name_comes_before_other_hosts() -> None:
    assert hosts_text("desk", "192.0.2.1 provider\n") == "127.0.0.1 localhost desk\n192.0.2.1 provider\n"
