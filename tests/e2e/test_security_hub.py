"""Findings in Security Hub: imported, updated and archived by the deployed function."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from local_aws import networks
from local_aws.account import ACCOUNT_ID, REGION
from tests.e2e.guardrail import FAILED, Function, Guardrail
from tests.e2e.test_alerts import mend
from vpc_guardrail.adapters.aws_calls import SECURITY_HUB_IMPORTER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_aws.client import AwsSession
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork
    from tests.e2e.training import Job, Owner

NO_WAY = {"s3-reachable", "s3-gateway-endpoint"}
PRODUCT = f"arn:aws:securityhub:{REGION}:{ACCOUNT_ID}:product/{ACCOUNT_ID}/default"
EVERY_JOB = '{"alerts": {"window_hours": 0}}'


@dataclass(frozen=True)
class HubStack:
    """A guardrail that imports into Security Hub."""

    guardrail: Guardrail
    importer: Function
    network: TrainingNetwork
    """It fails until a test mends it."""

    def findings(self, check: str, about: str) -> list[dict[str, Any]]:
        """What Security Hub holds of a check, about whatever has this in its ARN."""
        client = self.guardrail.session.client("securityhub")
        return [
            each
            for each in client.get_findings()["Findings"]
            if each["GeneratorId"] == f"vpc-guardrail/{check}" and about in each["Id"]
        ]

    def wait_for(
        self, check: str, about: str, wanted: Callable[[dict[str, Any]], bool]
    ) -> list[dict[str, Any]]:
        """The findings, once one of them is as wanted."""

        def look() -> list[dict[str, Any]]:
            return [each for each in self.findings(check, about) if wanted(each)]

        return self.importer.wait_until(look, f"no finding of {check} about {about} is as wanted")

    def judges(self, job: Job) -> None:
        """Let a job be inspected and all that follows be done."""
        self.guardrail.inspect(job.event)
        self.guardrail.wait_for_inspections(job)
        self.guardrail.wait_until_done()
        self.importer.wait_until_done()


@pytest.fixture(scope="module")
def stack(aws: LocalAws, session: AwsSession, artifact: Path) -> HubStack:
    parameters = {"Mode": "enforce", "SecurityHub": "true", "Settings": EVERY_JOB}
    guardrail = Guardrail.deployed(aws, session, artifact, "in-security-hub", parameters)
    guardrail.mute()
    resources = guardrail.stack.resources
    importer = Function(
        aws=aws,
        session=session,
        log_group=resources["SecurityHubImporterLogGroup"],
        role=resources["SecurityHubImporterRole"],
        queue_url=resources["SecurityHubQueue"],
        dead_letter_queue_url=guardrail.stack.outputs["SecurityHubDeadLetterQueueUrl"],
        mapping_id=resources["SecurityHubImporterFunctionFindings"],
    )
    network = networks.network_without_s3_endpoint(session.client("ec2"), name="in-the-hub")
    return HubStack(guardrail, importer, network)


def is_open(finding: dict[str, Any]) -> bool:
    return bool(finding["RecordState"] == "ACTIVE")


def is_closed(finding: dict[str, Any]) -> bool:
    return not is_open(finding)


def test_a_fault_is_one_finding_whatever_the_number_of_jobs(stack: HubStack, owner: Owner) -> None:
    vpc = stack.network.vpc_id
    first = owner.start(stack.network)
    stack.judges(first)
    before = stack.wait_for("s3-reachable", vpc, is_open)

    second = owner.start(stack.network)
    stack.judges(second)
    after = stack.wait_for(
        "s3-reachable", vpc, lambda each: each["ProductFields"]["vpc-guardrail/job"] == second.arn
    )

    assert [each["Id"] for each in after] == [each["Id"] for each in before]
    for old, new in zip(before, after, strict=True):
        assert new["CreatedAt"] == old["CreatedAt"] == old["UpdatedAt"] < new["UpdatedAt"]
        assert (new["ProductArn"], new["AwsAccountId"]) == (PRODUCT, ACCOUNT_ID)
        assert new["Compliance"]["Status"] == "FAILED"
        assert new["Severity"]["Label"] == "CRITICAL"
        assert new["Workflow"] == {"Status": "NEW"}
    assert stack.importer.dead_letters() == 0


def test_what_is_mended_is_archived_as_passed(
    stack: HubStack, session: AwsSession, owner: Owner
) -> None:
    vpc = stack.network.vpc_id
    stack.judges(owner.start(stack.network))
    mend(session, stack.network)
    stack.judges(owner.start(stack.network))

    for check in NO_WAY:
        closed = stack.wait_for(check, vpc, is_closed)
        assert stack.findings(check, vpc) == closed
        assert {each["Compliance"]["Status"] for each in closed} == {"PASSED"}


def test_what_a_stopped_job_failed_for_is_archived(stack: HubStack, owner: Owner) -> None:
    job = owner.start(None)
    stack.judges(job)
    stack.guardrail.wait_for_report(job)

    (finding,) = stack.wait_for("vpc-config-present", job.name, is_closed)
    stack.importer.wait_until_done()

    assert stack.findings("vpc-config-present", job.name) == [finding]
    assert finding["Compliance"]["Status"] == "FAILED"
    assert finding["ProductFields"]["vpc-guardrail/standing"] == "stopped"


def test_a_message_once_more_changes_nothing(stack: HubStack, owner: Owner) -> None:
    """SQS and SNS may both deliver a message again, and later than its successor."""
    job = owner.start(None)
    stack.judges(job)
    verdict, report = stack.guardrail.wait_for_verdict(job), stack.guardrail.wait_for_report(job)
    before = stack.wait_for("vpc-config-present", job.name, is_closed)

    envelope = {"MessageId": job.name, "Timestamp": "2026-11-23T12:00:00.000Z"}
    for each in (verdict, report, verdict):
        stack.importer.send(json.dumps(envelope | {"Message": each.body}))
    stack.importer.wait_until_done()

    assert stack.findings("vpc-config-present", job.name) == before
    assert stack.importer.dead_letters() == 0


def test_what_security_hub_refuses_is_tried_again_then_kept(
    stack: HubStack, owner: Owner, without_s3_endpoint: TrainingNetwork
) -> None:
    stack.importer.fail("securityhub:BatchImportFindings", "InternalException", times=-1)
    with stack.importer.returning_soon(receives=2, seconds=3):
        job = owner.start(without_s3_endpoint)
        stack.guardrail.inspect(job.event)
        stack.importer.wait_for(FAILED, lambda record: "InternalException" in record["reason"])
        stack.importer.wait_until(stack.importer.dead_letters, "nothing is kept aside")

    assert stack.importer.dead_letters() == 1


def test_the_importer_made_only_the_calls_that_are_declared(stack: HubStack) -> None:
    calls = {f"{call.service}:{call.operation}" for call in stack.importer.calls()}
    declared = {
        f"{service}:{name}" for service, names in SECURITY_HUB_IMPORTER.items() for name in names
    }

    assert "securityhub:BatchImportFindings" in calls
    assert calls <= declared


def test_no_finding_tells_what_is_the_jobs_own(stack: HubStack) -> None:
    told = json.dumps(stack.guardrail.session.client("securityhub").get_findings()["Findings"])

    assert "hyperparameter" not in told.lower()
    assert "epochs" not in told
