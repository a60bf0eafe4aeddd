"""The resources that statements speak of, and what is left when the denied ones are taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.conditions import resolve, unresolved
from vpc_guardrail.core.policy.languages import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vpc_guardrail.core.policy.context import Context
    from vpc_guardrail.core.policy.glob import Glob
    from vpc_guardrail.core.policy.languages import Budget
    from vpc_guardrail.core.policy.model import Statement


@dataclass(frozen=True, slots=True)
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
            if pattern.head.startswith(head[: len(pattern.head)])
            and pattern.head[: len(head)] == head[: len(pattern.head)]
        )
        return self if len(kept) == len(self.patterns) else Region(kept, self.negated)

    def includes(self, language: Glob) -> bool:
        """True if a language, near to the region, is plainly a part of it; False says nothing."""
        if self.negated:
            return not self.patterns
        return any(pattern.includes(language) for pattern in self.patterns)


EVERYTHING = Region((), negated=True)


@dataclass(frozen=True, slots=True)
class Space:
    """The resources that a question is about: a language, without those that are left out."""

    language: Glob
    excluded: tuple[Glob, ...] = ()


def region(statement: Statement, context: Context, *, at_most: bool) -> Region:
    """The resources that a statement speaks of in a context: at most, or at least.

    They differ where a policy variable is not known. One without value matches nothing; what AWS
    makes of that in a NotResource is not said.
    """
    resources = statement.resources
    patterns: list[Glob] = []
    for template in resources.patterns:
        if not template.variables:
            patterns.append(template.glob({}))
            continue
        widest = at_most is not resources.negated
        if unresolved(template, context):
            if resources.negated and not at_most:
                return Region(())
            continue
        values = resolve(template, context)
        if None not in values.values() or widest:
            patterns.append(template.glob(values))
    return Region(tuple(patterns), resources.negated)


def allowed_resource(
    space: Space, allows: Sequence[Region], denies: Sequence[Region], budget: Budget
) -> str | None:
    """A resource of a space that some region allows and none denies, or None."""
    language = space.language
    if language.literal is not None:
        is_allowed = any(each.holds(language.literal) for each in allows)
        is_denied = is_allowed and any(each.holds(language.literal) for each in denies)
        return language.literal if is_allowed and not is_denied else None
    near = [each.near(language) for each in denies]
    if any(each.includes(language) for each in near):
        return None
    confined = [each.patterns for each in near if each.negated]
    denied = [pattern for each in near if not each.negated for pattern in each.patterns]
    denied += space.excluded
    for allow in (each.near(language) for each in allows):
        if not denied and not confined and allow.includes(language):
            return language.sample()
        if allow.negated:
            found = escape([[language], *confined], [*denied, *allow.patterns], budget)
            if found is not None:
                return found
            continue
        for pattern in allow.patterns:
            found = escape([[language], [pattern], *confined], denied, budget)
            if found is not None:
                return found
    return None


def refused_resource(
    space: Space, allows: Sequence[Region], denies: Sequence[Region], budget: Budget
) -> str | None:
    """A resource of a space that some region denies or none allows, or None."""
    language = space.language
    if language.literal is not None:
        is_denied = any(each.holds(language.literal) for each in denies)
        is_allowed = not is_denied and any(each.holds(language.literal) for each in allows)
        return None if is_allowed else language.literal
    for deny in (each.near(language) for each in denies):
        if not space.excluded and deny.includes(language):
            return language.sample()
        if deny.negated:
            found = escape([[language]], [*space.excluded, *deny.patterns], budget)
        else:
            found = escape([[language], deny.patterns], space.excluded, budget)
        if found is not None:
            return found
    near = [each.near(language) for each in allows]
    if any(each.includes(language) for each in near):
        return None
    missed = [each.patterns for each in near if each.negated]
    passed = [pattern for each in near if not each.negated for pattern in each.patterns]
    return escape([[language], *missed], [*space.excluded, *passed], budget)
