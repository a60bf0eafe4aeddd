"""Commands that mend, with the ids filled in: shared by the checks that suggest them."""

from vpc_guardrail.core.crossing import HTTPS, Crossing
from vpc_guardrail.core.model import (
    Endpoint,
    FileSystem,
    Network,
    Subnet,
    TrainingJob,
    Unknown,
)
from vpc_guardrail.core.mounts import EFS
from vpc_guardrail.core.path import Stretch
from vpc_guardrail.core.routing import EVERYWHERE
from vpc_guardrail.core.s3_path import is_s3_gateway


def give_gateway_endpoint(network: Network, vpc_id: str, astray: Stretch) -> str:
    """Lead a stretch through the VPC's S3 gateway endpoint; create one where there is none.

    Where the endpoint serves the route table already, a more specific route leads astray.
    """
    endpoints = _s3_gateway_endpoints(network, vpc_id)
    served = any(astray.route_table in endpoint.route_table_ids for endpoint in endpoints)
    if served and _destination(astray) not in (str(EVERYWHERE), NO_ROUTE):
        return delete_route(astray)
    if endpoints and not served:
        return (
            f"aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoints[0].id} "
            f"--add-route-table-ids {astray.route_table}"
        )
    return (
        f"aws ec2 create-vpc-endpoint --vpc-id {vpc_id} --vpc-endpoint-type Gateway "
        f"--service-name {network.s3_service_name} --route-table-ids {astray.route_table}"
    )


def _s3_gateway_endpoints(network: Network, vpc_id: str) -> list[Endpoint]:
    """The available ones of a VPC."""
    if isinstance(network.endpoints, Unknown):
        return []
    return [
        endpoint
        for endpoint in network.endpoints.values()
        if endpoint.vpc_id == vpc_id and endpoint.is_available and is_s3_gateway(endpoint, network)
    ]


NO_ROUTE = "none"


def _destination(stretch: Stretch) -> str:
    """The destination of the route that a stretch takes."""
    return stretch.route.partition(" ")[0]


def delete_route(stretch: Stretch) -> str:
    """Take away the route that a stretch takes."""
    destination = _destination(stretch)
    is_list = destination.startswith("pl-")
    option = "--destination-prefix-list-id" if is_list else "--destination-cidr-block"
    return f"aws ec2 delete-route --route-table-id {stretch.route_table} {option} {destination}"


def allow_all_from_itself(group_id: str, direction: str) -> str:
    """Let all traffic from (`ingress`) or to (`egress`) the group itself pass."""
    return (
        f"aws ec2 authorize-security-group-{direction} --group-id {group_id} "
        f"--ip-permissions IpProtocol=-1,UserIdGroupPairs=[{{GroupId={group_id}}}]"
    )


EVERYONE = "IpRanges=[{CidrIp=0.0.0.0/0}]"


def let_https_pass(way: Crossing, job_group: str) -> str:
    """Open what holds HTTPS up: a network ACL, the job's own group, or the other side's group."""
    if way.acl_id:
        return _through_acl(way, HTTPS, str(EVERYWHERE))
    itself = members_of(job_group)
    return allow_https(
        way.group_id, way.direction, EVERYONE if way.direction == "egress" else itself
    )


def let_tcp_pass(way: Crossing, port: int, *, job: tuple[str, str], other: tuple[str, str]) -> str:
    """Open what holds TCP to a port up; a side is told by its block and a group of it."""
    block, group_id = other if way.direction == "egress" else job
    if way.acl_id:
        return _through_acl(way, port, block)
    return allow_tcp(way.group_id, way.direction, port, members_of(group_id))


def give_mount_point(job: TrainingJob, subnet: Subnet, file_system: FileSystem) -> str:
    """Create a mount target of EFS in a subnet; FSx stays where it is: find it and its zone."""
    if file_system.kind == EFS:
        return (
            f"aws efs create-mount-target --file-system-id {file_system.id} "
            f"--subnet-id {subnet.id} --security-groups {job.security_group_ids[0]}"
        )
    return (
        f"aws fsx describe-file-systems --file-system-ids {file_system.id} "
        "--query 'FileSystems[].[Lifecycle,SubnetIds]'"
    )


def _through_acl(way: Crossing, port: int, block: str) -> str:
    """Rules for TCP to a port, and for the answers, ahead of all others of a network ACL."""
    back = "ingress" if way.direction == "egress" else "egress"
    entry = f"aws ec2 create-network-acl-entry --network-acl-id {way.acl_id} --protocol tcp"
    rule = f"--rule-number 1 --cidr-block {block} --rule-action allow"
    return (
        f"{entry} {rule} --{way.direction} --port-range From={port},To={port} && "
        f"{entry} {rule} --{back} --port-range From=1024,To=65535"
    )


def members_of(group_id: str) -> str:
    """The members of a security group as the peer of a rule."""
    return f"UserIdGroupPairs=[{{GroupId={group_id}}}]"


def allow_https(group_id: str, direction: str, peer: str = EVERYONE) -> str:
    """Let HTTPS from (`ingress`) or to (`egress`) a peer pass."""
    return allow_tcp(group_id, direction, HTTPS, peer)


def allow_tcp(group_id: str, direction: str, port: int, peer: str) -> str:
    """Let TCP to a port from (`ingress`) or to (`egress`) a peer pass."""
    return (
        f"aws ec2 authorize-security-group-{direction} --group-id {group_id} "
        f"--ip-permissions IpProtocol=tcp,FromPort={port},ToPort={port},{peer}"
    )
