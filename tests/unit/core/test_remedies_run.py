"""Every remedy can be executed as it stands, whatever the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from tests.commands import problems
from tests.laws import law
from tests.network_strategies import all_settings, incomplete_jobs, jobs, networks
from vpc_guardrail.core.engine import findings_on
from vpc_guardrail.core.finding import Status

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, TrainingJob
    from vpc_guardrail.core.settings import Settings


@law
@given(jobs | incomplete_jobs, networks, all_settings)
def test_every_remedy_can_be_executed(
    job: TrainingJob, network: Network, settings: Settings
) -> None:
    for finding in findings_on(job, network, settings):
        if finding.status is Status.FAIL:
            assert problems(finding.remediation) == [], f"{finding.check}: {finding.remediation}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "there is none"),
        ("Create the job anew.", "Create is no command"),
        ("aws ec2 create-rout --route-table-id rtb-1", "ec2 has no operation create-rout"),
        ("aws ec3 create-route", "AWS has no service ec3"),
        (
            "aws ec2 create-route --route-table-id rtb-1 --nat nat-1",
            "there is no --nat of create-route",
        ),
        ("aws ec2 delete-route --destination-cidr-block 0.0.0.0/0", "lacks --route-table-id"),
        (
            "aws ec2 delete-route --route-table-id",
            "--route-table-id of delete-route lacks its value",
        ),
        ("aws ec2 delete-route --route-table-id rtb-1 rtb-2", "takes one value"),
        ("aws ec2 delete-route --route-table-id THE_TABLE", "placeholder THE_TABLE"),
        ("aws ec2 delete-route --route-table-id '<the table>'", "placeholder <the table>"),
        ('aws ec2 delete-route --route-table-id "$TABLE"', "placeholder TABLE"),
        ("aws ec2 delete-route --route-table-id 'rtb-1", "bash: "),
        ("aws ec2 wait nat-gateway-ready --nat-gateway-ids nat-1", "no waiter nat-gateway-ready"),
        ("NAT=$(aws ec2 create-nat) && true", "ec2 has no operation create-nat"),
    ],
)
def test_what_cannot_be_executed_is_told(text: str, problem: str) -> None:
    assert any(problem in each for each in problems(text)), problems(text)


@pytest.mark.parametrize(
    "text",
    [
        "aws ec2 delete-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0",
        "NAT=$(aws ec2 create-nat-gateway --subnet-id subnet-1 --query NatGateway.NatGatewayId "
        '--output text) && aws ec2 wait nat-gateway-available --nat-gateway-ids "$NAT"',
        "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1 --private-dns-enabled",
        "printf 'Which? ' && read -r SUBNETS && aws ec2 describe-subnets --subnet-ids $SUBNETS",
    ],
)
def test_what_can_be_executed_has_no_problems(text: str) -> None:
    assert problems(text) == []
