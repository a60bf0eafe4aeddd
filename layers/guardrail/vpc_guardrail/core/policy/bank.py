"""Several patterns run at once: one bit of an integer for each position of each pattern."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from vpc_guardrail.core.policy.glob import ANY_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpc_guardrail.core.policy.glob import Glob, Token


class Masks(NamedTuple):
    """What one character does: positions that it moves past, and stars that it stays on."""

    moves: int
    stays: int


def bits(positions: Iterable[int], width: int) -> int:
    """An integer with these bits set."""
    found = bytearray(width // 8 + 1)
    for position in positions:
        found[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(found, "little")


class Bank:
    """The union of several languages, as an automaton that is in many positions at once.

    A state is an integer; 0 is the state in which no text can match any more. The automaton starts
    after a head, which every text that it is given is meant to begin with.
    """

    __slots__ = (
        "_default",
        "_known",
        "_moves_on",
        "_stars",
        "_stays_on",
        "accepting",
        "alphabet",
        "certain",
        "excluded",
        "finals",
        "head",
        "start",
        "width",
    )

    def __init__(self, patterns: Iterable[Glob], head: str = "") -> None:
        self.head = head
        where: dict[int, tuple[Token, list[int]]] = {}
        begun: list[int] = []
        whole: list[int] = []
        self.finals: list[int] = []
        certain: list[int] = []
        at = 0
        for pattern in patterns:
            rest = pattern.tokens
            if pattern.head.startswith(head):
                rest = rest[len(head) :]
                begun.append(at)
            else:
                whole.append(at)
            for position, token in zip(count(at), rest, strict=False):
                if id(token) in where:
                    where[id(token)][1].append(position)
                else:
                    where[id(token)] = (token, [position])
            at += len(rest)
            if rest and rest[-1] == ANY_TEXT:
                certain.append(at - 1)
            self.finals.append(at)
            at += 1
        self.width = at
        self.accepting = bits(self.finals, at)
        """States in which some pattern matches, if the text ends here."""
        self.certain = bits(certain, at)
        """States in which the rest of the text no longer matters: it matches."""
        self._build(where.values())
        self.start = self._close(self._run_in(whole) | bits(begun, at))

    def _build(self, where: Iterable[tuple[Token, list[int]]]) -> None:
        """The masks of every character, from the positions of every token."""
        self._moves_on: dict[str, int] = {}
        self._stays_on: dict[str, int] = {}
        self.excluded: dict[str, int] = {}
        """Positions at which a character is the one that does not match."""
        self._known: dict[str, Masks] = {}
        self._stars = moves = stays = 0
        for token, positions in where:
            mask = bits(positions, self.width)
            if token.star:
                self._stars |= mask
            if token.symbol.negated:
                moves, stays = (moves, stays | mask) if token.star else (moves | mask, stays)
                on = self.excluded
            else:
                on = self._stays_on if token.star else self._moves_on
            for char in token.symbol.chars:
                on[char] = on.get(char, 0) | mask
        self._default = Masks(moves, stays)
        self.alphabet = sorted({*self._moves_on, *self._stays_on, *self.excluded})

    def _run_in(self, whole: list[int]) -> int:
        """The state of the patterns with wildcards in or before the head, once it is read."""
        state = self._close(bits(whole, self.width))
        for char in self.head:
            if not state:
                break
            state = self.step(state, char)
        return state

    def _close(self, state: int) -> int:
        while True:
            further = state | ((state & self._stars) << 1)
            if further == state:
                return state
            state = further

    def special(self, char: str) -> int:
        """Positions that let this very character pass, where they would not let any other."""
        return self._moves_on.get(char, 0) | self._stays_on.get(char, 0)

    def _masks(self, char: str) -> Masks:
        if char in self._known:
            return self._known[char]
        open_to = ~self.excluded.get(char, 0)
        masks = Masks(
            (self._default.moves & open_to) | self._moves_on.get(char, 0),
            (self._default.stays & open_to) | self._stays_on.get(char, 0),
        )
        self._known[char] = masks
        return masks

    def step(self, state: int, char: str) -> int:
        """The state after one more character."""
        masks = self._masks(char)
        return self._close(((state & masks.moves) << 1) | (state & masks.stays))

    def matched(self, state: int) -> tuple[int, ...]:
        """Which of the patterns match, if the text ends here."""
        if not state & self.accepting:
            return ()
        return tuple(index for index, final in enumerate(self.finals) if state >> final & 1)
