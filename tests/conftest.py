"""The folder is the category: every test carries its folder's name as a mark."""

from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_CATEGORIES = ("unit", "integration", "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        category = item.path.relative_to(_HERE).parts[0]
        if category in _CATEGORIES:
            item.add_marker(category)
