"""Networks built in moto's EC2, through its API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.builders import REGION, a_job

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

    from vpc_guardrail.core.model import TrainingJob


@dataclass(frozen=True)
class BuiltVpc:
    """A VPC with a subnet, a security group, and S3's gateway endpoint on its main route table."""

    id: str
    subnet: str
    group: str
    route_table: str
    s3_endpoint: str

    def job(
        self, name: str = "train-1", subnet: str = "", group: str = "", instance_type: str = ""
    ) -> TrainingJob:
        """A job that runs here."""
        return a_job(
            name=name,
            subnets=(subnet or self.subnet,),
            groups=(group or self.group,),
            instance_type=instance_type or "ml.m5.xlarge",
        )


def build_vpc(ec2: EC2Client, block: str = "10.0.0.0/16") -> BuiltVpc:
    """Build one; its subnet is the first /24 of the block."""
    vpc = ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
    first = f"{block.removesuffix('/16')}/24"
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=first)["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="jobs", Description="Jobs.", VpcId=vpc)["GroupId"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    table = tables["RouteTables"][0]["RouteTableId"]
    return BuiltVpc(vpc, subnet, group, table, add_gateway_endpoint(ec2, vpc, table, "s3"))


def add_gateway_endpoint(ec2: EC2Client, vpc: str, table: str, service: str) -> str:
    """Add a gateway endpoint, and with it the route to its service's prefix list."""
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Gateway",
        ServiceName=f"com.amazonaws.{REGION}.{service}",
        RouteTableIds=[table],
    )
    return endpoint["VpcEndpoint"]["VpcEndpointId"]


def prefix_list_id(ec2: EC2Client, name: str) -> str:
    """The id of the prefix list of this name."""
    lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    return next(each["PrefixListId"] for each in lists if each["PrefixListName"] == name)


def add_prefix_list(ec2: EC2Client, name: str, *blocks: str) -> str:
    """A prefix list of the customer's own."""
    created = ec2.create_managed_prefix_list(
        PrefixListName=name,
        MaxEntries=10,
        AddressFamily="IPv4",
        Entries=[{"Cidr": block, "Description": ""} for block in blocks],
    )
    return created["PrefixList"]["PrefixListId"]
