"""Patterns with `*` and `?` as sequences of tokens: the regular languages of IAM.

`*` is any combination of characters, `?` any single one. Within a resource both stand for `/` as
well, and a `*` at the end of a segment for `:` too, so a resource pattern is one language over its
whole text:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile


@dataclass(frozen=True, slots=True)
class Symbol:
    """One character: of these, or, negated, any but these."""

    chars: frozenset[str]
    negated: bool = False

    @property
    def only(self) -> str | None:
        """The one character that is meant, if it is but one."""
        return next(iter(self.chars)) if not self.negated and len(self.chars) == 1 else None

    def holds(self, char: str) -> bool:
        """True if the character is one of those meant."""
        return (char in self.chars) is not self.negated

    def meet(self, other: Symbol) -> Symbol:
        """The characters that both mean."""
        if self.negated and other.negated:
            return Symbol(self.chars | other.chars, negated=True)
        if self.negated:
            return Symbol(other.chars - self.chars)
        if other.negated:
            return Symbol(self.chars - other.chars)
        return Symbol(self.chars & other.chars)


@dataclass(frozen=True, slots=True)
class Token:
    """A character of a pattern, or, starred, any number of such characters."""

    symbol: Symbol
    star: bool = False

    @property
    def only(self) -> str | None:
        """The one character that it stands for, if it is but one."""
        return None if self.star else self.symbol.only


SAMPLES = "xyz:"
"""Characters of which every negated symbol in use holds one."""
ANYTHING = Symbol(frozenset(), negated=True)
ANY_CHARACTER = Token(ANYTHING)
ANY_TEXT = Token(ANYTHING, star=True)
NO_COLON = Symbol(frozenset(":"), negated=True)


@dataclass(frozen=True, slots=True)
class Glob:
    """A language of texts, as a sequence of tokens."""

    tokens: tuple[Token, ...]
    head: str = field(default="", compare=False)
    """What every text of the language begins with; found out if it is not given."""

    def __post_init__(self) -> None:
        if not self.head:
            literal = takewhile(lambda each: each.only is not None, self.tokens)
            object.__setattr__(self, "head", "".join(each.only or "" for each in literal))

    @property
    def literal(self) -> str | None:
        """The only text in the language, if there is but one."""
        return self.head if len(self.head) == len(self.tokens) else None

    def __add__(self, other: Glob) -> Glob:
        return Glob(self.tokens + other.tokens)

    @property
    def is_stem(self) -> bool:
        """True if every text that begins with the head is in the language."""
        return len(self.tokens) == len(self.head) + 1 and self.tokens[-1] == ANY_TEXT

    def includes(self, other: Glob) -> bool:
        """True if the other language is plainly a part of this one; False says nothing."""
        if self.is_stem:
            return other.head.startswith(self.head)
        is_alike = len(self.tokens) == len(other.tokens) and self.head == other.head
        return is_alike and self.tokens == other.tokens

    def sample(self) -> str:
        """One of the shortest texts of the language; the language must not be empty."""
        needed = (token.symbol for token in self.tokens[len(self.head) :] if not token.star)
        return self.head + "".join(
            next(char for char in (SAMPLES if each.negated else each.chars) if each.holds(char))
            for each in needed
        )

    def after(self, text: str) -> set[int]:
        """The positions in the pattern that are possible once a text has begun so."""
        if self.head.startswith(text):
            return self._closure({len(text)})
        if not text.startswith(self.head):
            return set()
        positions = self._closure({len(self.head)})
        for char in text[len(self.head) :]:
            moved: set[int] = set()
            for position in positions:
                if position < len(self.tokens):
                    token = self.tokens[position]
                    if token.symbol.holds(char):
                        moved.add(position if token.star else position + 1)
            if not moved:
                return moved
            positions = self._closure(moved)
        return positions

    def matches(self, text: str) -> bool:
        """True if the text is in the language, in time linear in text times pattern."""
        if len(self.head) == len(self.tokens):
            return text == self.head
        if any(token.star and token is not ANY_TEXT for token in self.tokens):
            return len(self.tokens) in self.after(text)
        return text.startswith(self.head) and self._matches_from(text, len(self.head))

    def _matches_from(self, text: str, at: int) -> bool:
        """Greedy matching: each star takes as little as it can, and the last one mends that."""
        position, star, resumed = at, -1, 0
        while at < len(text):
            token = self.tokens[position] if position < len(self.tokens) else None
            if token is not None and token.star:
                star, resumed = position, at
                position += 1
            elif token is not None and token.symbol.holds(text[at]):
                position, at = position + 1, at + 1
            elif star >= 0:
                resumed += 1
                position, at = star + 1, resumed
            else:
                return False
        return all(token.star for token in self.tokens[position:])

    def _closure(self, positions: set[int]) -> set[int]:
        reached = set(positions)
        for position in positions:
            further = position
            while further < len(self.tokens) and self.tokens[further].star:
                further += 1
                reached.add(further)
        return reached


class _Characters(dict[str, Token]):
    """The token of each character, always the same one."""

    def __missing__(self, char: str) -> Token:
        return self.setdefault(char, Token(Symbol(frozenset(char))))


_CHARACTERS = _Characters({"*": ANY_TEXT, "?": ANY_CHARACTER})
_VERBATIM = _Characters()
_HEAD = re.compile(r"[^*?]*", re.DOTALL)
_STARS = re.compile(r"\*\*+")


def verbatim(text: str) -> list[Token]:
    """The tokens of a text in which nothing is a wildcard."""
    return list(map(_VERBATIM.__getitem__, text))


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text with wildcards."""
    return list(map(_CHARACTERS.__getitem__, _STARS.sub("*", text)))


@lru_cache(maxsize=4096)
def glob_of(text: str) -> Glob:
    """The language of a text with wildcards."""
    head = _HEAD.match(text)
    return Glob(tuple(tokens_of(text)), head.group() if head else "")


@lru_cache(maxsize=1024)
def literally(text: str) -> Glob:
    """The language of this one text."""
    return Glob(tuple(verbatim(text)), text)


def either_case(glob: Glob) -> Glob:
    """The same language without regard to case, as StringEqualsIgnoreCase reads it."""
    tokens = (
        Token(Symbol(_both_cases(token.symbol.chars), token.symbol.negated), token.star)
        for token in glob.tokens
    )
    return Glob(tuple(tokens))


def _both_cases(chars: frozenset[str]) -> frozenset[str]:
    both = {form for char in chars for form in (char, char.lower(), char.upper())}
    return frozenset(form for form in both if len(form) == 1)
