"""What was not read is never empty, absent or false: it is `Unknown`, with the reason."""

from dataclasses import dataclass
from typing import TypeVar, Union

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that may not be read (AccessDenied) or cannot be known from this account."""

    reason: str
    """One phrase that fits after "because", without a period."""


Fact = Union[T, Unknown]  # noqa: UP007 - `T | Unknown` cannot be subscripted as a generic alias.
