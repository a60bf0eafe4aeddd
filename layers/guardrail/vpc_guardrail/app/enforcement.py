"""Orders to stop a job, and what becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from vpc_guardrail.core.alert_routes import DEFAULT_ROUTE
from vpc_guardrail.core.model import Fact, JobKind, Starter
from vpc_guardrail.core.model.job import NO_ROLE, TAGS_NOT_READ
from vpc_guardrail.core.model.starter import NOBODY_TOLD


@dataclass(frozen=True, slots=True)
class StopOrder:
    """An order to stop one job: the one of this ARN that was created at this very time."""

    job_name: str
    job_arn: str
    account: str
    created_at: datetime
    vpc_id: str | None
    checks: tuple[str, ...]
    """The checks whose FAIL asks for the stop."""
    severity: str
    rule_set: str
    started_by: Fact[Starter] = NOBODY_TOLD
    role_arn: Fact[str] = NO_ROLE
    facts_read_at: datetime | None = None
    """When the network was read that the order rests on; None where it does not tell."""
    routes: tuple[str, ...] = (DEFAULT_ROUTE,)
    """The names of the alert routes that the verdict was told under."""
    tags: Fact[Mapping[str, str]] = TAGS_NOT_READ
    """The job's tags, where the settings let a tag exempt jobs when it was inspected."""

    @property
    def kind(self) -> JobKind:
        """The kind of job that the ARN names."""
        return JobKind.of_arn(self.job_arn)


class Outcome(Enum):
    """What became of an order."""

    STOPPED = "stopped"
    ALREADY_ENDED = "already-ended"
    GONE = "gone"
    ANOTHER_JOB = "another-job"
    CHILD_OF_TUNING_JOB = "child-of-tuning-job"
    NOT_ENFORCED = "not-enforced"
    HELD = "held"
    """By the circuit breaker."""


@dataclass(frozen=True, slots=True)
class Enforcement:
    """An order and its outcome, in one sentence that ends in a period."""

    order: StopOrder
    outcome: Outcome
    message: str
