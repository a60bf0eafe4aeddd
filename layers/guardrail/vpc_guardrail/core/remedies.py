"""Commands that mend, with the ids filled in: shared by the checks that suggest them."""

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
