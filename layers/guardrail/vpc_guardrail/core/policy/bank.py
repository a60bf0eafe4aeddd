"""Several patterns run at once: one bit of an integer for each position of each pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vpc_guardrail.core.policy.glob import ANY_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vpc_guardrail.core.policy.glob import Glob


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

    A state is an integer; 0 is the state in which no text can match any more. With a head, the
    automaton starts after it: only what may follow is built.
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
        "start",
        "width",
    )

    def __init__(self, patterns: Sequence[Glob], head: str = "") -> None:
        moves_on: dict[str, list[int]] = {}
        stays_on: dict[str, list[int]] = {}
        by_default: list[int] = []
        stays_by_default: list[int] = []
        barred: dict[str, list[int]] = {}
        stars: list[int] = []
        starts: list[int] = []
        finals: list[int] = []
        certain: list[int] = []
        at = 0
        for pattern in patterns:
            begun = pattern.after(head)
            first = min(begun, default=len(pattern.tokens))
            starts += [at + position - first for position in begun]
            for token in pattern.tokens[first:]:
                symbol = token.symbol
                if token.star:
                    stars.append(at)
                if symbol.negated:
                    (stays_by_default if token.star else by_default).append(at)
                    for char in symbol.chars:
                        barred.setdefault(char, []).append(at)
                else:
                    on = stays_on if token.star else moves_on
                    for char in symbol.chars:
                        on.setdefault(char, []).append(at)
                at += 1
            if first < len(pattern.tokens) and pattern.tokens[-1] == ANY_TEXT:
                certain.append(at - 1)
            finals.append(at)
            at += 1
        self.width = at
        self._stars = bits(stars, at)
        self.finals = tuple(finals)
        self.accepting = bits(finals, at)
        """States in which some pattern matches, if the text ends here."""
        self.certain = bits(certain, at)
        """States in which the rest of the text no longer matters: it matches."""
        self.start = self._close(bits(starts, at))
        self._default = Masks(bits(by_default, at), bits(stays_by_default, at))
        self._moves_on = {char: bits(found, at) for char, found in moves_on.items()}
        self._stays_on = {char: bits(found, at) for char, found in stays_on.items()}
        self.excluded = {char: bits(found, at) for char, found in barred.items()}
        """Positions at which a character is the one that does not match."""
        self.alphabet = sorted({*moves_on, *stays_on, *barred})
        self._known: dict[str, Masks] = {}

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
        return tuple(index for index, final in enumerate(self.finals) if state >> final & 1)

    def run(self, text: str) -> tuple[int, ...]:
        """Which of the patterns match this text."""
        state = self.start
        for char in text:
            state = self.step(state, char)
            if not state:
                return ()
        return self.matched(state)
