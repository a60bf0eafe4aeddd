"""Strings of a policy: text, wildcards and policy variables, and what stands for a variable.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from vpc_guardrail.core.policy.glob import ANY_TEXT, Glob, Token, glob_of, tokens_of, verbatim

SPECIAL = frozenset("*?$")
"""What `${*}`, `${?}` and `${$}` stand for: the character itself."""
VARIABLE = re.compile(r"\$\{([^{}]*)\}")
DEFAULT = re.compile(r"\s*([^,]*?)\s*(?:,\s*'([^']*)'\s*)?")
"""A key, and after a comma its default in single quotes."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text of a policy; `fixed` text has no wildcards in it, whatever its characters."""

    text: str
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """`${key, 'default'}`: the value that the request carries under this key, in lower case."""

    key: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A string of a policy, cut at its variables."""

    parts: tuple[Text | Variable, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables in it; mostly none."""
        return tuple(part for part in self.parts if isinstance(part, Variable))

    @property
    def source(self) -> str:
        """The text as the policy has it, for messages."""
        return "".join(
            f"${{{part.key}}}" if isinstance(part, Variable) else part.text for part in self.parts
        )

    def glob(self, values: dict[str, str | None]) -> Glob:
        """The pattern, with variables replaced; a value of None may be any text at all."""
        if len(self.parts) == 1 and isinstance(part := self.parts[0], Text) and not part.fixed:
            return glob_of(part.text)
        tokens: list[Token] = []
        for part in self.parts:
            if isinstance(part, Variable):
                value = values[part.key]
                tokens += [ANY_TEXT] if value is None else verbatim(value)
            else:
                tokens += verbatim(part.text) if part.fixed else tokens_of(part.text)
        return Glob(tuple(tokens))

    def text(self, values: dict[str, str]) -> str:
        """The string in which `*` and `?` mean themselves, as StringEquals reads it."""
        return "".join(
            values[part.key] if isinstance(part, Variable) else part.text for part in self.parts
        )


@lru_cache(maxsize=4096)
def template(text: str, *, variables: bool) -> Template:
    """Cut a string at its variables; only version 2012-10-17 of the language has any."""
    if not variables or "${" not in text:
        return Template((Text(text),))
    parts: list[Text | Variable] = []
    done = 0
    for found in VARIABLE.finditer(text):
        if found.start() > done:
            parts.append(Text(text[done : found.start()]))
        parts.append(_variable(found.group(1)))
        done = found.end()
    if done < len(text):
        parts.append(Text(text[done:]))
    return Template(tuple(parts))


def _variable(inner: str) -> Text | Variable:
    if inner in SPECIAL:
        return Text(inner, fixed=True)
    found = DEFAULT.fullmatch(inner)
    if found is None:
        return Variable(inner.strip().lower())
    return Variable(found.group(1).lower(), found.group(2))
