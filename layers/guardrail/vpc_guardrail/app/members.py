"""Members of AWS structures, whatever their casing: CloudTrail's differs from the API's.

Those that have another form than the API's raise `MalformedRequestError`.
"""

from collections.abc import Iterator, Mapping
from typing import Any


class MalformedRequestError(ValueError):
    """A member of a request or description has a form that the API does not know."""


def member(values: Mapping[str, Any], name: str) -> Any:
    """The member of this name; the exact casing first, None where there is none."""
    if name in values:
        return values[name]
    wanted = name.lower()
    return next((value for key, value in values.items() if key.lower() == wanted), None)


def text(values: Mapping[str, Any], name: str) -> str:
    """The member that is a text; empty where there is none."""
    value = member(values, name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedRequestError(f"{name} is not a text")
    return value


def flag(values: Mapping[str, Any], name: str) -> bool:
    """The member that is true or false; false where there is none."""
    value = member(values, name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise MalformedRequestError(f"{name} is neither true nor false")


def count(values: Mapping[str, Any], name: str) -> int | None:
    """The member that is a count; None where there is none, or it is zero."""
    value = member(values, name)
    if value is None or value == 0:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise MalformedRequestError(f"{name} is not a count")
    return value


def structure(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The member that is a structure; empty where there is none."""
    value = member(values, name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise MalformedRequestError(f"{name} is not a structure")
    if member(value, "omitted"):
        raise MalformedRequestError(f"CloudTrail omitted {name}, which was too large")
    return value


def structures(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The structures of a list."""
    items = [*_items(values, name)]
    if not all(isinstance(item, Mapping) for item in items):
        raise MalformedRequestError(f"{name} is not a list of structures")
    return items


def texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The texts of a list, each once, in the order given."""
    items = [*_items(values, name)]
    if not all(isinstance(item, str) for item in items):
        raise MalformedRequestError(f"{name} is not a list of texts")
    return tuple(dict.fromkeys(item for item in items if item))


def _items(values: Mapping[str, Any], name: str) -> Iterator[Any]:
    value = member(values, name)
    if value is None:
        return
    if not isinstance(value, list):
        raise MalformedRequestError(f"{name} is not a list")
    yield from value
