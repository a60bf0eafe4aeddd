"""The log of every function."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    """The function's logger; its service and level come from the environment."""
    return Logger(use_rfc3339=True, json_serializer=_ascii)


def _ascii(entry: Mapping[str, Any]) -> str:
    """A line of the log; half a character in it would lose the line, and not all see it is one."""
    return json.dumps(entry, default=str)
