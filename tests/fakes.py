"""Fakes of the ports that read like the domain: each keeps what it was asked, in order.

A fake lies no more than what it stands for: the ledger keeps JSON, orders travel as messages, and
a stopped job is described as stopping.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.builders import NOW
from vpc_guardrail.app.alert_book import Page, PageChangedError
from vpc_guardrail.app.alerts import Alerts
from vpc_guardrail.app.circuit_breaker import TooManyStopsError
from vpc_guardrail.app.errors import (
    JobAlreadyEndedError,
    JobNotFoundError,
    JobNotReadableError,
)
from vpc_guardrail.app.order_codec import decode, encode
from vpc_guardrail.app.second_look_codec import decode as decode_look
from vpc_guardrail.app.second_look_codec import encode as encode_look
from vpc_guardrail.core.model import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
    from datetime import datetime

    from vpc_guardrail.app.alert_book import AllMended, Inspected, Recurrence
    from vpc_guardrail.app.digest import Digest
    from vpc_guardrail.app.enforcement import Enforcement, StopOrder
    from vpc_guardrail.app.ports import Json
    from vpc_guardrail.app.second_look import SecondLook
    from vpc_guardrail.core.decision import Judgement
    from vpc_guardrail.core.model import Fact, Network, TrainingJob
    from vpc_guardrail.core.settings import Settings


class ThrottledError(Exception):
    """AWS asks to be called less often: a fault, which no use case may take for a fact."""


class LedgerBusyError(Exception):
    """Another invocation holds the key."""


class _Faults:
    """Errors that the next calls meet, one each."""

    def __init__(self) -> None:
        self._coming: list[Exception] = []

    def fail_next(self, *errors: Exception) -> None:
        """Let the next calls fail with these."""
        self._coming += errors

    def _meet(self) -> None:
        if self._coming:
            raise self._coming.pop(0)


class FakeJobs(_Faults):
    """SageMaker's training jobs; `asked` holds the names that were described."""

    def __init__(self, *jobs: TrainingJob) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._jobs = {job.name: job for job in jobs}
        self._readable = True

    def describe(self, name: str, kind: JobKind = JobKind.TRAINING) -> TrainingJob:
        self.asked.append(name)
        self._meet()
        if not self._readable:
            raise JobNotReadableError("sagemaker:DescribeTrainingJob is denied")
        job = self.now(name)
        if job.kind is not kind:
            raise JobNotFoundError(f"{kind.spoken} {name} was not found")
        return job

    def now(self, name: str) -> TrainingJob:
        """The job as it is, without asking SageMaker."""
        if name not in self._jobs:
            raise JobNotFoundError(f"training job {name} was not found")
        return self._jobs[name]

    def put(self, job: TrainingJob) -> None:
        """From now on this is the job of its name."""
        self._jobs[job.name] = job

    def end(self, name: str, status: str) -> None:
        """The job leaves its progress."""
        self.put(replace(self.now(name), status=status))

    def delete(self, name: str) -> None:
        """The job is no more."""
        del self._jobs[name]

    def deny(self) -> None:
        """From now on no job may be described."""
        self._readable = False


class FakeTags(_Faults):
    """The tags that every job carries; `asked` holds the ARNs of the jobs they were read for."""

    def __init__(self, tags: Fact[Mapping[str, str]] | None = None) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._tags = {} if tags is None else tags

    def tags_of(self, job_arn: str) -> Fact[Mapping[str, str]]:
        self.asked.append(job_arn)
        self._meet()
        return self._tags


class FakeNetworks(_Faults):
    """The one network that every job runs in; `asked` holds the jobs it was read for."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.asked: list[TrainingJob] = []
        self._network = network

    def read(self, job: TrainingJob) -> Network:
        self.asked.append(job)
        self._meet()
        return self._network


class FakeLedger:
    """A ledger in memory, with the contract of `app.ports.Ledger`; `asked` holds the keys."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._kept: dict[str, str] = {}
        self._held: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._kept

    def once(self, key: str, work: Callable[[], Json]) -> Json:
        self.asked.append(key)
        if key in self._held:
            raise LedgerBusyError(key)
        if key not in self._kept:
            self._held.add(key)
            try:
                self._kept[key] = json.dumps(work())
            finally:
                self._held.remove(key)
        return json.loads(self._kept[key])

    def hold(self, key: str) -> None:
        """Another invocation is at work on this key."""
        self._held.add(key)


class FakeBreaker:
    """A circuit breaker that counts each key once; `admitted` holds those that it let through."""

    def __init__(self) -> None:
        self.admitted: list[str] = []

    def admit(self, key: str, limit: int) -> None:
        if key in self.admitted:
            return
        if len(self.admitted) >= limit:
            raise TooManyStopsError(limit)
        self.admitted.append(key)


