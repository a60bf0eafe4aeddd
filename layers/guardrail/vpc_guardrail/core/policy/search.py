"""Questions about languages, answered exactly: is there a text in these and in none of those?

Emptiness of "in all of these, in none of those" gives intersection, inclusion, inclusion in a
union and difference, each with a witness. The search walks a product of automata that is built as
it goes. Three things keep it small:

- The patterns to avoid run together in one `Bank`, so a step costs the same for one or hundreds.
- A state in which more of them are alive is dropped if the same place was reached with fewer.
- Where the wanted patterns leave a character free, one that none of the living patterns to avoid
  asks for is at least as good as any other, so the search does not branch over the alphabet.

The question is hard in the worst case (it holds co-NP-complete ones), so a `Budget` bounds it, and
`OutOfBudget` is an honest "not known".
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from itertools import chain, product
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.glob import ANYTHING, Glob, Symbol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vpc_guardrail.core.policy.bank import Bank
    from vpc_guardrail.core.policy.budget import Budget
    from vpc_guardrail.core.policy.glob import Token

PLAIN = "xzqjkvw" + string.ascii_lowercase + string.digits + "-._" + string.ascii_uppercase
"""Characters for witnesses, the rare ones first."""
PRIVATE_USE = range(0xE000, 0xF8FF)
"""Unicode's private use area: characters that no pattern mentions, unless it means harm."""
Place = tuple[int, ...]
"""A position in each of the wanted unions."""
States = tuple[int, ...]
"""A state of each automaton: first of what is avoided, then of what confines."""
Link = tuple["Link | None", str]


class _Track:
    """Patterns of which one must match: all their tokens in a row, with a None after each."""

    __slots__ = ("_patterns", "_starts", "tokens")

    def __init__(self, patterns: Sequence[Glob]) -> None:
        self.tokens: list[Token | None] = []
        self._starts: list[int] = []
        self._patterns = patterns
        for pattern in patterns:
            self._starts.append(len(self.tokens))
            self.tokens.extend(pattern.tokens)
            self.tokens.append(None)

    def after(self, head: str) -> list[int]:
        """The positions that are possible once a text has begun so."""
        return [
            start + position
            for start, pattern in zip(self._starts, self._patterns, strict=True)
            for position in pattern.after(head)
        ]

    def moves(self, position: int) -> list[tuple[Symbol, int]]:
        """The characters that may come at a position, and where each leads."""
        found: list[tuple[Symbol, int]] = []
        while (token := self.tokens[position]) is not None:
            if not token.star:
                found.append((token.symbol, position + 1))
                break
            found.append((token.symbol, position))
            position += 1
        return found

    def may_end(self, position: int) -> bool:
        """True if the text may end at a position."""
        while (token := self.tokens[position]) is not None:
            if not token.star:
                return False
            position += 1
        return True


