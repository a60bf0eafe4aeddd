"""The condition operators, each compared with plain values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Family(Enum):
    """What an operator compares."""

    STRING = "String"
    IGNORE_CASE = "IgnoreCase"
    LIKE = "Like"
    ARN = "Arn"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOL = "Bool"
    BINARY = "Binary"
    IP = "IpAddress"
    NULL = "Null"


TEXTUAL = frozenset({Family.STRING, Family.IGNORE_CASE, Family.LIKE, Family.ARN, Family.BOOL})
"""Families whose values are languages of texts, so that all of them can be looked through."""
ORDERED = frozenset({Family.NUMERIC, Family.DATE})
TAKES_VARIABLES = frozenset(
    {Family.STRING, Family.IGNORE_CASE, Family.LIKE, Family.ARN, Family.BOOL}
)


class Order(Enum):
    """The relations of numbers and dates."""

    EQUALS = "Equals"
    LESS = "LessThan"
    LESS_OR_EQUAL = "LessThanEquals"
    GREATER = "GreaterThan"
    GREATER_OR_EQUAL = "GreaterThanEquals"


@dataclass(frozen=True, slots=True)
class Operator:
    """A base operator, without `IfExists` and set quantifiers; a negated one is a NOR."""

    name: str
    family: Family
    negated: bool = False
    order: Order = Order.EQUALS


def _ordered(family: Family) -> list[Operator]:
    prefix = family.value
    comparisons = [Operator(prefix + order.value, family, order=order) for order in Order]
    return [*comparisons, Operator(f"{prefix}NotEquals", family, negated=True)]


OPERATORS = {
    operator.name.lower(): operator
    for operator in (
        Operator("StringEquals", Family.STRING),
        Operator("StringNotEquals", Family.STRING, negated=True),
        Operator("StringEqualsIgnoreCase", Family.IGNORE_CASE),
        Operator("StringNotEqualsIgnoreCase", Family.IGNORE_CASE, negated=True),
        Operator("StringLike", Family.LIKE),
        Operator("StringNotLike", Family.LIKE, negated=True),
        *_ordered(Family.NUMERIC),
        *_ordered(Family.DATE),
        Operator("Bool", Family.BOOL),
        Operator("BinaryEquals", Family.BINARY),
        Operator("IpAddress", Family.IP),
        Operator("NotIpAddress", Family.IP, negated=True),
        Operator("ArnEquals", Family.ARN),
        Operator("ArnLike", Family.ARN),
        Operator("ArnNotEquals", Family.ARN, negated=True),
        Operator("ArnNotLike", Family.ARN, negated=True),
        Operator("Null", Family.NULL),
    )
}
"""Every operator, by its name in lower case."""

DATE_FORMS = ("%Y", "%Y-%m")
"""The short W3C forms of a date that `fromisoformat` does not read."""

Network = IPv4Network | IPv6Network


def number(text: str) -> Decimal | None:
    """The number that a text is, or None."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def instant(text: str) -> datetime | None:
    """The moment that a text names in ISO 8601 or in seconds since 1970, or None."""
    seconds = number(text)
    years = len("2026")
    try:
        if seconds is not None and len(text.strip()) > years:
            return datetime.fromtimestamp(float(seconds), UTC)
        for form in DATE_FORMS:
            if len(text) == len(datetime(2026, 1, 1, tzinfo=UTC).strftime(form)):
                return datetime.strptime(text, form).replace(tzinfo=UTC)
        found = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def network(text: str) -> Network | None:
    """The addresses that a text names, a single one as /32 or /128, or None."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def truth(text: str) -> bool | None:
    """The truth value that a text names, or None."""
    return {"true": True, "false": False}.get(text.strip().lower())


def binary(text: str) -> bytes | None:
    """The bytes that a text in base 64 stands for, or None."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def inside(value: Network, allowed: Network) -> bool | None:
    """Whether all addresses of a network are inside another; None if only some are."""
    if isinstance(value, IPv4Network) and isinstance(allowed, IPv4Network):
        if value.subnet_of(allowed):
            return True
        return None if value.overlaps(allowed) else False
    if isinstance(value, IPv6Network) and isinstance(allowed, IPv6Network):
        if value.subnet_of(allowed):
            return True
        return None if value.overlaps(allowed) else False
    return False


def compare(left: Any, order: Order, right: Any) -> bool:
    """Whether two numbers, or two moments, stand in this relation."""
    relations: dict[Order, bool] = {
        Order.EQUALS: left == right,
        Order.LESS: left < right,
        Order.LESS_OR_EQUAL: left <= right,
        Order.GREATER: left > right,
        Order.GREATER_OR_EQUAL: left >= right,
    }
    return relations[order]


READERS: dict[Family, Callable[[str], Any]] = {
    Family.NUMERIC: number,
    Family.DATE: instant,
    Family.IP: network,
    Family.BOOL: truth,
    Family.BINARY: binary,
    Family.NULL: truth,
}
"""What makes a value of the text, for the families that do not compare texts."""


def holds(operator: Operator, value: str, wanted: str) -> bool | None:
    """Whether one value of the request stands in the operator's relation to one of the policy.

    Negation is left to the caller. None where a text is not of the family's kind.
    """
    read = READERS[operator.family]
    left, right = read(value), read(wanted)
    if left is None or right is None:
        return None
    if operator.family in ORDERED:
        return compare(left, operator.order, right)
    if operator.family is Family.IP:
        return inside(left, right)
    return bool(left == right)
