"""S3 traffic of every subnet stays private: it goes through an S3 endpoint."""

from collections.abc import Iterator

from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import Network, Subnet, TrainingJob, Unknown
from vpc_guardrail.core.routing_remedies import give_gateway_endpoint
from vpc_guardrail.core.s3_path import OWNER_UNSEEN, interface_endpoint_for_s3, stretches_to_s3
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="s3-gateway-endpoint",
    kind=Kind.PRIVACY,
    severity=Severity.HIGH,
    stop=StopPolicy.NEVER,
    title="An S3 gateway endpoint serves the effective route table of every subnet of the job.",
    risk=(
        "Training data leaves the VPC through a NAT gateway or not at all, and no endpoint policy "
        "limits which buckets it can go to."
    ),
    how=(
        "All of S3's addresses in the Region must take the route of an available S3 gateway "
        "endpoint on the route table in force for the subnet: the one associated with it, else "
        "the VPC's main one. An interface endpoint that answers S3's standard name counts too."
    ),
    limits="An endpoint in another VPC, reached over a transit gateway, is not counted.",
    sound_example=(
        "S3's prefix list leads to an available S3 gateway endpoint in every route table."
    ),
    faulty_example=(
        "subnet-2 has a route table of its own, without the endpoint, and a NAT gateway."
    ),
    mend="Associate the S3 gateway endpoint with the route table of each subnet.",
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-s3",
)


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding for each subnet, since the job may land in any one of them."""
    for subnet_id in job.subnet_ids:
        subnet = network.subnet(subnet_id)
        if isinstance(subnet, Unknown):
            yield SPEC.unknown(subnet_id, subnet.reason)
        else:
            yield _judge(network, subnet)


def _judge(network: Network, subnet: Subnet) -> Finding:
    stretches = stretches_to_s3(network, subnet)
    if isinstance(stretches, Unknown):
        return _by_name(network, subnet) or SPEC.unknown(subnet.id, stretches.reason)
    evidence = {"subnet": subnet.id, "paths": [each.as_evidence() for each in stretches]}
    astray = [each for each in stretches if not each.through_gateway_endpoint]
    if not astray:
        ways = ", ".join(sorted({each.detail for each in stretches}))
        return SPEC.passed(subnet.id, f"S3 traffic of {subnet.id} goes through {ways}.", evidence)
    by_name = _by_name(network, subnet)
    if by_name:
        return by_name
    if all(each.may_be_gateway_endpoint for each in astray):
        return SPEC.unknown(subnet.id, astray[0].detail, evidence)
    if subnet.owner_id != network.account:
        return SPEC.unknown(subnet.id, OWNER_UNSEEN, evidence)
    certain = [each for each in astray if not each.may_be_gateway_endpoint]
    ways = "; ".join(sorted({each.detail for each in certain}))
    return SPEC.failed(
        subnet.id,
        f"S3 traffic of {subnet.id} does not go through an S3 gateway endpoint: {ways}.",
        evidence=evidence,
        remediation=give_gateway_endpoint(network, subnet.vpc_id, certain[0]),
    )


def _by_name(network: Network, subnet: Subnet) -> Finding | None:
    """What an interface endpoint for S3 changes; None where there is none to speak of."""
    endpoint = interface_endpoint_for_s3(network, subnet)
    if endpoint is None:
        return None
    if isinstance(endpoint, Unknown):
        return SPEC.unknown(subnet.id, endpoint.reason)
    return SPEC.passed(
        subnet.id,
        f"S3's standard name leads {subnet.id} to interface endpoint {endpoint.id}, which keeps "
        "S3 traffic private without a gateway endpoint.",
        {"subnet": subnet.id, "endpoint": endpoint.id},
    )
