"""What a job demands of its network: how many instances, addresses and EFA interfaces.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-ip
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vpc_guardrail.core.instance_types import EfaUse, efa_use
from vpc_guardrail.core.model import Fact, InstancePlan, Network, TrainingJob, Unknown

ADDRESSES_PER_INSTANCE = 2
"""Private IPv4 addresses of an instance without EFA, as the guide page says."""

ADDRESSES_PER_EFA_INSTANCE = 5
"""Private IPv4 addresses of an instance with EFA, as the guide page says."""


@dataclass(frozen=True, slots=True)
class AddressDemand:
    """The addresses that a job takes in the one subnet it runs in.

    `least` holds whatever happens; `most` if every type that can carry EFA does so, and if
    SageMaker picks the largest of the instance preferences.
    """

    least: int
    most: int
    unread: Unknown | None = None
    """Set if `most` counts 5 for a type of which nobody could say whether it carries EFA."""


def efa_of(instance_type: str, network: Network) -> Fact[EfaUse]:
    """Whether instances of a type carry EFA: from the table, else as EC2 described the type."""
    known = efa_use(instance_type)
    if known is not None:
        return known
    supported = network.efa_support.get(
        instance_type, Unknown(f"instance type {instance_type} was not described")
    )
    if isinstance(supported, Unknown):
        return supported
    return EfaUse.POSSIBLE if supported else EfaUse.NEVER


def address_demand(
    job: TrainingJob, network: Network, by_type: Mapping[str, int] | None = None
) -> Fact[AddressDemand]:
    """The addresses that the whole job takes, over all its instance groups.

    `by_type` holds the addresses of instances whose demand the owner knows better.
    """
    if isinstance(job.instance_plans, Unknown):
        return job.instance_plans
    demands = [_plan_demand(plan, network, by_type or {}) for plan in job.instance_plans]
    return AddressDemand(
        least=min(demand.least for demand in demands),
        most=max(demand.most for demand in demands),
        unread=next((demand.unread for demand in demands if demand.unread), None),
    )


def _plan_demand(plan: InstancePlan, network: Network, by_type: Mapping[str, int]) -> AddressDemand:
    least = most = 0
    unread = None
    for each in plan.sets:
        if each.instance_type in by_type:
            least += each.count * by_type[each.instance_type]
            most += each.count * by_type[each.instance_type]
            continue
        efa = efa_of(each.instance_type, network)
        certain = efa is EfaUse.CERTAIN
        least += each.count * (ADDRESSES_PER_EFA_INSTANCE if certain else ADDRESSES_PER_INSTANCE)
        never = efa is EfaUse.NEVER
        most += each.count * (ADDRESSES_PER_INSTANCE if never else ADDRESSES_PER_EFA_INSTANCE)
        if isinstance(efa, Unknown):
            unread = efa
    return AddressDemand(least, most, unread)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Whether something holds in every, in some or in no instance plan of a job."""

    in_every_plan: bool
    in_some_plan: bool


def is_distributed(job: TrainingJob) -> Fact[Likelihood]:
    """Whether the job runs on more than one instance."""
    if isinstance(job.instance_plans, Unknown):
        return job.instance_plans
    several = [plan.instance_count > 1 for plan in job.instance_plans]
    return Likelihood(all(several), any(several))


def uses_efa_between_instances(job: TrainingJob, network: Network) -> Fact[Likelihood]:
    """Whether more than one instance of the job carries EFA: certainly, or only maybe."""
    if isinstance(job.instance_plans, Unknown):
        return job.instance_plans
    certain, possible = [], []
    unread: Unknown | None = None
    for plan in job.instance_plans:
        carrying = dict.fromkeys(EfaUse, 0)
        unsaid = 0
        for each in plan.sets:
            efa = efa_of(each.instance_type, network)
            if isinstance(efa, Unknown):
                unsaid += each.count
                unread = efa
            else:
                carrying[efa] += each.count
        certain.append(carrying[EfaUse.CERTAIN] > 1)
        maybe = carrying[EfaUse.CERTAIN] + carrying[EfaUse.POSSIBLE]
        possible.append(maybe > 1)
        if maybe <= 1 < maybe + unsaid and unread is not None:
            return unread
    return Likelihood(all(certain), any(possible))
