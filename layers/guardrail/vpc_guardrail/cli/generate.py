"""`vpc-guardrail generate`: policies that close S3 to what a job does not need, proved first."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import typer
from boto3.session import Session
from botocore.exceptions import BotoCoreError

from vpc_guardrail.app.snapshot import Snapshot
from vpc_guardrail.cli.exit_codes import ExitCode
from vpc_guardrail.cli.live import REGION_VARIABLE, Trouble, live_facts
from vpc_guardrail.core.model import Fact, Network, TrainingJob, Unknown
from vpc_guardrail.core.policy import (
    Address,
    Journey,
    PolicyError,
    Remedy,
    UnsoundRemedyError,
    address,
    bucket_policy,
    endpoint_policy,
)
from vpc_guardrail.core.s3_policies import NO_ENDPOINT_ID, bucket_names, journey_of
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.report.plain import one_line

ACCOUNT_DIGITS = 12
ANY_ROLE = "training"
"""The role that a policy is tried with where no job tells one: it names none itself."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user named."""

    job: str | None
    buckets: Sequence[str]
    vpc: str | None = None
    endpoints: Sequence[str] = ()
    account: str | None = None
    region: str | None = None


def print_endpoint_policy(asked: Asked) -> ExitCode:
    """Print a policy for an S3 endpoint."""
    found = _of_job(asked) if asked.job else _of_options(asked)
    if isinstance(found, Trouble):
        return _told(found)
    journey, facts = found
    names = asked.buckets or (bucket_names(facts.job) if facts else ())
    if not names:
        return _told(Trouble(ExitCode.BAD_INPUT, "name at least one bucket"))
    return _print(lambda: endpoint_policy(journey, names), names)


def print_bucket_policy(asked: Asked) -> ExitCode:
    """Print a policy for one bucket, with what its policy says already if a job is named."""
    if not asked.job and not asked.vpc:
        return _told(Trouble(ExitCode.BAD_INPUT, "give --job, or --vpc with --bucket"))
    found = _of_job(asked) if asked.job else _of_options(asked)
    if isinstance(found, Trouble):
        return _told(found)
    journey, facts = found
    names = asked.buckets or (bucket_names(facts.job) if facts else ())
    if len(names) != 1:
        among = f" of {', '.join(names)}" if names else ""
        return _told(Trouble(ExitCode.BAD_INPUT, f"name one bucket{among} with --bucket"))
    existing = _existing(names[0], facts) if facts else None
    if isinstance(existing, Unknown):
        message = f"the policy of bucket {names[0]} has to stay, and {existing.reason}"
        return _told(Trouble(ExitCode.AWS_ERROR, message))
    return _print(lambda: bucket_policy(journey, names[0], asked.endpoints, existing), names)


@dataclass(frozen=True, slots=True)
class _Facts:
    job: TrainingJob
    network: Network


def _existing(name: str, facts: _Facts) -> Fact[str | None]:
    found = facts.network.bucket(name)
    return found if isinstance(found, Unknown) else found.policy


def _of_job(asked: Asked) -> tuple[Journey, _Facts] | Trouble:
    """By what AWS tells about a job."""
    (read,) = live_facts([asked.job or ""], Settings())
    if isinstance(read, Trouble):
        return read
    return _of_snapshot(read)


def _of_snapshot(read: Snapshot) -> tuple[Journey, _Facts] | Trouble:
    if read.network is None:
        return Trouble(ExitCode.BAD_INPUT, f"job {read.job.name} names no VPC")
    way = journey_of(read.job, read.network)
    if isinstance(way, Unknown):
        return Trouble(ExitCode.AWS_ERROR, f"{read.job.name}: {way.reason}")
    return way, _Facts(read.job, read.network)


def _of_options(asked: Asked) -> tuple[Journey, None] | Trouble:
    """By the options alone; AWS is not asked."""
    account = asked.account or ""
    if len(account) != ACCOUNT_DIGITS or not account.isdigit():
        return Trouble(ExitCode.BAD_INPUT, "give --job, or the 12 digits of --account")
    region = asked.region or os.environ.get(REGION_VARIABLE)
    try:
        session = Session()
        region = region or session.region_name
        partition = session.get_partition_for_region(region or "")
    except (BotoCoreError, ValueError) as error:
        return Trouble(ExitCode.BAD_INPUT, f"give --region: {error}")
    role = f"arn:{partition}:iam::{account}:role/{ANY_ROLE}"
    journey = Journey(
        account=account,
        region=region or "",
        role_arn=role,
        vpc_id=asked.vpc or "vpc-any",
        endpoint_id=asked.endpoints[0] if asked.endpoints else NO_ENDPOINT_ID,
        partition=partition,
    )
    return journey, None


def _print(make: Callable[[], Remedy], names: Sequence[str]) -> ExitCode:
    for name in names:
        where = address(f"s3://{name}")
        if not isinstance(where, Address):
            return _told(Trouble(ExitCode.BAD_INPUT, where.reason))
    try:
        remedy = make()
    except (PolicyError, UnsoundRemedyError) as error:
        return _told(Trouble(ExitCode.BAD_INPUT, f"no policy can be made: {error}"))
    typer.echo(remedy.text)
    for note in remedy.notes:
        typer.echo(f"vpc-guardrail: {note}", err=True)
    return ExitCode.COMPLIANT


def _told(trouble: Trouble) -> ExitCode:
    typer.echo(f"vpc-guardrail: {one_line(trouble.message)}", err=True)
    return trouble.code
