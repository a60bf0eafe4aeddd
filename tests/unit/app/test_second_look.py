"""Which jobs are looked at again in an hour: fairly, few at a time, and spread over minutes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, VPC, a_finding, a_job
from tests.fakes import FakeBook, FakePublisher, FakeSecondLooks, ThrottledError, alerts_through
from tests.laws import law
from tests.messages import a_judgement
from vpc_guardrail.app.alert_book import Claim, Entry, Page
from vpc_guardrail.app.second_look import (
    HOUR,
    MOST_IN_ALL,
    MOST_OF_VPC,
    SPREAD,
    Asked,
    SecondLook,
    SecondLooks,
    looks_of_hour,
)
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

HALF_PAST = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
SEVEN = HALF_PAST.replace(minute=0)


def an_entry(job: str, *, told: bool = True) -> Entry:
    return Entry(
        check="s3-reachable",
        resource="subnet-a",
        status=Status.FAIL,
        severity=Severity.CRITICAL,
        message="There is no way.",
        since=NOW,
        told_at=NOW if told else None,
        told_by=f"{a_job(name=job).arn} {NOW.isoformat()}" if told else "",
        claim=None if told else Claim("another", NOW),
    )


def a_page(vpc_id: str, *jobs: str) -> Page:
    return Page(vpc_id, open={f"key {number}": an_entry(job) for number, job in enumerate(jobs)})


def a_book(*pages: Page) -> FakeBook:
    book = FakeBook()
    for page in pages:
        book.write(page, NOW)
    return book


def ask(book: FakeBook, orders: FakeSecondLooks, now: datetime = HALF_PAST) -> Asked:
    return SecondLooks(book, orders).ask(HALF_PAST, now)


def test_the_job_that_a_problem_was_told_with_is_looked_at() -> None:
    book, orders = FakeBook(), FakeSecondLooks()
    job = a_job()
    failed = a_finding(Status.FAIL, check="s3-reachable", resource="subnet-a")
    alerts_through(FakePublisher(), Settings(), book=book).about(a_judgement(failed, job=job))

    assert ask(book, orders) == Asked(1)
    ((look, seconds),) = orders.sent
    assert (look.arn.text, look.created_at, look.vpc_id) == (job.arn, job.created_at, VPC)
    assert (look.hour, seconds) == (SEVEN, 0)


def test_one_job_that_several_problems_were_told_with_is_looked_at_once() -> None:
    orders = FakeSecondLooks()

    assert ask(a_book(a_page("vpc-1", "a", "a", "b")), orders) == Asked(2)
    assert [look.arn.name for look, _ in orders.sent] == ["a", "b"]


def test_what_is_only_about_to_be_told_is_left_alone() -> None:
    orders = FakeSecondLooks()

    assert ask(a_book(Page(VPC, open={"key": an_entry("a", told=False)})), orders) == Asked()
    assert orders.sent == []


def test_looks_are_spread_so_that_jobs_need_not_wait_for_them() -> None:
    orders = FakeSecondLooks()
    ask(a_book(*(a_page(f"vpc-{n}", "a", "b", "c") for n in range(30))), orders)

    delays = [seconds for _, seconds in orders.sent]
    assert delays == sorted(delays)
    assert delays[0] == 0
    assert delays[-1] < SPREAD.total_seconds() <= delays[-1] + delays[1] + 10
    assert max(Counter(delays).values()) == 1


def test_an_hour_that_comes_after_the_next_is_over() -> None:
    """After an outage of hours, not all of them ask at once."""
    orders = FakeSecondLooks()
    book = a_book(a_page(VPC, "a"))

    assert ask(book, orders, HALF_PAST + HOUR) == Asked(too_late=True)
    assert orders.sent == []
    assert ask(book, orders, HALF_PAST + HOUR - timedelta(seconds=1)) == Asked(1)


def test_what_cannot_be_sent_comes_out() -> None:
    orders = FakeSecondLooks()
    orders.fail_next(ThrottledError())

    with pytest.raises(ThrottledError):
        ask(a_book(a_page(VPC, "a")), orders)


def test_what_there_is_no_room_for_is_counted() -> None:
    names = [f"job-{number}" for number in range(MOST_OF_VPC + 7)]

    assert ask(a_book(a_page(VPC, *names)), FakeSecondLooks()) == Asked(MOST_OF_VPC, 7)


jobs_by_vpc = st.dictionaries(
    st.integers(0, 999).map("vpc-{}".format), st.integers(1, 70), min_size=1, max_size=6
) | st.integers(1, 3 * MOST_IN_ALL).map(lambda count: {f"vpc-{n}": 1 + n % 3 for n in range(count)})


@law
@given(jobs_by_vpc, st.integers(0, 9999))
def test_no_hour_asks_for_more_than_its_measure(jobs: Mapping[str, int], hour: int) -> None:
    looks = of_hour(jobs, hour)

    assert len(looks) <= MOST_IN_ALL
    assert max(Counter(look.vpc_id for look in looks).values()) <= MOST_OF_VPC
    assert len({*looks}) == len(looks)


@law
@given(jobs_by_vpc, st.integers(0, 9999))
def test_every_job_has_its_turn(jobs: Mapping[str, int], hour: int) -> None:
    share = max(1, min(MOST_OF_VPC, MOST_IN_ALL // len(jobs)))
    hours_of_a_round = -(-len(jobs) // MOST_IN_ALL) * (-(-max(jobs.values()) // share) + 1)
    seen = {
        (look.vpc_id, look.arn.name)
        for later in range(hours_of_a_round + 1)
        for look in of_hour(jobs, hour + later)
    }

    assert len(seen) == sum(jobs.values())


def of_hour(jobs: Mapping[str, int], hour: int) -> list[SecondLook]:
    pages = [a_page(vpc_id, *(f"job-{n}" for n in range(count))) for vpc_id, count in jobs.items()]
    return [*looks_of_hour(pages, datetime.fromtimestamp(hour * 3600, UTC))]
