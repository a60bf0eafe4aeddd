"""Fresh names: a bucket, an account or an organization that a policy does not mention.

What a policy does to one name that no statement mentions, it does to all of them.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.budget import OutOfBudget
from vpc_guardrail.core.policy.conditions import value_language
from vpc_guardrail.core.policy.glob import (
    ANY_TEXT,
    Glob,
    Symbol,
    Token,
    glob_of,
    literally,
    verbatim,
)
from vpc_guardrail.core.policy.languages import outside
from vpc_guardrail.core.policy.operators import TEXTUAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vpc_guardrail.core.policy.model import Policy

ARN_OF_BUCKETS = "arn:{partition}:s3:::"
SMALL = string.ascii_lowercase + string.digits
BUCKET_CHARACTERS = frozenset(SMALL + ".-")
SHORTEST_BUCKET_NAME = 3
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
ACCOUNT_DIGITS = 12
SHORTEST_ID = 10
WILDCARDS = frozenset("*?")


def _some_of(chars: str | frozenset[str], least: int, *, more: bool) -> Glob:
    symbol = Symbol(frozenset(chars))
    tokens = [Token(symbol)] * least
    return Glob((*tokens, Token(symbol, star=True)) if more else tuple(tokens))


BUCKET_NAMES = _some_of(BUCKET_CHARACTERS, SHORTEST_BUCKET_NAME, more=True)
ACCOUNTS = _some_of(string.digits, ACCOUNT_DIGITS, more=False)


def object_arns(partition: str, bucket: str | Glob, key: str = "") -> Glob:
    """The ARNs of all objects of a bucket whose keys begin so; no key is empty."""
    middle = bucket if isinstance(bucket, Glob) else Glob(tuple(verbatim(bucket)))
    head = Glob(tuple(verbatim(ARN_OF_BUCKETS.format(partition=partition))))
    rest = [*verbatim("/" + key), ANY_TEXT] if key else [*glob_of("/?*").tokens]
    return head + middle + Glob(tuple(rest))


def contents(partition: str, bucket: str) -> Glob:
    """The ARNs of all that is in a bucket, to be left out: simpler, as the empty key is in it."""
    return Glob((*object_arn(partition, bucket, "").tokens, ANY_TEXT))


def object_arn(partition: str, bucket: str, key: str) -> Glob:
    """The ARN of one object."""
    return Glob(tuple(verbatim(f"{ARN_OF_BUCKETS.format(partition=partition)}{bucket}/{key}")))


def bucket_arns(partition: str, bucket: str | Glob) -> Glob:
    """The ARN of a bucket, or of all buckets whose names are in a language."""
    middle = bucket if isinstance(bucket, Glob) else Glob(tuple(verbatim(bucket)))
    return Glob(tuple(verbatim(ARN_OF_BUCKETS.format(partition=partition)))) + middle


def bucket_patterns(policy: Policy, *, literal: bool | None = None) -> list[str]:
    """The bucket names, and name patterns, that its resources mention; `*` alone mentions none."""
    found: dict[str, None] = {}
    for statement in policy.statements:
        for each in statement.resources.patterns:
            segments = each.source.split(":", 5)
            name = segments[-1].partition("/")[0] if len(segments) > 5 else ""  # noqa: PLR2004 - the resource is an ARN's sixth part.
            is_literal = WILDCARDS.isdisjoint(name)
            if not set(name) <= WILDCARDS and literal in (None, is_literal):
                found[name] = None
    return list(found)


def fresh_bucket(policy: Policy) -> str | None:
    """A bucket name that no resource of the policy mentions; None if its patterns take all."""
    named = [glob_of(name) for name in bucket_patterns(policy)]
    return _fresh("bucket-nobody-named", BUCKET_NAMES, named)


def fresh_account(policy: Policy, *others: str) -> str:
    """An account that no condition mentions, nor is one of the others."""
    taken = [glob_of(other) for other in others]
    found = _fresh("999900001111", ACCOUNTS, [*_values(policy, "account"), *taken])
    return found or _fresh("999900001111", ACCOUNTS, taken) or "999900001111"


def fresh_id(policy: Policy, prefix: str) -> str:
    """An id of a sort (`o-`, `vpc-`, `vpce-`) that no condition mentions."""
    usual = f"{prefix}0123456789nobody"
    language = literally(prefix) + _some_of(SMALL, SHORTEST_ID, more=True)
    return _fresh(usual, language, _values(policy, "")) or usual


def _values(policy: Policy, part: str) -> list[Glob]:
    """What the conditions compare keys with that have this in their names."""
    return [
        value_language(condition.operator.family, template, {})
        for statement in policy.statements
        for condition in statement.conditions
        if part in condition.key and condition.operator.family in TEXTUAL
        for template in condition.values
        if not template.variables and set(template.source) - WILDCARDS
    ]


def _fresh(usual: str, language: Glob, mentioned: Sequence[Glob]) -> str | None:
    """The usual text if nothing mentions it, else any that nothing mentions, if there is one."""
    if not any(each.matches(usual) for each in mentioned):
        return usual
    try:
        return outside(language, mentioned)
    except OutOfBudget:
        return None
