"""Plays AWS Config's recorder: says what EC2 holds now, as a configuration item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from local_aws.account import ACCOUNT_ID, PARTITION, REGION
from local_aws.config import now_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.client import AwsSession, Controls

VPC = "AWS::EC2::VPC"


DELETED = "deleted"
"""The state in which moto, like EC2 for a while, still describes an endpoint that is gone."""


class Kind(NamedTuple):
    """How resources of a type are described: operation, parameter and member of the answer."""

    operation: str
    ids: str
    member: str
    arn: str


KINDS = {
    "AWS::EC2::DHCPOptions": Kind(
        "describe_dhcp_options", "DhcpOptionsIds", "DhcpOptions", "dhcp-options"
    ),
    "AWS::EC2::InternetGateway": Kind(
        "describe_internet_gateways", "InternetGatewayIds", "InternetGateways", "internet-gateway"
    ),
    "AWS::EC2::NetworkAcl": Kind(
        "describe_network_acls", "NetworkAclIds", "NetworkAcls", "network-acl"
    ),
    "AWS::EC2::RouteTable": Kind(
        "describe_route_tables", "RouteTableIds", "RouteTables", "route-table"
    ),
    "AWS::EC2::SecurityGroup": Kind(
        "describe_security_groups", "GroupIds", "SecurityGroups", "security-group"
    ),
    "AWS::EC2::Subnet": Kind("describe_subnets", "SubnetIds", "Subnets", "subnet"),
    VPC: Kind("describe_vpcs", "VpcIds", "Vpcs", "vpc"),
    "AWS::EC2::VPCEndpoint": Kind(
        "describe_vpc_endpoints", "VpcEndpointIds", "VpcEndpoints", "vpc-endpoint"
    ),
}


@dataclass(frozen=True)
class Recorder:
    """Records changes of resources, and so sets the rules off."""

    session: AwsSession
    controls: Controls

    def record(self, resource_type: str, resource_id: str, *, oversized: bool = False) -> str:
        """Tell Config of a resource as it is now, or that it is gone; gives the capture time."""
        item = self.item(resource_type, resource_id)
        self.controls.record(item, oversized=oversized)
        return str(item["configurationItemCaptureTime"])

    def item(self, resource_type: str, resource_id: str) -> dict[str, Any]:
        """The configuration item of a resource; bare if the resource is gone."""
        kind = KINDS[resource_type]
        found = self._described(kind, resource_id)
        configuration = None if found is None else _lowered(found)
        return {
            "configurationItemVersion": "1.3",
            "configurationItemCaptureTime": now_text(),
            "configurationStateId": 0,
            "configurationItemStatus": "ResourceDeleted" if found is None else "OK",
            "resourceType": resource_type,
            "resourceId": resource_id,
            "resourceName": None,
            "ARN": f"arn:{PARTITION}:ec2:{REGION}:{ACCOUNT_ID}:{kind.arn}/{resource_id}",
            "tags": {each["Key"]: each["Value"] for each in (found or {}).get("Tags", ())},
            "relationships": _relationships(resource_type, found or {}),
            "configuration": configuration,
        }

    def _described(self, kind: Kind, resource_id: str) -> Mapping[str, Any] | None:
        describe = getattr(self.session.client("ec2"), kind.operation)
        try:
            found = describe(**{kind.ids: [resource_id]})[kind.member]
        except ClientError as error:
            if "NotFound" in error.response["Error"]["Code"]:
                return None
            raise
        return found[0] if found and found[0].get("State") != DELETED else None


def _relationships(resource_type: str, found: Mapping[str, Any]) -> list[dict[str, str]]:
    vpcs = [] if resource_type == VPC else [found.get("VpcId")]
    vpcs += [each.get("VpcId") for each in found.get("Attachments", ())]
    return [
        {"resourceType": VPC, "resourceId": vpc_id, "name": "Is contained in Vpc"}
        for vpc_id in vpcs
        if vpc_id
    ]


def _lowered(value: Any) -> Any:
    """An answer of EC2 in Config's casing, with times as texts."""
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _lowered(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_lowered(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value
