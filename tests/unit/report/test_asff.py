"""A finding in the AWS Security Finding Format: by AWS's own model, and within its limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import ACCOUNT, NOW, REGION, a_finding, a_job
from tests.messages import a_judgement
from tests.strategies import findings, patiently
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.report.asff import LABELS, asff, imported, product_arn, rfc3339
from vpc_guardrail.report.documents import verdict_document
from vpc_guardrail.report.published_findings import security_findings
from vpc_guardrail.report.security_finding import (
    Place,
    SecurityFinding,
    Standing,
)

Json = Any

FAILED = replace(
    a_finding(Status.FAIL, check="s3-reachable", resource="subnet-a"), remediation="Mend it."
)
LONGEST = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024}
"""Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html"""


def told(*found: Finding, vpc_id: str | None = "vpc-1") -> tuple[SecurityFinding, ...]:
    return security_findings(
        verdict_document(replace(a_judgement(*found, job=a_job()), vpc_id=vpc_id))
    )


@cache
def shape() -> Any:
    model = botocore.session.get_session().get_service_model("securityhub")
    return model.operation_model("BatchImportFindings").input_shape


def assert_valid(finding: Json) -> None:
    """What AWS's model knows of members and types, and its pages of lengths."""
    report = ParamValidator().validate({"Findings": [finding]}, shape())
    assert not report.has_errors(), report.generate_report()
    members = shape().members["Findings"].member.members
    assert set(finding) <= set(members)
    for name, limit in LONGEST.items():
        assert finding[name].strip()
        assert len(finding[name]) <= limit
    for text in finding["Remediation"]["Recommendation"].values():
        assert text.strip()
        assert len(text) <= 512
    fields = finding["ProductFields"]
    assert len(fields) <= 50
    assert all(len(name) <= 128 and 0 < len(text) <= 2048 for name, text in fields.items())
    assert 1 <= len(finding["Resources"]) <= 32


def test_a_failure_in_full() -> None:
    (finding,) = told(FAILED)

    document = asff(finding, NOW - timedelta(days=3))

    assert_valid(document)
    assert document["ProductArn"] == (
        f"arn:aws:securityhub:{REGION}:{ACCOUNT}:product/{ACCOUNT}/default"
    )
    assert document["AwsAccountId"] == ACCOUNT
    assert document["GeneratorId"] == "vpc-guardrail/s3-reachable"
    assert document["CreatedAt"] == "2026-11-20T12:00:00.000Z"
    assert document["UpdatedAt"] == "2026-11-23T12:00:00.000Z"
    assert document["FindingProviderFields"]["Severity"] == {"Label": "HIGH", "Original": "HIGH"}
    assert document["Compliance"] == {"Status": "FAILED"}
    assert document["RecordState"] == "ACTIVE"
    assert document["Remediation"]["Recommendation"]["Text"] == "Mend it."
    assert [each["Type"] for each in document["Resources"]] == [
        "AwsEc2Subnet",
        "AwsEc2Vpc",
        "Other",
    ]
    assert {(each["Partition"], each["Region"]) for each in document["Resources"]} == {
        ("aws", REGION)
    }


def test_what_its_readers_write_is_left_alone() -> None:
    (finding,) = told(FAILED)

    document = asff(finding, NOW)

    theirs = {"Note", "UserDefinedFields", "VerificationState", "Workflow"}
    of_the_provider = {"Confidence", "Criticality", "RelatedFindings", "Severity", "Types"}
    assert not {*document} & (theirs | of_the_provider)


@pytest.mark.parametrize(
    ("standing", "status", "state"),
    [
        (Standing.OPEN, "FAILED", "ACTIVE"),
        (Standing.MENDED, "PASSED", "ARCHIVED"),
        (Standing.STOPPED, "FAILED", "ARCHIVED"),
        (Standing.ENDED, "FAILED", "ARCHIVED"),
    ],
)
def test_only_what_is_mended_has_passed(standing: Standing, status: str, state: str) -> None:
    (finding,) = told(FAILED)

    document = asff(replace(finding, standing=standing), NOW)

    assert (document["Compliance"]["Status"], document["RecordState"]) == (status, state)
    assert_valid(document)


def test_what_did_not_fail_is_not_imported() -> None:
    """An UNKNOWN would hide the failure that was found before."""
    others = [a_finding(each) for each in Status if each is not Status.FAIL]
    advice = a_finding(Status.FAIL, severity=Severity.LOW)

    assert imported(told(*others, advice)) == []


def test_findings_of_one_uid_are_imported_as_one_with_the_worst_severity() -> None:
    first = replace(FAILED, severity=Severity.MEDIUM, message="One.")
    second = replace(FAILED, severity=Severity.CRITICAL, message="Another.")

    (finding,) = imported(told(first, second, first))

    assert finding.severity is Severity.CRITICAL
    assert finding.message == "One. Another."


def test_every_severity_has_a_label_that_aws_knows() -> None:
    severity = shape().members["Findings"].member.members["Severity"].members["Label"]

    assert {*LABELS} == {*Severity}
    assert {*LABELS.values()} == {*severity.enum}


@patiently
@given(
    st.lists(findings, max_size=4),
    st.sampled_from([Standing.OPEN, Standing.MENDED, Standing.STOPPED, Standing.ENDED]),
    st.none() | st.text(),
)
def test_whatever_is_told_fits_and_is_harmless(
    found: list[Finding], standing: Standing, vpc_id: str | None
) -> None:
    for finding in imported(told(*found, vpc_id=vpc_id)):
        document = asff(replace(finding, standing=standing), NOW)
        assert_valid(document)
        assert all(text.isprintable() for text in texts_in(document))


def texts_in(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value
    return [text for each in inner for text in texts_in(each)]


def test_the_product_is_of_the_partition() -> None:
    place = Place("aws-cn", "cn-north-1", ACCOUNT)

    assert product_arn(place).startswith("arn:aws-cn:securityhub:cn-north-1:")


def test_a_time_is_told_in_utc() -> None:
    assert rfc3339(NOW + timedelta(microseconds=123_456)) == "2026-11-23T12:00:00.123Z"
