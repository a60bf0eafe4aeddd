"""Obey one stop order: look at the job again, stop the very same one, and tell."""

from dataclasses import dataclass

from vpc_guardrail.app.enforcement import Enforcement, Outcome, StopOrder
from vpc_guardrail.app.errors import JobAlreadyEndedError, JobNotFoundError
from vpc_guardrail.app.ports import JobReader, Ledger, Meter, Publisher, Stopper
from vpc_guardrail.core.model import TrainingJob
from vpc_guardrail.core.settings import Mode, Settings

IN_PROGRESS = "InProgress"
"""The only TrainingJobStatus in which a job can be stopped."""


@dataclass(frozen=True, slots=True)
class Enforcer:
    """The use case, with all that it works through."""

    jobs: JobReader
    stopper: Stopper
    ledger: Ledger
    publisher: Publisher
    meter: Meter
    settings: Settings

    def enforce(self, order: StopOrder) -> Enforcement:
        """Stop once and tell once per job, creation time and rule set.

        That an order was not obeyed for the mode's sake is told once as well, but not kept as
        what became of the job: the mode may be `enforce` when the order comes again.
        """
        key = f"{order.job_arn} {order.created_at.isoformat()} {order.rule_set}"
        if self.settings.mode is not Mode.ENFORCE:
            message = f"{order.job_name} runs on: the mode is {self.settings.mode.value} by now."
            held = Enforcement(order, Outcome.NOT_ENFORCED, message)
            self.ledger.once(f"hold {key}", lambda: self.publisher.tell_enforcement(held))
            return held
        kept = self.ledger.once(f"stop {key}", lambda: _kept(self._obey(order)))
        enforcement = Enforcement(order, Outcome(kept["outcome"]), kept["message"])
        self.ledger.once(f"tell {key}", lambda: self.publisher.tell_enforcement(enforcement))
        return enforcement

    def _obey(self, order: StopOrder) -> Enforcement:
        try:
            job = self.jobs.describe(order.job_name)
            refusal = _refusal(order, job)
            if refusal:
                return refusal
            self.stopper.stop(order.job_name)
        except JobNotFoundError:
            return Enforcement(order, Outcome.GONE, f"{order.job_name} does not exist any more.")
        except JobAlreadyEndedError as error:
            message = f"{order.job_name} had ended before it could be stopped: {error}."
            return Enforcement(order, Outcome.ALREADY_ENDED, message)
        # Counted at once: a second stop of the same job is refused, so it cannot be counted twice.
        self.meter.job_stopped()
        checks = ", ".join(order.checks)
        return Enforcement(
            order, Outcome.STOPPED, f"{order.job_name} was stopped, because of {checks}."
        )


def _refusal(order: StopOrder, job: TrainingJob) -> Enforcement | None:
    """Why this job, as it is described now, must not be stopped; None if it must."""
    name = order.job_name
    if job.arn != order.job_arn or job.created_at != order.created_at:
        return Enforcement(
            order,
            Outcome.ANOTHER_JOB,
            f"The {name} that exists now is another job, created at {job.created_at:%FT%TZ}; "
            "it runs on.",
        )
    if job.status != IN_PROGRESS:
        return Enforcement(
            order, Outcome.ALREADY_ENDED, f"{name} was not in progress any more: {job.status}."
        )
    if job.tuning_job_arn:
        return Enforcement(
            order,
            Outcome.CHILD_OF_TUNING_JOB,
            f"{name} runs on: its tuning job {job.tuning_job_arn} would start another; stop that.",
        )
    return None


def _kept(enforcement: Enforcement) -> dict[str, str]:
    """What the ledger keeps of an enforcement."""
    return {"outcome": enforcement.outcome.value, "message": enforcement.message}
