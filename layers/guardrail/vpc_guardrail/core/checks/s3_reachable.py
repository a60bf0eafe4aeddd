"""From every subnet of the job, S3 in the Region can be reached."""

from collections.abc import Iterator
from dataclasses import dataclass

from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.interfaces import ZONES_UNREAD, zone_may_answer
from vpc_guardrail.core.model import Fact, Network, Subnet, TrainingJob, Unknown
from vpc_guardrail.core.path import Reach, Stretch
from vpc_guardrail.core.routing_remedies import give_gateway_endpoint
from vpc_guardrail.core.s3_path import OWNER_UNSEEN, interface_endpoint_for_s3, stretches_to_s3
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="s3-reachable",
    kind=Kind.READINESS,
    severity=Severity.CRITICAL,
    stop=StopPolicy.ALLOWED,
    title="S3 in the Region can be reached from every subnet of the job.",
    risk=(
        "SageMaker moves training data and model artifacts through your VPC; without a path to "
        "S3 the job fails with a download error after its instances were paid for."
    ),
    how=(
        "Each part of S3's addresses is followed along the subnet's effective route table, by "
        "longest prefix: to an available S3 gateway endpoint, or through an available public NAT "
        "gateway whose own route leads to an internet gateway. An interface endpoint that answers "
        "S3's standard name counts as well. No subnet reaches S3: CRITICAL. Some do not, or a "
        "private hosted zone may yet lead S3's name to an endpoint: HIGH."
    ),
    limits=(
        "Peering, transit gateways, firewalls and appliances lead out of sight: UNKNOWN. Security "
        "groups, network ACLs and policies are other checks' concern."
    ),
    sound_example=(
        "The route table of subnet-1 leads S3's prefix list to an available gateway endpoint."
    ),
    faulty_example="The route table of subnet-1 has a default route to an internet gateway only.",
    mend="Associate an S3 gateway endpoint with the route table of each subnet.",
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-s3",
)


@dataclass(frozen=True, slots=True)
class _Path:
    """What became of one subnet's way to S3."""

    reach: Reach
    message: str
    stretches: tuple[Stretch, ...] = ()
    certainly_blocked: bool = False
    """True if no packet to S3 gets through, by whatever name."""

    def evidence(self, subnet_id: str) -> dict[str, object]:
        return {"subnet": subnet_id, "paths": [each.as_evidence() for each in self.stretches]}


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding for each subnet, since the job may land in any one of them."""
    paths = {subnet_id: _path(network, network.subnet(subnet_id)) for subnet_id in job.subnet_ids}
    none_reaches = all(path.certainly_blocked for path in paths.values())
    for subnet_id, path in paths.items():
        if path.reach is Reach.REACHED:
            yield SPEC.passed(subnet_id, path.message, path.evidence(subnet_id))
        elif path.reach is Reach.UNSEEN:
            yield SPEC.unknown(subnet_id, path.message, path.evidence(subnet_id))
        else:
            yield SPEC.failed(
                subnet_id,
                path.message,
                severity=None if none_reaches else Severity.HIGH,
                evidence=path.evidence(subnet_id),
                remediation=_remediation(network, subnet_id, path),
            )


def _path(network: Network, subnet: Fact[Subnet]) -> _Path:
    if isinstance(subnet, Unknown):
        return _Path(Reach.UNSEEN, subnet.reason)
    stretches = stretches_to_s3(network, subnet)
    if isinstance(stretches, Unknown):
        return _by_name(network, subnet, _Path(Reach.UNSEEN, stretches.reason))
    path = _by_routes(subnet, stretches)
    return path if path.reach is Reach.REACHED else _by_name(network, subnet, path)


def _by_routes(subnet: Subnet, stretches: tuple[Stretch, ...]) -> _Path:
    blocked = [each for each in stretches if each.reach is Reach.BLOCKED]
    unseen = [each for each in stretches if each.reach is Reach.UNSEEN]
    if not blocked and not unseen:
        ways = ", ".join(sorted({each.detail for each in stretches}))
        return _Path(Reach.REACHED, f"{subnet.id} reaches S3 through {ways}.", stretches)
    if not blocked:
        return _Path(Reach.UNSEEN, unseen[0].detail, stretches)
    whys = "; ".join(sorted({each.detail for each in blocked}))
    if len(blocked) < len(stretches):
        message = f"{subnet.id} does not reach all of S3's addresses: {whys}."
        return _Path(Reach.BLOCKED, message, stretches)
    message = f"{subnet.id} does not reach S3: {whys}."
    return _Path(Reach.BLOCKED, message, stretches, certainly_blocked=True)


def _by_name(network: Network, subnet: Subnet, by_routes: _Path) -> _Path:
    """What an interface endpoint for S3 changes about a path that fails by its routes."""
    endpoint = interface_endpoint_for_s3(network, subnet)
    if isinstance(endpoint, Unknown):
        return _Path(Reach.UNSEEN, endpoint.reason, by_routes.stretches)
    if endpoint is not None:
        message = f"{subnet.id} reaches S3 through interface endpoint {endpoint.id}."
        return _Path(Reach.REACHED, message, by_routes.stretches)
    if by_routes.reach is Reach.BLOCKED and subnet.owner_id != network.account:
        return _Path(Reach.UNSEEN, OWNER_UNSEEN, by_routes.stretches)
    if by_routes.certainly_blocked and zone_may_answer(network, subnet, network.s3_service_name):
        message = f"{by_routes.message} It may yet: {ZONES_UNREAD}."
        return _Path(Reach.BLOCKED, message, by_routes.stretches)
    return by_routes


def _remediation(network: Network, subnet_id: str, path: _Path) -> str:
    subnet = network.subnet(subnet_id)
    astray = next((each for each in path.stretches if each.reach is Reach.BLOCKED), None)
    if isinstance(subnet, Unknown) or astray is None:
        return ""
    return give_gateway_endpoint(network, subnet.vpc_id, astray)
