"""The policies that a job's requests to S3 pass: of the endpoint in force, and of the buckets."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from vpc_guardrail.core.internet import internet
from vpc_guardrail.core.model import (
    Endpoint,
    EndpointType,
    Fact,
    Network,
    S3Place,
    S3Use,
    Subnet,
    TargetKind,
    TrainingJob,
    Unknown,
)
from vpc_guardrail.core.model.job import NO_ROLE
from vpc_guardrail.core.path import Reach, one_by_one
from vpc_guardrail.core.policy import (
    Address,
    Admission,
    Bucket,
    Journey,
    Keys,
    Policy,
    PolicyError,
    Transfer,
    Tri,
    Witness,
    address,
    admits,
    encrypted_with,
)
from vpc_guardrail.core.policy_answers import KEPT, policy_of
from vpc_guardrail.core.routing import effective_route_table
from vpc_guardrail.core.s3_path import OWNER_UNSEEN, interface_endpoint_for_s3, stretches_to_s3

COLONS_OF_AN_ARN = 5
NO_ENDPOINT = (
    "No S3 endpoint is on the way of {subnet} to S3, so no endpoint policy binds it: "
    "s3-gateway-endpoint tells about that."
)


@dataclass(frozen=True, slots=True)
class Passage:
    """An endpoint that requests to S3 pass, from these subnets of the job."""

    endpoint: Endpoint
    subnet_ids: tuple[str, ...]
    nat_subnet_ids: tuple[str, ...]
    """Those of the subnets that a NAT gateway leads past the endpoint, to the internet."""
    allowed_buckets: tuple[str, ...] = ()
    """Those that the owner lets through beside the job's own."""

    def journey(self, job: TrainingJob) -> Fact[Journey]:
        """The way of the job's requests through the endpoint."""
        is_gateway = self.endpoint.type is EndpointType.GATEWAY
        return journey(job, self.endpoint.vpc_id, self.endpoint.id, is_gateway=is_gateway)

    def question(self, job: TrainingJob) -> Fact[tuple[Policy, Journey]]:
        """What a question to the endpoint's policy is made of."""
        policy, way = self.policy, self.journey(job)
        if isinstance(policy, Unknown):
            return policy
        return way if isinstance(way, Unknown) else (policy, way)

    @property
    def policy(self) -> Fact[Policy]:
        """The endpoint's policy, or why it is not known."""
        name = f"the policy of endpoint {self.endpoint.id}"
        if self.endpoint.policy is None:
            return Unknown(f"{name} is not told")
        return parsed(self.endpoint.policy, name)

    def as_evidence(self) -> dict[str, object]:
        """The passage as JSON values."""
        return {"endpoint": self.endpoint.id, "subnets": [*self.subnet_ids]}


@dataclass(frozen=True, slots=True)
class Passages:
    """What the job's subnets send their requests to S3 through."""

    through: tuple[Passage, ...]
    unseen: tuple[tuple[str, str], ...]
    """Subnets of which it cannot be told, and why."""
    past: tuple[str, ...]
    """Subnets whose requests pass no endpoint."""


def journey(
    job: TrainingJob, vpc_id: str, endpoint_id: str, *, is_gateway: bool = True
) -> Fact[Journey]:
    """The way of a job's requests, if it is known who makes them."""
    if isinstance(job.role_arn, Unknown):
        return job.role_arn
    if job.role_arn.count(":") < COLONS_OF_AN_ARN:
        return NO_ROLE
    return Journey(
        account=job.account,
        region=job.region,
        role_arn=job.role_arn,
        vpc_id=vpc_id,
        endpoint_id=endpoint_id,
        partition=job.partition,
        is_gateway=is_gateway,
    )


NO_ENDPOINT_ID = "vpce-none"
"""Stands for the endpoint of a VPC that has none."""


def journey_of(job: TrainingJob, network: Network) -> Fact[Journey]:
    """The way of a job's requests: by an endpoint in force, or at least from its VPC."""
    found = passages(job, network).through
    if found:
        return min(found, key=lambda each: each.endpoint.id).journey(job)
    subnets = [network.subnet(subnet_id) for subnet_id in job.subnet_ids]
    vpcs = [subnet.vpc_id for subnet in subnets if isinstance(subnet, Subnet)]
    if vpcs:
        return journey(job, min(vpcs), NO_ENDPOINT_ID)
    return next((each for each in subnets if isinstance(each, Unknown)), NO_SUBNET)


NO_SUBNET = Unknown("the job names no subnet")


def parsed(text: str, name: str) -> Fact[Policy]:
    """A policy, or where it is wrong."""
    try:
        return policy_of(text)
    except PolicyError as error:
        return Unknown(f"{name} is not valid: {error}".rstrip("."))


def passages(job: TrainingJob, network: Network, allowed_buckets: tuple[str, ...] = ()) -> Passages:
    """The endpoints in force, each with the subnets that it serves."""
    served: dict[str, list[str]] = {}
    endpoints: dict[str, Endpoint] = {}
    unseen: list[tuple[str, str]] = []
    past: list[str] = []
    for subnet_id in job.subnet_ids:
        found = _in_force(network, network.subnet(subnet_id))
        if isinstance(found, Unknown):
            unseen.append((subnet_id, found.reason))
        elif not found:
            past.append(subnet_id)
        else:
            for endpoint in found:
                endpoints[endpoint.id] = endpoint
                served.setdefault(endpoint.id, []).append(subnet_id)
    through = tuple(
        Passage(
            endpoints[each], tuple(subnets), tuple(_with_nat(network, subnets)), allowed_buckets
        )
        for each, subnets in served.items()
    )
    return Passages(through, tuple(unseen), tuple(past))


