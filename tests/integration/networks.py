"""Networks built in moto's EC2, through its API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.builders import REGION, a_job
from tests.integration.wire import ec2_answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_ec2 import EC2Client

    from vpc_guardrail.adapters.clients import Clients
    from vpc_guardrail.core.model import S3Place, TrainingJob


EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class BuiltVpc:
    """A VPC with a subnet, a security group, a DHCP option set, and S3's gateway endpoint.

    The endpoint serves the main route table; the network ACL is the VPC's own, and all open.
    """

    id: str
    subnet: str
    group: str
    route_table: str
    s3_endpoint: str
    dhcp_options: str

    def job(
        self,
        name: str = "train-1",
        subnet: str = "",
        group: str = "",
        instance_type: str = "",
        s3_places: Iterable[S3Place] = (),
    ) -> TrainingJob:
        """A job that runs here, and names no bucket unless the test says otherwise."""
        return a_job(
            name=name,
            subnets=(subnet or self.subnet,),
            groups=(group or self.group,),
            instance_type=instance_type or "ml.m5.xlarge",
            s3_places=s3_places,
        )


def build_vpc(ec2: EC2Client, block: str = "10.0.0.0/16") -> BuiltVpc:
    """Build one; its subnet is the first /24 of the block."""
    vpc = ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
    first = f"{block.removesuffix('/16')}/24"
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=first)["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="jobs", Description="Jobs.", VpcId=vpc)["GroupId"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    table = tables["RouteTables"][0]["RouteTableId"]
    endpoint = add_gateway_endpoint(ec2, vpc, table, "s3")
    return BuiltVpc(vpc, subnet, group, table, endpoint, add_dhcp_options(ec2, vpc))


def add_dhcp_options(ec2: EC2Client, vpc: str) -> str:
    """Associate an option set as AWS gives it to every new VPC, and moto to none."""
    created = ec2.create_dhcp_options(
        DhcpConfigurations=[
            {"Key": "domain-name", "Values": [f"{REGION}.compute.internal"]},
            {"Key": "domain-name-servers", "Values": ["AmazonProvidedDNS"]},
        ]
    )
    options = created["DhcpOptions"]["DhcpOptionsId"]
    ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=vpc)
    return options


def add_group(ec2: EC2Client, vpc: str, name: str) -> str:
    """A security group that lets everything out and nothing in."""
    return ec2.create_security_group(GroupName=name, Description="Some.", VpcId=vpc)["GroupId"]


def add_interface_endpoint(
    ec2: EC2Client, vpc: str, subnet: str, service: str, *groups: str
) -> str:
    """Add an interface endpoint with private DNS, which these groups guard."""
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Interface",
        ServiceName=f"com.amazonaws.{REGION}.{service}",
        SubnetIds=[subnet],
        SecurityGroupIds=[*groups],
        PrivateDnsEnabled=True,
    )
    return endpoint["VpcEndpoint"]["VpcEndpointId"]


def add_efs(clients: Clients, subnet: str, group: str) -> str:
    """A file system of EFS with a mount target in a subnet, which a group guards."""
    efs: Any = clients.efs
    file_system: str = efs.create_file_system(CreationToken=subnet)["FileSystemId"]
    efs.create_mount_target(FileSystemId=file_system, SubnetId=subnet, SecurityGroups=[group])
    return file_system


def add_gateway_endpoint(ec2: EC2Client, vpc: str, table: str, service: str) -> str:
    """Add a gateway endpoint, and with it the route to its service's prefix list."""
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Gateway",
        ServiceName=f"com.amazonaws.{REGION}.{service}",
        RouteTableIds=[table],
    )
    return endpoint["VpcEndpoint"]["VpcEndpointId"]


def add_prefix_list(ec2: EC2Client, name: str, *blocks: str) -> str:
    """A prefix list of the customer's own."""
    created = ec2.create_managed_prefix_list(
        PrefixListName=name,
        MaxEntries=10,
        AddressFamily="IPv4",
        Entries=[{"Cidr": block, "Description": ""} for block in blocks],
    )
    return created["PrefixList"]["PrefixListId"]


def let_in_list(ec2: EC2Client, group: str, *lists: str) -> None:
    """Let all traffic in from what is on prefix lists."""
    rule = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": each} for each in lists]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])  # type: ignore[list-item]


def add_subnet(ec2: EC2Client, vpc: str, block: str) -> str:
    """A subnet in the first zone; the VPC's main route table and its own ACL are in force."""
    created = ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=f"{REGION}a")
    return created["Subnet"]["SubnetId"]


def add_table(ec2: EC2Client, vpc: str, subnet: str) -> str:
    """A route table that is in force in a subnet."""
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    return table


def add_route(
    ec2: EC2Client, table: str, block: str = EVERYWHERE, *, nat: str = "", gateway: str = ""
) -> None:
    """A route to a NAT gateway, or to an internet gateway."""
    if nat:
        ec2.create_route(RouteTableId=table, DestinationCidrBlock=block, NatGatewayId=nat)
    else:
        ec2.create_route(RouteTableId=table, DestinationCidrBlock=block, GatewayId=gateway)


def add_list_route(ec2: EC2Client, table: str, prefix_list: str, *, nat: str) -> None:
    """A route of what is on a prefix list to a NAT gateway."""
    ec2.create_route(RouteTableId=table, DestinationPrefixListId=prefix_list, NatGatewayId=nat)


def add_internet_gateway(ec2: EC2Client, vpc: str) -> str:
    """An internet gateway that is attached to a VPC."""
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    return gateway


def add_nat_gateway(ec2: EC2Client, subnet: str) -> str:
    """A public NAT gateway, available at once."""
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    created = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)
    return created["NatGateway"]["NatGatewayId"]


def add_acl(ec2: EC2Client, vpc: str, subnet: str, *, closed_to: str) -> str:
    """A network ACL in force at a subnet, that is open but for what goes out to one block."""
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    for number, block, egress in (
        (90, closed_to, True),
        (100, EVERYWHERE, True),
        (100, EVERYWHERE, False),
    ):
        ec2.create_network_acl_entry(
            NetworkAclId=acl,
            RuleNumber=number,
            Protocol="-1",
            RuleAction="deny" if block == closed_to else "allow",
            Egress=egress,
            CidrBlock=block,
        )
    before = ec2.describe_network_acls(
        Filters=[{"Name": "association.subnet-id", "Values": [subnet]}]
    )
    (association,) = (
        each["NetworkAclAssociationId"]
        for each in before["NetworkAcls"][0]["Associations"]
        if each["SubnetId"] == subnet
    )
    ec2.replace_network_acl_association(AssociationId=association, NetworkAclId=acl)
    return acl


def let_in(ec2: EC2Client, group: str, *, members_of: str) -> None:
    """Let all traffic in from members of a group."""
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": members_of}]}],
    )


def associations(*rows: tuple[str, str, str]) -> str:
    """What DescribeSecurityGroupVpcAssociations, which moto lacks, answers: group, VPC, state."""
    items = "".join(
        f"<item><groupId>{group}</groupId><vpcId>{vpc}</vpcId><state>{state}</state></item>"
        for group, vpc, state in rows
    )
    return ec2_answer(
        "DescribeSecurityGroupVpcAssociations",
        f"<securityGroupVpcAssociationSet>{items}</securityGroupVpcAssociationSet>",
    )
