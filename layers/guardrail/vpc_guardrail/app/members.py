"""Members of AWS structures, whatever their casing: CloudTrail's differs from the API's."""

from collections.abc import Mapping
from typing import Any


def member(values: Mapping[str, Any], name: str) -> Any:
    """The member of this name; the exact casing first, None where there is none."""
    if name in values:
        return values[name]
    wanted = name.lower()
    return next((value for key, value in values.items() if key.lower() == wanted), None)