class FakePublisher(_Faults):
    """Whoever listens; a refused message was not told."""

    def __init__(self) -> None:
        super().__init__()
        self.judgements: list[Judgement] = []
        self.enforcements: list[Enforcement] = []
        self.routes: list[set[str]] = []
        self.recurrences: list[Recurrence | None] = []
        self.mended: list[AllMended] = []
        self.digests: list[Digest] = []

    def tell_judgement(
        self,
        judgement: Judgement,
        routes: Set[str],
        recurrence: Recurrence | None = None,
    ) -> None:
        self._meet()
        self.judgements.append(judgement)
        self.routes.append({*routes})
        self.recurrences.append(recurrence)

    def tell_mended(self, mended: AllMended) -> None:
        self._meet()
        self.mended.append(mended)

    def tell_digest(self, digest: Digest) -> None:
        self._meet()
        self.digests.append(digest)

    def tell_enforcement(self, enforcement: Enforcement) -> None:
        self._meet()
        self.enforcements.append(enforcement)

    @property
    def told_nobody(self) -> bool:
        """True as long as not one message was published."""
        return not (self.judgements or self.enforcements or self.mended or self.digests)


class FakeBook(_Faults):
    """A book of alerts in memory; `inspected` holds what was noted, by the job."""

    def __init__(self) -> None:
        super().__init__()
        self.inspected: dict[str, Inspected] = {}
        self._pages: dict[str, Page] = {}
        self._failing_writes: list[Exception] = []
        self._failing_counts: list[Exception] = []

    def fail_on_write(self, *errors: Exception) -> None:
        """Let the next writings of a page fail with these."""
        self._failing_writes += errors

    def fail_on_counting(self, *errors: Exception) -> None:
        """Let the next readings of the inspected jobs fail with these."""
        self._failing_counts += errors

    def page(self, vpc_id: str) -> Page:
        self._meet()
        return self._pages.get(vpc_id, Page(vpc_id))

    def write(self, page: Page, kept_until: datetime) -> Page:
        self._meet()
        if self._failing_writes:
            raise self._failing_writes.pop(0)
        if page.version != self._pages.get(page.vpc_id, page).version:
            raise PageChangedError(page.vpc_id)
        self._pages[page.vpc_id] = replace(page, version=page.version + 1)
        return self._pages[page.vpc_id]

    def pages(self) -> Iterator[Page]:
        yield from self._pages.values()

    def note(self, inspected: Inspected) -> None:
        self._meet()
        self.inspected[inspected.job] = inspected

    def inspected_since(self, time: datetime) -> Iterator[Inspected]:
        if self._failing_counts:
            raise self._failing_counts.pop(0)
        return (each for each in self.inspected.values() if each.at >= time)


def alerts_through(
    publisher: FakePublisher,
    settings: Settings,
    *,
    book: FakeBook | None = None,
    now: Callable[[], datetime] = lambda: NOW,
    pause: Callable[[float], None] = lambda seconds: None,
) -> Alerts:
    """Alerts with a book of their own, unless one is given; nothing waits."""
    return Alerts(
        book=FakeBook() if book is None else book,
        publisher=publisher,
        settings=settings,
        now=now,
        pause=pause,
    )


class FakeMeter:
    """What is counted: the names of jobs as inspected, the checks that failed, the stops."""

    def __init__(self) -> None:
        self.inspected: list[str] = []
        self.failed_checks: list[str] = []
        self.stops = 0

    def job_inspected(self, judgement: Judgement, failed_checks: Iterable[str]) -> None:
        self.inspected.append(f"{judgement.job.name} {judgement.verdict.value}")
        self.failed_checks += failed_checks

    def job_stopped(self) -> None:
        self.stops += 1


class FakeStopOrders(_Faults):
    """The enforcement queue; `sent` holds the orders as the enforcer will read them."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[StopOrder] = []

    def send(self, order: StopOrder) -> None:
        self._meet()
        self.sent.append(decode(encode(order)))


class FakeSecondLooks(_Faults):
    """The inspection queue; `sent` holds each look as it is read, and its delay."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[SecondLook, int]] = []

    def send(self, looks: Sequence[tuple[SecondLook, int]]) -> None:
        self._meet()
        self.sent += [
            (decode_look(json.loads(encode_look(look))), seconds) for look, seconds in looks
        ]


class FakeStopper(_Faults):
    """SageMaker's stops over a `FakeJobs`; `stopped` holds the jobs that it really stopped."""

    def __init__(self, jobs: FakeJobs) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.stopped: list[str] = []
        self._jobs = jobs

    def stop(self, name: str, kind: JobKind = JobKind.TRAINING) -> None:
        self.asked.append(name)
        self._meet()
        job = self._jobs.now(name)
        if job.kind is not kind:
            raise JobNotFoundError(f"{kind.spoken} {name} was not found")
        status = job.status
        if status != "InProgress":
            raise JobAlreadyEndedError(f"the training job is in status {status}")
        self._jobs.end(name, "Stopping")
        self.stopped.append(name)
