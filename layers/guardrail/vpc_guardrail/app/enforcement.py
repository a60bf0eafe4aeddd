"""Orders to stop a job, and what becomes of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


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


class Outcome(Enum):
    """What became of an order."""

    STOPPED = "stopped"
    ALREADY_ENDED = "already-ended"
    GONE = "gone"
    ANOTHER_JOB = "another-job"
    CHILD_OF_TUNING_JOB = "child-of-tuning-job"
    NOT_ENFORCED = "not-enforced"


@dataclass(frozen=True, slots=True)
class Enforcement:
    """An order and its outcome, in one sentence that ends in a period."""

    order: StopOrder
    outcome: Outcome
    message: str
