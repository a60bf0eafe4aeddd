"""Open values of a context, made finite: one value for each way the policy can tell them apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import pairwise, product
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.budget import Budget, OutOfBudget
from vpc_guardrail.core.policy.conditions import resolve, unresolved, value_language
from vpc_guardrail.core.policy.context import ABSENT, Absent, AnyOf, Known, Unknowable, known
from vpc_guardrail.core.policy.glob import ANY_TEXT, Glob
from vpc_guardrail.core.policy.languages import kinds
from vpc_guardrail.core.policy.model import Quantifier
from vpc_guardrail.core.policy.operators import TEXTUAL, Family, instant, network, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vpc_guardrail.core.policy.context import Context, Value
    from vpc_guardrail.core.policy.model import Condition, Statement

MOST_CASES = 256
"""How many combinations of values are looked at; keys beyond that stay open, so "maybe"."""
MOST_COMPARISONS = 1024
"""How many conditions are compared, over all combinations, before keys stay open."""
ALTERNATIVES_BUDGET = 6_000
"""What it may cost to find the alternatives, of all keys together."""

Choice = Known | Absent


@dataclass(frozen=True, slots=True)
class Mentions:
    """Where a policy speaks of one key."""

    conditions: tuple[Condition, ...]
    as_variable: bool


def mentions(statements: Iterable[Statement]) -> dict[str, Mentions]:
    """Every key that these statements depend on."""
    found: dict[str, Mentions] = {}
    nothing = Mentions((), as_variable=False)
    for statement in statements:
        templates = [*statement.resources.patterns]
        for condition in statement.conditions:
            before = found.get(condition.key, nothing)
            found[condition.key] = replace(before, conditions=(*before.conditions, condition))
            templates += condition.values
        for template in templates:
            for variable in template.variables:
                before = found.get(variable.key, nothing)
                found[variable.key] = replace(before, as_variable=True)
    return found


def assignments(
    context: Context, keys: Mapping[str, Mentions], sort: type[Unknowable | AnyOf]
) -> list[dict[str, Value]]:
    """Every way to settle the open values of one sort; keys that cannot be settled stay open."""
    budget = Budget(ALTERNATIVES_BUDGET)
    found: dict[str, Sequence[Choice]] = {}
    for key, where in keys.items():
        value = context.get(key)
        if isinstance(value, Unknowable | AnyOf) and isinstance(value, sort):
            alternatives = _alternatives(value, where, context, budget)
            if alternatives:
                found[key] = alternatives
    conditions = sum(len(where.conditions) for where in keys.values())
    while _count(found) > min(MOST_CASES, MOST_COMPARISONS // (conditions + 1)):
        del found[max(found, key=lambda key: len(found[key]))]
    return [dict(zip(found, each, strict=True)) for each in product(*found.values())]


def _count(found: dict[str, Sequence[Choice]]) -> int:
    count = 1
    for alternatives in found.values():
        count *= len(alternatives)
    return count


def _alternatives(
    value: Unknowable | AnyOf, where: Mentions, context: Context, budget: Budget
) -> Sequence[Choice] | None:
    """Values such that every other one is the same as one of them to the policy, or None."""
    if value.choices is not None:
        return value.choices
    if where.as_variable or any(
        condition.quantifier is not Quantifier.NONE for condition in where.conditions
    ):
        return None
    language = value.language if isinstance(value, AnyOf) else None
    families = {condition.operator.family for condition in where.conditions} - {Family.NULL}
    found: list[Choice] | None = None
    if families == {Family.BOOL} and language is None:
        found = [known("true"), known("false")]
    elif families <= TEXTUAL - {Family.BOOL}:
        found = _texts(language or Glob((ANY_TEXT,)), where.conditions, context, budget)
    elif families == {Family.NUMERIC} and language is None:
        found = _numbers(where.conditions)
    elif families == {Family.DATE} and language is None:
        found = _moments(where.conditions)
    elif families == {Family.IP} and language is None:
        found = _addresses(where.conditions)
    if found is not None and value.may_be_absent:
        found.append(ABSENT)
    return found


def _texts(
    language: Glob, conditions: Iterable[Condition], context: Context, budget: Budget
) -> list[Choice] | None:
    patterns: dict[Glob, None] = {}
    for condition in conditions:
        for template in condition.values if condition.operator.family is not Family.NULL else ():
            values = resolve(template, context)
            if unresolved(template, context):
                continue
            if None in values.values():
                return None
            patterns[value_language(condition.operator.family, template, values)] = None
    try:
        found = kinds(language, list(patterns), budget)
    except OutOfBudget:
        return None
    return [known(text) for text in found.values()]


def _numbers(conditions: Iterable[Condition]) -> list[Choice]:
    points = sorted(
        {
            point
            for condition in conditions
            if condition.operator.family is Family.NUMERIC
            for template in condition.values
            if (point := number(template.source)) is not None
        }
    )
    between = [(low + high) / 2 for low, high in pairwise(points)]
    ends = [points[0] - 1, points[-1] + 1] if points else [Decimal(0)]
    return [known(str(point)) for point in (*points, *between, *ends)]


def _moments(conditions: Iterable[Condition]) -> list[Choice] | None:
    points = sorted(
        {
            point
            for condition in conditions
            if condition.operator.family is Family.DATE
            for template in condition.values
            if (point := instant(template.source)) is not None
        }
    )
    if not points:
        return None
    between: list[datetime] = [low + (high - low) / 2 for low, high in pairwise(points)]
    try:
        ends = [points[0] - timedelta(days=1), points[-1] + timedelta(days=1)]
    except OverflowError:
        return None
    return [known(point.isoformat()) for point in (*points, *between, *ends)]


def _addresses(conditions: Iterable[Condition]) -> list[Choice]:
    """The first address of each stretch between the networks' bounds, and one of either kind."""
    starts: set[IPv4Address | IPv6Address] = {ip_address(0), ip_address("::")}
    for condition in conditions:
        for template in condition.values:
            block = network(template.source) if condition.operator.family is Family.IP else None
            if block is None:
                continue
            starts.add(block.network_address)
            if int(block.broadcast_address) + 1 < 1 << block.max_prefixlen:
                starts.add(block.broadcast_address + 1)
    return [known(str(start)) for start in sorted(starts, key=lambda each: (each.version, each))]
