"""Which VPCs a state of a resource bears on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.config_messages import SUBNET_ID, VPC, VPC_ID
from vpc_guardrail.app.vpc_changes import RESOURCE_TYPES, Bearing, ResourceState, bearing_of

OTHER_VPC = "vpc-11111111"

IN_THE_VPC = Bearing(frozenset({VPC_ID}))
IN_THE_SUBNETS_VPC = Bearing(subnet_ids=frozenset({SUBNET_ID}))
NOT_TOLD = Bearing()


def a_state(kind: str, *related: tuple[str, str], **configuration: Any) -> ResourceState:
    return ResourceState(f"AWS::EC2::{kind}", f"{kind}-1", configuration, related)


@pytest.mark.parametrize(
    ("state", "bearing"),
    [
        pytest.param(ResourceState(VPC, VPC_ID, {}), IN_THE_VPC, id="the VPC itself"),
        pytest.param(ResourceState(VPC, "vpc-*", {}), NOT_TOLD, id="no id of a VPC"),
        *(
            pytest.param(a_state(kind, vpcId=VPC_ID), IN_THE_VPC, id=kind)
            for kind in (
                "Subnet",
                "RouteTable",
                "SecurityGroup",
                "NetworkAcl",
                "VPCEndpoint",
                "NatGateway",
            )
        ),
        pytest.param(
            a_state("SecurityGroupVpcAssociation", VpcId=VPC_ID, GroupId="sg-1"),
            IN_THE_VPC,
            id="CloudFormation's casing",
        ),
        pytest.param(
            a_state("InternetGateway", attachments=[{"vpcId": VPC_ID, "state": "available"}]),
            IN_THE_VPC,
            id="attachment of an internet gateway",
        ),
        pytest.param(
            a_state("EgressOnlyInternetGateway", attachmentSet=[{"vpcId": VPC_ID}]),
            IN_THE_VPC,
            id="attachment of an egress-only gateway",
        ),
        pytest.param(
            a_state("InternetGateway", attachments=[]), NOT_TOLD, id="a gateway that is detached"
        ),
        pytest.param(
            a_state("DHCPOptions", (VPC, VPC_ID), (VPC, OTHER_VPC)),
            Bearing(frozenset({VPC_ID, OTHER_VPC})),
            id="options of two VPCs",
        ),
        pytest.param(a_state("DHCPOptions"), NOT_TOLD, id="options of nobody"),
        pytest.param(
            a_state("SubnetRouteTableAssociation", SubnetId=SUBNET_ID, RouteTableId="rtb-1"),
            IN_THE_SUBNETS_VPC,
            id="route table of a subnet",
        ),
        pytest.param(
            a_state("SubnetNetworkAclAssociation", ("AWS::EC2::Subnet", SUBNET_ID)),
            IN_THE_SUBNETS_VPC,
            id="network ACL of a related subnet",
        ),
        pytest.param(
            a_state("VPCBlockPublicAccessExclusion", SubnetId=SUBNET_ID),
            IN_THE_SUBNETS_VPC,
            id="exclusion of a subnet",
        ),
        pytest.param(a_state("VPCBlockPublicAccessOptions"), NOT_TOLD, id="of the account"),
        pytest.param(
            a_state(
                "SecurityGroup",
                vpcId=VPC_ID,
                ipPermissions=[{"userIdGroupPairs": [{"groupId": "sg-2", "vpcId": OTHER_VPC}]}],
            ),
            IN_THE_VPC,
            id="a rule that names a group of another VPC",
        ),
        pytest.param(a_state("RouteTable", (VPC, VPC_ID)), IN_THE_VPC, id="by relationship alone"),
        pytest.param(a_state("Subnet", vpcId=["vpc-1"]), NOT_TOLD, id="no text"),
        pytest.param(a_state("Subnet", vpcId="vpc-1*"), NOT_TOLD, id="a pattern"),
    ],
)
def test_a_state_bears_on_the_vpcs_that_it_names(state: ResourceState, bearing: Bearing) -> None:
    assert bearing_of(state) == bearing


def test_all_types_are_told_once_and_in_order() -> None:
    assert [*RESOURCE_TYPES] == sorted({*RESOURCE_TYPES}, key=str.lower)
