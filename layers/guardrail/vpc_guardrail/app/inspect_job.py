"""Inspect one announced job: read it and its network, judge, tell, and order a stop."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from vpc_guardrail.app.alerts import Alerts, routes_concerned
from vpc_guardrail.app.arn import JobArn
from vpc_guardrail.app.enforcement import StopOrder
from vpc_guardrail.app.errors import JobNotFoundError, JobNotReadableError
from vpc_guardrail.app.ports import (
    JobReader,
    Json,
    Ledger,
    Meter,
    NetworkReader,
    StopOrders,
    TagReader,
)
from vpc_guardrail.app.tags import with_tags
from vpc_guardrail.core.alert_routes import DEFAULT_ROUTE
from vpc_guardrail.core.decision import Action, Judgement, failed_checks, judge
from vpc_guardrail.core.engine import RULE_SET_VERSION
from vpc_guardrail.core.model import Fact, Starter, TrainingJob, Unknown
from vpc_guardrail.core.model.job import TAGS_NOT_READ
from vpc_guardrail.core.model.starter import NOBODY_TOLD
from vpc_guardrail.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event that tells of a job: a hint of which job, not the truth about it."""

    arn: JobArn
    job_name: str
    requested: TrainingJob | None
    """The job as the event's request asks for it; None where the event does not carry it."""
    started_by: Fact[Starter] = NOBODY_TOLD


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an inspection came to, as the ledger keeps it: JSON values only."""

    verdict: str
    action: str
    severity: str
    vpc_id: str | None
    stopping_checks: list[str]
    facts_read_at: str | None = None
    """In ISO 8601; None in receipts of earlier versions."""
    routes: list[str] = field(default_factory=lambda: [DEFAULT_ROUTE])
    """Of the alert, as are those of what comes of a stop."""
    tags: dict[str, str] | None = None
    """The job's, where a stop is ordered and they were read."""


class JobUnknownError(Exception):
    """The job cannot be described, and its event does not carry the request."""


@dataclass(frozen=True, slots=True)
class Inspector:
    """The use case, with all that it works through."""

    jobs: JobReader
    networks: NetworkReader
    ledger: Ledger
    alerts: Alerts
    stop_orders: StopOrders
    meter: Meter
    settings: Settings
    now: Callable[[], datetime]
    tags: TagReader

    def inspect(self, announcement: Announcement) -> Receipt:
        """Judge, tell and count once per job, creation time and rule set.

        A stop order is sent again with every repetition: the enforcer obeys it once.
        """
        job = announced_job(announcement, self.jobs)
        key = f"inspect {job.arn} {job.created_at.isoformat()} {RULE_SET_VERSION}"
        judged_now: list[Judgement] = []

        def judge_and_tell() -> Json:
            judgement = replace(self.judgement_on(job), started_by=announcement.started_by)
            self.alerts.about(judgement)
            judged_now.append(judgement)
            return asdict(_receipt(judgement, self.settings))

        receipt = Receipt(**self.ledger.once(key, judge_and_tell))
        for judgement in judged_now:
            self.meter.job_inspected(judgement, failed_checks(judgement.findings, self.settings))
        if receipt.action == Action.STOP.value:
            self.stop_orders.send(_order(job, receipt, announcement.started_by))
        return receipt

    def judgement_on(self, job: TrainingJob) -> Judgement:
        """Read the network of a job, if it names one, and judge.

        Its tags are read only where the settings let them exempt it.
        """
        job = with_tags(job, self.settings, self.tags)
        network = self.networks.read(job) if job.has_vpc else None
        return judge(job, network, self.settings, self.now())


def announced_job(announcement: Announcement, jobs: JobReader) -> TrainingJob:
    """The job as it is described now; else as its event asks for it.

    A job of the same name with another ARN is not the announced one.
    """
    try:
        job = jobs.describe(announcement.job_name, announcement.arn.kind)
        if job.arn.lower() != announcement.arn.text.lower():
            raise JobNotFoundError(f"{announcement.job_name} is now {job.arn}")
    except (JobNotFoundError, JobNotReadableError) as error:
        if announcement.requested is None:
            raise JobUnknownError(
                f"{announcement.arn} cannot be described ({error}), and its event does not carry "
                "the request"
            ) from error
        return announcement.requested
    return job


def _receipt(judgement: Judgement, settings: Settings) -> Receipt:
    return Receipt(
        verdict=judgement.verdict.value,
        action=judgement.action.value,
        severity=judgement.severity.value,
        vpc_id=judgement.vpc_id,
        stopping_checks=[*judgement.stopping_checks],
        facts_read_at=judgement.facts_read_at.isoformat(),
        routes=sorted(routes_concerned(judgement, settings)),
        tags=_known_tags(judgement) if judgement.action is Action.STOP else None,
    )


def _known_tags(judgement: Judgement) -> dict[str, str] | None:
    tags = judgement.job.tags
    return None if isinstance(tags, Unknown) else dict(tags)


def _order(job: TrainingJob, receipt: Receipt, started_by: Fact[Starter]) -> StopOrder:
    read_at = receipt.facts_read_at
    return StopOrder(
        job_name=job.name,
        job_arn=job.arn,
        account=job.account,
        created_at=job.created_at,
        vpc_id=receipt.vpc_id,
        checks=tuple(receipt.stopping_checks),
        severity=receipt.severity,
        rule_set=RULE_SET_VERSION,
        started_by=started_by,
        role_arn=job.role_arn,
        facts_read_at=datetime.fromisoformat(read_at) if read_at else None,
        routes=tuple(receipt.routes),
        tags=TAGS_NOT_READ if receipt.tags is None else receipt.tags,
    )
