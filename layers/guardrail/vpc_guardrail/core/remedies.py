"""Commands that mend groups, endpoints and mount points, with the ids filled in."""

from vpc_guardrail.core.acl_remedies import let_through_acl
from vpc_guardrail.core.command import Value, aws, in_turn
from vpc_guardrail.core.crossing import HTTPS, Crossing
from vpc_guardrail.core.interfaces import CHINA
from vpc_guardrail.core.model import (
    Direction,
    Endpoint,
    EndpointType,
    FileSystem,
    Network,
    Subnet,
    TrainingJob,
    Unknown,
)
from vpc_guardrail.core.mounts import EFS


def allow_all_from_itself(group_id: str, direction: Direction) -> str:
    """Let all traffic from or to the group itself pass."""
    return _authorize(group_id, direction.name.lower(), f"IpProtocol=-1,{members_of(group_id)}")


EVERYONE = "IpRanges=[{CidrIp=0.0.0.0/0}]"


def let_https_pass(network: Network, way: Crossing, job_group: str) -> str:
    """Open what holds HTTPS up: a network ACL, the job's own group, or the other side's group."""
    if way.acl_id:
        return let_through_acl(network, way)
    peer = EVERYONE if way.direction == "egress" else members_of(job_group)
    return allow_tcp(way.group_id, way.direction, HTTPS, peer)


def let_tcp_pass(
    network: Network, way: Crossing, port: int, *, job_group: str, other_group: str
) -> str:
    """Open what holds TCP to a port up, between members of two groups."""
    if way.acl_id:
        return let_through_acl(network, way)
    peer = other_group if way.direction == "egress" else job_group
    return allow_tcp(way.group_id, way.direction, port, members_of(peer))


def give_mount_point(job: TrainingJob, subnet: Subnet, file_system: FileSystem) -> str:
    """Create a mount target of EFS in a subnet; FSx stays where it is: find it and its zone."""
    if file_system.kind == EFS:
        return aws(
            "efs",
            "create-mount-target",
            file_system_id=file_system.id,
            subnet_id=subnet.id,
            security_groups=job.security_group_ids[0],
        )
    return aws(
        "fsx",
        "describe-file-systems",
        file_system_ids=file_system.id,
        query="FileSystems[].[Lifecycle,SubnetIds]",
    )


def give_interface_endpoint(
    network: Network, subnet: Subnet, service_name: str, group_id: str
) -> str:
    """Let an interface endpoint answer a service's name: DNS, then the endpoint there is or one."""
    steps = [*_dns_that_private_names_need(network, subnet.vpc_id)]
    endpoint = _interface_endpoint(network, subnet.vpc_id, service_name)
    if endpoint is None:
        made: dict[str, Value] = {
            "vpc_id": subnet.vpc_id,
            "vpc_endpoint_type": "Interface",
            "service_name": service_name,
            "subnet_ids": subnet.id,
            "security_group_ids": group_id,
            "private_dns_enabled": True,
        }
        steps.append(aws("ec2", "create-vpc-endpoint", **made))
    elif how := _to_answer(endpoint):
        steps.append(aws("ec2", "modify-vpc-endpoint", vpc_endpoint_id=endpoint.id, **how))
    return in_turn(*steps)


def _to_answer(endpoint: Endpoint) -> dict[str, Value]:
    """What an endpoint lacks to answer its service's name in the VPC."""
    how: dict[str, Value] = {}
    if not endpoint.private_dns_enabled:
        how["private_dns_enabled"] = True
    if endpoint.private_dns_only_for_inbound_resolver:
        how["dns_options"] = "PrivateDnsOnlyForInboundResolverEndpoint=false"
    return how


def _dns_that_private_names_need(network: Network, vpc_id: str) -> list[str]:
    vpc = network.vpc(vpc_id)
    if isinstance(vpc, Unknown):
        return []
    steps = []
    if vpc.dns_support is False:
        support = aws("ec2", "modify-vpc-attribute", vpc_id=vpc_id, enable_dns_support="Value=true")
        steps.append(support)
    if vpc.dns_hostnames is False:
        names = aws("ec2", "modify-vpc-attribute", vpc_id=vpc_id, enable_dns_hostnames="Value=true")
        steps.append(names)
    return steps


def _interface_endpoint(network: Network, vpc_id: str, service_name: str) -> Endpoint | None:
    """The available endpoint of a service, whether or not it answers the service's name."""
    if isinstance(network.endpoints, Unknown):
        return None
    for endpoint in network.endpoints.values():
        if (
            endpoint.type is EndpointType.INTERFACE
            and endpoint.vpc_id == vpc_id
            and endpoint.service_name.removeprefix(CHINA) == service_name
            and endpoint.is_available
        ):
            return endpoint
    return None


def members_of(group_id: str) -> str:
    """The members of a security group as the peer of a rule."""
    return f"UserIdGroupPairs=[{{GroupId={group_id}}}]"


def allow_https(group_id: str, direction: str, peer: str = EVERYONE) -> str:
    """Let HTTPS from (`ingress`) or to (`egress`) a peer pass."""
    return allow_tcp(group_id, direction, HTTPS, peer)


def allow_tcp(group_id: str, direction: str, port: int, peer: str) -> str:
    """Let TCP to a port from (`ingress`) or to (`egress`) a peer pass."""
    return _authorize(group_id, direction, f"IpProtocol=tcp,FromPort={port},ToPort={port},{peer}")


def _authorize(group_id: str, direction: str, permission: str) -> str:
    operation = f"authorize-security-group-{direction}"
    return aws("ec2", operation, group_id=group_id, ip_permissions=permission)
