"""The digest: once a day, what was seen in the 24 hours before, and what is still open."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vpc_guardrail.app.alert_book import AlertBook, Entry, Inspected, Mended, Page
from vpc_guardrail.core.decision import Action
from vpc_guardrail.core.exemptions import Exemption, TagExemption
from vpc_guardrail.core.finding import Severity
from vpc_guardrail.core.settings import Settings

DAY = timedelta(days=1)

MOST_TOLD = 100
"""Open problems, and mended ones, that one digest tells; the others are counted."""


@dataclass(frozen=True, slots=True)
class OpenProblem:
    """A problem that is open, and how many of the day's jobs met it."""

    vpc_id: str
    entry: Entry
    jobs_today: int


@dataclass(frozen=True, slots=True)
class Digest:
    """One day in one account and Region."""

    account: str
    region: str
    since: datetime
    until: datetime
    verdicts: dict[str, int]
    """How many jobs were inspected with each verdict."""
    stops_ordered: int
    open: tuple[OpenProblem, ...]
    """The worst first, by VPC."""
    mended: tuple[tuple[str, Mended], ...]
    """Each with its VPC."""
    expired: tuple[Exemption | TagExemption, ...]
    """Exemptions in the settings that hold no more."""
    left_out: int = 0
    """Open and mended problems that there is no room for."""

    @property
    def inspected(self) -> int:
        """How many jobs were inspected."""
        return sum(self.verdicts.values())

    @property
    def severity(self) -> Severity:
        """The highest among what is open."""
        return max((each.entry.severity for each in self.open), default=Severity.INFO)


def is_due(settings: Settings, scheduled: datetime) -> bool:
    """Whether the settings ask for a digest in this hour."""
    return settings.alerts.daily_digest == scheduled.astimezone(UTC).hour


def digest_of(
    book: AlertBook, settings: Settings, place: tuple[str, str], until: datetime
) -> Digest:
    """The digest of the day that ends at this time."""
    since = until - DAY
    jobs = [each for each in book.inspected_since(since) if each.at < until]
    pages = [*book.pages()]
    still_open = sorted(_open(pages, jobs), key=_worst_first)
    mended = [(page.vpc_id, each) for page in pages for each in page.mended if each.at >= since]
    account, region = place
    return Digest(
        account=account,
        region=region,
        since=since,
        until=until,
        verdicts=dict(Counter(each.verdict for each in jobs)),
        stops_ordered=sum(each.action == Action.STOP.value for each in jobs),
        open=tuple(still_open[:MOST_TOLD]),
        mended=tuple(mended[:MOST_TOLD]),
        expired=_expired(settings, until),
        left_out=max(0, len(still_open) - MOST_TOLD) + max(0, len(mended) - MOST_TOLD),
    )


def _open(pages: Iterable[Page], jobs: Iterable[Inspected]) -> Iterable[OpenProblem]:
    """What was told of each VPC; what is about to be told has its own message."""
    met = Counter((each.vpc_id, key) for each in jobs for key in each.problems)
    for page in pages:
        for key, entry in page.open.items():
            if entry.told_at is not None:
                yield OpenProblem(page.vpc_id, entry, met[page.vpc_id, key])


def _worst_first(problem: OpenProblem) -> tuple[int, str, str, str]:
    ranks = [*Severity]
    entry = problem.entry
    return ranks.index(entry.severity), problem.vpc_id, entry.check, entry.resource


def _expired(settings: Settings, at: datetime) -> tuple[Exemption | TagExemption, ...]:
    by_tag = settings.exemptions_by_tag
    every: list[Exemption | TagExemption] = [*settings.exemptions]
    if by_tag:
        every.append(by_tag)
    return tuple(each for each in every if each.expires < at.astimezone(UTC).date())
