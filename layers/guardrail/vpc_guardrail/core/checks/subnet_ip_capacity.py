"""At least one of the job's subnets holds the whole job."""

from collections.abc import Iterator

from vpc_guardrail.core.demand import AddressDemand, address_demand
from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import Network, Subnet, TrainingJob, Unknown
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.core.start_anew import list_subnets, start_anew

SPEC = CheckSpec(
    name="subnet-ip-capacity",
    kind=Kind.READINESS,
    severity=Severity.HIGH,
    stop=StopPolicy.NEVER,
    title="At least one subnet of the job has enough free addresses for all of its instances.",
    risk="SageMaker cannot create the network interfaces, and the job fails or waits.",
    how=(
        "A job runs in one of its subnets, so free addresses are never added up across subnets. "
        "2 addresses for each instance, 5 for each instance with EFA, summed over instance "
        "groups; the smallest of the instance preferences decides. A type that can carry EFA but "
        "need not is held to 2, and short of 5 is advice."
    ),
    limits=(
        "The addresses that a running job holds itself are counted as used. Subnet CIDR "
        "reservations and warm pools are not seen."
    ),
    sound_example="4 instances without EFA need 8 addresses, and subnet-1 has 200 free.",
    faulty_example="2 x ml.p4d.24xlarge need 10 addresses, subnet-1 has 6 and subnet-2 has 6.",
    mend=(
        "Start the job anew in a larger subnet, or free addresses in one. The command lists the "
        "VPC's subnets with room, and copies a job that waits, without its tags."
    ),
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-ip",
)

WAITING_FOR_INSTANCES = frozenset(
    {"", "Starting", "Pending", "LaunchingMLInstances", "PreparingTrainingStack", "Restarting"}
)
"""SecondaryStatus values in which a job may not hold its addresses yet; empty: not known."""

OWN_ADDRESSES = "addresses that the job holds itself may be counted as used"


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding for each subnet: all short is HIGH, only some short is LOW for each."""
    demand = address_demand(job, network)
    if isinstance(demand, Unknown):
        yield SPEC.unknown(job.arn, demand.reason)
        return
    known = {name: network.subnet(name) for name in job.subnet_ids}
    none_holds = all(
        isinstance(subnet, Subnet) and subnet.available_addresses < demand.least
        for subnet in known.values()
    )
    for name, subnet in known.items():
        if isinstance(subnet, Unknown):
            yield SPEC.unknown(name, subnet.reason)
        else:
            yield _judge(job, subnet, demand, none_holds=none_holds)


def _judge(job: TrainingJob, subnet: Subnet, demand: AddressDemand, *, none_holds: bool) -> Finding:
    free = subnet.available_addresses
    evidence = {
        "subnet": subnet.id,
        "free_addresses": free,
        "needed_addresses": demand.least,
        "needed_addresses_if_all_carry_efa": demand.most,
        "note": OWN_ADDRESSES,
    }
    if free >= demand.most:
        message = f"{subnet.id} has {free} free addresses, and the job needs {demand.most}."
        return SPEC.passed(subnet.id, message, evidence)
    if free >= demand.least:
        if demand.unread:
            return SPEC.unknown(subnet.id, demand.unread.reason, evidence)
        message = (
            f"{subnet.id} has {free} free addresses: enough for the least that the job may need "
            f"({demand.least}), too few for the most ({demand.most}: EFA wherever an instance can "
            "carry it, and the largest of the instance preferences)."
        )
    else:
        message = f"{subnet.id} has {free} free addresses, and the job needs {demand.least}."
    runs_already = job.secondary_status not in WAITING_FOR_INSTANCES
    if runs_already:
        message += " The job has its instances already, so this concerns a restart only."
    fatal = none_holds and not runs_already
    return SPEC.failed(
        subnet.id,
        message,
        severity=None if fatal else Severity.LOW,
        evidence=evidence,
        remediation=_roomier(job, subnet, demand) if fatal else _roomy(subnet, demand),
    )


def _roomy(subnet: Subnet, demand: AddressDemand) -> str:
    """List the subnets of the VPC that hold the whole job."""
    return list_subnets(subnet.vpc_id, at_least=demand.most)


def _roomier(job: TrainingJob, subnet: Subnet, demand: AddressDemand) -> str:
    """Start the job anew in a subnet of the VPC that holds the whole job."""
    candidates = _roomy(subnet, demand)
    return start_anew(job, (), job.security_group_ids, candidates=candidates)
