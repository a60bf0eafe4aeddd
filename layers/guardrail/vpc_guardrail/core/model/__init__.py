"""The vocabulary of a judgement: the job, the network it runs in, and what could not be read."""

from vpc_guardrail.core.model.acls import AclEntry, NetworkAcl
from vpc_guardrail.core.model.dhcp import DhcpOptions
from vpc_guardrail.core.model.file_systems import MountPoint
from vpc_guardrail.core.model.groups import Direction, Peers, SecurityGroup, SecurityGroupRule
from vpc_guardrail.core.model.job import (
    FileSystem,
    InstancePlan,
    InstanceSet,
    JobKind,
    JobSource,
    Starts,
    TrainingJob,
    VpcConfig,
)
from vpc_guardrail.core.model.network import (
    Endpoint,
    EndpointType,
    NatGateway,
    Network,
    PrefixList,
    Subnet,
    Vpc,
)
from vpc_guardrail.core.model.routes import Route, RouteTable, Target, TargetKind
from vpc_guardrail.core.model.starter import Starter
from vpc_guardrail.core.model.storage import S3Bucket, S3Place, S3Use
from vpc_guardrail.core.model.unknown import Fact, Unknown

__all__ = [
    "AclEntry",
    "DhcpOptions",
    "Direction",
    "Endpoint",
    "EndpointType",
    "Fact",
    "FileSystem",
    "InstancePlan",
    "InstanceSet",
    "JobKind",
    "JobSource",
    "MountPoint",
    "NatGateway",
    "Network",
    "NetworkAcl",
    "Peers",
    "PrefixList",
    "Route",
    "RouteTable",
    "S3Bucket",
    "S3Place",
    "S3Use",
    "SecurityGroup",
    "SecurityGroupRule",
    "Starter",
    "Starts",
    "Subnet",
    "Target",
    "TargetKind",
    "TrainingJob",
    "Unknown",
    "Vpc",
    "VpcConfig",
]
