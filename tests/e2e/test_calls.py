"""How many AWS calls an inspection makes; the README gives the same list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Guardrail
    from tests.e2e.training import Owner

MOST_CALLS = 14
"""What one cold inspection may cost."""

NETWORK_CALLS = [
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNatGateways",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
]
"""What the network of a job costs, in a VPC without interface endpoints and customers' lists."""

BUCKET_CALLS = ["s3:GetBucketLocation", "s3:GetBucketPolicy"]
"""What each bucket that a job names costs beside that."""

JOB_CALL = "sagemaker:DescribeTrainingJob"
ALERT_CALL = "sns:Publish"

LEDGER_CALLS = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
"""What doing something once costs: the key is claimed, then the result is kept."""

READ_PAGE, KEEP = "dynamodb:GetItem", "dynamodb:PutItem"
"""The book of alerts: the page of the VPC is read and replaced, and the inspection is noted."""

SETTINGS_CALL = "ssm:GetParameter"
"""One for all that a process inspects within seconds, if it is due at all."""

BREAKER_CALLS = ["dynamodb:GetItem", "dynamodb:PutItem"]
"""What counting a stop costs."""


def but_for_settings(calls: list[str]) -> list[str]:
    assert calls.count(SETTINGS_CALL) <= 1
    return [call for call in calls if call != SETTINGS_CALL]


def told(calls: list[str]) -> str:
    return "\n".join([f"{len(calls)} calls:", *calls])


def test_the_calls_of_a_cold_inspection_that_is_told(
    by_hand: Guardrail, owner: Owner, without_s3_endpoint: TrainingNetwork
) -> None:
    job = owner.start(without_s3_endpoint)

    with by_hand.inspector.recorded() as calls:
        by_hand.inspect(job.event)
        by_hand.wait_for_inspections(job)

    book_calls = [READ_PAGE, KEEP, KEEP]
    expected = sorted(
        [*LEDGER_CALLS, *NETWORK_CALLS, *BUCKET_CALLS, JOB_CALL, ALERT_CALL, *book_calls]
    )
    assert but_for_settings(calls) == expected, told(calls)


def test_a_cold_inspection_with_its_ledger_and_alert_takes_at_most_14_calls() -> None:
    assert len([JOB_CALL, *NETWORK_CALLS, *LEDGER_CALLS, ALERT_CALL]) <= MOST_CALLS


def test_the_calls_of_a_cold_inspection_of_a_sound_job(
    by_hand: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    job = owner.start(sound)

    with by_hand.inspector.recorded() as calls:
        by_hand.inspect(job.event)
        by_hand.wait_for_inspections(job)

    book_calls = [READ_PAGE, KEEP]
    expected = sorted([*LEDGER_CALLS, *NETWORK_CALLS, *BUCKET_CALLS, JOB_CALL, *book_calls])
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
    assert reads == [*NETWORK_CALLS, *BUCKET_CALLS], told(calls)
    assert calls.count(JOB_CALL) == len(jobs), told(calls)
