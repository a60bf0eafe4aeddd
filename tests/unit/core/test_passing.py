"""What of a job's findings shows problems to be mended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import NOW, a_finding, a_job
from vpc_guardrail.core.exemptions import Exempted, Exemption
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.core.model import S3Place, S3Use, TrainingJob
from vpc_guardrail.core.passing import Passing, passing_in
from vpc_guardrail.core.problems import key_of, shape_of
from vpc_guardrail.core.settings import Settings

JOB = a_job()
FAILED = a_finding(Status.FAIL, check="s3-gateway-endpoint", resource="rtb-1")
PASSED = replace(FAILED, status=Status.PASS)
ELSEWHERE = replace(PASSED, resource="rtb-2")
ADVICE = replace(FAILED, severity=Severity.LOW)
EXEMPTED = replace(FAILED, exempted=Exempted(by=Exemption("team", "known", NOW.date())))


def mended(passing: Passing, finding: Finding, job: TrainingJob, *, told: bool = False) -> bool:
    """Whether a problem that was told with a job of this shape is mended."""
    shape = shape_of(finding.check, job)
    return passing.mends(key_of(finding, job), shape, told_of_it=told)


@pytest.mark.parametrize(
    ("findings", "mends"),
    [
        pytest.param([PASSED], True, id="a pass of the very same"),
        pytest.param([PASSED, ADVICE], True, id="with advice beside it"),
        pytest.param([PASSED, FAILED], False, id="that fails as well"),
        pytest.param([PASSED, EXEMPTED], False, id="or is exempted as well"),
        pytest.param([PASSED, replace(FAILED, status=Status.UNKNOWN)], False, id="or is unknown"),
        pytest.param([ADVICE], False, id="advice alone"),
        pytest.param([], False, id="nothing"),
        pytest.param([ELSEWHERE], True, id="the whole check passes, and it is gone"),
        pytest.param([ELSEWHERE, ADVICE], False, id="it is there, as advice"),
        pytest.param([ELSEWHERE, EXEMPTED], False, id="it is there, exempted"),
        pytest.param(
            [ELSEWHERE, replace(FAILED, resource="rtb-3")], False, id="the check fails elsewhere"
        ),
        pytest.param(
            [ELSEWHERE, replace(FAILED, resource="rtb-3", status=Status.UNKNOWN)],
            False,
            id="something else is unknown",
        ),
        pytest.param(
            [ELSEWHERE, replace(FAILED, resource="rtb-3", status=Status.NOT_APPLICABLE)],
            False,
            id="something else is not judged",
        ),
        pytest.param(
            [ELSEWHERE, replace(ADVICE, resource="rtb-3")], True, id="with advice elsewhere"
        ),
        pytest.param(
            [ELSEWHERE, replace(FAILED, resource="rtb-3", severity=Settings().threshold)],
            False,
            id="the check fails elsewhere at the threshold",
        ),
        pytest.param([replace(PASSED, check="s3-reachable")], False, id="another check passes"),
    ],
)
def test_mended(findings: list[Finding], mends: bool) -> None:
    assert mended(passing_in(findings, JOB, Settings()), FAILED, JOB) is mends


def test_what_is_gone_for_a_job_of_another_shape_may_be_there_for_others() -> None:
    passing = passing_in([ELSEWHERE], a_job(subnets=["subnet-9"]), Settings())

    assert not mended(passing, FAILED, JOB)


@pytest.mark.parametrize(
    ("findings", "exempted"),
    [
        pytest.param([EXEMPTED], True, id="alone"),
        pytest.param([EXEMPTED, FAILED], False, id="beside one that counts"),
        pytest.param([FAILED], False, id="not at all"),
    ],
)
def test_what_is_exempted_of_a_problem_must_be_all_of_it(
    findings: list[Finding], exempted: bool
) -> None:
    found = passing_in(findings, JOB, Settings()).exempted

    assert found == ({key_of(FAILED, JOB)} if exempted else set())


REFUSED = a_finding(Status.FAIL, check="s3-policies-admit-job", resource="my-bucket")
ADMITTED = replace(REFUSED, status=Status.PASS, resource="vpce-1")


def writing(name: str, folder: str) -> TrainingJob:
    place = S3Place("the output", f"s3://my-bucket/out/{folder}/output", S3Use.WRITES)
    return replace(a_job(name=name), s3_places=(place,))


def test_a_bucket_that_refused_is_mended_by_an_endpoint_that_admits_all() -> None:
    """It fails on the bucket and passes on the endpoint: no key would ever be the same."""
    job = writing("a", "shared")

    assert mended(passing_in([ADMITTED], job, Settings()), REFUSED, job)


@pytest.mark.parametrize("resource", ["vpce-1", "my-bucket"])
def test_what_a_job_may_write_below_its_own_name_mends_what_was_told_with_it_alone(
    resource: str,
) -> None:
    refused = replace(REFUSED, resource=resource)
    passing = passing_in([ADMITTED], writing("a", "a"), Settings())

    assert not mended(passing, refused, writing("b", "b"))
    assert mended(passing, refused, writing("a", "a"), told=True)
