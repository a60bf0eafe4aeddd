"""The shape of a question about a set of requests, and of its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.context import Context
from vpc_guardrail.core.policy.tri import Tri, agreed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vpc_guardrail.core.policy.context import Value
    from vpc_guardrail.core.policy.glob import Glob
    from vpc_guardrail.core.policy.principals import Principal


@dataclass(frozen=True, slots=True)
class Requests:
    """A set of requests: each of the actions, on each resource of the language, by each principal.

    Actions may hold wildcards. The context is shared; each principal adds the keys that are his.
    """

    actions: tuple[str, ...]
    resource: Glob
    principals: tuple[Principal, ...]
    context: Context = field(default_factory=Context)
    excluded: tuple[Glob, ...] = ()
    """Resources that the question leaves out."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One request out of a set, and the statements that decide it."""

    action: str
    resource: str
    principal: Principal
    context: Mapping[str, Value]
    """The values of the keys that the policy asks for."""
    statements: tuple[str, ...]
    """The names of the statements that let it through, or refuse it; none: nothing allows it."""


class Asked(Enum):
    """Which of the two answers is wanted; the other one costs as much again."""

    BOTH = "what is allowed, and what is refused"
    ALLOWED = "what is allowed"
    """`refused` is then MAYBE, whatever is so."""


class Outcome(Enum):
    """The two answers in one word."""

    ALL = "all are allowed"
    NONE = "none is allowed"
    SOME = "some are allowed and some are not"
    MAYBE = "it hangs on something unknown"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy makes of a set of requests."""

    allowed: Tri
    """Whether some request of the set gets through."""
    refused: Tri
    """Whether some request of the set is refused."""
    example: Witness | None = None
    """A request that gets through; where `allowed` is MAYBE, one that may."""
    counterexample: Witness | None = None
    """A request that is refused; where `refused` is MAYBE, one that may be."""
    reasons: tuple[str, ...] = ()
    """Why something is unknown, as phrases that fit after "because"."""

    @property
    def outcome(self) -> Outcome:
        """ALL, NONE or SOME, if both answers are sure."""
        if self.refused is Tri.NO:
            return Outcome.ALL
        if self.allowed is Tri.NO:
            return Outcome.NONE
        both = self.allowed is Tri.YES and self.refused is Tri.YES
        return Outcome.SOME if both else Outcome.MAYBE


def either(one: Decision, other: Decision) -> Decision:
    """The decision on the requests of both."""
    example = one.example if one.allowed >= other.allowed else other.example
    counterexample = one.counterexample if one.refused >= other.refused else other.counterexample
    return Decision(
        max(one.allowed, other.allowed),
        max(one.refused, other.refused),
        example or one.example or other.example,
        counterexample or one.counterexample or other.counterexample,
        tuple(dict.fromkeys((*one.reasons, *other.reasons))),
    )


def in_every_world(found: Sequence[Decision]) -> Decision:
    """What holds in every world; examples come from the worlds in which they are surest."""
    best = max(found, key=lambda each: each.allowed)
    worst = max(found, key=lambda each: each.refused)
    return Decision(
        agreed(each.allowed for each in found),
        agreed(each.refused for each in found),
        best.example,
        worst.counterexample,
    )
