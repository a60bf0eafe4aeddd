"""What one policy makes of a set of requests, and who decided it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.core.policy.builders import ACCOUNT, ARN, PARTNER, ROLE, allow, deny, policy
from vpc_guardrail.core.policy import (
    ABSENT,
    AnyOf,
    Budget,
    Context,
    Decision,
    Matching,
    Outcome,
    Requests,
    Tri,
    Unknowable,
    a_role,
    anonymous,
    decide,
    known,
)
from vpc_guardrail.core.policy.decide import TOO_INTRICATE
from vpc_guardrail.core.policy.glob import glob_of
from vpc_guardrail.core.policy.principals import Principal

if TYPE_CHECKING:
    from vpc_guardrail.core.policy.context import Value

Json = Any
ALL, NONE, SOME, MAYBE = Outcome.ALL, Outcome.NONE, Outcome.SOME, Outcome.MAYBE
JOB = a_role(ROLE, "the job's role")


def asked(
    *statements: Json,
    actions: tuple[str, ...] = ("s3:GetObject",),
    resource: str = f"{ARN}job-data/*",
    who: tuple[Principal, ...] = (JOB,),
    matching: Matching = Matching.RESOURCE,
    otherwise: Tri = Tri.NO,
    **keys: Value,
) -> Decision:
    context = Context({name.replace("_", ":"): each for name, each in keys.items()}, others=ABSENT)
    requests = Requests(actions, glob_of(resource), who, context)
    return decide(policy(*statements), requests, matching=matching, otherwise=otherwise)


BUCKET = f"{ARN}job-data/*"
TABLE: dict[str, tuple[list[Json], Outcome]] = {
    "full access": ([allow()], ALL),
    "nothing that allows": ([deny(f"{ARN}other/*")], NONE),
    "deny beats allow": ([allow(), deny()], NONE),
    "deny beats allow, whatever comes first": ([deny(), allow()], NONE),
    "another action": ([allow(action="s3:PutObject")], NONE),
    "an action in another case": ([allow(action="S3:GETOBJECT")], ALL),
    "every action but one": ([allow(Action=None, NotAction="s3:GetObject")], NONE),
    "a part of the keys": ([allow(f"{ARN}job-data/train/*")], SOME),
    "all keys in two parts that overlap": (
        [allow([f"{ARN}job-data/*a*"]), allow(Resource=None, NotResource=f"{ARN}job-data/a*")],
        ALL,
    ),
    "denied in parts that only together cover": (
        [
            allow(),
            deny(f"{ARN}job-data/?*", Sid="Longer"),
            deny(f"{ARN}job-data/", Sid="Shortest"),
        ],
        NONE,
    ),
    "denied in parts that leave a gap": (
        [allow(), deny(f"{ARN}job-data/?*")],
        SOME,
    ),
    "everything else is denied": ([allow(), deny(Resource=None, NotResource=BUCKET)], ALL),
    "everything else but another bucket": (
        [allow(), deny(Resource=None, NotResource=f"{ARN}other/*")],
        NONE,
    ),
    "confined twice": (
        [
            allow(),
            deny(Resource=None, NotResource=f"{ARN}job-data/*a"),
            deny(Resource=None, NotResource=[f"{ARN}job-data/b*", f"{ARN}x"]),
        ],
        SOME,
    ),
    "confined to nothing": (
        [
            allow(),
            deny(Resource=None, NotResource=f"{ARN}job-data/a*"),
            deny(Resource=None, NotResource=f"{ARN}job-data/b*"),
        ],
        NONE,
    ),
}


@pytest.mark.parametrize(("statements", "expected"), TABLE.values(), ids=TABLE)
def test_resources_and_actions(statements: list[Json], expected: Outcome) -> None:
    assert asked(*statements).outcome is expected


def test_a_set_of_actions_is_decided_one_by_one() -> None:
    decision = asked(allow(action="s3:Get*"), actions=("s3:*",))
    assert decision.outcome is SOME
    assert decision.example is not None
    assert decision.example.action.startswith("s3:get")
    assert decision.counterexample is not None
    assert not decision.counterexample.action.startswith("s3:get")


def test_the_witnesses_name_what_decides() -> None:
    decision = asked(
        allow(Sid="Everything"),
        deny(f"{ARN}job-data/secret/*", Sid="Secrets"),
        allow(f"{ARN}elsewhere/*", Sid="Elsewhere"),
    )
    assert decision.example is not None
    assert decision.example.statements == ("Everything",)
    assert not decision.example.resource.startswith(f"{ARN}job-data/secret/")
    assert decision.counterexample is not None
    assert decision.counterexample.statements == ("Secrets",)
    assert decision.counterexample.resource.startswith(f"{ARN}job-data/secret/")


def test_what_nothing_allows_is_refused_by_no_statement() -> None:
    decision = asked(allow(f"{ARN}elsewhere/*"))
    assert decision.counterexample is not None
    assert decision.counterexample.statements == ()


PRINCIPALS: dict[str, tuple[Json, Outcome]] = {
    "everyone": ({"principal": {"AWS": "*"}}, ALL),
    "himself": ({"principal": {"AWS": ROLE}}, ALL),
    "his account": ({"principal": {"AWS": ACCOUNT}}, ALL),
    "his account's root": ({"principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}, ALL),
    "another account": ({"principal": {"AWS": PARTNER}}, NONE),
    "a service": ({"principal": {"Service": "sagemaker.amazonaws.com"}}, NONE),
    "a session of his": (
        {"principal": {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/job/s"}},
        MAYBE,
    ),
    "a session of another": (
        {"principal": {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/other/s"}},
        NONE,
    ),
    "a canonical id": ({"principal": {"CanonicalUser": "79a5"}}, MAYBE),
    "an arn with wildcards": ({"principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}}, MAYBE),
    "everyone but another": ({"principal": None, "NotPrincipal": {"AWS": PARTNER}}, ALL),
    "everyone but him and his account": (
        {"principal": None, "NotPrincipal": {"AWS": [ROLE, ACCOUNT]}},
        NONE,
    ),
    "everyone but his account": ({"principal": None, "NotPrincipal": {"AWS": ACCOUNT}}, MAYBE),
    "everyone but everyone": ({"principal": None, "NotPrincipal": "*"}, NONE),
}


@pytest.mark.parametrize(("members", "expected"), PRINCIPALS.values(), ids=PRINCIPALS)
def test_principals(members: Json, expected: Outcome) -> None:
    assert asked(allow(**members)).outcome is expected


GATEWAY: dict[str, tuple[Json, Outcome]] = {
    "everyone": ("*", ALL),
    "the account is its root user only": ({"AWS": ACCOUNT}, NONE),
    "the root arn is the root user only": ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, NONE),
    "a role cannot be named": ({"AWS": ROLE}, MAYBE),
}


@pytest.mark.parametrize(("principal", "expected"), GATEWAY.values(), ids=GATEWAY)
def test_principals_on_a_gateway_endpoint(principal: Json, expected: Outcome) -> None:
    decision = asked(allow(principal=principal), matching=Matching.GATEWAY_ENDPOINT)
    assert decision.outcome is expected


def test_nobody_who_signs_nothing_is_in_an_account() -> None:
    who = (anonymous(),)
    assert asked(allow(principal={"AWS": ACCOUNT}), who=who).outcome is NONE
    block = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    assert asked(allow(condition=block), who=who).outcome is NONE
    assert asked(allow(), who=who).outcome is ALL


def test_several_principals_are_a_set() -> None:
    decision = asked(allow(principal={"AWS": ACCOUNT}), who=(JOB, anonymous()))
    assert decision.outcome is SOME
    assert decision.counterexample is not None
    assert decision.counterexample.principal.is_anonymous


def test_what_nothing_speaks_of_may_be_granted_elsewhere() -> None:
    assert asked(deny(f"{ARN}other/*"), otherwise=Tri.YES).outcome is ALL
    assert asked(deny(f"{ARN}other/*"), otherwise=Tri.MAYBE).outcome is MAYBE
    assert asked(deny(), otherwise=Tri.YES).outcome is NONE


TAGGED = {"StringEquals": {"aws:PrincipalTag/team": "x"}}
UNTAGGED = {"StringNotEquals": {"aws:PrincipalTag/team": "x"}}
OPEN = Unknowable("the tags are not read")


def with_tag(value: Value, *statements: Json) -> Decision:
    requests = Requests(
        ("s3:GetObject",), glob_of(BUCKET), (JOB,), Context({"aws:PrincipalTag/*": value})
    )
    return decide(policy(*statements), requests)


def test_an_unknowable_value_is_one_value() -> None:
    assert with_tag(OPEN, allow(condition=TAGGED)).outcome is MAYBE
    assert with_tag(OPEN, allow(condition=TAGGED), allow(condition=UNTAGGED)).outcome is ALL
    assert with_tag(OPEN, allow(condition=TAGGED), deny(condition=TAGGED)).outcome is NONE


def test_a_free_value_is_every_value() -> None:
    assert with_tag(AnyOf(), allow(condition=TAGGED)).outcome is SOME
    assert with_tag(AnyOf(), allow(condition=TAGGED), allow(condition=UNTAGGED)).outcome is ALL
    named = AnyOf((known("x"), known("y")))
    assert with_tag(named, allow(condition=TAGGED)).outcome is SOME


def test_the_reason_of_a_maybe_names_the_key() -> None:
    decision = with_tag(OPEN, allow(condition=TAGGED))
    assert decision.reasons == ("the tags are not read (aws:principaltag/team)",)


FREE_KEYS: dict[str, tuple[Json, Json]] = {
    "numbers": ({"NumericLessThan": {"s3:x": "5"}}, {"NumericGreaterThanEquals": {"s3:x": "5"}}),
    "moments": ({"DateLessThan": {"s3:x": "2026"}}, {"DateGreaterThanEquals": {"s3:x": "2026"}}),
    "addresses": ({"IpAddress": {"s3:x": "10.0.0.0/8"}}, {"NotIpAddress": {"s3:x": "10.0.0.0/8"}}),
    "patterns": ({"StringLike": {"s3:x": "a*"}}, {"StringNotLike": {"s3:x": "a*"}}),
    "truth": ({"Bool": {"s3:x": "true"}}, {"Bool": {"s3:x": "false"}}),
    "presence": ({"Null": {"s3:x": "true"}}, {"Null": {"s3:x": "false"}}),
}


@pytest.mark.parametrize(("one", "other"), FREE_KEYS.values(), ids=FREE_KEYS)
def test_the_cases_of_a_free_key_leave_nothing_out(one: Json, other: Json) -> None:
    there = AnyOf(may_be_absent="Null" in one)
    assert asked(allow(condition=one), allow(condition=other), s3_x=there).outcome is ALL
    assert asked(allow(condition=one), s3_x=there).outcome is SOME


def test_a_variable_that_is_not_known_makes_a_maybe() -> None:
    own = f"{ARN}job-data/${{aws:userid}}/*"
    open_user = Unknowable("it is not read", may_be_absent=False)
    who = (Principal("someone", ACCOUNT, ROLE),)
    assert asked(allow(own), who=who, aws_userid=open_user).allowed is Tri.MAYBE
    assert asked(allow(own), who=who, aws_userid=known("me")).outcome is SOME
    assert asked(allow(own), who=who).outcome is NONE
    assert asked(allow(), deny(own), who=who, aws_userid=open_user).outcome is MAYBE


def test_too_intricate_a_question_is_a_maybe_with_that_reason() -> None:
    hard = [f"*a{'?' * length}" for length in range(100)]
    requests = Requests(("s3:GetObject",), glob_of("*"), (JOB,), Context(others=ABSENT))
    decision = decide(policy(allow("*a" * 100), deny(hard)), requests, budget=Budget(3_000))
    assert decision.outcome is MAYBE
    assert decision.reasons == (TOO_INTRICATE,)


def test_a_free_key_that_is_compared_with_a_known_variable_is_looked_through() -> None:
    same = allow(condition={"StringEquals": {"aws:UserAgent": "${aws:SourceVpc}"}})
    assert asked(same, aws_UserAgent=AnyOf(), aws_SourceVpc=known("vpc-0aa")).outcome is SOME
    assert asked(same, aws_UserAgent=AnyOf(), aws_SourceVpc=ABSENT).outcome is NONE
