"""Reading jobs and their networks from the AWS of the user's environment."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from boto3.session import Session
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    InvalidRegionError,
    ParamValidationError,
)

from vpc_guardrail.adapters import faults
from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.file_systems import FileSystemReader
from vpc_guardrail.adapters.inventory import Inventory
from vpc_guardrail.adapters.job_reader import SageMakerJobReader
from vpc_guardrail.adapters.s3_reader import S3Reader
from vpc_guardrail.adapters.tag_reader import SageMakerTagReader
from vpc_guardrail.app.arn import NAME, JobArn, MalformedArnError
from vpc_guardrail.app.errors import JobNotFoundError, JobNotReadableError
from vpc_guardrail.app.members import MalformedRequestError
from vpc_guardrail.app.snapshot import Snapshot
from vpc_guardrail.app.tags import with_tags
from vpc_guardrail.cli.exit_codes import ExitCode
from vpc_guardrail.core.model import JobKind, TrainingJob
from vpc_guardrail.core.settings import InternetAccess, Settings
from vpc_guardrail.wiring.clock import now

REFUSED_NAME = "ValidationException"
"""SageMaker's code for a name that no job can have; for one that no job has, see `faults`."""

REGION_VARIABLE = "AWS_REGION"
"""What all AWS SDKs but Python's look at first; boto3 reads AWS_DEFAULT_REGION alone.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html
"""

NO_REGION = "no Region is known; set AWS_REGION, or give the job's ARN."


OF_NAMES = "it has letters, digits and hyphens between them, at most 63 characters"


class MalformedNameError(ValueError):
    """A text that no training job can be called."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A job as the user named it, by its name or its ARN."""

    text: str
    name: str
    region: str | None
    is_arn: bool
    kind: JobKind = JobKind.TRAINING

    @classmethod
    def by(cls, text: str, default_region: str | None) -> "_Asked":
        """Read what the user named; raises `MalformedArnError` and `MalformedNameError`."""
        if not text.startswith("arn:"):
            if not re.fullmatch(NAME, text):
                raise MalformedNameError(f"no name of a training job: {text[:200]!r}; {OF_NAMES}")
            return cls(text, text, default_region, is_arn=False)
        arn = JobArn.parse(text)
        return cls(text, arn.name, arn.region, is_arn=True, kind=arn.kind)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A job that could not be read, and why."""

    code: ExitCode
    message: str


def live_facts(names: Sequence[str], settings: Settings) -> Iterator[Snapshot | Trouble]:
    """The facts on each job, Region by Region: one reading serves the jobs of a network."""
    try:
        configured = Session()
    except BotoCoreError as error:
        yield Trouble(ExitCode.BAD_INPUT, str(error))
        return
    default_region = os.environ.get(REGION_VARIABLE) or configured.region_name
    by_region: dict[str, list[_Asked]] = {}
    for name in dict.fromkeys(names):
        try:
            asked = _Asked.by(name, default_region)
        except (MalformedArnError, MalformedNameError) as error:
            yield Trouble(ExitCode.BAD_INPUT, str(error))
        else:
            if asked.region is None:
                yield Trouble(ExitCode.BAD_INPUT, f"{name}: {NO_REGION}")
            else:
                by_region.setdefault(asked.region, []).append(asked)
    for region, wanted in by_region.items():
        yield from _facts_in(Session(region_name=region), wanted, settings)


def _facts_in(
    session: Session, wanted: Sequence[_Asked], settings: Settings
) -> Iterator[Snapshot | Trouble]:
    clients = Clients(session)
    try:
        inventory = Inventory(
            clients.ec2,
            now,
            lambda: jobs,
            FileSystemReader(clients),
            S3Reader(lambda: clients.s3),
            every_nat_gateway=settings.internet_access is InternetAccess.REQUIRED,
        )
    except (InvalidRegionError, ValueError) as error:
        yield Trouble(ExitCode.BAD_INPUT, f"{error} (AWS_REGION or AWS_ENDPOINT_URL)")
        return
    jobs: list[TrainingJob] = []
    for asked in wanted:
        described = _described(clients, asked)
        if isinstance(described, Trouble):
            yield described
        else:
            jobs.append(described)
    for job in jobs:
        try:
            tagged = with_tags(job, settings, SageMakerTagReader(clients.sagemaker))
            network = inventory.read(job) if job.has_vpc else None
        except (BotoCoreError, ClientError) as error:
            yield Trouble(ExitCode.AWS_ERROR, f"{job.name}: {error}")
        else:
            yield Snapshot(tagged, network, settings, network.read_at if network else now())


def _described(clients: Clients, asked: _Asked) -> TrainingJob | Trouble:
    try:
        job = SageMakerJobReader(clients.sagemaker).describe(asked.name, asked.kind)
    except (JobNotFoundError, ParamValidationError) as error:
        return Trouble(ExitCode.BAD_INPUT, str(error))
    except ClientError as error:
        refused = faults.code_of(error) == REFUSED_NAME
        code = ExitCode.BAD_INPUT if refused else ExitCode.AWS_ERROR
        return Trouble(code, f"{asked.text}: {error}")
    except (BotoCoreError, JobNotReadableError, MalformedArnError, MalformedRequestError) as error:
        return Trouble(ExitCode.AWS_ERROR, f"{asked.text}: {error}")
    if asked.is_arn and job.arn.lower() != asked.text.lower():
        message = f"{asked.text} was not found; the job of this name in reach is {job.arn}."
        return Trouble(ExitCode.BAD_INPUT, message)
    return job
