import re

import pytest

from app.console.agents import GET_AGENT
from app.console.api import OPERATIONS
from app.console.openapi import describe


def test_a_path_is_filled_with_names() -> None:
    assert GET_AGENT.filled_path({"agent_id": "anna"}) == "/api/v1/agents/anna"


@pytest.mark.parametrize("name", ["Anna", "a/b", "", "-anna", "a" * 33, "a\n"])
def test_a_name_that_breaks_its_pattern_leads_nowhere(name: str) -> None:
    [pattern] = re.findall(r"{agent_id:(.+)}", GET_AGENT.server_path)

    assert re.fullmatch(pattern, name) is None


def test_no_two_routes_share_method_and_path() -> None:
    assert len({(each.route.method, each.route.path) for each in OPERATIONS}) == len(OPERATIONS)


def test_a_body_is_only_required_where_a_field_is() -> None:
    paths = describe(OPERATIONS)["paths"]

    assert paths["/api/v1/agents"]["post"]["requestBody"]["required"] is True
    assert paths["/api/v1/agents/{agent_id}/login"]["post"]["requestBody"]["required"] is False
    assert "requestBody" not in paths["/api/v1/agents/{agent_id}/logout"]["post"]
