"""Every subnet and security group of the job exists, and all belong to one VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import DENIED, a_job, a_network, a_security_group, a_subnet
from tests.findings import outcomes
from vpc_guardrail.core.checks.network_references_exist import evaluate
from vpc_guardrail.core.finding import Status
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, Subnet

JOB = a_job(name="train-1")
FOREIGN_GROUP = (a_security_group(vpc="vpc-2"),)


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(
            a_network(), ["subnet-a: PASS", "subnet-b: PASS", "sg-1: PASS"], id="all exist"
        ),
        pytest.param(
            a_network(security_groups=()),
            ["subnet-a: PASS", "subnet-b: PASS", "sg-1: FAIL HIGH"],
            id="the group is gone",
        ),
        pytest.param(
            a_network(subnets=()),
            ["subnet-a: FAIL HIGH", "subnet-b: FAIL HIGH", "sg-1: UNKNOWN"],
            id="all subnets are gone, and with them the VPC to compare the group with",
        ),
        pytest.param(
            a_network(subnets=(a_subnet("subnet-a"), a_subnet("subnet-b", vpc="vpc-2"))),
            ["subnet-a: PASS", "subnet-b: PASS", f"{JOB.arn}: FAIL HIGH", "sg-1: PASS"],
            id="subnets of two VPCs",
        ),
        pytest.param(
            a_network(security_groups=FOREIGN_GROUP),
            ["subnet-a: PASS", "subnet-b: PASS", "sg-1: FAIL HIGH"],
            id="a group of another VPC",
        ),
        pytest.param(
            a_network(
                security_groups=FOREIGN_GROUP, group_vpcs={"sg-1": frozenset({"vpc-1", "vpc-3"})}
            ),
            ["subnet-a: PASS", "subnet-b: PASS", "sg-1: PASS"],
            id="a group of another VPC that is associated with this one",
        ),
        pytest.param(
            a_network(security_groups=FOREIGN_GROUP, group_vpcs={"sg-1": frozenset({"vpc-3"})}),
            ["subnet-a: PASS", "subnet-b: PASS", "sg-1: FAIL HIGH"],
            id="a group of another VPC that is associated with a third",
        ),
    ],
)
def test_table(network: Network, expected: list[str]) -> None:
    assert outcomes(evaluate(JOB, network, Settings())) == expected


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(
            a_network(subnets=DENIED), [f"{JOB.arn}: UNKNOWN", "sg-1: UNKNOWN"], id="subnets"
        ),
        pytest.param(
            a_network(security_groups=DENIED),
            ["subnet-a: PASS", "subnet-b: PASS", f"{JOB.arn}: UNKNOWN"],
            id="groups",
        ),
        pytest.param(
            a_network(security_groups=FOREIGN_GROUP, group_vpcs=DENIED),
            ["subnet-a: PASS", "subnet-b: PASS", "sg-1: UNKNOWN"],
            id="associations of a group of another VPC",
        ),
    ],
)
def test_fault_5_what_could_not_be_read_is_no_fail(network: Network, expected: list[str]) -> None:
    assert outcomes(evaluate(JOB, network, Settings())) == expected


def test_associations_that_may_not_be_read_do_not_matter_to_a_group_of_the_vpc() -> None:
    network = a_network(group_vpcs=DENIED)

    assert outcomes(evaluate(JOB, network, Settings()))[-1] == "sg-1: PASS"


def test_prowlers_fault_a_subnet_that_does_not_exist_does_not_pass() -> None:
    network = a_network(subnets=(a_subnet("subnet-a"),))

    missing = [each for each in evaluate(JOB, network, Settings()) if each.resource == "subnet-b"]

    assert outcomes(missing) == ["subnet-b: FAIL HIGH"]
    assert "does not exist, or is not visible to account 111122223333" in missing[0].message
    assert "--vpc-config Subnets=subnet-a,SecurityGroupIds=sg-1 " in missing[0].remediation


def test_subnets_of_two_vpcs_are_told_apart() -> None:
    network = a_network(subnets=(a_subnet("subnet-a"), a_subnet("subnet-b", vpc="vpc-2")))

    (finding,) = (each for each in evaluate(JOB, network, Settings()) if each.resource == JOB.arn)

    assert finding.evidence == {"subnets_by_vpc": {"vpc-1": ["subnet-a"], "vpc-2": ["subnet-b"]}}
    assert "--vpc-config Subnets=subnet-a,SecurityGroupIds=sg-1 " in finding.remediation


def test_where_no_subnet_is_left_they_are_listed_and_asked_for() -> None:
    first, *_ = evaluate(JOB, a_network(subnets=()), Settings())

    assert first.remediation.startswith("aws ec2 describe-subnets ")
    assert 'Subnets="$SUBNETS",SecurityGroupIds=sg-1' in first.remediation


def test_a_foreign_group_can_be_associated() -> None:
    network = a_network(security_groups=FOREIGN_GROUP)

    finding = [*evaluate(JOB, network, Settings())][-1]

    assert finding.message == "Security group sg-1 belongs to vpc-2, the subnets to vpc-1."
    assert "associate-security-group-vpc --group-id sg-1 --vpc-id vpc-1" in finding.remediation


@pytest.mark.parametrize(
    ("subnet", "place"),
    [
        pytest.param(
            a_subnet(zone="eu-central-1-ham-1a"), "zone eu-central-1-ham-1a", id="a Local Zone"
        ),
        pytest.param(
            a_subnet(zone="eu-central-1-wl1-ber-wlz1"), "Wavelength Zone", id="a Wavelength Zone"
        ),
        pytest.param(
            a_subnet(outpost="arn:aws:outposts:eu-central-1:111122223333:outpost/op-1"),
            "op-1",
            id="an Outpost",
        ),
    ],
)
def test_where_jobs_are_not_documented_to_run_nothing_is_said(subnet: Subnet, place: str) -> None:
    first, *_ = evaluate(JOB, a_network(subnets=(subnet, a_subnet("subnet-b"))), Settings())

    assert first.status is Status.UNKNOWN
    assert place in first.message
