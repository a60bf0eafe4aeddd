"""The VPC of the job has default tenancy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import DENIED, a_job, a_network, a_subnet, a_vpc
from tests.findings import outcomes, the
from vpc_guardrail.core.checks.vpc_tenancy_default import evaluate
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network


@pytest.mark.parametrize(
    ("tenancy", "expected"),
    [
        pytest.param("default", ["vpc-1: PASS"], id="default"),
        pytest.param("dedicated", ["vpc-1: FAIL HIGH"], id="dedicated"),
        pytest.param("host", ["vpc-1: FAIL HIGH"], id="host"),
    ],
)
def test_tenancy(tenancy: str, expected: list[str]) -> None:
    network = a_network(vpcs=(a_vpc(tenancy=tenancy),))

    assert outcomes(evaluate(a_job(), network, Settings())) == expected


def test_the_remedy_names_the_vpc_and_the_evidence_its_tenancy() -> None:
    network = a_network(vpcs=(a_vpc(tenancy="dedicated"),))

    finding = the(evaluate(a_job(), network, Settings()))

    assert finding.evidence == {"vpc": "vpc-1", "instance_tenancy": "dedicated"}
    assert "--vpc-id vpc-1 --instance-tenancy default" in finding.remediation


def test_each_vpc_is_judged_once() -> None:
    network = a_network(
        subnets=(a_subnet("subnet-a"), a_subnet("subnet-b"), a_subnet("subnet-c", vpc="vpc-2")),
        vpcs=(a_vpc(), a_vpc("vpc-2", tenancy="dedicated")),
    )
    job = a_job(subnets=("subnet-a", "subnet-b", "subnet-c"))

    assert outcomes(evaluate(job, network, Settings())) == ["vpc-1: PASS", "vpc-2: FAIL HIGH"]


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(a_network(vpcs=DENIED), ["vpc-1: UNKNOWN"], id="VPCs may not be read"),
        pytest.param(a_network(vpcs=()), ["vpc-1: UNKNOWN"], id="the VPC cannot be seen"),
        pytest.param(
            a_network(subnets=DENIED),
            ["subnet-a: UNKNOWN", "subnet-b: UNKNOWN"],
            id="subnets may not be read",
        ),
        pytest.param(
            a_network(subnets=(a_subnet("subnet-a"),)),
            ["vpc-1: PASS", "subnet-b: UNKNOWN"],
            id="a subnet is gone",
        ),
    ],
)
def test_fault_5_what_could_not_be_read_is_no_fail(network: Network, expected: list[str]) -> None:
    assert outcomes(evaluate(a_job(), network, Settings())) == expected
