"""A finding as an OCSF Compliance Finding: the members that its schema requires, and its enums."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.builders import ACCOUNT, NOW, REGION, a_finding
from tests.messages import a_judgement
from tests.strategies import findings, patiently
from vpc_guardrail.core.exemptions import Exempted, Exemption
from vpc_guardrail.core.finding import Finding, Status
from vpc_guardrail.report.documents import verdict_document
from vpc_guardrail.report.ocsf import ocsf
from vpc_guardrail.report.published_findings import security_findings
from vpc_guardrail.report.security_finding import (
    Standing,
)

Json = Any


def structure(required: str, optional: str = "", **properties: Json) -> Json:
    """A structure with these members and no others."""
    names = {*required.split(), *optional.split(), *properties}
    return {
        "type": "object",
        "required": required.split(),
        "properties": {name: {} for name in names} | properties,
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
TIME = {"type": "integer", "minimum": 0}

VALIDATOR = Draft202012Validator(
    structure(
        "activity_id category_uid class_uid cloud compliance finding_info metadata severity_id "
        "time type_uid",
        "activity_name category_name class_name message severity status",
        activity_id={"enum": [0, 1, 2, 3, 99]},
        category_uid={"const": 2},
        class_uid={"const": 2003},
        type_uid={"enum": [200300, 200301, 200302, 200303, 200399]},
        severity_id={"enum": [0, 1, 2, 3, 4, 5, 6, 99]},
        status_id={"enum": [0, 1, 2, 3, 4, 99]},
        time=TIME,
        cloud=structure("provider", region=TEXT, account=structure("", uid=TEXT)),
        compliance=structure(
            "standards",
            "status",
            control=TEXT,
            status_id={"enum": [0, 1, 2, 3, 99]},
            status_detail=TEXT,
            standards={"type": "array", "items": TEXT},
        ),
        finding_info=structure("uid", uid=TEXT, title=TEXT, desc=TEXT, last_seen_time=TIME),
        metadata=structure(
            "product version",
            profiles={"const": ["cloud"]},
            product=structure("vendor_name", name=TEXT, version=TEXT),
        ),
        remediation=structure("desc", references={"type": "array", "items": TEXT}),
        resources={
            "type": "array",
            "items": structure("", "cloud_partition region type", uid=TEXT),
        },
    )
)
"""What a Compliance Finding must have, and which of its members are used here.

Source: https://schema.ocsf.io/1.3.0/classes/compliance_finding?profiles=cloud
"""


def told(*found: Finding) -> list[Json]:
    document = verdict_document(a_judgement(*found))
    return [json.loads(json.dumps(ocsf(each))) for each in security_findings(document)]


def test_a_failure_in_full() -> None:
    finding = replace(
        a_finding(Status.FAIL, check="s3-reachable", resource="subnet-a"), remediation="Mend it."
    )

    (event,) = told(finding)

    VALIDATOR.validate(event)
    assert event["type_uid"] == 200301
    assert event["time"] == event["finding_info"]["last_seen_time"] == NOW.timestamp() * 1000
    assert (event["severity_id"], event["severity"]) == (4, "High")
    assert (event["status_id"], event["status"]) == (1, "New")
    assert event["cloud"] == {"provider": "AWS", "region": REGION, "account": {"uid": ACCOUNT}}
    assert event["compliance"]["control"] == "s3-reachable"
    assert event["resources"][0]["type"] == "AWS::EC2::Subnet"
    assert event["remediation"]["desc"] == "Mend it."


@pytest.mark.parametrize(
    ("status", "status_id"), [(Status.PASS, 1), (Status.UNKNOWN, 2), (Status.FAIL, 3)]
)
def test_what_could_not_be_judged_is_no_pass(status: Status, status_id: int) -> None:
    (event,) = told(a_finding(status))

    VALIDATOR.validate(event)
    assert event["compliance"]["status_id"] == status_id


def test_an_exempted_failure_is_suppressed_and_still_a_failure() -> None:
    exemption = Exemption(owner="team", reason="A trial.", expires=NOW.date())

    (event,) = told(replace(a_finding(Status.FAIL), exempted=Exempted(by=exemption)))

    assert event["status"] == "Suppressed"
    assert event["compliance"]["status"] == "Fail"


def test_what_passes_has_nothing_to_be_done_about() -> None:
    (event,) = told(a_finding(Status.PASS))

    assert not {"status", "status_id"} & {*event}


@pytest.mark.parametrize("standing", [Standing.MENDED, Standing.STOPPED, Standing.ENDED])
def test_what_is_over_is_closed(standing: Standing) -> None:
    (finding,) = security_findings(verdict_document(a_judgement(a_finding(Status.FAIL))))

    event = ocsf(replace(finding, standing=standing))

    VALIDATOR.validate(event)
    assert (event["activity_name"], event["status"]) == ("Close", "Resolved")
    assert event["type_uid"] == 200303


@patiently
@given(findings)
def test_whatever_is_told_is_valid_and_harmless(finding: Finding) -> None:
    for event in told(replace(finding, message=f"It is so: {finding.message}")):
        VALIDATOR.validate(event)
        assert all(text.isprintable() for text in texts_in(event))


def texts_in(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value
    return [text for each in inner if not isinstance(each, int) for text in texts_in(each)]
