"""Relations of languages, each answered exactly and with a witness."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.bank import Bank
from vpc_guardrail.core.policy.budget import Budget
from vpc_guardrail.core.policy.search import PLAIN, PRIVATE_USE, Link, escape, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vpc_guardrail.core.policy.glob import Glob


def overlap(one: Glob, other: Glob, budget: Budget | None = None) -> str | None:
    """A text in both languages, or None."""
    head = min(len(one.head), len(other.head))
    if one.head[:head] != other.head[:head]:
        return None
    return escape([[one], [other]], (), budget or Budget())


def outside(language: Glob, union: Sequence[Glob], budget: Budget | None = None) -> str | None:
    """A text of a language that no pattern of a union matches, or None: it is included."""
    return escape([[language]], [Bank(union, language.head)], budget or Budget())


def kinds(
    language: Glob, patterns: Sequence[Glob], budget: Budget | None = None
) -> dict[tuple[int, ...], str]:
    """Every combination of patterns that texts of a language match, each with the shortest text.

    Texts of one kind are the same to whoever only asks which of the patterns match.
    """
    budget = budget or Budget()
    own, bank = Bank([language]), Bank(patterns)
    alphabet = sorted({*own.alphabet, *bank.alphabet})
    other = next(char for char in map(chr, PRIVATE_USE) if char not in alphabet)
    other = next((char for char in PLAIN if char not in alphabet), other)
    found: dict[tuple[int, ...], str] = {}
    seen = {(own.start, bank.start)}
    todo: deque[tuple[int, int, Link | None]] = deque([(own.start, bank.start, None)])
    while todo:
        mine, theirs, link = todo.popleft()
        if own.matched(mine):
            found.setdefault(bank.matched(theirs), text_of(link))
        asked = [char for char in alphabet if _is_asked(char, own, mine, bank, theirs)]
        for char in (*asked, other):
            budget.spend(bank)
            state = (own.step(mine, char), bank.step(theirs, char))
            if state[0] and state not in seen:
                seen.add(state)
                todo.append((*state, (link, char)))
    return found


def _is_asked(char: str, own: Bank, mine: int, bank: Bank, theirs: int) -> bool:
    return bool(
        (own.special(char) | own.excluded.get(char, 0)) & mine
        or (bank.special(char) | bank.excluded.get(char, 0)) & theirs
    )
