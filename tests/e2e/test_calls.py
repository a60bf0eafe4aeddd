"""How many AWS calls an inspection makes; the README gives the same list.

The usual job lies in a VPC without NAT gateway, interface endpoints and customers' prefix lists,
and names one bucket.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_aws import networks
from local_aws.networks import TRAINING_BUCKET

if TYPE_CHECKING:
    from local_aws.client import AwsSession
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Guardrail
    from tests.e2e.training import Job, Owner

CALLS = 14
"""What one cold inspection of a usual job costs, where it is told, beside the book of alerts."""

NETWORK_CALLS = [
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
]
"""What the network of a usual job costs."""

NAT_CALL = "ec2:DescribeNatGateways"
"""What a route to a NAT gateway costs beside that."""

BUCKET_CALL = "s3:GetBucketPolicy"
"""What each bucket that a job names costs beside that."""

JOB_CALL = "sagemaker:DescribeTrainingJob"
ALERT_CALL = "sns:Publish"

LEDGER_CALLS = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
"""What doing something once costs: the key is claimed, then the result is kept."""

READ_PAGE, KEEP = "dynamodb:GetItem", "dynamodb:PutItem"
BOOK_CALLS = [READ_PAGE, KEEP, KEEP]
"""The book of alerts: the page of the VPC is read and replaced, and the inspection is noted."""

SETTINGS_CALL = "ssm:GetParameter"
"""One for all that a process inspects within seconds, if it is due at all."""

BREAKER_CALLS = ["dynamodb:GetItem", "dynamodb:PutItem"]
"""What counting a stop costs."""


def but_for_settings(calls: list[str]) -> list[str]:
    assert calls.count(SETTINGS_CALL) <= 1
    return [call for call in calls if call != SETTINGS_CALL]


@pytest.fixture
def with_nat_gateway(session: AwsSession) -> TrainingNetwork:
    """Private subnets whose default route leads to a NAT gateway."""
    ec2 = session.client("ec2")
    network = networks.network_without_s3_endpoint(ec2, name="with-nat-gateway")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=network.subnet_ids[0], AllocationId=address)
    ec2.create_route(
        RouteTableId=network.route_table_id,
        DestinationCidrBlock=networks.EVERYWHERE,
        NatGatewayId=made["NatGateway"]["NatGatewayId"],
    )
    return network


def calls_of(guardrail: Guardrail, job: Job) -> list[str]:
    """The calls of one job's inspection."""
    with guardrail.inspector.recorded() as calls:
        guardrail.inspect(job.event)
        guardrail.wait_for_inspections(job)
    return calls


def told(calls: list[str]) -> str:
    return "\n".join([f"{len(calls)} calls:", *calls])


def test_the_calls_of_a_cold_inspection_that_is_told(
    by_hand: Guardrail, owner: Owner, without_s3_endpoint: TrainingNetwork
) -> None:
    job = owner.start(without_s3_endpoint, inputs=[f"s3://{TRAINING_BUCKET}/data"])

    calls = calls_of(by_hand, job)

    inspection = [*LEDGER_CALLS, *NETWORK_CALLS, BUCKET_CALL, JOB_CALL, ALERT_CALL]
    assert but_for_settings(calls) == sorted([*inspection, *BOOK_CALLS]), told(calls)
    assert len(inspection) == CALLS


def test_a_nat_gateway_costs_one_call_and_so_does_each_further_bucket(
    by_hand: Guardrail, owner: Owner, with_nat_gateway: TrainingNetwork
) -> None:
    job = owner.start(with_nat_gateway, inputs=["s3://more-data/a", "s3://still-more-data/b"])

    calls = calls_of(by_hand, job)

    usual = [*LEDGER_CALLS, *NETWORK_CALLS, BUCKET_CALL, JOB_CALL, ALERT_CALL]
    more = [NAT_CALL, BUCKET_CALL, BUCKET_CALL]
    assert but_for_settings(calls) == sorted([*usual, *more, *BOOK_CALLS]), told(calls)


def test_the_calls_of_a_cold_inspection_of_a_sound_job(
    by_hand: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    job = owner.start(sound)

    calls = calls_of(by_hand, job)

    book_calls = [READ_PAGE, KEEP]
    expected = sorted([*LEDGER_CALLS, *NETWORK_CALLS, BUCKET_CALL, JOB_CALL, *book_calls])
    assert but_for_settings(calls) == expected, told(calls)


def test_the_calls_for_a_job_without_vpc_that_is_stopped(by_hand: Guardrail, owner: Owner) -> None:
    job = owner.start(None)

    with by_hand.inspector.recorded() as inspection, by_hand.enforcer.recorded() as enforcement:
        by_hand.inspect(job.event)
        by_hand.wait_for_inspections(job)
        by_hand.wait_for_report(job)
        by_hand.wait_until_done()

    assert but_for_settings(inspection) == sorted(
        [*LEDGER_CALLS, JOB_CALL, ALERT_CALL, KEEP, "sqs:SendMessage"]
    ), told(inspection)
    assert but_for_settings(enforcement) == sorted(
        [
            *LEDGER_CALLS,
            *LEDGER_CALLS,
            *BREAKER_CALLS,
            JOB_CALL,
            "sagemaker:StopTrainingJob",
            ALERT_CALL,
        ]
    ), told(enforcement)


def test_one_more_job_of_the_batch_with_the_same_network_and_bucket_costs_no_further_read(
    by_hand: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    jobs = [owner.start(sound), owner.start(sound)]

    with by_hand.inspector.recorded() as calls:
        by_hand.inspector.send_at_once([json.dumps(job.event) for job in jobs])
        for job in jobs:
            by_hand.wait_for_inspections(job)

    reads = [call for call in calls if call.startswith(("ec2:", "s3:"))]
    assert reads == [*NETWORK_CALLS, BUCKET_CALL], told(calls)
    assert calls.count(JOB_CALL) == len(jobs), told(calls)
