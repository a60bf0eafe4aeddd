"""Every subnet and security group that the job names exists, and they belong to one VPC."""

from collections.abc import Iterator

from vpc_guardrail.core.command import aws
from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import Network, SecurityGroup, Subnet, TrainingJob, Unknown
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.core.start_anew import list_subnets, start_anew
from vpc_guardrail.core.zones import unusual_place

SPEC = CheckSpec(
    name="network-references-exist",
    kind=Kind.READINESS,
    severity=Severity.HIGH,
    stop=StopPolicy.NEVER,
    title="Every subnet and security group of the job exists, and all belong to one VPC.",
    risk=(
        "SageMaker cannot place network interfaces in a subnet that is gone, nor attach a "
        "security group of another VPC: the job fails when it starts, or when it restarts."
    ),
    how=(
        "DescribeSubnets and DescribeSecurityGroups, filtered by the ids the job names. A group "
        "of another VPC counts if it is associated with the VPC of the subnets."
    ),
    limits=(
        "What belongs to another account and is not shared with this one looks the same as what "
        "does not exist. Whether training jobs run in Local Zones, in Wavelength Zones and on "
        "Outposts is not documented: UNKNOWN."
    ),
    sound_example="subnet-1, subnet-2 and sg-1 exist in vpc-1.",
    faulty_example=(
        "sg-9 was deleted, or belongs to another VPC and is not associated with this one."
    ),
    mend=(
        "Start the job anew with ids that exist, or associate the group with the VPC. The command "
        "copies the job with its tags."
    ),
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-configure",
)


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding for each subnet and each security group, and one more if the VPCs differ."""
    yield from _subnets(job, network)
    yield from _security_groups(job, network)


def _subnets(job: TrainingJob, network: Network) -> Iterator[Finding]:
    if isinstance(network.subnets, Unknown):
        yield SPEC.unknown(job.arn, network.subnets.reason)
        return
    for subnet_id in job.subnet_ids:
        subnet = network.subnets.get(subnet_id)
        if subnet is None:
            yield _missing(job, network, "Subnet", subnet_id)
        elif place := unusual_place(subnet, network.region):
            yield SPEC.unknown(
                subnet_id, f"{subnet_id} is {place}, where training jobs are not documented to run"
            )
        else:
            yield SPEC.passed(subnet_id, f"Subnet {subnet_id} exists.")
    vpcs = _vpcs_of_subnets(job, network)
    if len(vpcs) > 1:
        yield SPEC.failed(
            job.arn,
            f"The subnets of the job belong to {len(vpcs)} VPCs.",
            evidence={"subnets_by_vpc": {vpc: sorted(subnets) for vpc, subnets in vpcs.items()}},
            remediation=_anew_in(job, network, vpcs),
        )


def _vpcs_of_subnets(job: TrainingJob, network: Network) -> dict[str, list[str]]:
    vpcs: dict[str, list[str]] = {}
    for subnet_id in job.subnet_ids:
        subnet = network.subnet(subnet_id)
        if isinstance(subnet, Subnet):
            vpcs.setdefault(subnet.vpc_id, []).append(subnet_id)
    return vpcs


def _security_groups(job: TrainingJob, network: Network) -> Iterator[Finding]:
    if isinstance(network.security_groups, Unknown):
        yield SPEC.unknown(job.arn, network.security_groups.reason)
        return
    vpcs = [*_vpcs_of_subnets(job, network)]
    for group_id in job.security_group_ids:
        group = network.security_groups.get(group_id)
        if group is None:
            yield _missing(job, network, "Security group", group_id)
        else:
            yield _placed(group, vpcs, network)


def _placed(group: SecurityGroup, vpcs: list[str], network: Network) -> Finding:
    if not vpcs:
        return SPEC.unknown(group.id, "the VPC of the job's subnets is not known")
    evidence = {"group_vpc": group.vpc_id, "subnet_vpcs": vpcs}
    if group.vpc_id in vpcs:
        return SPEC.passed(group.id, f"Security group {group.id} exists in the VPC.", evidence)
    if isinstance(network.group_vpcs, Unknown):
        return SPEC.unknown(group.id, network.group_vpcs.reason, evidence)
    if network.group_vpcs.get(group.id, frozenset()) & {*vpcs}:
        return SPEC.passed(
            group.id, f"Security group {group.id} is associated with the VPC.", evidence
        )
    return SPEC.failed(
        group.id,
        f"Security group {group.id} belongs to {group.vpc_id}, the subnets to {', '.join(vpcs)}.",
        evidence=evidence,
        remediation=aws("ec2", "associate-security-group-vpc", group_id=group.id, vpc_id=vpcs[0]),
    )


def _missing(job: TrainingJob, network: Network, what: str, missing_id: str) -> Finding:
    return SPEC.failed(
        missing_id,
        f"{what} {missing_id} does not exist, or is not visible to account {job.account}.",
        evidence={"named_by": job.arn},
        remediation=_anew_in(job, network, _vpcs_of_subnets(job, network)),
    )


def _anew_in(job: TrainingJob, network: Network, vpcs: dict[str, list[str]]) -> str:
    """Start the job anew with what there is of its subnets and groups in one of the VPCs."""
    vpc_id = min(vpcs, default=None)
    groups = [
        group_id
        for group_id in job.security_group_ids
        if isinstance(group := network.security_group(group_id), SecurityGroup)
        and (vpc_id is None or _belongs(group, vpc_id, network))
    ]
    subnets = vpcs[vpc_id] if vpc_id else ()
    return start_anew(job, subnets, groups, candidates=list_subnets(), vpc_id=vpc_id)


def _belongs(group: SecurityGroup, vpc_id: str, network: Network) -> bool:
    """Whether a group is sure to be of use in a VPC."""
    further = {} if isinstance(network.group_vpcs, Unknown) else network.group_vpcs
    return group.vpc_id == vpc_id or vpc_id in further.get(group.id, frozenset())
