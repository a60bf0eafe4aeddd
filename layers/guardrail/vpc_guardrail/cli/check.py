"""`vpc-guardrail check`: judge jobs by the live network, and print the verdicts."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import typer
from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.inventory import Inventory
from vpc_guardrail.adapters.job_reader import SageMakerJobReader
from vpc_guardrail.app.arn import JobArn, MalformedArnError
from vpc_guardrail.app.errors import JobNotFoundError, JobNotReadableError
from vpc_guardrail.cli.exit_codes import OF_VERDICT, ExitCode, worst
from vpc_guardrail.core.decision import Judgement, judge
from vpc_guardrail.core.model import TrainingJob
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.report.documents import verdict_document
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.report.text import judgement_text


@dataclass(frozen=True, slots=True)
class _Trouble:
    """A job that could not be judged, and why."""

    code: ExitCode
    message: str


def check_jobs(names: Sequence[str], *, as_json: bool) -> ExitCode:
    """Print a verdict for each job that can be judged, and the trouble with the others."""
    outcomes = [*_outcomes(names)]
    judgements = [outcome for outcome in outcomes if isinstance(outcome, Judgement)]
    if as_json:
        documents = [verdict_document(judgement) for judgement in judgements]
        typer.echo(json.dumps(documents, indent=2))
    else:
        typer.echo("\n".join(judgement_text(judgement) for judgement in judgements), nl=False)
    for outcome in outcomes:
        if isinstance(outcome, _Trouble):
            typer.echo(f"vpc-guardrail: {one_line(outcome.message)}", err=True)
    return worst(
        OF_VERDICT[outcome.verdict] if isinstance(outcome, Judgement) else outcome.code
        for outcome in outcomes
    )


def _outcomes(names: Sequence[str]) -> Iterator[Judgement | _Trouble]:
    """The jobs, Region by Region, so that one reading serves the jobs of a network."""
    session = Session()
    by_region: dict[str | None, list[str]] = {}
    for name in dict.fromkeys(names):
        try:
            region, job_name = _located(name, session)
        except MalformedArnError as error:
            yield _Trouble(ExitCode.BAD_INPUT, str(error))
        else:
            by_region.setdefault(region, []).append(job_name)
    for region, job_names in by_region.items():
        yield from _outcomes_in(Session(region_name=region), job_names)


def _located(name: str, session: Session) -> tuple[str | None, str]:
    """The Region and the name of a job given by its name or its ARN."""
    if not name.startswith("arn:"):
        return session.region_name, name
    arn = JobArn.parse(name)
    return arn.region, arn.name


def _outcomes_in(session: Session, names: Sequence[str]) -> Iterator[Judgement | _Trouble]:
    clients = Clients(session)
    jobs: list[TrainingJob] = []
    for name in names:
        described = _described(clients, name)
        if isinstance(described, _Trouble):
            yield described
        else:
            jobs.append(described)
    inventory = Inventory(clients.ec2, _now, lambda: jobs)
    for job in jobs:
        try:
            network = inventory.read(job) if job.has_vpc else None
        except (BotoCoreError, ClientError) as error:
            yield _Trouble(ExitCode.AWS_ERROR, f"{job.name}: {error}")
        else:
            yield judge(job, network, Settings(), _now())


def _described(clients: Clients, name: str) -> TrainingJob | _Trouble:
    try:
        return SageMakerJobReader(clients.sagemaker).describe(name)
    except NoRegionError as error:
        return _Trouble(ExitCode.BAD_INPUT, f"{error} Set AWS_REGION, or give the job's ARN.")
    except JobNotFoundError as error:
        return _Trouble(ExitCode.BAD_INPUT, str(error))
    except (BotoCoreError, ClientError, JobNotReadableError) as error:
        return _Trouble(ExitCode.AWS_ERROR, f"{name}: {error}")


def _now() -> datetime:
    return datetime.now(UTC)
