"""A VPC that fails for many jobs is told once, and once when it is mended; and once a day, all.

Fault 15 of the peers: alerts ran twice on a duplicate event.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from local_aws import networks
from local_aws.account import ACCOUNT_ID
from local_aws.inbox import Inbox
from local_aws.launch import ROOT
from tests.e2e.guardrail import Function, Guardrail
from vpc_guardrail.adapters.aws_calls import DAILY_DIGEST

if TYPE_CHECKING:
    from pathlib import Path

    from local_aws.client import AwsSession
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork
    from tests.e2e.training import Job, Owner

JOBS = 20
NOT_DUE, TOLD = "No digest is due", "The digest is told"
NO_WAY = {"s3-reachable", "s3-gateway-endpoint"}
RESEARCH = "research"
"""A team, and the alert route of what concerns it."""


@dataclass(frozen=True)
class AlertingStack:
    """A guardrail with the window of its default, in which a digest is due some hours from now."""

    guardrail: Guardrail
    digest: Function
    due: datetime
    network: TrainingNetwork
    """It fails until a test mends it."""

    def inspects(self, jobs: list[Job], *, times: int = 1) -> None:
        """Hand over the events of jobs all at once, and wait until they are inspected so often."""
        inspector = self.guardrail.inspector
        with inspector.returning_soon(receives=20, seconds=5):
            inspector.send_at_once([json.dumps(job.event) for job in jobs])
            for job in jobs:
                self.guardrail.wait_for_inspections(job, count=times)
            self.guardrail.wait_until_done()
        if len(jobs) > 1:
            inspector.wait_until_quiet()

    def comes_the_hour(self, hour: datetime) -> None:
        """The schedule's event of an hour comes to its target."""
        event = {"detail-type": "Scheduled Event", "time": f"{hour:%Y-%m-%dT%H:00:00Z}"}
        self.digest.send(json.dumps(event))


@pytest.fixture(scope="module")
def stack(aws: LocalAws, session: AwsSession, artifact: Path) -> AlertingStack:
    due = datetime.now(UTC) + timedelta(hours=2)
    routes = [{"name": RESEARCH, "job_name": f"{RESEARCH}-*"}]
    document = {"alerts": {"daily_digest": due.hour, "routes": routes}}
    parameters = {"Mode": "enforce", "Settings": json.dumps(document)}
    guardrail = Guardrail.deployed(aws, session, artifact, "alerting", parameters)
    guardrail.mute()
    digest = Function.of(aws, session, guardrail.stack, "DailyDigest", "Digest", "Schedule")
    network = networks.network_without_s3_endpoint(session.client("ec2"), name="to-be-mended")
    return AlertingStack(guardrail, digest, due, network)


@pytest.fixture(scope="module")
def jobs(stack: AlertingStack, aws: LocalAws, session: AwsSession) -> list[Job]:
    """Jobs that fail alike, whose events come at once, in invocations side by side."""
    from tests.e2e.training import Owner

    owner = Owner(aws, session)
    started = [owner.start(stack.network) for _ in range(JOBS)]
    stack.inspects(started)
    return started


def test_twenty_jobs_that_fail_alike_are_one_alert(stack: AlertingStack, jobs: list[Job]) -> None:
    (alert,) = stack.guardrail.told("verdict")
    assert alert.attributes["vpc_id"] == stack.network.vpc_id
    assert alert.json()["job"]["name"] in {job.name for job in jobs}


def test_fault_15_their_events_once_more_tell_nothing_more(
    stack: AlertingStack, jobs: list[Job]
) -> None:
    stack.inspects(jobs, times=2)

    assert len(stack.guardrail.inbox.notifications()) == 1


def test_what_the_book_of_alerts_costs(
    stack: AlertingStack, jobs: list[Job], owner: Owner, session: AwsSession
) -> None:
    known, new = (
        owner.start(network)
        for network in (
            stack.network,
            networks.network_without_s3_endpoint(session.client("ec2"), name="new-trouble"),
        )
    )

    with stack.guardrail.inspector.recorded() as of_known:
        stack.inspects([known])
    with stack.guardrail.inspector.recorded() as of_new:
        stack.inspects([new])

    ledger = Counter({"PutItem": 1, "UpdateItem": 1})
    assert on_dynamodb(of_known) - ledger == {"GetItem": 1, "PutItem": 1}
    assert on_dynamodb(of_new) - ledger == {"GetItem": 1, "PutItem": 3}


def on_dynamodb(calls: list[str]) -> Counter[str]:
    return Counter(each.partition(":")[2] for each in calls if each.startswith("dynamodb:"))


