"""What is mended is told without waiting for the next job: by a second look at the one before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from local_aws import networks
from tests.e2e.guardrail import Function, Guardrail
from tests.e2e.test_alerts import NO_WAY, assert_valid, mend
from tests.e2e.training import Owner
from vpc_guardrail.adapters.aws_calls import JOB_INSPECTOR, SECOND_LOOK, CallTable

if TYPE_CHECKING:
    from pathlib import Path

    from local_aws.client import AwsSession
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork
    from tests.e2e.training import Job

ASKED, LOOKED = "Second looks are asked for", "The job is looked at again"


@dataclass(frozen=True)
class LookingStack:
    """A guardrail whose hours of second looks come by hand."""

    guardrail: Guardrail
    asker: Function
    network: TrainingNetwork
    """It fails until a test mends it."""

    def comes_the_hour(self, hour: datetime) -> None:
        """The schedule's event comes to its target; wait until all has been looked at."""
        before = len(self.guardrail.inspector.records(LOOKED))
        asked = len(self.asker.records(ASKED))
        self.asker.send(json.dumps({"detail-type": "Scheduled Event", "time": hour.isoformat()}))
        self.asker.wait_until(
            lambda: len(self.asker.records(ASKED)) > asked, "no second looks are asked for"
        )
        looks = self.asker.records(ASKED)[-1]["asked"]
        self.guardrail.inspector.wait_until(
            lambda: len(self.guardrail.inspector.records(LOOKED)) >= before + looks,
            f"{looks} jobs are not looked at again",
        )
        self.guardrail.wait_until_done()
        self.asker.wait_until_done()


@pytest.fixture(scope="module")
def stack(aws: LocalAws, session: AwsSession, artifact: Path) -> LookingStack:
    guardrail = Guardrail.deployed(aws, session, artifact, "looking", {})
    guardrail.mute()
    asker = Function.of(aws, session, guardrail.stack, "SecondLook", "SecondLook", "Schedule")
    network = networks.network_without_s3_endpoint(session.client("ec2"), name="to-be-looked-at")
    return LookingStack(guardrail, asker, network)


@pytest.fixture(scope="module")
def ended_job(stack: LookingStack, aws: LocalAws, session: AwsSession) -> Job:
    """A job that was told about, and has ended since; no other comes."""
    owner = Owner(aws, session)
    job = owner.start(stack.network)
    stack.guardrail.inspect(job.event)
    stack.guardrail.wait_for_verdict(job)
    stack.guardrail.wait_for_inspections(job)
    aws.controls.finish_job(job.name)
    assert owner.status_of(job) == "Completed"
    return job


def test_what_is_mended_is_told_once_with_no_further_job(
    stack: LookingStack, ended_job: Job, session: AwsSession
) -> None:
    hour = datetime.now(UTC)
    with stack.guardrail.inspector.recorded() as of_open:
        stack.comes_the_hour(hour)
    assert stack.guardrail.told("mended") == []

    mend(session, stack.network)
    with stack.guardrail.inspector.recorded() as of_mended:
        stack.comes_the_hour(hour + timedelta(hours=1))
    with stack.guardrail.inspector.recorded() as of_closed:
        stack.comes_the_hour(hour + timedelta(hours=2))

    (news,) = stack.guardrail.told("mended")
    document = news.json()
    assert_valid(document, "mended")
    assert {each["check"] for each in document["mended"]} >= NO_WAY
    assert (document["seen_with"], document["second_look"]) == (ended_job.name, True)
    assert news.attributes["vpc_id"] == stack.network.vpc_id
    # As the README says; the settings are read by the clock.
    costs = [
        sum(not call.startswith("ssm:") for call in calls)
        for calls in (of_open, of_mended, of_closed)
    ]
    assert costs == [14, 18, 0]


def test_it_tells_no_verdict_and_counts_no_job(stack: LookingStack, ended_job: Job) -> None:
    assert [each.json()["job"]["name"] for each in stack.guardrail.told("verdict")] == [
        ended_job.name
    ]
    assert len(stack.guardrail.wait_for_inspections(ended_job)) == 1


def test_only_the_calls_that_are_declared_were_made(stack: LookingStack, ended_job: Job) -> None:
    inspector = stack.guardrail.inspector
    for function, table in ((stack.asker, SECOND_LOOK), (inspector, JOB_INSPECTOR)):
        calls = {f"{call.service}:{call.operation}" for call in function.calls()}
        assert calls
        assert calls <= declared(table)
        assert function.dead_letters() == 0


def declared(table: CallTable) -> set[str]:
    return {f"{service}:{name}" for service, names in table.items() for name in names}
