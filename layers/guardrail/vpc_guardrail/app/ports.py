"""What the use cases need from outside, as protocols."""

from collections.abc import Callable
from typing import Any, Protocol

from vpc_guardrail.app.enforcement import Enforcement, StopOrder
from vpc_guardrail.core.decision import Judgement
from vpc_guardrail.core.model import Network, TrainingJob

Json = Any
"""A value that JSON can carry."""


class JobReader(Protocol):
    """Reads training jobs."""

    def describe(self, name: str) -> TrainingJob:
        """The job of this name; raises `JobNotFoundError` and `JobNotReadableError`."""


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

    def tell_judgement(self, judgement: Judgement) -> None:
        """Publish the verdict on a job."""

    def tell_enforcement(self, enforcement: Enforcement) -> None:
        """Publish what became of an order to stop a job."""


class StopOrders(Protocol):
    """Hands orders to the enforcer."""

    def send(self, order: StopOrder) -> None:
        """Send one order; the same order may be sent more than once."""


class Stopper(Protocol):
    """Stops training jobs: the only one that may."""

    def stop(self, name: str) -> None:
        """Stop the job; raises `JobAlreadyEndedError` and `JobNotFoundError`."""
