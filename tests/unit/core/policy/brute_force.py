"""A second evaluator, written straight from the IAM guide, for one concrete request at a time.

It reads the document as it stands and shares no code with `core.policy`: regular expressions
instead of automata, two values instead of three. Where the guide does not say what happens it
raises `NotSaid`, and there the reasoner must not be sure either.
"""

from __future__ import annotations

import base64
import datetime
import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Json = Any


class NotSaid(Exception):
    """The guide leaves open what AWS does."""


@dataclass(frozen=True)
class Request:
    """A request as AWS sees it: nothing about it is open."""

    action: str
    resource: str
    arn: str | None
    """The ARN of the role that asks, or None if nobody signs."""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys in lower case; one that is missing is not in the request."""

    @property
    def account(self) -> str | None:
        return self.arn.split(":")[4] if self.arn else None


def evaluate(document: Json, request: Request) -> str:
    """`Deny`, `Allow` or `implicit`, by the guide's order: an explicit deny, then an allow."""
    statements = document["Statement"]
    if isinstance(statements, dict):
        statements = [statements]
    has_variables = document.get("Version") == "2012-10-17"
    applying = [
        statement["Effect"]
        for statement in statements
        if applies(statement, request, has_variables=has_variables)
    ]
    if "Deny" in applying:
        return "Deny"
    return "Allow" if "Allow" in applying else "implicit"


def applies(statement: Json, request: Request, *, has_variables: bool) -> bool:
    return (
        _element(statement, "Action", lambda each: _like(each.lower(), request.action.lower()))
        and _resource(statement, request, has_variables=has_variables)
        and _principal(statement, request)
        and _conditions(statement.get("Condition", {}), request, has_variables=has_variables)
    )


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _element(statement: Json, name: str, matches: Callable[[str], bool]) -> bool:
    if name in statement:
        return any(matches(each) for each in _listed(statement[name]))
    return not any(matches(each) for each in _listed(statement["Not" + name]))


def _like(pattern: str, text: str) -> bool:
    """`*` is any combination of characters and `?` any single one."""
    parts = {"*": ".*", "?": "."}
    regex = "".join(parts.get(char) or re.escape(char) for char in re.sub(r"\*+", "*", pattern))
    return re.fullmatch(regex, text, re.DOTALL) is not None


def _resource(statement: Json, request: Request, *, has_variables: bool) -> bool:
    def matches(pattern: str) -> bool:
        try:
            return _like_with_variables(pattern, request.resource, request, has_variables)
        except KeyError:
            if "NotResource" in statement:
                raise NotSaid from None
            return False

    return _element(statement, "Resource", matches)


VARIABLE = re.compile(r"\$\{([^{}]*)\}")


def _pieces(pattern: str, request: Request) -> list[tuple[str, bool]]:
    """The text cut at its variables; True marks what has no wildcards in it."""
    pieces: list[tuple[str, bool]] = []
    done = 0
    for found in VARIABLE.finditer(pattern):
        pieces.append((pattern[done : found.start()], False))
        pieces.append((_value_of(found.group(1), request), True))
        done = found.end()
    return [*pieces, (pattern[done:], False)]


def _value_of(variable: str, request: Request) -> str:
    if variable in ("*", "?", "$"):
        return variable
    name, comma, default = variable.partition(",")
    values = request.context.get(name.strip().lower())
    if values is None:
        if not comma:
            raise KeyError(name)
        return default.strip().strip("'")
    if len(values) != 1:
        raise NotSaid
    return values[0]


def _like_with_variables(pattern: str, text: str, request: Request, has_variables: bool) -> bool:
    if not has_variables:
        return _like(pattern, text)
    parts = {"*": ".*", "?": "."}
    regex = "".join(
        re.escape(char) if fixed else parts.get(char) or re.escape(char)
        for piece, fixed in _pieces(pattern, request)
        for char in piece
    )
    return re.fullmatch(regex, text, re.DOTALL) is not None


def _principal(statement: Json, request: Request) -> bool:
    name = "Principal" if "Principal" in statement else "NotPrincipal"
    value = statement[name]
    entries = (
        [("AWS", value)]
        if isinstance(value, str)
        else [(kind, each) for kind, many in value.items() for each in _listed(many)]
    )
    account = any(_is_account(kind, each, request) for kind, each in entries)
    himself = any(kind == "AWS" and each == request.arn for kind, each in entries)
    everyone = any(kind == "AWS" and each == "*" for kind, each in entries)
    if name == "Principal":
        return account or himself or everyone
    if everyone or (account and himself):
        return False
    if account or himself:
        raise NotSaid
    return True


def _is_account(kind: str, value: str, request: Request) -> bool:
    return (
        kind == "AWS"
        and request.account is not None
        and value in (request.account, f"arn:aws:iam::{request.account}:root")
    )


