"""The context of a request: for each condition key what is known of its value.

Two sorts of open values must not be mixed up. `Unknowable` is one value that the world has and we
do not know: an answer that hangs on it is "maybe". `AnyOf` is free: the question is about requests
with each of its values, and whoever makes the request may choose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpc_guardrail.core.policy.glob import Glob

Texts = tuple[str, ...]
"""The values of a key in one request; a key that is there with no value counts as absent."""


@dataclass(frozen=True, slots=True)
class Known:
    """The key is there, with these values; mostly one."""

    values: Texts


@dataclass(frozen=True, slots=True)
class Absent:
    """The request does not carry the key."""


@dataclass(frozen=True, slots=True)
class Unknowable:
    """One value that cannot be known from here; perhaps one of a few, perhaps none at all."""

    reason: str
    """A phrase that fits after "because"."""
    choices: tuple[Known | Absent, ...] | None = None
    """What it may be; None for anything."""
    may_be_absent: bool = True


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Each of these values in turn: the choice of whoever makes the request."""

    choices: tuple[Known | Absent, ...] | None = None
    """What it may be; None for any text."""
    language: Glob | None = None
    """Any text of this language, if there are no choices."""
    may_be_absent: bool = True


KEY = re.compile(r"[a-z0-9.-]+:[a-z0-9:._-]+(/.*)?", re.DOTALL)
"""What keys look like, in lower case; no request carries one that is spelled otherwise."""
Value = Known | Absent | Unknowable | AnyOf
ABSENT = Absent()
NOT_SAID = Unknowable("nothing is known of this key")


def known(*values: str) -> Known:
    """A key that carries these values."""
    return Known(values)


@dataclass(frozen=True, slots=True)
class Context:
    """Condition keys, in whatever case, and their values; keys it does not list get `others`."""

    values: Mapping[str, Value] = field(default_factory=dict)
    others: Value = NOT_SAID

    def __post_init__(self) -> None:
        lowered = {key.lower(): value for key, value in self.values.items()}
        object.__setattr__(self, "values", lowered)

    def get(self, key: str) -> Value:
        """What is known of a key, which is in lower case; `x/*` speaks for every `x/…`."""
        if not KEY.fullmatch(key):
            return ABSENT
        found = self.values.get(key)
        if found is None and "/" in key:
            found = self.values.get(key[: key.index("/")] + "/*")
        return self.others if found is None else found

    def but(self, changes: Mapping[str, Value]) -> Context:
        """The same, with these keys changed."""
        changed = object.__new__(Context)
        lowered = {key.lower(): value for key, value in changes.items()}
        object.__setattr__(changed, "values", {**self.values, **lowered})
        object.__setattr__(changed, "others", self.others)
        return changed
