"""The least that a Lambda function can be: what the runtime itself costs."""

from typing import Any


def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do nothing."""
    return {}
