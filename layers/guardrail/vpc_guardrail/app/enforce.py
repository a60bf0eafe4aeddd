"""Obey one stop order: look at the job again, stop the very same one, and tell."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vpc_guardrail.app.circuit_breaker import CircuitBreaker, TooManyStopsError
from vpc_guardrail.app.enforcement import Enforcement, Outcome, StopOrder
from vpc_guardrail.app.errors import JobAlreadyEndedError, JobNotFoundError
from vpc_guardrail.app.ports import JobReader, Ledger, Meter, Publisher, Stopper
from vpc_guardrail.core.model import TrainingJob
from vpc_guardrail.core.settings import Mode, Settings
from vpc_guardrail.core.stop_again import ON_THE_REQUEST, still_stopping

IN_PROGRESS = "InProgress"
"""The only TrainingJobStatus in which a job can be stopped."""

FACTS_HOLD = timedelta(hours=1)
"""A network that was read earlier may be mended by now: an order may come out of dead letters."""


class NotToBeStoppedError(Exception):
    """The settings of now would not stop the job."""


@dataclass(frozen=True, slots=True)
class Enforcer:
    """The use case, with all that it works through."""

    jobs: JobReader
    stopper: Stopper
    ledger: Ledger
    publisher: Publisher
    breaker: CircuitBreaker
    meter: Meter
    settings: Settings
    now: Callable[[], datetime]

    def enforce(self, order: StopOrder) -> Enforcement:
        """Stop once and tell once per job, creation time and rule set.

        That an order was not obeyed for the settings' sake, or held by the circuit breaker, is
        told once as well, but not kept as what became of the job: both may have changed when the
        order comes again.
        """
        key = f"{order.job_arn} {order.created_at.isoformat()} {order.rule_set}"
        if self.settings.mode is not Mode.ENFORCE:
            message = f"{order.job_name} runs on: the mode is {self.settings.mode.value} by now."
            return self._told_once("hold", key, Enforcement(order, Outcome.NOT_ENFORCED, message))
        try:
            kept = self.ledger.once(f"stop {key}", lambda: _kept(self._obey(order, key)))
        except NotToBeStoppedError as error:
            message = f"{order.job_name} runs on: {error}."
            return self._told_once("spare", key, Enforcement(order, Outcome.NOT_ENFORCED, message))
        except TooManyStopsError as error:
            message = (
                f"{order.job_name} runs on: the circuit breaker holds its stop, because {error} "
                f"and the settings allow {error.limit}. Look at the job, and stop it by hand if "
                "that is right."
            )
            return self._told_once("break", key, Enforcement(order, Outcome.HELD, message))
        enforcement = Enforcement(order, Outcome(kept["outcome"]), kept["message"])
        self.ledger.once(f"tell {key}", lambda: self.publisher.tell_enforcement(enforcement))
        return enforcement

    def _told_once(self, what: str, key: str, enforcement: Enforcement) -> Enforcement:
        self.ledger.once(f"{what} {key}", lambda: self.publisher.tell_enforcement(enforcement))
        return enforcement

    def _obey(self, order: StopOrder, key: str) -> Enforcement:
        try:
            job = self.jobs.describe(order.job_name, order.kind)
            refusal = _refusal(order, job)
            if refusal:
                return refusal
            checks = still_stopping(
                self._checks_that_hold(order),
                replace(job, tags=order.tags),
                order.vpc_id,
                self.settings,
                self.now(),
            )
            if not checks:
                raise NotToBeStoppedError("the settings ask for no stop of it by now")
            self.breaker.admit(key, self.settings.stops_per_hour)
            self.stopper.stop(order.job_name, order.kind)
        except JobNotFoundError:
            return Enforcement(order, Outcome.GONE, f"{order.job_name} does not exist any more.")
        except JobAlreadyEndedError as error:
            message = f"{order.job_name} had ended before it could be stopped: {error}."
            return Enforcement(order, Outcome.ALREADY_ENDED, message)
        # Counted at once: a second stop of the same job is refused, so it cannot be counted twice.
        self.meter.job_stopped()
        because = ", ".join(checks)
        return Enforcement(
            order, Outcome.STOPPED, f"{order.job_name} was stopped, because of {because}."
        )

    def _checks_that_hold(self, order: StopOrder) -> tuple[str, ...]:
        """The checks of the order that nothing can have mended since; raises if there is none."""
        read_at = order.facts_read_at
        if read_at and self.now() - read_at <= FACTS_HOLD:
            return order.checks
        held = tuple(check for check in order.checks if check in ON_THE_REQUEST)
        if not held:
            raise NotToBeStoppedError(
                "its network was read more than an hour ago, and may be mended by now"
            )
        return held


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
            f"{name} runs on: its tuning job {job.tuning_job_arn} would start another; that is "
            "judged, and stopped, by itself.",
        )
    return None


def _kept(enforcement: Enforcement) -> dict[str, str]:
    """What the ledger keeps of an enforcement."""
    return {"outcome": enforcement.outcome.value, "message": enforcement.message}
