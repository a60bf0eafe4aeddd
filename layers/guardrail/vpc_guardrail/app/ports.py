"""What the use cases need from outside, as protocols."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from vpc_guardrail.app.alert_book import AllMended, Recurrence
from vpc_guardrail.app.digest import Digest
from vpc_guardrail.app.enforcement import Enforcement, StopOrder
from vpc_guardrail.core.decision import Judgement
from vpc_guardrail.core.model import Fact, JobKind, Network, TrainingJob

Json = Any
"""A value that JSON can carry."""


class JobReader(Protocol):
    """Reads training jobs and tuning jobs."""

    def describe(self, name: str, kind: JobKind = JobKind.TRAINING) -> TrainingJob:
        """The job of this name and kind; raises `JobNotFoundError` and `JobNotReadableError`."""


class TagReader(Protocol):
    """Reads the tags of training jobs."""

    def tags_of(self, job_arn: str) -> Fact[Mapping[str, str]]:
        """The tags, or `Unknown` where they may not be read; faults of AWS raise."""


class NetworkReader(Protocol):
    """Reads the network of a job."""

    def read(self, job: TrainingJob) -> Network:
        """A snapshot in which each fact is read or `Unknown`; faults of AWS raise."""


class Ledger(Protocol):
    """Remembers what was done, so that it is done once."""

    def once(self, key: str, work: Callable[[], Json]) -> Json:
        """Do the work and keep its result, or give the result kept for this key.

        An error in the work forgets the key, so that a retry works again. While another holds
        the key, an error is raised: the message comes back later.
        """


class Publisher(Protocol):
    """Tells people and machines."""

    def tell_judgement(self, judgement: Judgement, recurrence: Recurrence | None = None) -> None:
        """Publish the verdict on a job, and how many met the same since it was told last."""

    def tell_mended(self, mended: AllMended) -> None:
        """Publish what is open no more."""

    def tell_digest(self, digest: Digest) -> None:
        """Publish what was seen in a day."""

    def tell_enforcement(self, enforcement: Enforcement) -> None:
        """Publish what became of an order to stop a job."""


class StopOrders(Protocol):
    """Hands orders to the enforcer."""

    def send(self, order: StopOrder) -> None:
        """Send one order; the same order may be sent more than once."""


class Stopper(Protocol):
    """Stops training jobs and tuning jobs: the only one that may."""

    def stop(self, name: str, kind: JobKind = JobKind.TRAINING) -> None:
        """Stop the job; raises `JobAlreadyEndedError` and `JobNotFoundError`."""
