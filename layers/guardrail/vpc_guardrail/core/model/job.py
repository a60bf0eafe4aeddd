"""A training job, as far as its network is concerned."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from vpc_guardrail.core.model.storage import S3Place
from vpc_guardrail.core.model.unknown import Fact, Unknown


class JobSource(Enum):
    """Where the facts about a job come from."""

    DESCRIBED = "described"
    """DescribeTrainingJob: the truth."""
    EVENT = "event"
    """The request in the event: the job could not be described."""


@dataclass(frozen=True, slots=True)
class VpcConfig:
    """The subnets and security groups that a job names; either may be empty."""

    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InstanceSet:
    """So many instances of one type, such as 4 x `ml.p4d.24xlarge`."""

    instance_type: str
    count: int


@dataclass(frozen=True, slots=True)
class InstancePlan:
    """Instances that start together: one set, or one for each instance group."""

    sets: tuple[InstanceSet, ...]

    @property
    def instance_count(self) -> int:
        """How many instances the plan starts, over all its sets."""
        return sum(each.count for each in self.sets)


@dataclass(frozen=True, slots=True)
class FileSystem:
    """A file system that a job reads its data from, inside the VPC."""

    kind: str
    """FileSystemType: `EFS` or `FSxLustre`."""
    id: str

    @property
    def key(self) -> str:
        """What tells it from all others: ids of EFS and of FSx look alike."""
        return f"{self.kind} {self.id}"


NO_ROLE = Unknown("the job's role is not told")


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """A training job and the network it asks for.

    It carries neither environment nor hyperparameters: those never leave the account.
    """

    name: str
    arn: str
    partition: str
    region: str
    account: str
    status: str
    """TrainingJobStatus: InProgress, Completed, Failed, Stopping, Stopped, Deleting."""
    secondary_status: str
    created_at: datetime
    """CreationTime; of a job that is only known from its event, the time of the event."""
    source: JobSource
    vpc_config: VpcConfig | None
    instance_plans: Fact[tuple[InstancePlan, ...]]
    """Alternatives of which SageMaker runs exactly one (InstancePreferences): one or more."""
    encrypts_inter_container_traffic: bool = False
    file_systems: tuple[FileSystem, ...] = ()
    vpc_registry: str | None = None
    """The host of the training image's registry, if TrainingRepositoryAccessMode is `Vpc`."""
    tuning_job_arn: str | None = None
    """The hyperparameter tuning job that started this one, if any."""
    role_arn: Fact[str] = NO_ROLE
    """The role that SageMaker uses for the job, in S3 too."""
    s3_places: tuple[S3Place, ...] = ()
    """What the job reads and writes in S3, as its request tells it."""

    @property
    def subnet_ids(self) -> tuple[str, ...]:
        """The subnets the job names; it will run in ONE of them."""
        return self.vpc_config.subnet_ids if self.vpc_config else ()

    @property
    def security_group_ids(self) -> tuple[str, ...]:
        """The security groups that every network interface of the job carries."""
        return self.vpc_config.security_group_ids if self.vpc_config else ()

    @property
    def has_vpc(self) -> bool:
        """True if the job names at least one subnet and one security group."""
        return bool(self.subnet_ids and self.security_group_ids)
