"""Gives every test the marker of its level, which is the name of its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

TESTS = Path(__file__).parent
LEVELS = frozenset({"unit", "integration", "template", "e2e"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test, so that `-m unit` says the same as the folder."""
    for item in items:
        level = item.path.relative_to(TESTS).parts[0]
        if level in LEVELS:
            item.add_marker(level)
