"""At least one of the job's subnets holds the whole job."""

from collections.abc import Iterable, Iterator

from vpc_guardrail.core.demand import AddressDemand, address_demand
from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import Fact, JobKind, Network, Subnet, TrainingJob, Unknown
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
        "need not is held to 2, and short of 5 is advice. The settings may name another number "
        "for a type. The training jobs of a tuning job run side by side, each in a subnet: it "
        "fails where even their best distribution over the subnets leaves no room for some of "
        "MaxParallelTrainingJobs, less those that run already."
    ),
    limits=(
        "The addresses that a running job holds itself are counted as used. Subnet CIDR "
        "reservations and warm pools are not seen. How the definitions of a tuning job share its "
        "MaxParallelTrainingJobs is not known: where there are several, it fails only if one has "
        "no room for a single training job."
    ),
    sound_example="4 instances without EFA need 8 addresses, and subnet-1 has 200 free.",
    faulty_example="2 x ml.p4d.24xlarge need 10 addresses, subnet-1 has 6 and subnet-2 has 6.",
    mend=(
        "Start the job anew in a larger subnet, or free addresses in one. The command lists the "
        "VPC's subnets with room, and copies a job that waits, with its tags."
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
    demand = address_demand(job, network, settings.addresses_per_instance)
    if isinstance(demand, Unknown):
        yield SPEC.unknown(job.arn, demand.reason)
        return
    known = {name: network.subnet(name) for name in job.subnet_ids}
    room = _room(known.values(), demand.least)
    for name, subnet in known.items():
        if isinstance(subnet, Unknown):
            yield SPEC.unknown(name, subnet.reason)
        elif job.kind is JobKind.TUNING:
            yield _judge_children(job, subnet, demand, room)
        else:
            yield _judge(job, subnet, demand, none_holds=room == 0)


def _room(subnets: Iterable[Fact[Subnet]], addresses: int) -> int | None:
    """How many jobs of so many addresses fit into the subnets, each into one.

    None where a subnet is not known, or nothing is needed: then nothing says that it is too few.
    """
    if addresses == 0:
        return None
    room = 0
    for subnet in subnets:
        if isinstance(subnet, Unknown):
            return None
        room += subnet.available_addresses // addresses
    return room


def _judge_children(
    job: TrainingJob, subnet: Subnet, demand: AddressDemand, room: int | None
) -> Finding:
    """What a subnet means for the training jobs that a tuning job has yet to start at once."""
    free, starts = subnet.available_addresses, job.starts
    evidence = {
        "subnet": subnet.id,
        "free_addresses": free,
        "needed_addresses": demand.least,
        "needed_addresses_if_all_carry_efa": demand.most,
        "training_jobs_at_once": starts.most,
        "training_jobs_that_all_subnets_hold": room,
    }
    most = demand.most * starts.most
    have = f"{subnet.id} has {free} free addresses"
    if free >= most:
        message = f"{have}, and all training jobs that are yet to start at once need {most}."
        return SPEC.passed(subnet.id, message, evidence)
    if demand.unread and free >= demand.least * starts.most:
        return SPEC.unknown(subnet.id, demand.unread.reason, evidence)
    fatal = room is not None and room < starts.least
    certain = demand.least == demand.most
    needs = f"{demand.least}" if certain else f"{demand.least} to {demand.most}"
    message = (
        f"{have}; each of the {starts.most} training jobs that are yet to start at once needs "
        f"{needs} in one subnet"
    )
    if fatal:
        message += f", and all subnets together hold {room} of them"
    return SPEC.failed(
        subnet.id,
        f"{message}.",
        severity=None if fatal else Severity.LOW,
        evidence=evidence,
        remediation=list_subnets(subnet.vpc_id, at_least=most),
    )


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
