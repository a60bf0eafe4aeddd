"""The published JSON: it is what its schema says, no more and no less."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from tests.builders import (
    DENIED,
    NOW,
    a_finding,
    a_job,
    a_job_without_vpc,
    a_network,
    a_security_group,
    a_vpc,
)
from tests.messages import ALICE, a_judgement, a_stop_order, an_enforcement
from tests.strategies import findings, patiently, starters
from vpc_guardrail.core.decision import Action, Judgement, Verdict, judge
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.exemptions import Exempted, Exemption
from vpc_guardrail.core.finding import Finding, Kind, Severity, Status
from vpc_guardrail.core.model import JobSource
from vpc_guardrail.core.model.starter import NOBODY_TOLD
from vpc_guardrail.core.settings import Mode, Settings
from vpc_guardrail.report.documents import enforcement_document, verdict_document

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = Any

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs/verdict.schema.json").read_text(encoding="utf-8")
)
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_time_with_zone(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FORMATS)

AUDIT, ENFORCE = Settings(mode=Mode.AUDIT), Settings(mode=Mode.ENFORCE)
EFA_JOB = a_job(instance_type="ml.p4d.24xlarge", instance_count=2)
JUDGEMENTS = {
    "sound": judge(a_job(), a_network(), AUDIT, NOW),
    "dedicated tenancy": judge(a_job(), a_network(vpcs=[a_vpc(tenancy="host")]), AUDIT, NOW),
    "no VPC": judge(a_job_without_vpc(), None, ENFORCE, NOW),
    "no VPC, from its event": judge(a_job_without_vpc(source=JobSource.EVENT), None, ENFORCE, NOW),
    "nothing exists": judge(EFA_JOB, a_network(subnets=[], security_groups=[]), AUDIT, NOW),
    "nothing can be read": judge(
        EFA_JOB,
        a_network(
            subnets=DENIED,
            security_groups=DENIED,
            vpcs=DENIED,
            route_tables=DENIED,
            endpoints=DENIED,
            nat_gateways=DENIED,
            prefix_lists=DENIED,
        ),
        AUDIT,
        NOW,
    ),
    "closed group, no endpoint": judge(
        EFA_JOB,
        a_network(security_groups=[a_security_group(ingress=(), egress=())], endpoints=[]),
        AUDIT,
        NOW,
    ),
}


STARTED_BY_ALICE = {
    "type": "AssumedRole",
    "name": "Research",
    "arn": "arn:aws:sts::111122223333:assumed-role/Research/alice@example.com",
    "session_name": "alice@example.com",
    "source_identity": None,
    "invoked_by": None,
}


def published(judgement: Judgement) -> Json:
    return json.loads(json.dumps(verdict_document(judgement)))


@pytest.mark.parametrize("name", JUDGEMENTS)
def test_the_document_of_a_judgement_is_valid(name: str) -> None:
    VALIDATOR.validate(published(JUDGEMENTS[name]))


@patiently
@given(
    st.builds(
        a_judgement,
        *[findings] * 2,
        verdict=st.sampled_from(Verdict),
        action=st.sampled_from(Action),
        vpc_id=st.none() | st.text(),
        started_by=st.just(NOBODY_TOLD) | starters,
    )
)
def test_every_document_is_valid(judgement: Judgement) -> None:
    VALIDATOR.validate(published(judgement))


def test_the_document_of_one_job_in_full() -> None:
    finding = Finding(
        "s3-reachable",
        Kind.READINESS,
        Status.FAIL,
        Severity.CRITICAL,
        "subnet-a",
        "There is no path.",
        {"route_table": "rtb-1"},
        "Make one.",
    )

    assert published(a_judgement(finding, started_by=ALICE)) == {
        "schema_version": "1",
        "job": {
            "name": "train-1",
            "arn": "arn:aws:sagemaker:eu-central-1:111122223333:training-job/train-1",
            "account": "111122223333",
            "region": "eu-central-1",
            "vpc_id": "vpc-1",
            "role_arn": "arn:aws:iam::111122223333:role/training",
            "subnets": ["subnet-a", "subnet-b"],
            "security_groups": ["sg-1"],
            "status": "InProgress",
            "created_at": "2026-11-23T12:00:00+00:00",
            "known_from": "described",
        },
        "started_by": STARTED_BY_ALICE,
        "verdict": "noncompliant",
        "severity": "CRITICAL",
        "threshold": "MEDIUM",
        "action": "notify",
        "findings": [
            {
                "check": "s3-reachable",
                "kind": "readiness",
                "status": "FAIL",
                "severity": "CRITICAL",
                "resource": "subnet-a",
                "message": "There is no path.",
                "evidence": {"route_table": "rtb-1"},
                "remediation": "Make one.",
                "problem": "297a229b6003f702",
            }
        ],
        "facts_read_at": "2026-11-23T12:00:00+00:00",
        "rule_set": "0.1.0",
    }


def test_an_enforcement_in_full() -> None:
    order = a_stop_order(vpc_id="vpc-1", started_by=ALICE, role_arn="arn:aws:iam::1:role/a/b")
    enforcement = an_enforcement(order=order)

    assert json.loads(json.dumps(enforcement_document(enforcement))) == {
        "schema_version": "1",
        "job": {
            "name": "train-1",
            "arn": "arn:aws:sagemaker:eu-central-1:111122223333:training-job/train-1",
            "account": "111122223333",
            "vpc_id": "vpc-1",
            "role_arn": "arn:aws:iam::1:role/a/b",
            "created_at": "2026-11-23T12:00:00+00:00",
        },
        "started_by": STARTED_BY_ALICE,
        "action": "stop",
        "outcome": "stopped",
        "message": "train-1 was stopped, because of vpc-config-present.",
        "checks": ["vpc-config-present"],
        "rule_set": "0.1.0",
    }


def test_a_finding_tells_of_the_exemption_that_holds_or_has_expired() -> None:
    exemption = {"owner": "network team", "reason": "moves in May", "expires": "2026-11-23"}

    def members(exempted: Exempted) -> Json:
        finding = replace(a_finding(Status.FAIL), exempted=exempted)
        (told,) = published(a_judgement(finding))["findings"]
        return {name: told[name] for name in ONLY_WHERE_EXEMPTED & told.keys()}

    assert members(Exempted(by=AN_EXEMPTION)) == {"exemption": exemption}
    assert members(Exempted(no_longer_by=AN_EXEMPTION)) == {"expired_exemption": exemption}
    assert members(Exempted()) == {}


# The schema itself.


def structures(schema: Json, where: str = "") -> Iterator[tuple[str, Json]]:
    """Each schema of a structure within a schema, with its place."""
    if "properties" in schema:
        yield where, schema
    for name, inner in schema.get("$defs", {}).items():
        yield from structures(inner, f"{where}/{name}")


STRUCTURES = dict(structures(SCHEMA))
AN_EXEMPTION = Exemption("network team", "moves in May", NOW.date(), check="a-check")
EXEMPTED = Exempted(by=AN_EXEMPTION, no_longer_by=AN_EXEMPTION)
A_DOCUMENT = published(
    a_judgement(replace(a_finding(Status.FAIL), exempted=EXEMPTED), started_by=ALICE)
)
MEMBERS = {
    "": A_DOCUMENT,
    "/job": A_DOCUMENT["job"],
    "/starter": A_DOCUMENT["started_by"],
    "/finding": A_DOCUMENT["findings"][0],
    "/exemption": A_DOCUMENT["findings"][0]["exemption"],
}
ONLY_WHEN_CUT = {"findings_left_out"}
ONLY_WHEN_TOLD_AGAIN = {"since_last_told"}
ONLY_WHERE_EXEMPTED = {"exemption", "expired_exemption"}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert STRUCTURES.keys() == MEMBERS.keys()


@pytest.mark.parametrize("where", MEMBERS, ids=lambda where: where or "verdict")
def test_every_member_is_documented_and_every_documented_member_is_there(where: str) -> None:
    properties = STRUCTURES[where]["properties"]

    assert properties.keys() - ONLY_WHEN_CUT - ONLY_WHEN_TOLD_AGAIN == MEMBERS[where].keys()
    assert {*STRUCTURES[where]["required"]} == MEMBERS[where].keys() - ONLY_WHERE_EXEMPTED
    for name, schema in properties.items():
        documented = "description" in schema or schema.get("$ref") == f"#/$defs/{name}"
        assert documented, f"{name} has no description"


@pytest.mark.parametrize("where", MEMBERS, ids=lambda where: where or "verdict")
def test_members_of_the_future_are_allowed(where: str) -> None:
    document = json.loads(json.dumps(A_DOCUMENT))
    structure = {
        "": document,
        "/job": document["job"],
        "/starter": document["started_by"],
        "/finding": document["findings"][0],
        "/exemption": document["findings"][0]["exemption"],
    }
    structure[where]["a_member_of_the_future"] = {"new": [1]}

    VALIDATOR.validate(document)


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        pytest.param(STRUCTURES[""]["properties"]["verdict"], Verdict, id="verdicts"),
        pytest.param(STRUCTURES[""]["properties"]["action"], Action, id="actions"),
        pytest.param(STRUCTURES["/job"]["properties"]["known_from"], JobSource, id="sources"),
        pytest.param(STRUCTURES["/finding"]["properties"]["kind"], Kind, id="kinds"),
        pytest.param(STRUCTURES["/finding"]["properties"]["status"], Status, id="statuses"),
        pytest.param(SCHEMA["$defs"]["severity"], Severity, id="severities"),
    ],
)
def test_the_schema_knows_exactly_the_values_there_are(schema: Json, values: Any) -> None:
    assert schema["enum"] == [value.value for value in values]


def test_the_schema_admits_the_name_of_every_check() -> None:
    names = Draft202012Validator(STRUCTURES["/finding"]["properties"]["check"])

    assert all(names.is_valid(spec.name) for spec in SPECS)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("verdict", "fine"),
        ("schema_version", "2"),
        ("findings", None),
        ("facts_read_at", "yesterday"),
        ("facts_read_at", "2026-11-23T12:00:00"),
        ("findings_left_out", -1),
        ("job", {"name": "x"}),
    ],
)
def test_the_schema_refuses_what_is_no_verdict(member: str, value: Json) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate(A_DOCUMENT | {member: value})
