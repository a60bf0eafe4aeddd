"""What the use cases need from outside, as protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from vpc_guardrail.core.model import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
    from datetime import datetime, timedelta

    from vpc_guardrail.app.alert_book import AllMended, Recurrence
    from vpc_guardrail.app.digest import Digest
    from vpc_guardrail.app.enforcement import Enforcement, StopOrder
    from vpc_guardrail.app.evaluation import Evaluation, Reading
    from vpc_guardrail.app.second_look import SecondLook
    from vpc_guardrail.app.vpc_changes import ResourceState
    from vpc_guardrail.core.decision import Judgement
    from vpc_guardrail.core.model import Fact, Network, TrainingJob
    from vpc_guardrail.core.score import VpcScore
    from vpc_guardrail.core.score_rule import ScoreRule

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


class AccountReader(Protocol):
    """Reads the VPCs of an account, many at a time."""

    def vpc_ids(self) -> tuple[str, ...]:
        """All VPCs; raises `AccountNotReadableError` where they may not be listed."""

    def networks(self, vpc_ids: Sequence[str], rule: ScoreRule) -> Iterator[tuple[str, Network]]:
        """A snapshot for each VPC that exists, read as far as the rule asks; faults of AWS raise.

        All facts are read after the call; a batch of VPCs is held at a time.
        """


class Ledger(Protocol):
    """Remembers what was done, so that it is done once."""

    def once(self, key: str, work: Callable[[], Json]) -> Json:
        """Do the work and keep its result, or give the result kept for this key.

        An error in the work forgets the key, so that a retry works again. While another holds
        the key, an error is raised: the message comes back later.
        """


class Publisher(Protocol):
    """Tells people and machines."""

    def tell_judgement(
        self,
        judgement: Judgement,
        routes: Set[str],
        recurrence: Recurrence | None = None,
    ) -> None:
        """Publish the verdict on a job to routes, and how many met the same since it was told."""

    def tell_mended(self, mended: AllMended) -> None:
        """Publish what is open no more."""

    def tell_digest(self, digest: Digest) -> None:
        """Publish what was seen in a day."""

    def tell_enforcement(self, enforcement: Enforcement) -> None:
        """Publish what became of an order to stop a job."""


class Meter(Protocol):
    """Counts what was done: once for each job, however often it is announced."""

    def job_inspected(self, judgement: Judgement, failed_checks: Iterable[str]) -> None:
        """Count a job that was judged just now, and each check that makes it noncompliant."""

    def job_stopped(self) -> None:
        """Count a job that was stopped just now."""


class StopOrders(Protocol):
    """Hands orders to the enforcer."""

    def send(self, order: StopOrder) -> None:
        """Send one order; the same order may be sent more than once."""


class SecondLookOrders(Protocol):
    """Hands second looks to the inspector."""

    def send(self, looks: Sequence[tuple[SecondLook, int]]) -> None:
        """Send them, each to come after so many seconds; the same may be sent more than once."""


class Stopper(Protocol):
    """Stops training jobs and tuning jobs: the only one that may."""

    def stop(self, name: str, kind: JobKind = JobKind.TRAINING) -> None:
        """Stop the job; raises `JobAlreadyEndedError` and `JobNotFoundError`."""


class VpcScores(Protocol):
    """Scores VPCs by what AWS says now."""

    def score(self, vpc_ids: Sequence[str]) -> Iterator[VpcScore]:
        """A score for each of these VPCs that exists; an error of AWS raises."""

    def score_all(self) -> Iterator[VpcScore]:
        """A score for every VPC; raises `AccountNotReadableError`."""


class Readings(Protocol):
    """Remembers what was read, so that a burst of changes costs one reading."""

    def covering(
        self, key: str, since: datetime, read: Callable[[], Reading], longest: timedelta
    ) -> Reading:
        """A reading of this key that began after `since`: one that is kept, else a new one.

        While another reads, it is waited for, but not longer than a reading takes at the longest.
        An error in the reading comes out as it is.
        """


class ResourceHistory(Protocol):
    """What AWS Config recorded of resources."""

    def states(self, resource_type: str, resource_id: str) -> Iterator[ResourceState]:
        """The last states of a resource, newest first; none of one that Config does not know."""


class SubnetHomes(Protocol):
    """Knows which VPC a subnet lies in."""

    def vpcs_of(self, subnet_ids: Set[str]) -> frozenset[str]:
        """The VPCs of those of the subnets that are still there."""


class Evaluations(Protocol):
    """Tells AWS Config, for one message of its."""

    def put(self, evaluations: Iterable[Evaluation], at: datetime) -> int:
        """Tell these as of a time; gives how many. What is refused raises.

        What was told of a resource as of a later time stands.
        """

    def evaluated(self, resource_type: str) -> Iterator[str]:
        """The ids of the resources of a type that the rule told a compliance of."""
