"""Look a second time at a job whose VPC's problems were told: tell what is mended by now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from vpc_guardrail.app.alerts import Alerts
from vpc_guardrail.app.errors import JobNotFoundError
from vpc_guardrail.app.ports import JobReader, Ledger, NetworkReader, TagReader
from vpc_guardrail.app.second_look import SecondLook
from vpc_guardrail.app.tags import with_tags
from vpc_guardrail.core.as_told import forms_of, judgements_as_told
from vpc_guardrail.core.model import TrainingJob
from vpc_guardrail.core.problems import UNKNOWN_VPC
from vpc_guardrail.core.settings import Settings


class Outcome(Enum):
    """What came of a second look."""

    LOOKED = "looked"
    """What passes was told as mended, if it was open."""
    GONE = "gone"
    """The job is no more, or another has its name: nothing can be said of it."""
    ELSEWHERE = "elsewhere"
    """Its subnets do not lie in the VPC that its problems were told of, or no longer."""


@dataclass(frozen=True, slots=True)
class LookAgain:
    """The use case, with all that it works through; it can neither judge a job nor stop one."""

    jobs: JobReader
    networks: NetworkReader
    ledger: Ledger
    alerts: Alerts
    settings: Settings
    now: Callable[[], datetime]
    tags: TagReader

    def at(self, asked: SecondLook) -> Outcome:
        """Look once an hour, however often it is asked for; an error of AWS raises."""
        key = (
            f"second look {asked.arn} {asked.created_at.isoformat()} {asked.vpc_id} "
            f"{asked.hour.isoformat()}"
        )
        return Outcome(self.ledger.once(key, lambda: self._look(asked).value))

    def _look(self, asked: SecondLook) -> Outcome:
        job = job_asked_for(asked, self.jobs)
        if job is None:
            return Outcome.GONE
        job = with_tags(job, self.settings, self.tags)
        network = self.networks.read(widest_form(job)) if job.has_vpc else None
        found = judgements_as_told(job, network, self.settings, self.now())
        for number, judgement in enumerate(found):
            if asked.vpc_id not in (judgement.vpc_id, UNKNOWN_VPC):
                return Outcome.ELSEWHERE
            self.alerts.again(judgement, asked.vpc_id, counts=number == 0)
        return Outcome.LOOKED


def job_asked_for(asked: SecondLook, jobs: JobReader) -> TrainingJob | None:
    """The job as it is described now; None if it is gone, or was created at another time."""
    try:
        job = jobs.describe(asked.arn.name, asked.arn.kind)
    except JobNotFoundError:
        return None
    is_same = (job.arn.lower(), job.created_at) == (asked.arn.text.lower(), asked.created_at)
    return job if is_same else None


def widest_form(job: TrainingJob) -> TrainingJob:
    """The form by which the network is read for all of them."""
    return forms_of(job)[0]
