"""An IAM policy as a value: what `parse` makes of a document, and what the reasoner reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vpc_guardrail.core.policy.operators import Operator
    from vpc_guardrail.core.policy.template import Template


class PolicyError(ValueError):
    """A document that is no IAM policy; `place` says where, as `Statement[2].Effect`."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class Effect(Enum):
    """What a statement does with the requests that it applies to."""

    ALLOW = "Allow"
    DENY = "Deny"


class PrincipalKind(Enum):
    """The members of a principal map.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """

    AWS = "AWS"
    SERVICE = "Service"
    FEDERATED = "Federated"
    CANONICAL_USER = "CanonicalUser"


@dataclass(frozen=True, slots=True)
class PrincipalEntry:
    """One principal that a statement names; `*` under AWS is everyone."""

    kind: PrincipalKind
    value: str


@dataclass(frozen=True, slots=True)
class Principals:
    """The Principal element of a statement, or its NotPrincipal."""

    entries: tuple[PrincipalEntry, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Actions:
    """The Action element of a statement in lower case, or its NotAction."""

    patterns: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Resources:
    """The Resource element of a statement, or its NotResource."""

    patterns: tuple[Template, ...]
    negated: bool = False


class Quantifier(Enum):
    """How a condition treats a key that carries several values.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """

    NONE = ""
    FOR_ALL = "ForAllValues:"
    FOR_ANY = "ForAnyValue:"


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key: `StringEqualsIfExists` on `aws:sourcevpce`, in lower case."""

    operator: Operator
    quantifier: Quantifier
    if_exists: bool
    key: str
    values: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; all of its conditions must hold for it to apply."""

    index: int
    sid: str | None
    effect: Effect
    principals: Principals | None
    """None where the document names none, as policies of identities do."""
    actions: Actions
    resources: Resources
    conditions: tuple[Condition, ...] = ()

    @property
    def name(self) -> str:
        """How to speak of it: its Sid, or its place in the document."""
        return self.sid or f"Statement[{self.index}]"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document; the order of its statements says nothing about what it decides."""

    version: str
    statements: tuple[Statement, ...]
    id: str | None = None
