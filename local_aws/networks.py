"""Networks for the demo and the tests, built through the EC2 API as a user would build them.

Each is a VPC of its own with two subnets in two Availability Zones, an explicit route table, a DHCP
option set and one security group that lets its members reach each other both ways, as EFA demands.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local_aws.account import REGION

VPC_CIDR = "10.0.0.0/16"
SUBNET_CIDRS = ("10.0.1.0/24", "10.0.2.0/24")
ZONES = (f"{REGION}a", f"{REGION}b")
S3_SERVICE = f"com.amazonaws.{REGION}.s3"
TRAINING_BUCKET = "example-training-data"
EVERYWHERE = "0.0.0.0/0"

DHCP_CONFIGURATIONS = (
    {
        "Key": "domain-name",
        "Values": ["ec2.internal" if REGION == "us-east-1" else f"{REGION}.compute.internal"],
    },
    {"Key": "domain-name-servers", "Values": ["AmazonProvidedDNS"]},
)
"""What AWS gives to every new VPC; moto associates no option set by itself.

Source: https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html
"""


@dataclass(frozen=True)
class TrainingNetwork:
    """Ids of one network; `s3_endpoint_id` is empty where there is no S3 endpoint."""

    vpc_id: str
    subnet_ids: tuple[str, ...]
    route_table_id: str
    security_group_id: str
    s3_endpoint_id: str = ""
    internet_gateway_id: str = ""

    @property
    def vpc_config(self) -> dict[str, list[str]]:
        """The network as `VpcConfig` of CreateTrainingJob."""
        return {
            "SecurityGroupIds": [self.security_group_id],
            "Subnets": list(self.subnet_ids),
        }


def sound_network(
    ec2: Any,
    s3: Any,
    *,
    name: str = "sound",
    efa_self_egress: bool = True,
    bucket: str = TRAINING_BUCKET,
) -> TrainingNetwork:
    """Private subnets and an S3 gateway endpoint whose policy admits one bucket alone.

    The bucket is made, if it is not there, and closed to other networks than these.

    Without `efa_self_egress` the group lets all traffic out to 0.0.0.0/0 alone, which serves every
    job but one that uses EFA.
    """
    bare = _private_network(ec2, name, efa_self_egress=efa_self_egress)
    endpoint = ec2.create_vpc_endpoint(
        VpcId=bare.vpc_id,
        ServiceName=S3_SERVICE,
        VpcEndpointType="Gateway",
        RouteTableIds=[bare.route_table_id],
        PolicyDocument=json.dumps(restricted_policy(bucket)),
    )["VpcEndpoint"]
    open_bucket_to(s3, bucket, bare.vpc_id)
    return TrainingNetwork(
        vpc_id=bare.vpc_id,
        subnet_ids=bare.subnet_ids,
        route_table_id=bare.route_table_id,
        security_group_id=bare.security_group_id,
        s3_endpoint_id=endpoint["VpcEndpointId"],
    )


def open_bucket_to(s3: Any, bucket: str, vpc_id: str) -> None:
    """Make a bucket whose objects can be used from this VPC and others that it was opened to.

    What is not about its objects, such as reading its policy, is open to the account from anywhere.
    """
    s3.create_bucket(Bucket=bucket)  # In us-east-1, where it may be there already.
    try:
        found = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError:
        vpcs = [vpc_id]
    else:
        named = found["Statement"][0]["Condition"]["StringNotEquals"]["aws:SourceVpc"]
        vpcs = sorted({*named, vpc_id})
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(closed_policy(bucket, vpcs)))


def closed_policy(bucket: str, vpc_ids: list[str]) -> dict[str, Any]:
    """A bucket policy that refuses whoever does not come through one of these VPCs."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyFromTrainingVpcs",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                "Condition": {"StringNotEquals": {"aws:SourceVpc": vpc_ids}},
            }
        ],
    }


def network_without_s3_endpoint(ec2: Any, *, name: str = "without-s3-endpoint") -> TrainingNetwork:
    """Private subnets with no way to S3 at all."""
    return _private_network(ec2, name, efa_self_egress=True)


def public_network(ec2: Any, *, name: str = "public") -> TrainingNetwork:
    """Not private: the only way out is an internet gateway, and there is no S3 endpoint."""
    bare = _private_network(ec2, name, efa_self_egress=True)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=bare.vpc_id)
    ec2.create_route(
        RouteTableId=bare.route_table_id, DestinationCidrBlock=EVERYWHERE, GatewayId=gateway
    )
    return TrainingNetwork(
        vpc_id=bare.vpc_id,
        subnet_ids=bare.subnet_ids,
        route_table_id=bare.route_table_id,
        security_group_id=bare.security_group_id,
        internet_gateway_id=gateway,
    )


def restricted_policy(bucket: str) -> dict[str, Any]:
    """An endpoint policy that lets through requests for one bucket and no other."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TrainingBucketOnly",
                "Effect": "Allow",
                "Principal": "*",
                "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            }
        ],
    }


def training_group(ec2: Any, vpc_id: str, name: str, *, efa_self_egress: bool) -> str:
    """A group whose members reach each other, beside the egress to 0.0.0.0/0 that EC2 adds."""
    group_id: str = ec2.create_security_group(
        GroupName=f"{name}-training", Description="Training jobs.", VpcId=vpc_id
    )["GroupId"]
    itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group_id}]}
    ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[itself])
    if efa_self_egress:
        ec2.authorize_security_group_egress(GroupId=group_id, IpPermissions=[itself])
    return group_id


def _private_network(ec2: Any, name: str, *, efa_self_egress: bool) -> TrainingNetwork:
    vpc_id = ec2.create_vpc(CidrBlock=VPC_CIDR)["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsSupport={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    options = ec2.create_dhcp_options(DhcpConfigurations=[*DHCP_CONFIGURATIONS])["DhcpOptions"]
    ec2.associate_dhcp_options(DhcpOptionsId=options["DhcpOptionsId"], VpcId=vpc_id)
    table_id = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    subnet_ids = []
    for cidr, zone in zip(SUBNET_CIDRS, ZONES, strict=True):
        subnet = ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]
        ec2.associate_route_table(RouteTableId=table_id, SubnetId=subnet["SubnetId"])
        subnet_ids.append(subnet["SubnetId"])
    group_id = training_group(ec2, vpc_id, name, efa_self_egress=efa_self_egress)
    ec2.create_tags(
        Resources=[vpc_id, table_id, group_id, *subnet_ids],
        Tags=[{"Key": "Name", "Value": name}],
    )
    return TrainingNetwork(vpc_id, tuple(subnet_ids), table_id, group_id)
