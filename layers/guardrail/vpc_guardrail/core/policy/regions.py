"""The resources that statements speak of, and what is left when the denied ones are taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.bank import Bank
from vpc_guardrail.core.policy.conditions import resolve, unresolved
from vpc_guardrail.core.policy.search import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vpc_guardrail.core.policy.budget import Budget
    from vpc_guardrail.core.policy.context import Context
    from vpc_guardrail.core.policy.glob import Glob
    from vpc_guardrail.core.policy.model import Statement


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """The resources of one statement: those that match a pattern, or, negated, none of them."""

    patterns: tuple[Glob, ...]
    negated: bool = False

    def holds(self, resource: str) -> bool:
        """True if this resource is one of them."""
        return any(pattern.matches(resource) for pattern in self.patterns) is not self.negated

    def near(self, language: Glob) -> Region:
        """The same within a language: patterns that begin otherwise are left out."""
        head = language.head
        kept = tuple(
            pattern
            for pattern in self.patterns
            if pattern.head.startswith(head) or head.startswith(pattern.head)
        )
        return self if len(kept) == len(self.patterns) else Region(kept, self.negated)

    def includes(self, language: Glob) -> bool:
        """True if a language, near to the region, is plainly a part of it; False says nothing."""
        if self.negated:
            return not self.patterns
        return any(pattern.includes(language) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class _Plain:
    """The patterns of a region that are looked up rather than searched."""

    stems: tuple[str, ...]
    """The heads of those that take in every text that begins so."""
    literals: frozenset[str]


WORTH_A_BANK = 8
"""Patterns from which on it pays to run them together."""
EVERYTHING = Region((), negated=True)


class Space:
    """The resources that a question is about: a language, without those that are left out.

    It remembers what it worked out, since most questions differ only in the context.
    """

    def __init__(self, language: Glob, excluded: tuple[Glob, ...], budget: Budget) -> None:
        self.language = language
        self.excluded = Region(excluded)
        self.budget = budget
        self._regions: dict[int, Region] = {}
        self._near: dict[Region, Region] = {}
        self._plains: dict[Region, _Plain] = {}
        self._banks: dict[tuple[Region, ...], Bank] = {}
        self._allowed: dict[tuple[tuple[Region, ...], ...], str | None] = {}
        self._refused: dict[tuple[tuple[Region, ...], ...], str | None] = {}

    def region(self, statement: Statement, context: Context, *, at_most: bool) -> Region:
        """The resources that a statement speaks of in a context: at most, or at least."""
        if any(template.variables for template in statement.resources.patterns):
            return _with_variables(statement, context, at_most=at_most)
        found = self._regions.get(statement.index)
        if found is None:
            resources = statement.resources
            patterns = tuple(template.glob({}) for template in resources.patterns)
            found = self._regions[statement.index] = Region(patterns, resources.negated)
        return found

    def near(self, region: Region) -> Region:
        """A region's part near to the language."""
        if region not in self._near:
            self._near[region] = region.near(self.language)
        return self._near[region]

    def bank(self, regions: Sequence[Region], *, excluded: bool = True) -> Bank:
        """The patterns of these regions, and of what is left out, run together."""
        every = (*regions, self.excluded) if excluded else regions
        key = tuple(each for each in every if each.patterns)
        if key not in self._banks:
            patterns = [pattern for region in key for pattern in region.patterns]
            bank = Bank(patterns, self.language.head)
            self.budget.spend_on_building(bank)
            self._banks[key] = bank
        return self._banks[key]

    def holds(self, region: Region, resource: str) -> bool:
        """True if a region holds this resource, which is one of the space."""
        near = self.near(region)
        if len(near.patterns) < WORTH_A_BANK:
            return near.holds(resource)
        bank = self.bank([near], excluded=False)
        state = bank.start
        for char in resource[len(self.language.head) :]:
            state = bank.step(state, char)
        return bool(state & bank.accepting) is not near.negated

    def allowed(self, allows: Sequence[Region], denies: Sequence[Region]) -> str | None:
        """A resource that some region allows and none denies, or None."""
        key = (tuple(allows), tuple(denies))
        if key not in self._allowed:
            self._allowed[key] = self._find_allowed(allows, denies)
        return self._allowed[key]

    def refused(self, allows: Sequence[Region], denies: Sequence[Region]) -> str | None:
        """A resource that some region denies or none allows, or None."""
        key = (tuple(allows), tuple(denies))
        if key not in self._refused:
            self._refused[key] = self._find_refused(allows, denies)
        return self._refused[key]

    def _find_allowed(self, allows: Sequence[Region], denies: Sequence[Region]) -> str | None:
        language, budget = self.language, self.budget
        if language.literal is not None:
            is_allowed = any(each.holds(language.literal) for each in allows)
            is_denied = is_allowed and any(each.holds(language.literal) for each in denies)
            return language.literal if is_allowed and not is_denied else None
        near = [self.near(each) for each in denies]
        if any(each.includes(language) for each in near):
            return None
        confined = [self.bank([each], excluded=False) for each in near if each.negated]
        denied = [each for each in near if not each.negated and each.patterns]
        is_free = not denied and not confined and not self.excluded.patterns
        for allow in map(self.near, allows):
            if is_free and allow.includes(language):
                return language.sample()
            if allow.negated:
                banks = [self.bank(denied), self.bank([allow])]
                found = escape([[language]], banks, budget, confined)
                if found is not None:
                    return found
                continue
            for pattern in allow.patterns:
                if self._is_taken(pattern, denied):
                    continue
                wanted = [[language], [pattern]]
                found = escape(wanted, [self.bank(denied)], budget, confined)
                if found is not None:
                    return found
        return None

    def _plain(self, region: Region) -> _Plain:
        if region not in self._plains:
            stems = tuple(each.head for each in region.patterns if each.is_stem)
            literals = frozenset(each.head for each in region.patterns if each.literal is not None)
            self._plains[region] = _Plain(stems, literals)
        return self._plains[region]

    def _is_taken(self, pattern: Glob, denied: Sequence[Region]) -> bool:
        """True if a pattern is plainly outside of the space, or denied; False says nothing."""
        taking = [self._plain(each) for each in (self.excluded, *denied)]
        self.budget.spend_on_looking(pattern, sum(len(each.stems) for each in taking))
        if not self.language.after(pattern.head):
            return True
        if pattern.literal is not None and not self.language.matches(pattern.literal):
            return True
        return any(
            pattern.head.startswith(each.stems) or pattern.literal in each.literals
            for each in taking
        )

    def _find_refused(self, allows: Sequence[Region], denies: Sequence[Region]) -> str | None:
        language, budget = self.language, self.budget
        if language.literal is not None:
            is_denied = any(each.holds(language.literal) for each in denies)
            is_allowed = not is_denied and any(each.holds(language.literal) for each in allows)
            return None if is_allowed else language.literal
        for deny in map(self.near, denies):
            if not self.excluded.patterns and deny.includes(language):
                return language.sample()
            if deny.negated:
                found = escape([[language]], [self.bank([deny])], budget)
            else:
                found = self._within_some(deny)
            if found is not None:
                return found
        near = [self.near(each) for each in allows]
        if any(each.includes(language) for each in near):
            return None
        missed = [self.bank([each], excluded=False) for each in near if each.negated]
        passed = [each for each in near if not each.negated and each.patterns]
        return escape([[language]], [self.bank(passed)], budget, missed)

    def _within_some(self, region: Region) -> str | None:
        """A resource of the space that matches some pattern of a region, or None."""
        for pattern in region.patterns:
            found = escape([[self.language], [pattern]], [self.bank(())], self.budget)
            if found is not None:
                return found
        return None


def _with_variables(statement: Statement, context: Context, *, at_most: bool) -> Region:
    """The resources of a statement with policy variables, which may not be known.

    A variable without value makes its pattern match nothing; what AWS makes of that in a
    NotResource is not said.
    """
    resources = statement.resources
    patterns: list[Glob] = []
    for template in resources.patterns:
        if unresolved(template, context):
            if resources.negated and not at_most:
                return Region(())
            continue
        values = resolve(template, context)
        if None not in values.values() or at_most is not resources.negated:
            patterns.append(template.glob(values))
    return Region(tuple(patterns), resources.negated)
