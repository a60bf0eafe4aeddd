"""The job has access to the internet as the settings say: forbidden, allowed or required."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from vpc_guardrail.core.crossing import Crossing, Share
from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.interfaces import anything_out, out_to
from vpc_guardrail.core.internet import internet, internet_blocks
from vpc_guardrail.core.model import (
    Network,
    Route,
    Subnet,
    TargetKind,
    TrainingJob,
    Unknown,
)
from vpc_guardrail.core.path import Reach, Stretch, stretches
from vpc_guardrail.core.remedies import let_https_pass
from vpc_guardrail.core.routing_remedies import give_nat_gateway, take_away
from vpc_guardrail.core.settings import InternetAccess, Settings

SPEC = CheckSpec(
    name="internet-access",
    kind=Kind.PRIVACY,
    severity=Severity.MEDIUM,
    stop=StopPolicy.NEVER,
    title="The job has access to the internet as the settings say: forbidden or required.",
    risk=(
        "With a way to the internet, whatever runs in the containers can send your data anywhere; "
        "without one, a job that needs packages or services from outside fails."
    ),
    how=(
        "Not judged while the settings say `allowed`, the default. All public addresses are "
        "followed along the effective route table to NAT gateways, their state and their own "
        "routes; the outbound rules of the job's groups count as well. Forbidden and a NAT "
        "gateway on the way: FAIL. Required and an internet gateway alone: FAIL, since a training "
        "job has no public address."
    ),
    limits=(
        "Proxies, transit gateways, peering and appliances lead out of sight: UNKNOWN. IPv6 is not "
        "judged, nor, while access is forbidden, are network ACLs."
    ),
    sound_example="Internet access is forbidden, and no route leads to a NAT gateway.",
    faulty_example=(
        "Internet access is forbidden, and the default route leads to an available NAT gateway."
    ),
    mend=(
        "Forbidden: delete the route to the NAT gateway. Required: lead the route to a public NAT "
        "gateway of the VPC, or to a new one, which costs money by the hour."
    ),
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-nat",
)


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding for each subnet, since the job may land in any one of them."""
    if settings.internet_access is InternetAccess.ALLOWED:
        yield SPEC.not_applicable(job.arn, "The settings allow access to the internet.")
        return
    judge = _forbidden if settings.internet_access is InternetAccess.FORBIDDEN else _required
    for subnet_id in job.subnet_ids:
        subnet = network.subnet(subnet_id)
        if isinstance(subnet, Unknown):
            yield SPEC.unknown(subnet_id, subnet.reason)
            continue
        ways = stretches(network, subnet, internet())
        if isinstance(ways, Unknown):
            yield SPEC.unknown(subnet_id, ways.reason)
        else:
            yield judge(job, network, subnet, ways)


def _forbidden(
    job: TrainingJob, network: Network, subnet: Subnet, ways: tuple[Stretch, ...]
) -> Finding:
    """Traffic of any kind counts, to the very addresses that take an open or unseen way."""
    evidence = _evidence(subnet, ways)
    open_ways = [way for way in ways if _leads_to_nat(way) and way.reach is Reach.REACHED]
    unseen = [way for way in ways if way.reach is Reach.UNSEEN]
    through_open = anything_out(network, job.security_group_ids, _addresses(open_ways))
    if through_open is True:
        return SPEC.failed(
            subnet.id,
            f"{subnet.id} has access to the internet, which the settings forbid: "
            f"{open_ways[0].detail}.",
            evidence=evidence,
            remediation=_without(open_ways[0]),
        )
    if open_ways and isinstance(through_open, Unknown):
        return SPEC.unknown(subnet.id, through_open.reason, evidence)
    if unseen and anything_out(network, job.security_group_ids, _addresses(unseen)) is not False:
        return SPEC.unknown(subnet.id, unseen[0].detail, evidence)
    if open_ways or unseen:
        message = f"No outbound rule lets {subnet.id} reach the internet."
        return SPEC.passed(subnet.id, message, evidence)
    return SPEC.passed(subnet.id, f"{subnet.id} has no way to the internet over IPv4.", evidence)


def _addresses(ways: list[Stretch]) -> list[IPv4Network]:
    return [IPv4Network(way.destination) for way in ways]


def _required(
    job: TrainingJob, network: Network, subnet: Subnet, ways: tuple[Stretch, ...]
) -> Finding:
    rules = out_to(job, network, subnet, internet_blocks())
    evidence = _evidence(subnet, ways)
    evidence["outbound_rules"] = rules.reason if isinstance(rules, Unknown) else rules.detail
    blocked = [way for way in ways if way.reach is Reach.BLOCKED]
    if blocked:
        return SPEC.failed(
            subnet.id,
            f"{subnet.id} has no access to the internet, which the settings require: "
            f"{blocked[0].detail}.{_warning(blocked[0])}",
            evidence=evidence,
            remediation=give_nat_gateway(network, subnet.vpc_id, blocked[0]),
        )
    if isinstance(rules, Crossing) and rules.share is Share.SOME and rules.acl_id:
        return SPEC.unknown(subnet.id, f"a part is held up: {rules.detail}", evidence)
    if isinstance(rules, Crossing) and rules.share is not Share.ALL:
        return SPEC.failed(
            subnet.id,
            f"Traffic of {subnet.id} to the internet is held up: {rules.detail}.",
            evidence={**evidence, **rules.as_evidence()},
            remediation=let_https_pass(network, rules, job.security_group_ids[0]),
        )
    unseen = [way for way in ways if way.reach is Reach.UNSEEN]
    if unseen:
        return SPEC.unknown(subnet.id, unseen[0].detail, evidence)
    if isinstance(rules, Unknown):
        return SPEC.unknown(subnet.id, rules.reason, evidence)
    return SPEC.passed(subnet.id, f"{subnet.id} has access to the internet.", evidence)


def _leads_to_nat(way: Stretch) -> bool:
    return way.target is not None and way.target.kind is TargetKind.NAT_GATEWAY


def _without(way: Stretch) -> str:
    return take_away(way.route_table, way.taken) if isinstance(way.taken, Route) else ""


def _warning(way: Stretch) -> str:
    """What the remedy would take from others."""
    if way.target is None or way.target.kind is not TargetKind.INTERNET_GATEWAY:
        return ""
    return (
        f" {way.route_table} makes its subnets public, which the remedy ends for all of them: a "
        "private subnet is the better place for the job."
    )


def _evidence(subnet: Subnet, ways: tuple[Stretch, ...]) -> dict[str, object]:
    """The ways by their routes: hundreds of pieces of the internet share a few."""
    by_route = {(way.route_table, way.route, way.detail): way for way in ways}
    return {
        "subnet": subnet.id,
        "paths": [
            {"route_table": table, "route": route, "outcome": way.reach.value, "detail": detail}
            for (table, route, detail), way in by_route.items()
        ],
    }
