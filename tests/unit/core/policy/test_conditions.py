"""Every operator, in three values, with the key there, missing and unknowable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.core.policy.builders import allow, policy
from vpc_guardrail.core.policy import ABSENT, Context, Tri, Unknowable, known
from vpc_guardrail.core.policy.conditions import all_hold

if TYPE_CHECKING:
    from vpc_guardrail.core.policy.context import Value

Json = Any
YES, NO, MAYBE = Tri.YES, Tri.NO, Tri.MAYBE
OPEN = Unknowable("it is a test")
THERE = Unknowable("it is a test", may_be_absent=False)


def holds(operator: str, wanted: Json, value: Value, **others: Value) -> Tri:
    block = {operator: {"aws:Key": wanted}}
    (statement,) = policy(allow("*", condition=block)).statements
    named = {name.replace("_", ":"): each for name, each in others.items()}
    return all_hold(statement.conditions, Context({"AWS:key": value, **named}, others=ABSENT))


TABLE: dict[str, tuple[str, Json, Value, Tri]] = {
    "equal": ("StringEquals", "a", known("a"), YES),
    "of another case": ("StringEquals", "a", known("A"), NO),
    "a star is a star": ("StringEquals", "a*", known("ab"), NO),
    "one of several": ("StringEquals", ["a", "b"], known("b"), YES),
    "missing": ("StringEquals", "a", ABSENT, NO),
    "unknowable": ("StringEquals", "a", OPEN, MAYBE),
    "missing, if exists": ("StringEqualsIfExists", "a", ABSENT, YES),
    "other, if exists": ("StringEqualsIfExists", "a", known("b"), NO),
    "none of several": ("StringNotEquals", ["a", "b"], known("c"), YES),
    "one of several, negated": ("StringNotEquals", ["a", "b"], known("a"), NO),
    "missing, negated": ("StringNotEquals", "a", ABSENT, YES),
    "missing, negated, if exists": ("StringNotEqualsIfExists", "a", ABSENT, YES),
    "whatever case": ("StringEqualsIgnoreCase", "aB", known("Ab"), YES),
    "whatever case, negated": ("StringNotEqualsIgnoreCase", "aB", known("Ab"), NO),
    "like": ("StringLike", "a*c?", known("abbcd"), YES),
    "not like": ("StringNotLike", "a*", known("b"), YES),
    "operators in whatever case": ("stringlike", "a*", known("ab"), YES),
    "an arn": ("ArnEquals", "arn:aws:iam::*:role/x", known("arn:aws:iam::1:role/x"), YES),
    "an arn's colon": ("ArnLike", "arn:aws:*:x", known("arn:aws:iam::1:x"), NO),
    "no such arn": ("ArnNotLike", "arn:aws:iam::1:*", known("arn:aws:iam::2:role/x"), YES),
    "numbers": ("NumericLessThan", "10", known("9.5"), YES),
    "numbers that are equal": ("NumericEquals", "1.0", known("1"), YES),
    "numbers that are not": ("NumericNotEquals", "1", known("2"), YES),
    "at least": ("NumericGreaterThanEquals", 1.2, known("1.2"), YES),
    "no number": ("NumericEquals", "1", known("one"), MAYBE),
    "a missing number": ("NumericLessThan", "1", ABSENT, NO),
    "before": ("DateLessThan", "2026-01-01T00:00:00Z", known("2025-12-31T23:59:59Z"), YES),
    "seconds": ("DateEquals", "1767225600", known("2026-01-01T00:00:00Z"), YES),
    "a year": ("DateGreaterThan", "2026", known("2026-01-01T00:00:01Z"), YES),
    "another zone": ("DateEquals", "2026-01-01T01:00:00+01:00", known("2026-01-01"), YES),
    "true": ("Bool", "true", known("True"), YES),
    "false": ("Bool", False, known("true"), NO),
    "bytes": ("BinaryEquals", "YQ==", known("YQ=="), YES),
    "an address": ("IpAddress", "10.0.0.0/8", known("10.1.2.3"), YES),
    "an address without a length": ("IpAddress", "10.1.2.3", known("10.1.2.3"), YES),
    "of the other version": ("IpAddress", "0.0.0.0/0", known("2001:db8::1"), NO),
    "no such address": ("NotIpAddress", "10.0.0.0/8", known("192.0.2.1"), YES),
    "a network that is partly inside": ("IpAddress", "10.0.0.0/24", known("10.0.0.0/16"), MAYBE),
    "null": ("Null", "true", ABSENT, YES),
    "not null": ("Null", "false", known("x"), YES),
    "null or not": ("Null", ["true", "false"], known("x"), YES),
    "null, unknowable": ("Null", "true", OPEN, MAYBE),
    "null, but it is there": ("Null", "true", THERE, NO),
    "any of them": ("ForAnyValue:StringEquals", ["a", "b"], known("x", "b"), YES),
    "any, of none": ("ForAnyValue:StringEquals", "a", ABSENT, NO),
    "any, of none, negated": ("ForAnyValue:StringNotEquals", "a", ABSENT, NO),
    "any, of nothing": ("ForAnyValue:StringEquals", "", known(""), NO),
    "any is another": ("ForAnyValue:StringNotEquals", "a", known("a", "b"), YES),
    "all of them": ("ForAllValues:StringLike", ["a*", "b"], known("ax", "b"), YES),
    "not all of them": ("ForAllValues:StringLike", "a*", known("ax", "b"), NO),
    "all, of none": ("ForAllValues:StringEquals", "a", ABSENT, YES),
    "all, of none, negated": ("ForAllValues:StringNotEquals", "a", ABSENT, YES),
    "several values without a quantifier": ("StringEquals", "a", known("a", "b"), MAYBE),
    "several values that agree": ("StringLike", "a*", known("ab", "ac"), YES),
    "no values": ("StringEquals", "a", known(), NO),
}


@pytest.mark.parametrize(("operator", "wanted", "value", "expected"), TABLE.values(), ids=TABLE)
def test_operators(operator: str, wanted: Json, value: Value, expected: Tri) -> None:
    assert holds(operator, wanted, value) is expected


VARIABLES: dict[str, tuple[str, str, Value, Tri]] = {
    "its value": ("StringEquals", "a/${aws:userid}", known("me"), YES),
    "its value has no wildcards": ("StringLike", "a/${aws:userid}", known("*"), NO),
    "no value": ("StringEquals", "a/${aws:userid}", ABSENT, NO),
    "no value, negated": ("StringNotEquals", "a/${aws:userid}", ABSENT, MAYBE),
    "its default": ("StringEquals", "a/${aws:userid, 'me'}", ABSENT, YES),
    "a value instead of the default": ("StringEquals", "a/${aws:userid, 'x'}", known("me"), YES),
    "unknowable": ("StringLike", "a/${aws:userid}", OPEN, MAYBE),
    "unknowable, but it cannot fit": ("StringLike", "b/${aws:userid}", OPEN, NO),
    "several values": ("StringLike", "a/${aws:userid}", known("me", "you"), MAYBE),
}


@pytest.mark.parametrize(
    ("operator", "wanted", "user", "expected"), VARIABLES.values(), ids=VARIABLES
)
def test_variables(operator: str, wanted: str, user: Value, expected: Tri) -> None:
    assert holds(operator, wanted, known("a/me"), aws_userid=user) is expected


def test_special_variables_are_the_characters() -> None:
    assert holds("StringLike", "${*}${?}${$}", known("*?$")) is YES
    assert holds("StringLike", "${*}", known("x")) is NO


def test_a_key_spelled_like_no_key_is_never_there() -> None:
    block = {"Bool": {"aws:SecureTransport'": "false"}}
    (statement,) = policy(allow("*", condition=block)).statements
    assert all_hold(statement.conditions, Context()) is NO


def test_tags_are_spoken_for_together() -> None:
    block = {"StringEquals": {"aws:PrincipalTag/team": "x"}}
    (statement,) = policy(allow("*", condition=block)).statements
    everyone = Context({"aws:PrincipalTag/*": ABSENT})
    assert all_hold(statement.conditions, everyone) is NO
    assert (
        all_hold(statement.conditions, everyone.but({"aws:principaltag/TEAM": known("x")})) is YES
    )
