"""The folder is the category: every test carries its folder's name as a mark."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_CATEGORIES = ("unit", "integration", "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        category = item.path.relative_to(_HERE).parts[0]
        if category in _CATEGORIES:
            item.add_marker(category)


@dataclass(frozen=True, slots=True)
class CampaignSize:
    """How many calls the campaign of the exact accounting makes, how often its controller is killed, and the dice for both."""

    calls: int = 200
    kills: int = 2
    seed: int = 2026


@pytest.fixture(scope="session")
def campaign_size() -> CampaignSize:
    """As DEALERLIJN_TEST_CAMPAIGN asks: calls, kills, seed."""
    asked = os.environ.get("DEALERLIJN_TEST_CAMPAIGN", "")
    return CampaignSize(*map(int, asked.split(","))) if asked else CampaignSize()