def _conditions(block: Json, request: Request, *, has_variables: bool) -> bool:
    open_question = False
    for operator, keys in block.items():
        for key, values in keys.items():
            texts = [_text(value) for value in _listed(values)]
            try:
                if not _condition(operator, key.lower(), texts, request, has_variables):
                    return False
            except NotSaid:
                open_question = True
    if open_question:
        raise NotSaid
    return True


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _condition(
    operator: str, key: str, wanted: list[str], request: Request, has_variables: bool
) -> bool:
    quantifier, colon, base = operator.rpartition(":")
    values = request.context.get(key)
    if base == "Null":
        if colon:
            raise NotSaid
        return any((each.lower() == "true") is (values is None) for each in wanted)
    if values is None:
        return _without_key(quantifier, base, wanted, request, has_variables)
    if quantifier and values == ("",):
        return quantifier == "ForAllValues"
    base = base.removesuffix("IfExists")
    negated = "Not" in base
    each_holds = [
        _one(base.replace("Not", ""), value, wanted, request, has_variables, negated) is not negated
        for value in values
    ]
    if quantifier == "ForAnyValue":
        return any(each_holds)
    if not quantifier and len(set(each_holds)) > 1:
        raise NotSaid
    return all(each_holds)


def _without_key(
    quantifier: str, base: str, wanted: list[str], request: Request, has_variables: bool
) -> bool:
    if base.endswith("IfExists") or quantifier == "ForAllValues":
        return True
    if quantifier == "ForAnyValue" or "Not" not in base:
        return False
    if has_variables:
        for each in wanted:
            _no_open_variables(each, base, request)
    return True


TAKE_VARIABLES = ("String", "Arn", "Bool")


def _no_open_variables(wanted: str, base: str, request: Request) -> None:
    if base.startswith(TAKE_VARIABLES):
        try:
            _pieces(wanted, request)
        except KeyError:
            raise NotSaid from None


def _one(
    base: str,
    value: str,
    wanted: list[str],
    request: Request,
    has_variables: bool,
    negated: bool,
) -> bool:
    return any(_compare(base, value, each, request, has_variables, negated) for each in wanted)


def _compare(
    base: str, value: str, wanted: str, request: Request, has_variables: bool, negated: bool
) -> bool:
    try:
        if base.startswith(TAKE_VARIABLES) and has_variables:
            pieces = _pieces(wanted, request)
        else:
            pieces = [(wanted, False)]
    except KeyError:
        if negated:
            raise NotSaid from None
        return False
    if base in ("ArnEquals", "ArnLike"):
        return _arn_like(pieces, value)
    text = "".join(piece for piece, _ in pieces)
    if base == "StringLike":
        parts = {"*": ".*", "?": "."}
        regex = "".join(
            re.escape(char) if fixed else parts.get(char) or re.escape(char)
            for piece, fixed in pieces
            for char in piece
        )
        return re.fullmatch(regex, value, re.DOTALL) is not None
    return PLAIN_COMPARISONS[base](value, text)


def _arn_like(pieces: list[tuple[str, bool]], value: str) -> bool:
    """Six components, each compared for itself."""
    segments: list[str] = [""]
    for piece, fixed in pieces:
        for char in piece:
            if char == ":" and len(segments) < 6:
                segments.append("")
            elif fixed or char not in "*?":
                segments[-1] += re.escape(char)
            else:
                segments[-1] += {"*": ".*", "?": "."}[char]
    values = value.split(":", 5)
    return len(values) == len(segments) and all(
        re.fullmatch(regex, text, re.DOTALL) is not None
        for regex, text in zip(segments, values, strict=True)
    )


def _moment(text: str) -> datetime.datetime:
    if re.fullmatch(r"\d{5,}", text):
        return datetime.datetime.fromtimestamp(int(text), datetime.UTC)
    return datetime.datetime.fromisoformat(text)


def _within(value: str, network: str) -> bool:
    address, block = ipaddress.ip_address(value), ipaddress.ip_network(network, strict=False)
    return address.version == block.version and address in block


PLAIN_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "NumericEquals": lambda value, wanted: float(value) == float(wanted),
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
    "NumericLessThanEquals": lambda value, wanted: float(value) <= float(wanted),
    "NumericGreaterThan": lambda value, wanted: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda value, wanted: float(value) >= float(wanted),
    "DateEquals": lambda value, wanted: _moment(value) == _moment(wanted),
    "DateLessThan": lambda value, wanted: _moment(value) < _moment(wanted),
    "DateLessThanEquals": lambda value, wanted: _moment(value) <= _moment(wanted),
    "DateGreaterThan": lambda value, wanted: _moment(value) > _moment(wanted),
    "DateGreaterThanEquals": lambda value, wanted: _moment(value) >= _moment(wanted),
    "BinaryEquals": lambda value, wanted: base64.b64decode(value) == base64.b64decode(wanted),
    "IpAddress": _within,
}