def test_a_job_that_is_to_be_stopped_is_told_all_the_same(
    stack: AlertingStack, jobs: list[Job], owner: Owner
) -> None:
    for _ in range(2):
        job = owner.start(None)
        stack.guardrail.inspect(job.event)
        assert stack.guardrail.wait_for_verdict(job).attributes["action"] == "stop"
        stack.guardrail.wait_for_report(job)
    stack.guardrail.wait_until_done()


def test_what_is_mended_is_told_once_with_how_many_met_it(
    stack: AlertingStack, jobs: list[Job], owner: Owner, session: AwsSession
) -> None:
    mend(session, stack.network)

    stack.inspects([owner.start(stack.network)])
    stack.inspects([owner.start(stack.network)])

    (news,) = stack.guardrail.told("mended")
    document = news.json()
    assert_valid(document, "mended")
    assert {each["check"] for each in document["mended"]} >= NO_WAY
    assert {each["jobs"] for each in document["mended"] if each["check"] in NO_WAY} == {JOBS + 1}
    assert news.attributes == {
        "message_type": "mended",
        "action": "none",
        "severity": "CRITICAL",
        "account": ACCOUNT_ID,
        "vpc_id": stack.network.vpc_id,
        "routes": '["default"]',
    }


def test_a_team_gets_what_concerns_its_jobs_and_only_that(
    stack: AlertingStack, owner: Owner, session: AwsSession
) -> None:
    topic = stack.guardrail.stack.outputs["ViolationsTopicArn"]
    of_team = Inbox(session, topic, filter_policy={"routes": [RESEARCH]})
    of_others = Inbox(session, topic, filter_policy={"routes": ["default"]})
    network = networks.network_without_s3_endpoint(session.client("ec2"), name="shared")
    others = owner.start(network)
    mine, mine_too = (owner.start(network, name=RESEARCH) for _ in range(2))
    for job in (others, mine, mine_too):
        stack.inspects([job])

    (told,) = of_team.notifications()
    assert told.json()["job"]["name"] == mine.name
    assert told.attributes["routes"] == json.dumps([RESEARCH])
    assert [each.json()["job"]["name"] for each in of_others.notifications()] == [others.name]

    mend(session, network)
    stack.inspects([owner.start(network)])
    for inbox in (of_team, of_others):
        assert inbox.notifications()[1].attributes["message_type"] == "mended"


def test_the_digest_is_told_once_in_its_hour_and_in_no_other(
    stack: AlertingStack, jobs: list[Job]
) -> None:
    stack.comes_the_hour(stack.due + timedelta(hours=1))
    stack.digest.wait_for(NOT_DUE, lambda record: True)
    for _ in range(2):
        stack.comes_the_hour(stack.due)
    stack.digest.wait_until(lambda: len(stack.digest.records(TOLD)) == 2, "it is not told twice")
    stack.digest.wait_until_done()

    (digest,) = stack.guardrail.told("digest")
    document = digest.json()
    assert_valid(document, "digest")
    assert document["jobs"]["inspected"] >= JOBS
    assert {each["check"] for each in document["mended"]} >= NO_WAY
    here = {each["check"] for each in document["open"] if is_here(each, stack)}
    assert not NO_WAY & here
    assert {each["check"] for each in document["open"] if not is_here(each, stack)} >= NO_WAY


def test_the_digest_made_only_the_calls_that_are_declared(
    stack: AlertingStack, jobs: list[Job]
) -> None:
    calls = {f"{call.service}:{call.operation}" for call in stack.digest.calls()}
    declared = {f"{service}:{name}" for service, names in DAILY_DIGEST.items() for name in names}

    assert calls <= declared
    assert stack.guardrail.inspector.dead_letters() == stack.digest.dead_letters() == 0


def is_here(problem: Any, stack: AlertingStack) -> bool:
    return bool(problem["vpc_id"] == stack.network.vpc_id)


def mend(session: AwsSession, network: TrainingNetwork) -> None:
    """Give the network its S3 endpoint, as the alert tells."""
    session.client("ec2").create_vpc_endpoint(
        VpcId=network.vpc_id,
        ServiceName=networks.S3_SERVICE,
        VpcEndpointType="Gateway",
        RouteTableIds=[network.route_table_id],
        PolicyDocument=json.dumps(networks.restricted_policy(networks.TRAINING_BUCKET)),
    )
    networks.open_bucket_to(session.client("s3"), networks.TRAINING_BUCKET, network.vpc_id)


def assert_valid(document: Any, schema: str) -> None:
    text = (ROOT / "docs" / f"{schema}.schema.json").read_text(encoding="utf-8")
    Draft202012Validator(json.loads(text)).validate(document)
