"""The statements of a policy weighed in one context: what applies surely, and what perhaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.conditions import all_hold
from vpc_guardrail.core.policy.model import Effect
from vpc_guardrail.core.policy.regions import EVERYTHING, Region, Space
from vpc_guardrail.core.policy.tri import Tri

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vpc_guardrail.core.policy.context import Context
    from vpc_guardrail.core.policy.model import Statement


@dataclass(frozen=True, slots=True)
class Weighed:
    """The resources that statements allow and deny in one context, surely and perhaps."""

    sure_allows: list[Region]
    allows: list[Region]
    sure_denies: list[Region]
    denies: list[Region]
    named: list[tuple[Statement, Region, Tri]]

    @classmethod
    def of(
        cls,
        space: Space,
        able: Sequence[Statement],
        context: Context,
        meant: Callable[[Statement], Tri],
        otherwise: Tri,
    ) -> Weighed:
        found = cls([], [], [], [], [])
        for statement in able:
            applies = min(meant(statement), all_hold(statement.conditions, context))
            if applies is Tri.NO:
                continue
            widest = space.region(statement, context, at_most=True)
            surely, perhaps = (
                (found.sure_allows, found.allows)
                if statement.effect is Effect.ALLOW
                else (found.sure_denies, found.denies)
            )
            perhaps.append(widest)
            if applies is Tri.YES:
                surely.append(space.region(statement, context, at_most=False))
            found.named.append((statement, widest, applies))
        if otherwise is not Tri.NO:
            found.allows.append(EVERYTHING)
        if otherwise is Tri.YES:
            found.sure_allows.append(EVERYTHING)
        return found

    @property
    def has_doubts(self) -> bool:
        """True if something is only perhaps allowed or denied."""
        return self.sure_allows != self.allows or self.sure_denies != self.denies

    def names(
        self, space: Space, resource: str, effect: Effect, *, is_sure: bool
    ) -> tuple[str, ...]:
        """The statements of one effect that speak of a resource, surely or perhaps."""
        return tuple(
            statement.name
            for statement, where, applies in self.named
            if statement.effect is effect
            and (applies is Tri.YES or not is_sure)
            and space.holds(where, resource)
        )
