"""The path from a subnet to S3 in its Region, by its routes or by an interface endpoint.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-s3
"""

from dataclasses import replace

from vpc_guardrail.core import routing
from vpc_guardrail.core.interfaces import interface_endpoint_for
from vpc_guardrail.core.model import Endpoint, EndpointType, Fact, Network, Subnet, Unknown
from vpc_guardrail.core.path import Stretch, stretches

OWNER_UNSEEN = "the VPC is shared, and the endpoints of its owner cannot be seen"
"""Why no endpoint in sight proves nothing in a VPC that another account shares through RAM."""


def s3_of(network: Network) -> routing.Destination:
    """S3 in the Region."""
    service = network.s3_service_name
    return replace(
        routing.destination_of(network, service), name="S3's addresses", service_name=service
    )


def stretches_to_s3(network: Network, subnet: Subnet) -> Fact[tuple[Stretch, ...]]:
    """How the packets of a subnet travel to all of S3's addresses in the Region, by its routes."""
    return stretches(network, subnet, _recognised(s3_of(network), network, subnet))


def interface_endpoint_for_s3(network: Network, subnet: Subnet) -> Fact[Endpoint | None]:
    """The interface endpoint that answers S3's standard name in a subnet, if there is one.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
    """
    return interface_endpoint_for(network, subnet, network.s3_service_name)


def _recognised(s3: routing.Destination, network: Network, subnet: Subnet) -> routing.Destination:
    """S3's prefix list, recognised by its endpoint's route where its name could not be read."""
    table = routing.effective_route_table(network, subnet)
    if s3.prefix_list_id is not None or isinstance(table, Unknown):
        return s3
    if isinstance(network.endpoints, Unknown):
        return s3
    for route in table.routes:
        endpoint = network.endpoints.get(route.target.id)
        if endpoint and is_s3_gateway(endpoint, network) and isinstance(route.destination, str):
            return replace(s3, prefix_list_id=route.destination)
    return s3


def is_s3_gateway(endpoint: Endpoint, network: Network) -> bool:
    """Whether an endpoint, in whatever state, is a gateway endpoint for S3 in the Region."""
    return (
        endpoint.type is EndpointType.GATEWAY and endpoint.service_name == network.s3_service_name
    )
