"""The job's security groups and its subnets' network ACLs let S3 traffic pass."""

from collections.abc import Iterator

from vpc_guardrail.core.acl import acl_of
from vpc_guardrail.core.crossing import Blocks, Crossing, Share, out_through_acl
from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.interfaces import through, way_to_endpoint, zone_may_answer
from vpc_guardrail.core.model import (
    Direction,
    Endpoint,
    Fact,
    Network,
    Subnet,
    TrainingJob,
    Unknown,
)
from vpc_guardrail.core.path import IPV6_ONLY
from vpc_guardrail.core.remedies import EVERYONE, allow_https, let_https_pass
from vpc_guardrail.core.routing import EVERYWHERE
from vpc_guardrail.core.s3_path import interface_endpoint_for_s3, s3_of
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="s3-traffic-allowed",
    kind=Kind.READINESS,
    severity=Severity.HIGH,
    stop=StopPolicy.ALLOWED,
    title="Security groups and network ACLs let TCP 443 out to S3, and the answers back in.",
    risk="SageMaker cannot load training data or store the model, though a route to S3 is there.",
    how=(
        "The outbound rules of all attached groups add up and must hold TCP 443 for all of S3's "
        "addresses, or name S3's prefix list. Each subnet's network ACL is read in the order of "
        "its rule numbers: TCP 443 to S3 outbound, and ports 32768-60999 from S3 inbound, since "
        "an ACL keeps no state. Where an interface endpoint answers S3's name, the way to it is "
        "judged instead: the job's groups, the endpoint's groups, and the ACLs between subnets."
    ),
    limits=(
        "Private hosted zones are not read: where one may lead S3's name elsewhere, a FAIL is "
        "MEDIUM. The network ACL of a NAT gateway's subnet is not judged. At which addresses of "
        "its subnets an interface endpoint answers is not read."
    ),
    sound_example=(
        "sg-1 lets all traffic out to 0.0.0.0/0, and the network ACL lets all traffic pass."
    ),
    faulty_example=(
        "Rule 90 of the network ACL denies inbound TCP 1024-65535, so no answer comes back."
    ),
    mend="Let TCP 443 out to S3's prefix list, and the answers back in through the network ACL.",
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-s3",
)


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding on the outbound rules, and one on the border of each subnet."""
    borders: dict[str, Fact[Crossing]] = {}
    to_public_s3 = False
    for subnet_id in job.subnet_ids:
        endpoint = _endpoint(network, network.subnet(subnet_id))
        to_public_s3 = to_public_s3 or endpoint is None
        borders[subnet_id] = _border(job, network, subnet_id, endpoint)
    rules = through(network, job.security_group_ids, Direction.EGRESS, _public_s3(network))
    elsewhere = any(_zone_may_answer(network, subnet_id) for subnet_id in job.subnet_ids)
    all_shut = not elsewhere and all(_is(each, Share.NONE) for each in borders.values())
    if to_public_s3:
        yield _of_rules(job, network, rules, elsewhere=elsewhere)
    for subnet_id, crossing in borders.items():
        yield _of_border(job, network, subnet_id, crossing, all_shut=all_shut)


def _endpoint(network: Network, subnet: Fact[Subnet]) -> Fact[Endpoint | None]:
    if isinstance(subnet, Unknown):
        return subnet
    return IPV6_ONLY if subnet.cidr is None else interface_endpoint_for_s3(network, subnet)


def _public_s3(network: Network) -> Blocks:
    """S3's own addresses; somewhere in the world, where they could not be read."""
    s3 = s3_of(network)
    if isinstance(s3.blocks, Unknown):
        return Blocks((EVERYWHERE,), "S3", exact=False, prefix_list_id=s3.prefix_list_id)
    return Blocks(s3.blocks, "S3", prefix_list_id=s3.prefix_list_id)


def _border(
    job: TrainingJob, network: Network, subnet_id: str, endpoint: Fact[Endpoint | None]
) -> Fact[Crossing]:
    """What becomes of S3 traffic on its way out of a subnet."""
    subnet = network.subnet(subnet_id)
    if isinstance(subnet, Unknown):
        return subnet
    if isinstance(endpoint, Unknown):
        return endpoint
    if endpoint is not None:
        return way_to_endpoint(job, network, subnet, endpoint)
    acl = acl_of(network, subnet_id)
    return acl if isinstance(acl, Unknown) else out_through_acl(acl, _public_s3(network))


def _is(crossing: Fact[Crossing], share: Share) -> bool:
    return isinstance(crossing, Crossing) and crossing.share is share


def _zone_may_answer(network: Network, subnet_id: str) -> bool:
    subnet = network.subnet(subnet_id)
    service = network.s3_service_name
    return isinstance(subnet, Unknown) or zone_may_answer(network, subnet, service)


def _of_rules(
    job: TrainingJob, network: Network, crossing: Fact[Crossing], *, elsewhere: bool
) -> Finding:
    resource = ", ".join(job.security_group_ids)
    if isinstance(crossing, Unknown):
        return SPEC.unknown(resource, crossing.reason)
    evidence = {
        "security_groups": [*job.security_group_ids],
        "rules": crossing.detail,
        **crossing.as_evidence(),
    }
    if crossing.share is Share.ALL:
        return SPEC.passed(resource, f"S3 traffic may leave: {crossing.detail}.", evidence)
    return SPEC.failed(
        resource,
        f"Outbound S3 traffic is held up: {crossing.detail}.",
        severity=None if crossing.share is Share.NONE and not elsewhere else Severity.MEDIUM,
        evidence=evidence,
        remediation=_allow_out(job.security_group_ids[0], network),
    )


def _allow_out(group_id: str, network: Network) -> str:
    list_id = s3_of(network).prefix_list_id
    peer = f"PrefixListIds=[{{PrefixListId={list_id}}}]" if list_id else EVERYONE
    return allow_https(group_id, "egress", peer)


def _of_border(
    job: TrainingJob,
    network: Network,
    subnet_id: str,
    crossing: Fact[Crossing],
    *,
    all_shut: bool,
) -> Finding:
    if isinstance(crossing, Unknown):
        return SPEC.unknown(subnet_id, crossing.reason)
    evidence = {"subnet": subnet_id, "border": crossing.detail, **crossing.as_evidence()}
    if crossing.share is Share.ALL:
        message = f"S3 traffic of {subnet_id} crosses the border: {crossing.detail}."
        return SPEC.passed(subnet_id, message, evidence)
    return SPEC.failed(
        subnet_id,
        f"S3 traffic of {subnet_id} is held up: {crossing.detail}.",
        severity=None if all_shut else Severity.MEDIUM,
        evidence=evidence,
        remediation=let_https_pass(network, crossing, job.security_group_ids[0]),
    )
