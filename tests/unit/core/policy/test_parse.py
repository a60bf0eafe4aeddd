"""Every legal form of a policy is read; an illegal one is refused with the place in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from tests.laws import law
from tests.strategies import json_values
from tests.unit.core.policy.builders import ROLE, allow, deny, document
from tests.unit.core.policy.inventions import dear_law, policies
from vpc_guardrail.core.policy import PolicyError, parse_policy
from vpc_guardrail.core.policy.model import Effect, PrincipalEntry, PrincipalKind, Quantifier

Json = Any


def test_one_statement_needs_no_list() -> None:
    policy = parse_policy({"Statement": allow("*", Sid="One")})
    assert [each.name for each in policy.statements] == ["One"]
    assert policy.version == "2008-10-17"


def test_a_statement_without_sid_is_named_by_its_place() -> None:
    policy = parse_policy(document(allow("*"), deny("*")))
    assert [each.name for each in policy.statements] == ["Statement[0]", "Statement[1]"]
    assert [each.effect for each in policy.statements] == [Effect.ALLOW, Effect.DENY]


PRINCIPALS: dict[str, tuple[Json, list[tuple[PrincipalKind, str]]]] = {
    "everyone": ("*", [(PrincipalKind.AWS, "*")]),
    "everyone in a map": ({"AWS": "*"}, [(PrincipalKind.AWS, "*")]),
    "a list": ({"AWS": [ROLE, "1"]}, [(PrincipalKind.AWS, ROLE), (PrincipalKind.AWS, "1")]),
    "a service": ({"Service": "s.amazonaws.com"}, [(PrincipalKind.SERVICE, "s.amazonaws.com")]),
    "federated": ({"Federated": "www.amazon.com"}, [(PrincipalKind.FEDERATED, "www.amazon.com")]),
    "canonical": ({"CanonicalUser": "79a5"}, [(PrincipalKind.CANONICAL_USER, "79a5")]),
    "two kinds": (
        {"AWS": "1", "Service": "s"},
        [(PrincipalKind.AWS, "1"), (PrincipalKind.SERVICE, "s")],
    ),
}


@pytest.mark.parametrize(("given_form", "expected"), PRINCIPALS.values(), ids=PRINCIPALS)
@pytest.mark.parametrize("name", ["Principal", "NotPrincipal"])
def test_principals(name: str, given_form: Json, expected: list[tuple[PrincipalKind, str]]) -> None:
    members = {**allow("*"), "Principal": None, name: given_form}
    found = parse_policy(document({k: v for k, v in members.items() if v is not None}))
    principals = found.statements[0].principals
    assert principals is not None
    assert principals.entries == tuple(PrincipalEntry(*each) for each in expected)
    assert principals.negated is (name == "NotPrincipal")


def test_actions_lose_their_case_and_keys_as_well() -> None:
    condition = {"StringEquals": {"AWS:SourceVPCE": "vpce-1"}}
    found = parse_policy(document(allow("*", action="S3:GetObject", condition=condition)))
    assert found.statements[0].actions.patterns == ("s3:getobject",)
    assert found.statements[0].conditions[0].key == "aws:sourcevpce"


@pytest.mark.parametrize("value", [True, "true", [True]])
def test_booleans_need_no_quotes(value: Json) -> None:
    block = {"Bool": {"aws:SecureTransport": value}}
    found = parse_policy(document(deny("*", condition=block)))
    assert [each.source for each in found.statements[0].conditions[0].values] == ["true"]


def test_numbers_need_no_quotes() -> None:
    block = {"NumericLessThan": {"s3:TlsVersion": 1.2}}
    found = parse_policy(json.dumps(document(deny("*", condition=block))))
    assert found.statements[0].conditions[0].values[0].source == "1.2"


def test_operators_are_taken_apart() -> None:
    block = {"ForAllValues:StringNotLikeIfExists": {"aws:TagKeys": ["a*"]}}
    condition = parse_policy(document(deny("*", condition=block))).statements[0].conditions[0]
    assert condition.operator.name == "StringNotLike"
    assert condition.operator.negated
    assert condition.if_exists
    assert condition.quantifier is Quantifier.FOR_ALL


def test_variables_only_in_the_version_that_has_them() -> None:
    resource = "arn:aws:s3:::b/${aws:userid, 'nobody'}/*"
    new = parse_policy({"Version": "2012-10-17", "Statement": allow(resource)})
    old = parse_policy({"Version": "2008-10-17", "Statement": allow(resource)})
    (variable,) = new.statements[0].resources.patterns[0].variables
    assert (variable.key, variable.default) == ("aws:userid", "nobody")
    assert old.statements[0].resources.patterns[0].variables == ()


def test_policies_of_identities_name_nobody() -> None:
    policy = parse_policy(document(allow("*", principal=None)), names_principals=False)
    assert policy.statements[0].principals is None


def with_condition(block: Json) -> Json:
    return document(allow("*"), deny("*", condition=block))


ILLEGAL: dict[str, tuple[Json, str]] = {
    "no JSON": ("{", "line 1, column 2"),
    "no object": ("[]", "document"),
    "deeply nested": ("[" * 100_000, "document"),
    "not a number": ('{"Statement": NaN}', "document"),
    "a number too long": ('{"Statement": ' + "9" * 5000 + "}", "document"),
    "a key twice": ('{"Statement": [], "Statement": []}', "document"),
    "no statement": ({"Version": "2012-10-17"}, "document"),
    "no statements": ({"Statement": []}, "Statement"),
    "text for a statement": ({"Statement": "x"}, "Statement"),
    "a strange version": ({"Version": "2020-01-01", "Statement": allow("*")}, "Version"),
    "a strange member": ({"Statement": allow("*"), "Grant": 1}, "document"),
    "a number for an id": ({"Id": 1, "Statement": allow("*")}, "Id"),
    "a statement that is none": (document(allow("*"), "x"), "Statement[1]"),
    "a strange element": (document(allow("*", Grant="x")), "Statement[0]"),
    "no effect": (document(allow("*", Effect=None)), "Statement[0]"),
    "a strange effect": (document(allow("*", Effect="allow")), "Statement[0].Effect"),
    "a Sid that is none": (document(allow("*", Sid=1)), "Statement[0].Sid"),
    "no principal": (document(allow("*", principal=None)), "Statement[0]"),
    "two principals": (document(allow("*", NotPrincipal="*")), "Statement[0]"),
    "an empty principal": (document(allow("*", principal={})), "Statement[0].Principal"),
    "a strange principal": (document(allow("*", principal={"GCP": "x"})), "Statement[0].Principal"),
    "a principal that is none": (
        document(allow("*", principal={"AWS": [1]})),
        "Statement[0].Principal.AWS[0]",
    ),
    "no action": (document(allow("*", action=None)), "Statement[0]"),
    "both actions": (document(allow("*", NotAction="s3:*")), "Statement[0]"),
    "an action that is none": (document(allow("*", action="GetObject")), "Statement[0].Action"),
    "an empty list": (document(allow("*", action=[])), "Statement[0].Action"),
    "no resource": (document(allow([], Resource=None)), "Statement[0]"),
    "a resource that is none": (document(allow(["a", 1])), "Statement[0].Resource[1]"),  # type: ignore[list-item]
    "no conditions": (with_condition([]), "Statement[1].Condition"),
    "no operator": (
        with_condition({"StringIs": {"aws:x": "y"}}),
        "Statement[1].Condition.StringIs",
    ),
    "no keys": (with_condition({"StringLike": "x"}), "Statement[1].Condition.StringLike"),
    "Null and IfExists": (
        with_condition({"NullIfExists": {"aws:x": "true"}}),
        "Statement[1].Condition.NullIfExists",
    ),
    "no values": (
        with_condition({"StringLike": {"aws:x": []}}),
        "Statement[1].Condition.StringLike.aws:x",
    ),
    "a value that is none": (
        with_condition({"StringLike": {"aws:x": [None]}}),
        "Statement[1].Condition.StringLike.aws:x",
    ),
    "no number": (
        with_condition({"NumericEquals": {"s3:max-keys": "many"}}),
        "Statement[1].Condition.NumericEquals.s3:max-keys",
    ),
    "no address": (
        with_condition({"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}),
        "Statement[1].Condition.IpAddress.aws:SourceIp",
    ),
}


@pytest.mark.parametrize(("given_form", "place"), ILLEGAL.values(), ids=ILLEGAL)
def test_what_is_no_policy_says_where(given_form: Json, place: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(given_form)
    assert caught.value.place == place


@law
@given(json_values)
def test_nothing_but_the_named_error_comes_of_any_json(value: Json) -> None:
    for text in (value, {"Statement": value}, json.dumps({"Statement": [value]})):
        try:
            parse_policy(text)
        except PolicyError as error:
            assert error.place
            assert error.problem


@dear_law
@given(policies())
def test_a_document_and_its_text_are_the_same_policy(given_form: Json) -> None:
    assert parse_policy(given_form) == parse_policy(json.dumps(given_form, indent=1))