def _in_force(network: Network, subnet: Fact[Subnet]) -> Fact[tuple[Endpoint, ...]]:
    """The endpoints that a subnet's requests pass; S3's name comes before the routes."""
    if isinstance(subnet, Unknown):
        return subnet
    if subnet.owner_id != network.account:
        return Unknown(OWNER_UNSEEN)
    by_name = interface_endpoint_for_s3(network, subnet)
    if by_name is not None:
        return by_name if isinstance(by_name, Unknown) else (by_name,)
    return _by_routes(network, subnet)


def _by_routes(network: Network, subnet: Subnet) -> Fact[tuple[Endpoint, ...]]:
    ways = stretches_to_s3(network, subnet)
    if isinstance(ways, Unknown):
        return ways
    if isinstance(network.endpoints, Unknown):
        return network.endpoints
    unseen = [way.detail for way in ways if way.reach is Reach.UNSEEN]
    if unseen:
        return Unknown(min(unseen))
    ids = {way.target.id for way in ways if way.target and way.through_gateway_endpoint}
    return tuple(network.endpoints[each] for each in sorted(ids))


def _with_nat(network: Network, subnet_ids: list[str]) -> Iterator[str]:
    """Those subnets from which a NAT gateway leads, as far as is known, to the internet."""
    for subnet_id in subnet_ids:
        subnet = network.subnet(subnet_id)
        if isinstance(subnet, Unknown) or not _has_nat_route(network, subnet):
            continue
        ways = one_by_one(network, subnet, internet())
        if not isinstance(ways, Unknown) and any(
            way.target is not None
            and way.target.kind is TargetKind.NAT_GATEWAY
            and way.reach is not Reach.BLOCKED
            for way in ways
        ):
            yield subnet_id


def _has_nat_route(network: Network, subnet: Subnet) -> bool:
    """Whether any route of a subnet leads to a NAT gateway; most tables are settled by this."""
    table = effective_route_table(network, subnet)
    return not isinstance(table, Unknown) and any(
        route.target.kind is TargetKind.NAT_GATEWAY for route in table.routes
    )


def addresses(job: TrainingJob) -> Iterator[tuple[S3Place, Fact[Address]]]:
    """The places that the job uses, each where it lies."""
    for place in job.s3_places:
        yield place, address(place.uri)


def bucket_names(job: TrainingJob) -> tuple[str, ...]:
    """The ordinary buckets that the job names, each once."""
    found = (where.bucket for _, where in addresses(job) if isinstance(where, Address))
    return tuple(dict.fromkeys(found))


def transfer(place: S3Place, where: Address) -> Transfer:
    """What the job does with a place, as the questions to policies know it."""
    if place.use is S3Use.WRITES:
        sends = encrypted_with(place.kms_key) if place.kms_key else {}
        return Transfer(f"write {place.purpose}", where, Keys.FOLDER, writes=True, sends=sends)
    purpose = f"read {place.purpose}"
    if place.use is S3Use.READS_OBJECT:
        return Transfer(purpose, where, Keys.ONE, reads=True)
    return Transfer(purpose, where, Keys.PREFIX, reads=True, lists=True)


@lru_cache(KEPT)
def admission(
    endpoint: Fact[Policy], target: Bucket, way: Journey, place: S3Place, where: Address
) -> Admission:
    """Whether the endpoint's and the bucket's policies let the job do this.

    What cannot be known of the bucket leaves nothing that is refused for certain: it may lie in
    another Region, of whose traffic the endpoint's policy says nothing.
    """
    found = admits(endpoint, target, way, transfer(place, where))
    if isinstance(target.policy, Unknown) and found.admitted is Tri.NO:
        return replace(found, admitted=Tri.MAYBE)
    return found


def bucket(job: TrainingJob, network: Network, name: str) -> Bucket:
    """A bucket as the questions to policies know it, if it lies in the job's Region.

    Source: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
    """
    found = network.bucket(name)
    if isinstance(found, Unknown):
        return Bucket(name, found, found)
    if isinstance(found.policy, Unknown):
        return Bucket(name, found.owner, found.policy)
    if isinstance(found.region, Unknown):
        return Bucket(name, found.owner, found.region)
    if found.region != job.region:
        elsewhere = f"bucket {name} lies in {found.region}, which the VPC's endpoint does not serve"
        return Bucket(name, found.owner, Unknown(elsewhere))
    if found.policy is None:
        return Bucket(name, found.owner, None)
    return Bucket(name, found.owner, parsed(found.policy, f"the policy of bucket {name}"))


def evidence_of(witness: Witness | None) -> dict[str, object]:
    """A request and the statements that decide it, as JSON values."""
    if witness is None:
        return {}
    return {
        "action": witness.action,
        "resource": witness.resource,
        "principal": witness.principal.label,
        "statements": [*witness.statements],
    }


def told(witness: Witness | None) -> str:
    """A request in a few words, to stand in brackets after a sentence's core."""
    if witness is None:
        return ""
    by = f", by {' and '.join(witness.statements)}" if witness.statements else ""
    return f" ({witness.action} on {witness.resource} of {witness.principal.label}{by})"
