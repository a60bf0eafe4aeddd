"""A training job, as far as its network is concerned."""

from collections.abc import Mapping
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


class JobKind(Enum):
    """What kind of job it is, as its ARN names it."""

    TRAINING = "training-job"
    TUNING = "hyper-parameter-tuning-job"
    """It starts training jobs, its children, by its training definitions."""

    @classmethod
    def of_arn(cls, arn: str) -> "JobKind":
        """The kind of job that an ARN names."""
        resource = arn.rpartition(":")[2]
        return cls.TUNING if resource.startswith(f"{cls.TUNING.value}/") else cls.TRAINING

    @property
    def spoken(self) -> str:
        """The kind in plain words."""
        return "tuning job" if self is JobKind.TUNING else "training job"


@dataclass(frozen=True, slots=True)
class Starts:
    """How many jobs that ask for the same are still to run at once: surely, and at most."""

    least: int
    most: int


ONE_JOB = Starts(1, 1)


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
TAGS_NOT_READ = Unknown("the job's tags were not read")


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """A training job and the network it asks for; or a tuning job, by what its children ask for.

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
    tags: Fact[Mapping[str, str]] = TAGS_NOT_READ
    """Read only where the settings let a tag exempt a job."""
    kind: JobKind = JobKind.TRAINING
    definitions: tuple["TrainingJob", ...] = ()
    """Of a tuning job, one for each training definition: what a child by it asks for.

    The tuning job itself then names all that they name.
    """
    definition_name: str = ""
    starts: Starts = ONE_JOB
    """How many children a training definition has yet to start; they may run side by side."""
    starts_at_first: Starts = ONE_JOB
    """The same before the first of them has started."""
    instance_plans_asked_for: Fact[tuple[InstancePlan, ...]] | None = None
    """What the request leaves to choose from, where SageMaker has made its choice since."""

    @property
    def called(self) -> str:
        """What the command line takes for it: a name alone is that of a training job."""
        return self.arn if self.kind is JobKind.TUNING else self.name

    @property
    def judged(self) -> tuple["TrainingJob", ...]:
        """What the checks look at: the training definitions of a tuning job, else the job."""
        return self.definitions or (self,)

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
