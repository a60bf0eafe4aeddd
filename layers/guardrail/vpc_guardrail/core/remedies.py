"""Commands that mend, with the ids filled in: shared by the checks that suggest them."""

from vpc_guardrail.core.crossing import HTTPS, Crossing
from vpc_guardrail.core.model import Network, Unknown
from vpc_guardrail.core.s3_path import is_s3_gateway


def give_gateway_endpoint(network: Network, vpc_id: str, route_table_id: str) -> str:
    """Serve a route table by the VPC's S3 gateway endpoint; create one where there is none."""
    existing = [] if isinstance(network.endpoints, Unknown) else [*network.endpoints.values()]
    for endpoint in existing:
        usable = endpoint.vpc_id == vpc_id and endpoint.is_available
        if (
            usable
            and is_s3_gateway(endpoint, network)
            and route_table_id not in endpoint.route_table_ids
        ):
            return (
                f"aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint.id} "
                f"--add-route-table-ids {route_table_id}"
            )
    return (
        f"aws ec2 create-vpc-endpoint --vpc-id {vpc_id} --vpc-endpoint-type Gateway "
        f"--service-name {network.s3_service_name} --route-table-ids {route_table_id}"
    )


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
        back = "ingress" if way.direction == "egress" else "egress"
        entry = f"aws ec2 create-network-acl-entry --network-acl-id {way.acl_id} --protocol tcp"
        rule = "--rule-number 1 --cidr-block 0.0.0.0/0 --rule-action allow"
        return (
            f"{entry} {rule} --{way.direction} --port-range From={HTTPS},To={HTTPS} && "
            f"{entry} {rule} --{back} --port-range From=1024,To=65535"
        )
    itself = f"UserIdGroupPairs=[{{GroupId={job_group}}}]"
    return allow_https(
        way.group_id, way.direction, EVERYONE if way.direction == "egress" else itself
    )


def allow_https(group_id: str, direction: str, peer: str = EVERYONE) -> str:
    """Let HTTPS from (`ingress`) or to (`egress`) a peer pass."""
    return (
        f"aws ec2 authorize-security-group-{direction} --group-id {group_id} "
        f"--ip-permissions IpProtocol=tcp,FromPort={HTTPS},ToPort={HTTPS},{peer}"
    )
