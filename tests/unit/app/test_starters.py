"""Who started a job, from each kind of userIdentity, and from what is none."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given

from tests.builders import ACCOUNT
from tests.messages import ALICE, HOME, a_message
from tests.strategies import json_values, patiently, starters
from vpc_guardrail.app.inspect_job import Announcement
from vpc_guardrail.app.starters import LONGEST, identified, recorded
from vpc_guardrail.core.model import Starter, Unknown
from vpc_guardrail.core.model.starter import NOBODY_TOLD
from vpc_guardrail.wiring.events import parse_event

Json = Any

SSO_ROLE = "AWSReservedSSO_DataScience_0123456789abcdef"


def a_session(role: str, session: str, **context: Json) -> dict[str, Json]:
    """The userIdentity of a role's session."""
    issuer = {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/path/{role}", "userName": role}
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {"sessionIssuer": issuer} | context,
    }


def of_session(role: str, session: str, **more: str) -> Starter:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"
    return Starter("AssumedRole", role, arn=arn, session_name=session, **more)


IDENTITIES: dict[str, tuple[dict[str, Json], Starter]] = {
    "a role's session": (a_session("Research", "alice@example.com"), ALICE),
    "a session with a source identity": (
        a_session("Studio", "SageMaker", sourceIdentity="bob"),
        of_session("Studio", "SageMaker", source_identity="bob"),
    ),
    "IAM Identity Center": (
        a_session(SSO_ROLE, "carol@example.com"),
        of_session(SSO_ROLE, "carol@example.com"),
    ),
    "a service in a role's name": (
        a_session("Pipeline", "SageMaker") | {"invokedBy": "sagemaker.amazonaws.com"},
        of_session("Pipeline", "SageMaker", invoked_by="sagemaker.amazonaws.com"),
    ),
    "a session without its context": (
        {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Research/x"},
        of_session("Research", "x"),
    ),
    "a role by its principalId alone": (
        {"type": "AssumedRole", "principalId": "AROAEXAMPLE:dave"},
        Starter("AssumedRole", "AROAEXAMPLE:dave", session_name="dave"),
    ),
    "a user": (
        {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ml/erin", "userName": "erin"},
        Starter("IAMUser", "erin", arn=f"arn:aws:iam::{ACCOUNT}:user/ml/erin"),
    ),
    "a user by the ARN alone": (
        {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ml/erin"},
        Starter("IAMUser", "erin", arn=f"arn:aws:iam::{ACCOUNT}:user/ml/erin"),
    ),
    "root, with the account's alias": (
        {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "userName": "our-alias"},
        Starter("Root", "root", arn=f"arn:aws:iam::{ACCOUNT}:root"),
    ),
    "a federated user": (
        {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/frank"},
        Starter("FederatedUser", "frank", arn=f"arn:aws:sts::{ACCOUNT}:federated-user/frank"),
    ),
    "a web identity": (
        {"type": "WebIdentityUser", "principalId": "idp:app:user", "userName": "grace"},
        Starter("WebIdentityUser", "grace"),
    ),
    "a person of Identity Center": (
        {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "544894e8-80c1"}},
        Starter("IdentityCenterUser", "544894e8-80c1"),
    ),
    "an AWS service": (
        {"type": "AWSService", "invokedBy": "sagemaker.amazonaws.com"},
        Starter("AWSService", "sagemaker.amazonaws.com", invoked_by="sagemaker.amazonaws.com"),
    ),
    "another account": (
        {"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": "444455556666"},
        Starter("AWSAccount", "AIDAEXAMPLE"),
    ),
    "a type of the future": (
        {"type": "Agent", "arn": f"arn:aws:iam::{ACCOUNT}:agent/heidi"},
        Starter("Agent", "heidi", arn=f"arn:aws:iam::{ACCOUNT}:agent/heidi"),
    ),
}


@pytest.mark.parametrize("kind", IDENTITIES)
def test_each_kind_of_principal_is_named(kind: str) -> None:
    identity, starter = IDENTITIES[kind]

    assert identified(identity) == starter


@pytest.mark.parametrize(
    "identity",
    [None, "x", [], {}, {"type": "AssumedRole"}, {"userName": 5}, {"userName": "x" * 2000}],
)
def test_what_names_nobody_is_unknown(identity: Json) -> None:
    assert identified(identity) == NOBODY_TOLD


def test_the_event_tells_who() -> None:
    parsed = parse_event(a_message(userIdentity=a_session("Research", "alice@example.com")), HOME)

    assert isinstance(parsed, Announcement)
    assert parsed.started_by == ALICE


@pytest.mark.parametrize("identity", [None, "omitted", {"omitted": True}, [1]])
def test_an_event_that_does_not_tell_who_announces_its_job(identity: Json) -> None:
    parsed = parse_event(a_message(userIdentity=identity), HOME)

    assert isinstance(parsed, Announcement)
    assert parsed.started_by == NOBODY_TOLD


MEMBERS = ("type", "arn", "userName", "principalId", "sessionContext", "onBehalfOf", "invokedBy")


@pytest.mark.parametrize("member", MEMBERS)
@patiently
@given(value=json_values)
def test_no_value_of_any_member_raises(member: str, value: Json) -> None:
    found = identified(a_session("Research", "alice") | {member: value})

    assert isinstance(found, Unknown) or 0 < len(found.name) <= LONGEST


@patiently
@given(starters)
def test_what_our_messages_carry_comes_back(starter: Starter) -> None:
    assert recorded(json.loads(json.dumps(asdict(starter)))) == starter


@patiently
@given(json_values)
def test_our_messages_may_carry_anything(value: Json) -> None:
    assert isinstance(recorded(value), Unknown | Starter)
