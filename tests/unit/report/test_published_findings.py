"""A finding as Security Hub and OCSF are told it: whose it is, whether it fails, when it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from tests.builders import ACCOUNT, NOW, REGION, a_finding, a_job
from tests.messages import a_judgement, a_stop_order, an_arn, an_enforcement
from tests.strategies import findings, json_values, patiently
from vpc_guardrail.app.alert_book import AllMended, Mended
from vpc_guardrail.app.enforcement import Outcome
from vpc_guardrail.core.exemptions import Exempted, Exemption
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.report.alert_document import MalformedAlertError
from vpc_guardrail.report.documents import enforcement_document, verdict_document
from vpc_guardrail.report.news_documents import mended_document
from vpc_guardrail.report.published_findings import (
    CLOCKS_DIFFER,
    MOST_UID_CHARACTERS,
    ended_findings,
    mended_findings,
    security_findings,
)
from vpc_guardrail.report.security_finding import (
    ResourceKind,
    SecurityFinding,
    Standing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpc_guardrail.core.model import TrainingJob

Json = Any

ARN = an_arn()
OPEN_JOB = a_job(subnets=(), groups=())
VPC_ARN = f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1"
FAILED = a_finding(Status.FAIL, check="s3-reachable", resource="subnet-a")


def told(
    *findings: Finding, job: TrainingJob | None = None, vpc_id: str | None = "vpc-1"
) -> tuple[SecurityFinding, ...]:
    judgement = replace(a_judgement(*findings, job=job or a_job()), vpc_id=vpc_id)
    return security_findings(json.loads(json.dumps(verdict_document(judgement))))


def test_what_all_jobs_of_a_vpc_meet_alike_is_one_finding() -> None:
    (first,) = told(FAILED, job=a_job(name="first"))
    (second,) = told(FAILED, job=a_job(name="second"))

    assert first.uid == second.uid
    assert first.uid.startswith(f"{VPC_ARN}/s3-reachable/")
    assert first.job_arn != second.job_arn


def test_what_differs_in_what_the_check_looks_at_is_another_finding() -> None:
    """Or the one, when it is mended, would close the other."""
    failed = a_finding(Status.FAIL, check="s3-traffic-allowed", resource="subnet-a")
    (first,) = told(failed, job=a_job(groups=["sg-1"]))
    (second,) = told(failed, job=a_job(groups=["sg-2"]))

    assert first.uid != second.uid


def test_what_is_no_vpcs_is_the_jobs() -> None:
    finding = a_finding(Status.FAIL, check="vpc-config-present", resource=ARN)

    (found,) = told(finding, job=OPEN_JOB, vpc_id=None)

    assert found.uid == f"{ARN}/vpc-config-present/{ARN}"


def test_what_is_said_of_the_job_itself_is_one_finding_for_those_alike() -> None:
    one, other = a_job(name="first"), a_job(name="second")
    (first,), (second,) = (
        told(a_finding(Status.FAIL, check="network-references-exist", resource=job.arn), job=job)
        for job in (one, other)
    )

    assert first.uid == second.uid


def test_a_vpc_that_is_not_known_has_findings_and_is_no_resource() -> None:
    gone = a_finding(Status.FAIL, check="network-references-exist", resource="subnet-a")
    (failed,) = told(gone, vpc_id=None)
    key = verdict_document(a_judgement(gone))["findings"][0]["problem"]
    mended = replace(MENDED, check=gone.check, key=key)

    (closed,) = told_mended(mended, vpc_id="unknown")

    assert closed.uid == failed.uid
    for finding in (failed, closed):
        assert ResourceKind.VPC not in {each.kind for each in finding.resources}


EXEMPTION = Exemption(owner="team", reason="A trial.", expires=NOW.date())


@pytest.mark.parametrize(
    ("finding", "fails"),
    [
        (a_finding(Status.FAIL, severity=Severity.CRITICAL), True),
        (a_finding(Status.FAIL, severity=Severity.MEDIUM), True),
        (a_finding(Status.FAIL, severity=Severity.LOW), False),
        (a_finding(Status.UNKNOWN, severity=Severity.CRITICAL), False),
        (a_finding(Status.PASS, severity=Severity.CRITICAL), False),
        (replace(a_finding(Status.FAIL), exempted=Exempted(by=EXEMPTION)), False),
        (replace(a_finding(Status.FAIL), exempted=Exempted(no_longer_by=EXEMPTION)), True),
    ],
)
def test_only_what_makes_a_job_noncompliant_fails(finding: Finding, fails: bool) -> None:
    (found,) = told(finding)

    assert found.fails is fails
    exempted = finding.exempted.by is not None
    assert found.standing is (Standing.EXEMPTED if exempted else Standing.OPEN)


def test_the_threshold_is_that_of_the_settings() -> None:
    judgement = a_judgement(a_finding(Status.FAIL, severity=Severity.HIGH))
    raised = replace(judgement, threshold=Severity.CRITICAL)

    assert [each.fails for each in security_findings(verdict_document(raised))] == [False]


def test_what_does_not_apply_is_not_told() -> None:
    assert told(a_finding(Status.NOT_APPLICABLE)) == ()


@pytest.mark.parametrize(
    ("check", "resource", "kind", "uid"),
    [
        ("s3-reachable", "subnet-0a", ResourceKind.SUBNET, "ec2:{}:subnet/subnet-0a"),
        ("s3-traffic-allowed", "sg-1", ResourceKind.SECURITY_GROUP, "ec2:{}:security-group/sg-1"),
        ("dns-resolves-s3", "vpc-1", ResourceKind.VPC, "ec2:{}:vpc/vpc-1"),
        (
            "required-services-reachable",
            "sts from subnet-0a",
            ResourceKind.SUBNET,
            "ec2:{}:subnet/subnet-0a",
        ),
        ("bucket-policy-vpc-only", "my-bucket", ResourceKind.BUCKET, "s3:::my-bucket"),
        ("s3-policies-admit-job", "vpce-1", ResourceKind.OTHER, "vpce-1"),
    ],
)
def test_the_faulty_resource_comes_first(
    check: str, resource: str, kind: ResourceKind, uid: str
) -> None:
    (found,) = told(a_finding(Status.FAIL, check=check, resource=resource))

    first, *_, last = found.resources
    assert (first.kind, first.uid.removeprefix("arn:aws:")) == (
        kind,
        uid.format(f"{REGION}:{ACCOUNT}"),
    )
    assert (last.kind, last.uid) == (ResourceKind.JOB, ARN)
    assert len({*found.resources}) == len(found.resources)


def test_a_tuning_job_is_told_as_one() -> None:
    arn = ARN.replace("training-job/", "hyper-parameter-tuning-job/")

    (found,) = told(FAILED, job=replace(a_job(), arn=arn))

    assert (found.resources[-1].kind, found.resources[-1].uid) == (ResourceKind.TUNING_JOB, arn)


@patiently
@given(findings)
def test_no_resource_makes_an_uid_that_is_not_harmless(finding: Finding) -> None:
    for found in told(finding, vpc_id=None):
        assert 0 < len(found.uid) <= MOST_UID_CHARACTERS
        assert found.uid.isprintable()


def test_resources_that_only_look_alike_are_two_findings() -> None:
    first, second = told(
        a_finding(Status.FAIL, resource="a\u200bb"),
        a_finding(Status.FAIL, resource="ab"),
        vpc_id=None,
    )

    assert first.uid != second.uid


# What ends.

MENDED = Mended(
    check="s3-reachable",
    resource="subnet-a",
    severity=Severity.HIGH,
    since=NOW - timedelta(hours=3),
    at=NOW,
    jobs=7,
)


def told_mended(*mended: Mended, vpc_id: str = "vpc-1") -> tuple[SecurityFinding, ...]:
    news = AllMended(ACCOUNT, REGION, vpc_id, mended, "train-2", NOW)
    return mended_findings(json.loads(json.dumps(mended_document(news))), "aws")


def test_mended_is_the_finding_that_was_told() -> None:
    (failed,) = told(FAILED)
    key = verdict_document(a_judgement(FAILED))["findings"][0]["problem"]

    (mended,) = told_mended(replace(MENDED, key=key))

    assert mended.uid == failed.uid
    assert (mended.status, mended.standing, mended.fails) == (Status.PASS, Standing.MENDED, False)
    assert mended.seen == NOW


def test_what_was_unknown_never_failed_and_is_not_closed() -> None:
    assert told_mended(replace(MENDED, status=Status.UNKNOWN)) == ()


ENDS = {
    Outcome.STOPPED: Standing.STOPPED,
    Outcome.ALREADY_ENDED: Standing.ENDED,
    Outcome.GONE: Standing.ENDED,
}


@pytest.mark.parametrize(("outcome", "standing"), ENDS.items())
def test_what_a_job_itself_failed_for_ends_with_it(outcome: Outcome, standing: Standing) -> None:
    """Fault: where it had ended before it could be stopped, its finding stayed active."""
    order = a_stop_order(checks=("s3-reachable", "vpc-config-present"))
    enforcement = an_enforcement(outcome, order=order)
    own = a_finding(Status.FAIL, check="vpc-config-present", resource=order.job_arn)
    (failed,) = told(own, job=OPEN_JOB, vpc_id=None)

    (ended,) = ended_findings(enforcement_document(enforcement), NOW)

    assert ended.uid == failed.uid
    assert (ended.status, ended.standing, ended.fails) == (Status.FAIL, standing, False)
    assert ended.seen == NOW + CLOCKS_DIFFER


@pytest.mark.parametrize("outcome", [each for each in Outcome if each not in ENDS])
def test_nothing_ends_with_a_job_that_runs_on(outcome: Outcome) -> None:
    order = a_stop_order(checks=("vpc-config-present",))
    enforcement = an_enforcement(outcome, order=order)

    assert ended_findings(enforcement_document(enforcement), NOW) == ()


# What is no such document.

VERDICT = verdict_document(a_judgement(FAILED))
(FINDING,) = VERDICT["findings"]


@pytest.mark.parametrize(
    "document",
    [
        {},
        VERDICT | {"findings": None},
        VERDICT | {"findings": ["s3-reachable"]},
        VERDICT | {"job": {"arn": "arn:aws:s3:::bucket"}},
        VERDICT | {"threshold": "high"},
        VERDICT | {"facts_read_at": "yesterday"},
        VERDICT | {"facts_read_at": "2026-11-23T12:00:00"},
        VERDICT | {"findings": [FINDING | {"status": "fail"}]},
        VERDICT | {"findings": [FINDING | {"severity": None}]},
    ],
)
def test_what_is_no_verdict_is_refused(document: Mapping[str, Json]) -> None:
    with pytest.raises(MalformedAlertError):
        security_findings(document)


@patiently
@given(json_values)
def test_nothing_else_is_raised(value: Json) -> None:
    """Whatever a member holds."""
    for name in VERDICT:
        for reads in (
            security_findings,
            lambda document: ended_findings(document | {"outcome": "stopped"}, NOW),
            lambda document: mended_findings(document | {"mended": value}, "aws"),
        ):
            try:
                reads(VERDICT | {name: value})
            except MalformedAlertError:
                continue