class _Seen:
    """The places reached so far, each with the best that was reached there.

    What was reached is one number, whose bits are all bad: the avoided that is alive, and the
    confining that is not.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._best: dict[Place, list[int]] = {}

    def is_news(self, place: Place, bad: int) -> bool:
        """Note what was reached; False if this place was reached with nothing worse."""
        known = self._best.get(place)
        if known is None:
            self._best[place] = [bad]
            return True
        self._budget.spend_on_comparing(len(known))
        for best in known:
            if best & bad == best:
                return False
        self._best[place] = [bad, *(best for best in known if best & bad != bad)]
        return True


def escape(
    wanted: Sequence[Sequence[Glob]],
    avoided: Sequence[Bank],
    budget: Budget,
    confined: Sequence[Bank] = (),
) -> str | None:
    """A text that is in all of some unions and in none of others, or None.

    The wanted unions are searched pattern by pattern, so all but one should be small; in the
    confined ones all patterns run together. All banks must start after the same head, with which
    every text of the first of the wanted unions begins.
    """
    banks = (*avoided, *confined)
    head = banks[0].head if banks else ""
    start = tuple(bank.start for bank in banks)
    search = _Search(avoided, confined, budget)
    if search.is_hopeless(start):
        return None
    tracks = [_Track(patterns) for patterns in wanted]
    seen = _Seen(budget)
    todo: list[tuple[Place, States, Link | None]] = []
    for place in product(*(track.after(head) for track in tracks)):
        if seen.is_news(place, search.bad(start)):
            todo.append((place, start, None))
    while todo:
        place, states, link = todo.pop()
        if all(map(_Track.may_end, tracks, place)) and search.may_end(states):
            return head + text_of(link)
        for symbol, onward in _moves(tracks, place):
            for char in search.worth_trying(symbol, states):
                after = search.step(states, char)
                if after is not None and seen.is_news(onward, search.bad(after)):
                    todo.append((onward, after, (link, char)))
    return None


@dataclass(frozen=True, slots=True)
class _Search:
    """What a text must keep out of, and what it must stay in."""

    avoided: Sequence[Bank]
    confined: Sequence[Bank]
    budget: Budget

    def is_hopeless(self, states: States) -> bool:
        """True if every further text is in what is avoided, or out of what confines."""
        many = len(self.avoided)
        return any(
            state & bank.certain for state, bank in zip(states[:many], self.avoided, strict=True)
        ) or not all(states[many:])

    def bad(self, states: States) -> int:
        """All that is worse than it might be, as the bits of one number."""
        if not self.confined and len(states) == 1:
            return states[0]
        found = 0
        for index, (state, bank) in enumerate(
            zip(states, (*self.avoided, *self.confined), strict=True)
        ):
            whole = (1 << bank.width) - 1
            found = found << bank.width | (state if index < len(self.avoided) else whole & ~state)
        return found

    def may_end(self, states: States) -> bool:
        """True if the text may end here."""
        many = len(self.avoided)
        return not any(
            state & bank.accepting for state, bank in zip(states[:many], self.avoided, strict=True)
        ) and all(
            state & bank.accepting for state, bank in zip(states[many:], self.confined, strict=True)
        )

    def step(self, states: States, char: str) -> States | None:
        """The states after one more character; None if that is hopeless."""
        banks = (*self.avoided, *self.confined)
        self.budget.spend(*banks)
        after = tuple(bank.step(state, char) for state, bank in zip(states, banks, strict=True))
        return None if self.is_hopeless(after) else after

    def worth_trying(self, symbol: Symbol, states: States) -> Iterator[str]:
        """Characters of a symbol, such that no other leads to better states."""
        only = symbol.only
        if only is not None:
            yield only
            return
        many = len(self.avoided)
        for state, bank in zip(states[:many], self.avoided, strict=True):
            for char, where in bank.excluded.items():
                if where & state and symbol.holds(char):
                    yield char
        for state, bank in zip(states[many:], self.confined, strict=True):
            for char in bank.alphabet:
                if bank.special(char) & state and symbol.holds(char):
                    yield char
        fresh = self._fresh(symbol, states)
        if fresh is not None:
            yield fresh
        else:
            yield from sorted(symbol.chars)

    def _fresh(self, symbol: Symbol, states: States) -> str | None:
        """A character of a symbol that nothing avoided asks for by now, if there is one."""
        others = map(chr, PRIVATE_USE) if symbol.negated else iter(sorted(symbol.chars))
        alive = states[: len(self.avoided)]
        barred = {char for bank in self.confined for char in bank.excluded}
        for char in chain(PLAIN, others):
            if (
                symbol.holds(char)
                and char not in barred
                and not any(
                    bank.special(char) & state
                    for state, bank in zip(alive, self.avoided, strict=True)
                )
            ):
                return char
        return None


def _moves(tracks: Sequence[_Track], place: Place) -> Iterator[tuple[Symbol, Place]]:
    """The characters that all tracks let pass, and where they lead."""
    for choice in product(*map(_Track.moves, tracks, place)):
        symbol = ANYTHING
        for each, _ in choice:
            symbol = symbol.meet(each)
        if symbol.negated or symbol.chars:
            yield symbol, tuple(position for _, position in choice)


def text_of(link: Link | None) -> str:
    found: list[str] = []
    while link is not None:
        link, char = link
        found.append(char)
    return "".join(reversed(found))
