"""Forms of JSON values: each reads a value, tells all that is wrong with it, and has a JSON Schema.

One description serves both, so that the published schema and what is accepted cannot differ.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, Protocol

Json = Any
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
QUOTED_CHARACTERS = 60
TOO_DEEP = "nested too deeply"


class Wrong:
    """What a reading gives for a value that is not of the form; the problems tell why."""


WRONG = Wrong()


class Problems:
    """What is wrong with a document, each with the place in it."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, place: str, problem: str) -> Wrong:
        """Note a problem."""
        self.found.append(f"{place}: {problem}" if place else problem)
        return WRONG


class Form(Protocol):
    """The form of a value."""

    def read(self, value: Json, place: str, problems: Problems) -> Any:
        """The value as the domain has it, or `WRONG`."""

    def schema(self) -> dict[str, Json]:
        """The same as a JSON Schema."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of an enumeration."""

    choices: Sequence[Enum]

    def read(self, value: Json, place: str, problems: Problems) -> Any:
        """The member of this value."""
        for each in self.choices:
            if isinstance(value, str) and each.value == value:
                return each
        return problems.add(
            place, f"is {_quoted(value)}; it must be {_listed(each.value for each in self.choices)}"
        )

    def schema(self) -> dict[str, Json]:
        """The values."""
        return {"enum": [each.value for each in self.choices]}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two others, both included."""

    least: int
    most: int

    def read(self, value: Json, place: str, problems: Problems) -> Any:
        """The number; JSON does not tell 2.0 from 2."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not self.least <= value <= self.most or value != int(value):
            return problems.add(
                place,
                f"is {_quoted(value)}; it must be a whole number from {self.least} to {self.most}",
            )
        return int(value)

    def schema(self) -> dict[str, Json]:
        """The limits."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a given pattern."""

    pattern: str
    most: int
    must_be: str
    """What it must be, in words."""

    def read(self, value: Json, place: str, problems: Problems) -> Any:
        """The text as it is."""
        fits = isinstance(value, str) and len(value) <= self.most
        if not fits or not re.fullmatch(self.pattern, value):
            return problems.add(place, f"is {_quoted(value)}; it must be {self.must_be}")
        return value

    def schema(self) -> dict[str, Json]:
        """The pattern, anchored."""
        return {"type": "string", "maxLength": self.most, "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar, such as 2027-03-31."""

    def read(self, value: Json, place: str, problems: Problems) -> Any:
        """The date."""
        if isinstance(value, str) and DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        return problems.add(place, f"is {_quoted(value)}; it must be a day such as 2027-03-31")

    def schema(self) -> dict[str, Json]:
        """Its format, and its pattern for validators that do not look at formats."""
        return {"type": "string", "format": "date", "pattern": f"^{DAY.pattern}$"}


@dataclass(frozen=True, slots=True)
class OrNull:
    """A value, or null for none."""

    form: Form

    def read(self, value: Json, place: str, problems: Problems) -> Any:
        """The value, or None."""
        return None if value is None else self.form.read(value, place, problems)

    def schema(self) -> dict[str, Json]:
        """Either of both."""
        return {"anyOf": [self.form.schema(), {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list, each entry of one form."""

    form: Form
    most: int

    def read(self, value: Json, place: str, problems: Problems) -> Any:
        """The entries."""
        if not isinstance(value, list):
            return problems.add(place, f"is {_quoted(value)}; it must be a list")
        if len(value) > self.most:
            return problems.add(
                place, f"has {len(value)} entries; it must have at most {self.most}"
            )
        read = [
            self.form.read(each, f"{place}[{index}]", problems) for index, each in enumerate(value)
        ]
        return WRONG if WRONG in read else tuple(read)

    def schema(self) -> dict[str, Json]:
        """The entries' schema."""
        return {"type": "array", "maxItems": self.most, "items": self.form.schema()}


@dataclass(frozen=True, slots=True)
class MapOf:
    """A structure whose names are of one form, and whose values of another."""

    names: Text
    form: Form

    def read(self, value: Json, place: str, problems: Problems) -> Any:
        """The values by their names."""
        if not isinstance(value, dict):
            return problems.add(place, f"is {_quoted(value)}; it must be a structure")
        read = {}
        for name, each in value.items():
            inner = _within(place, name)
            if self.names.read(name, inner, problems) is not WRONG:
                read[name] = self.form.read(each, inner, problems)
        return WRONG if WRONG in read.values() or len(read) < len(value) else read

    def schema(self) -> dict[str, Json]:
        """The schemas of both."""
        return {
            "type": "object",
            "propertyNames": self.names.schema(),
            "additionalProperties": self.form.schema(),
        }


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a structure, with what it means."""

    form: Form
    about: str
    default: Json = None
    """What holds where it is absent, as JSON; for the documentation."""


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure of named members; others are refused, so that a misspelt one is not silent."""

    fields: Mapping[str, Field]
    required: Sequence[str] = ()
    one_of: Sequence[str] = ()
    """Members of which at least one must be there."""
    make: Callable[[Mapping[str, Any]], Any] = field(default=lambda members: members)
    """Makes the domain's value of the members that are there."""

    def read(self, value: Json, place: str, problems: Problems) -> Any:
        """What is made of the members."""
        if not isinstance(value, dict):
            return problems.add(place, f"is {_quoted(value)}; it must be a structure")
        before = len(problems.found)
        for name in value:
            if name not in self.fields:
                known = _listed(self.fields)
                problems.add(_within(place, name), f"is not known here; known are {known}")
        for name in self.required:
            if name not in value:
                problems.add(_within(place, name), "is missing")
        if self.one_of and not any(name in value for name in self.one_of):
            problems.add(place, f"must name at least one of {_listed(self.one_of)}")
        read = {
            name: each.form.read(value[name], _within(place, name), problems)
            for name, each in self.fields.items()
            if name in value
        }
        return WRONG if len(problems.found) > before else self.make(read)

    def schema(self) -> dict[str, Json]:
        """The members' schemas."""
        schema: dict[str, Json] = {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _described(each) for name, each in self.fields.items()},
        }
        if self.required:
            schema["required"] = [*self.required]
        if self.one_of:
            schema["anyOf"] = [{"required": [name]} for name in self.one_of]
        return schema


def _described(member: Field) -> dict[str, Json]:
    default = {} if member.default is None else {"default": member.default}
    return {"description": member.about, **default, **member.form.schema()}


def _within(place: str, name: str) -> str:
    shown = name if re.fullmatch(r"[A-Za-z0-9_.$-]{1,64}", name) else _quoted(name)
    return f"{place}.{shown}" if place else shown


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _quoted(value: Json) -> str:
    """A value as a message quotes it: in Python's own escapes, and not too long."""
    try:
        text = ascii(value)
    except RecursionError:
        return TOO_DEEP
    return text if len(text) <= QUOTED_CHARACTERS else f"{text[:QUOTED_CHARACTERS]}..."
