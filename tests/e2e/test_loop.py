"""The whole loop: a job is started, inspected, told about and, when asked, stopped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from local_aws.account import ACCOUNT_ID
from local_aws.launch import ROOT
from local_aws.networks import sound_network
from tests.e2e.guardrail import findings_by_check
from tests.e2e.training import ENDED_BY_STOP

if TYPE_CHECKING:
    from local_aws.client import AwsSession
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Guardrail
    from tests.e2e.training import Owner

SCHEMA = ROOT / "docs" / "verdict.schema.json"


def test_a_sound_job_is_compliant_and_nobody_is_told(
    enforcing: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    job = owner.start(sound)

    (inspection,) = enforcing.wait_for_inspections(job)
    enforcing.wait_until_done()

    assert inspection["verdict"] == "compliant"
    assert inspection["action"] == "none"
    assert inspection["vpc_id"] == sound.vpc_id
    assert enforcing.verdicts_on(job) == []
    assert enforcing.reports_on(job) == []
    assert owner.status_of(job) == "InProgress"


def test_a_job_without_vpc_is_told_once_and_stopped(enforcing: Guardrail, owner: Owner) -> None:
    job = owner.start(None)

    report = enforcing.wait_for_report(job)
    enforcing.wait_until_done()

    (told,) = enforcing.verdicts_on(job)
    verdict = told.json()
    assert told.attributes == {
        "message_type": "verdict",
        "verdict": "noncompliant",
        "action": "stop",
        "severity": "CRITICAL",
        "account": ACCOUNT_ID,
        "vpc_id": "none",
        "role": "training",
        "started_by": "root",
        "routes": '["default"]',
    }
    assert verdict["job"]["name"] == job.name
    assert verdict["action"] == "stop"
    assert findings_by_check(verdict)["vpc-config-present"] == {"FAIL"}
    assert len(enforcing.reports_on(job)) == 1
    assert report.json()["outcome"] == "stopped"
    assert report.json()["checks"] == ["vpc-config-present"]
    assert report.attributes["message_type"] == "enforcement"
    assert owner.status_of(job) in ENDED_BY_STOP


def test_a_told_verdict_follows_the_published_schema(enforcing: Guardrail, owner: Owner) -> None:
    job = owner.start(None)

    verdict = enforcing.wait_for_verdict(job).json()

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(verdict)


def test_a_message_carries_a_text_for_email(
    aws: LocalAws, enforcing: Guardrail, owner: Owner
) -> None:
    job = owner.start(None)

    enforcing.wait_for_report(job)

    published = [
        message
        for message in aws.controls.published()
        if message["TopicArn"] == enforcing.topic_arn and job.name in message["Message"]
    ]
    assert [message["MessageStructure"] for message in published] == ["json", "json"]
    verdict, report = (json.loads(message["Message"])["email"] for message in published)
    assert verdict.startswith(f"Training job {job.name}: noncompliant\n")
    assert "\nFAIL CRITICAL vpc-config-present\n" in verdict
    assert report.startswith(f"{job.name} was stopped, because of vpc-config-present.\n")
    assert "noncompliant" in published[0]["Subject"]
    assert "stopped" in published[1]["Subject"]


@pytest.mark.parametrize("fault", ["without_s3_endpoint", "public"])
def test_a_fault_of_the_network_is_told_and_the_job_runs_on(
    enforcing: Guardrail, owner: Owner, fault: str, request: pytest.FixtureRequest
) -> None:
    network: TrainingNetwork = request.getfixturevalue(fault)
    job = owner.start(network)

    told = enforcing.wait_for_verdict(job)
    enforcing.wait_for_inspections(job)
    enforcing.wait_until_done()

    assert told.attributes["verdict"] == "noncompliant"
    assert told.attributes["action"] == "notify"
    assert told.attributes["vpc_id"] == network.vpc_id
    assert "FAIL" in findings_by_check(told.json())["s3-reachable"]
    assert len(enforcing.verdicts_on(job)) == 1
    assert enforcing.reports_on(job) == []
    assert owner.status_of(job) == "InProgress"


def test_an_efa_job_needs_the_egress_rule_to_its_own_group(
    session: AwsSession, enforcing: Guardrail, owner: Owner
) -> None:
    """Fault 11 of the peers: egress to 0.0.0.0/0 is taken as enough for EFA."""
    ec2, s3 = session.client("ec2"), session.client("s3")
    network = sound_network(ec2, s3, name="no-efa", efa_self_egress=False)
    job = owner.start(network, instance_type="ml.p4d.24xlarge")

    verdict = enforcing.wait_for_verdict(job).json()

    failed = {check for check, found in findings_by_check(verdict).items() if "FAIL" in found}
    assert failed == {"security-group-efa"}


def test_in_audit_mode_a_job_without_vpc_is_told_and_runs_on(
    auditing: Guardrail, owner: Owner
) -> None:
    job = owner.start(None)

    told = auditing.wait_for_verdict(job)
    auditing.wait_for_inspections(job)
    auditing.wait_until_done()

    assert told.attributes["verdict"] == "noncompliant"
    assert told.attributes["action"] == "notify"
    assert auditing.reports_on(job) == []
    assert owner.status_of(job) == "InProgress"


def test_two_guardrails_side_by_side_do_not_disturb_each_other(
    session: AwsSession, enforcing: Guardrail, auditing: Guardrail, owner: Owner
) -> None:
    dynamodb = session.client("dynamodb")

    def entries(guardrail: Guardrail) -> int:
        count: int = dynamodb.scan(TableName=guardrail.stack.outputs["LedgerTable"])["Count"]
        return count

    before = entries(enforcing), entries(auditing)
    job = owner.start(None)

    enforcing.wait_for_report(job)
    auditing.wait_for_inspections(job)
    enforcing.wait_until_done()
    auditing.wait_until_done()

    assert [told.attributes["action"] for told in enforcing.verdicts_on(job)] == ["stop"]
    assert [told.attributes["action"] for told in auditing.verdicts_on(job)] == ["notify"]
    assert len(enforcing.reports_on(job)) == 1
    assert auditing.reports_on(job) == []
    inspected_stopped_told, inspected = 3, 1
    assert entries(enforcing) == before[0] + inspected_stopped_told
    assert entries(auditing) == before[1] + inspected
