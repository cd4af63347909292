"""The folder is the category: every test carries its folder's name as a mark."""

import os
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_CATEGORIES = ("unit", "integration", "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        category = item.path.relative_to(_HERE).parts[0]
        if category in _CATEGORIES:
            item.add_marker(category)


@pytest.fixture(scope="session")
def campaign_size() -> tuple[int, int]:
    """How many calls the long campaign makes, and how often its controller is killed meanwhile."""
    asked = os.environ.get("DEALERLIJN_TEST_CAMPAIGN")
    if asked is None:
        # Who hangs up in the moment of being connected is still told differently by the books and by the wire.
        pytest.skip("runs only when DEALERLIJN_TEST_CAMPAIGN says how many calls and kills")
    calls, kills = asked.split(",")
    return int(calls), int(kills)
