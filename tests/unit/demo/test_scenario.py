"""The scenario says what issue and README promise."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.scenario import JOB_WITHOUT_VPC, JOBS, TOLD_IN_FULL, JobPlan
from demo.stage import creates, failed_calls, job_request
from tests.unit.demo.sights import ARN, a_call
from vpc_guardrail.core.engine import SPECS


def test_every_job_has_a_name_of_its_own() -> None:
    assert len({plan.name.lower() for plan in JOBS}) == len(JOBS)


def test_exactly_the_job_without_a_vpc_is_to_be_stopped() -> None:
    assert [plan for plan in JOBS if plan.expected.status == "Stopped"] == [JOB_WITHOUT_VPC]
    assert [plan for plan in JOBS if not plan.network] == [JOB_WITHOUT_VPC]


def test_the_alert_that_is_shown_in_full_is_expected() -> None:
    assert next(plan for plan in JOBS if plan.name == TOLD_IN_FULL).expected.alerts == 1


@pytest.mark.parametrize("plan", JOBS, ids=lambda plan: plan.name)
def test_expected_findings_name_checks_and_fit_the_verdict(plan: JobPlan) -> None:
    known = {spec.name for spec in SPECS}

    assert {finding.check for finding in plan.expected.findings} <= known
    assert (plan.expected.verdict == "compliant") == (not plan.expected.findings)
    assert (plan.expected.verdict == "compliant") == (plan.expected.alerts == 0)


def test_a_request_carries_the_vpc_config_if_there_is_one() -> None:
    vpc_config = {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}

    assert job_request(JOBS[0], vpc_config)["VpcConfig"] == vpc_config
    assert "VpcConfig" not in job_request(JOB_WITHOUT_VPC, None)


def an_event(**detail: Any) -> dict[str, Any]:
    """An entry of PutEvents."""
    return {"Detail": json.dumps(a_call("CreateTrainingJob", **detail))}


def test_the_event_of_a_creation_is_told_by_its_answer() -> None:
    assert creates(an_event(responseElements={"trainingJobArn": ARN}), ARN)
    assert not creates(an_event(responseElements={"trainingJobArn": f"{ARN}-2"}), ARN)
    assert not creates(an_event(errorCode="ResourceInUse"), ARN)


def test_failed_calls_are_those_with_an_error_code() -> None:
    failed = a_call("CreateTrainingJob", errorCode="ResourceInUse")
    others = [
        a_call("CreateTrainingJob"),
        a_call("CreateTrainingJob", "another", errorCode="ResourceInUse"),
        a_call("StopTrainingJob", errorCode="ValidationException"),
        a_call("CreateTrainingJob", errorCode="AccessDenied", requestParameters=None),
    ]

    assert failed_calls([*others, failed], "no-vpc") == [failed]
