"""What has to be read for training jobs, by what they name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpc_guardrail.core.instance_types import efa_use
from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.s3_policies import bucket_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpc_guardrail.core.model import FileSystem, TrainingJob


@dataclass(frozen=True, slots=True)
class Wanted:
    """What jobs of one account and Region name."""

    region: str
    account: str
    subnet_ids: frozenset[str]
    group_ids: frozenset[str]
    instance_types: frozenset[str]
    """As the jobs write them; only those that the table of EFA types does not know."""
    file_systems: frozenset[FileSystem]
    buckets: frozenset[str] = frozenset()
    every_nat_gateway: bool = False
    """Whether NAT gateways are read also where no route leads to one."""

    @classmethod
    def by(cls, job: TrainingJob, *others: TrainingJob, every_nat_gateway: bool = False) -> Wanted:
        """What a job names, and with it what others name that live where it lives."""
        home = (job.region, job.account)
        here = [job, *(each for each in others if (each.region, each.account) == home)]
        jobs = [judged for each in here for judged in each.judged]
        return cls(
            region=job.region,
            account=job.account,
            subnet_ids=frozenset(name for each in jobs for name in each.subnet_ids),
            group_ids=frozenset(name for each in jobs for name in each.security_group_ids),
            instance_types=frozenset(name for each in jobs for name in _types_to_ask_for(each)),
            buckets=frozenset(name for each in jobs for name in bucket_names(each)),
            file_systems=frozenset(name for each in jobs for name in each.file_systems),
            every_nat_gateway=every_nat_gateway,
        )

    def covers(self, other: Wanted) -> bool:
        """True if all that the other names is named here."""
        return (
            (self.region, self.account) == (other.region, other.account)
            and self.subnet_ids >= other.subnet_ids
            and self.group_ids >= other.group_ids
            and self.instance_types >= other.instance_types
            and self.buckets >= other.buckets
            and self.file_systems >= other.file_systems
        )


def _types_to_ask_for(job: TrainingJob) -> Iterator[str]:
    if not isinstance(job.instance_plans, Unknown):
        for plan in job.instance_plans:
            for each in plan.sets:
                if efa_use(each.instance_type) is None:
                    yield each.instance_type
