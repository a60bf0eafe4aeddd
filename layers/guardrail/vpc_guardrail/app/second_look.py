"""Ask for second looks: at the jobs that open problems were told with, so that a mend is seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from vpc_guardrail.app.alert_book import AlertBook, Page
from vpc_guardrail.app.arn import JobArn
from vpc_guardrail.app.ports import SecondLookOrders

T = TypeVar("T")

MOST_OF_VPC, MOST_IN_ALL = 20, 400
"""Second looks in an hour."""

SPREAD = timedelta(minutes=10)
"""Less than the age at which a message in the inspection queue raises an alarm."""

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """That a job is to be looked at once more, for what is mended of its VPC."""

    arn: JobArn
    created_at: datetime
    vpc_id: str
    hour: datetime
    """The hour of the schedule, in which it is looked at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of an hour."""

    asked: int = 0
    left_out: int = 0
    """Jobs that there was no room for; their turn comes in the next hours."""
    too_late: bool = False


@dataclass(frozen=True, slots=True)
class SecondLooks:
    """The use case, with all that it works through."""

    book: AlertBook
    orders: SecondLookOrders

    def ask(self, scheduled: datetime, now: datetime) -> Asked:
        """Ask for the looks of an hour, spread over minutes; none once the next hour has come."""
        if now >= scheduled + HOUR:
            return Asked(too_late=True)
        hour = scheduled.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        pages = [*self.book.pages()]
        looks = [*looks_of_hour(pages, hour)]
        steps = int(SPREAD.total_seconds())
        self.orders.send(
            [(look, number * steps // len(looks)) for number, look in enumerate(looks)]
        )
        told = sum(len(_told_jobs(page)) for page in pages)
        return Asked(len(looks), told - len(looks))


def looks_of_hour(pages: Sequence[Page], hour: datetime) -> Iterator[SecondLook]:
    """The jobs of an hour: an equal share of each VPC, others in each hour until all had a turn."""
    concerned = sorted((page for page in pages if _told_jobs(page)), key=lambda page: page.vpc_id)
    turns = _turns(concerned, MOST_IN_ALL, int(hour.timestamp() // HOUR.total_seconds()))
    share = min(MOST_OF_VPC, MOST_IN_ALL // max(1, len(turns)))
    for page, turn in turns:
        for job, _ in _turns(_told_jobs(page), share, turn):
            arn, _, created_at = job.rpartition(" ")
            yield SecondLook(
                JobArn.parse(arn), datetime.fromisoformat(created_at), page.vpc_id, hour
            )


def _told_jobs(page: Page) -> list[str]:
    """The jobs that its open problems were told with, each by its ARN and creation time."""
    return sorted({entry.told_by for entry in page.open.values() if entry.told_at})


def _turns(items: Sequence[T], most: int, turn: int) -> list[tuple[T, int]]:
    """At most so many of the items in this turn, each with how often it had its own before."""
    count = min(most, len(items))
    start = turn * count
    return [
        (items[place % len(items)], place // len(items)) for place in range(start, start + count)
    ]
