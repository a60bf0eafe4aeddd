"""The book of alerts: what was told of each VPC, and which jobs met it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from vpc_guardrail.core.alert_routes import ON_DEFAULT_ROUTE
from vpc_guardrail.core.finding import Severity, Status


@dataclass(frozen=True, slots=True)
class Claim:
    """That a job's inspection is about to tell; others wait until it did, or failed."""

    by: str
    """The job's ARN and creation time."""
    until: datetime

    def holds_against(self, other: str, at: datetime) -> bool:
        """Whether another has to wait."""
        return self.by != other and at < self.until


@dataclass(frozen=True, slots=True)
class Entry:
    """An open problem of a VPC."""

    check: str
    resource: str
    status: Status
    severity: Severity
    message: str
    since: datetime
    """When it was first met."""
    told_at: datetime | None = None
    """When it was told last; None as long as nobody was told."""
    told_by: str = ""
    """The job that it was told with."""
    jobs: int = 0
    """How many jobs had met it by then."""
    claim: Claim | None = None
    shape: str = ""
    """The shape of the job that it was told with, or is about to be."""
    routes: Mapping[str, datetime] = field(default_factory=dict)
    """When it was told last under each route's name."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A problem that was told as open, and is no more."""

    check: str
    resource: str
    severity: Severity
    since: datetime
    at: datetime
    jobs: int
    """How many jobs met it."""
    status: Status = Status.FAIL
    """What was told of it; the book does not keep it, nor the key: the digest needs neither."""
    key: str = ""
    """The problem's key."""
    routes: frozenset[str] = ON_DEFAULT_ROUTE
    """The names of the routes that it was told under."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Jobs that met what is told again, since it was told last."""

    jobs: int
    job_names: tuple[str, ...]
    """The first of them."""
    since: datetime


@dataclass(frozen=True, slots=True)
class AllMended:
    """Problems of one VPC that an inspection, or a second look, showed to be mended."""

    account: str
    region: str
    vpc_id: str
    mended: tuple[Mended, ...]
    seen_with: str
    """The job whose inspection, or second look, showed it."""
    at: datetime
    by_second_look: bool = False

    @property
    def severity(self) -> Severity:
        """The highest among what is mended."""
        return max(each.severity for each in self.mended)

    @property
    def routes(self) -> frozenset[str]:
        """Whoever was told of any of them."""
        return frozenset().union(*(each.routes for each in self.mended))


@dataclass(frozen=True, slots=True)
class Page:
    """What the book holds of one VPC; the version is 0 where there is nothing yet."""

    vpc_id: str
    version: int = 0
    open: Mapping[str, Entry] = field(default_factory=dict)
    """By the problems' keys."""
    mended: tuple[Mended, ...] = ()
    """What was mended lately, for the digest."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """That one job was inspected, and what it met."""

    job: str
    """Its ARN and creation time."""
    job_name: str
    created_at: datetime
    at: datetime
    vpc_id: str | None
    verdict: str
    action: str
    problems: tuple[str, ...]
    """The keys of the problems of its VPC."""


class PageChangedError(Exception):
    """Another invocation wrote the page meanwhile; it is to be read again."""


class AlertBook(Protocol):
    """Where the book is kept."""

    def page(self, vpc_id: str) -> Page:
        """The page of a VPC as it is now."""

    def write(self, page: Page, kept_until: datetime) -> Page:
        """Replace the page of this version, and give the new one; raises `PageChangedError`."""

    def pages(self) -> Iterator[Page]:
        """The pages of all VPCs."""

    def note(self, inspected: Inspected) -> None:
        """Keep that a job was inspected; once for each job, however often it is noted."""

    def inspected_since(self, time: datetime) -> Iterator[Inspected]:
        """The jobs that were inspected at this time or later.

        One that was inspected more than a day after its creation may be left out.
        """
