"""The book of alerts before moto's DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.builders import ACCOUNT, NOW, REGION, VPC
from tests.integration.wire import Wire
from vpc_guardrail.adapters.alert_book import DynamoDbAlertBook
from vpc_guardrail.app.alert_book import Claim, Entry, Inspected, Mended, Page, PageChangedError
from vpc_guardrail.app.alert_turn import MOST_OPEN, Sight, Turn, claimed, settled
from vpc_guardrail.core.alert_routes import LONGEST_NAME, MOST_ROUTES
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.core.passing import NOTHING_PASSES, Passing
from vpc_guardrail.core.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from vpc_guardrail.adapters.clients import Clients

TABLE = "alert-book"
LATER = NOW + timedelta(days=30)

ENTRY = Entry(
    check="s3-reachable",
    resource="subnet-a",
    status=Status.FAIL,
    severity=Severity.CRITICAL,
    message="No route leads to S3.",
    since=NOW - timedelta(days=2),
    told_at=NOW - timedelta(microseconds=1),
    told_by="arn 2026",
    jobs=3,
    claim=Claim("another", NOW + timedelta(seconds=60)),
    shape="0123456789abcdef",
    routes={"default": NOW - timedelta(microseconds=1), "ml": NOW - timedelta(hours=3)},
)
FRESH = replace(
    ENTRY, told_at=None, told_by="", jobs=0, claim=None, status=Status.UNKNOWN, routes={}
)
MENDED = Mended("dns-resolves-s3", VPC, Severity.HIGH, NOW - timedelta(days=1), NOW, 7)
PAGE = Page(VPC, open={"key-a": ENTRY, "key-b": FRESH}, mended=(MENDED,))

JOB = Inspected(
    job="arn 2026-11-23",
    job_name="train-1",
    created_at=NOW - timedelta(minutes=1),
    at=NOW,
    vpc_id=VPC,
    verdict="noncompliant",
    action="notify",
    problems=("key-a", "key-b"),
)


def book_of(clients: Clients, *, account: str = ACCOUNT) -> DynamoDbAlertBook:
    return DynamoDbAlertBook(clients.dynamodb, TABLE, account, REGION)


@pytest.fixture
def book(clients: Clients) -> DynamoDbAlertBook:
    clients.dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": "place", "KeyType": "HASH"},
            {"AttributeName": "entry", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "place", "AttributeType": "S"},
            {"AttributeName": "entry", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return book_of(clients)


def test_a_vpc_without_a_page_has_an_empty_one(book: DynamoDbAlertBook) -> None:
    assert book.page(VPC) == Page(VPC)


def test_a_page_is_read_as_it_was_written(book: DynamoDbAlertBook) -> None:
    written = book.write(PAGE, LATER)

    assert written == replace(PAGE, version=1)
    assert book.page(VPC) == written


def test_a_page_that_another_wrote_meanwhile_is_not_overwritten(book: DynamoDbAlertBook) -> None:
    first = book.write(PAGE, LATER)
    with pytest.raises(PageChangedError):
        book.write(Page(VPC), LATER)
    assert book.page(VPC) == first

    book.write(replace(first, open={}), LATER)
    with pytest.raises(PageChangedError):
        book.write(first, LATER)
    assert book.page(VPC).open == {}


@pytest.mark.parametrize("hostile", ["\U0001f6a7", "\x01", "\ud800", '"'])
def test_a_page_full_of_hostile_texts_still_fits(book: DynamoDbAlertBook, hostile: str) -> None:
    job = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:training-job/{'j' * 63} {NOW.isoformat()}"
    name = "required-services-reachable"
    routes = frozenset(f"{n:0{LONGEST_NAME}}" for n in range(MOST_ROUTES))
    text, unknown = hostile * 999, (Status.UNKNOWN, Severity.CRITICAL)
    problems = tuple(
        Problem(f"{n:016}", name, text, *unknown, text, "0" * 16, routes) for n in range(MOST_OPEN)
    )
    keys = {problem.key: routes for problem in problems}
    at = NOW + timedelta(microseconds=1)
    full = Sight(job, at, problems, NOTHING_PASSES)
    nothing = replace(full, problems=(), passing=Passing(frozenset(keys)))
    window = timedelta(days=1)

    page = settled(Page(VPC), full, keys, (), {}, window)
    page = settled(page, nothing, {}, keys, {}, window)
    page = settled(page, full, keys, (), {}, window)
    page = claimed(page, full, Turn(keys, frozenset()))

    assert len(page.open) == len(page.mended) == MOST_OPEN
    assert book.write(page, LATER).version == 1


def test_the_digest_finds_every_page_of_its_place_and_no_other(
    clients: Clients, book: DynamoDbAlertBook
) -> None:
    for vpc_id in ("vpc-1", "vpc-2"):
        book.write(replace(PAGE, vpc_id=vpc_id), LATER)
    book.note(JOB)
    book_of(clients, account="444455556666").write(PAGE, LATER)

    assert [page.vpc_id for page in book.pages()] == ["vpc-1", "vpc-2"]


def test_a_job_is_noted_once_however_often_it_is(book: DynamoDbAlertBook) -> None:
    book.note(JOB)
    book.note(replace(JOB, at=NOW + timedelta(minutes=6)))

    assert [*book.inspected_since(NOW)] == [replace(JOB, at=NOW + timedelta(minutes=6))]


def test_jobs_are_found_from_a_time_on(book: DynamoDbAlertBook) -> None:
    hours = (-30, -1, 0, 1)
    for hour in hours:
        at = NOW + timedelta(hours=hour)
        book.note(replace(JOB, job=f"job {hour}", created_at=at - timedelta(hours=23), at=at))

    assert [each.job for each in book.inspected_since(NOW)] == ["job 0", "job 1"]


def test_a_job_in_no_vpc_is_noted_too(book: DynamoDbAlertBook) -> None:
    lost = replace(JOB, vpc_id=None, problems=())
    book.note(lost)

    assert [*book.inspected_since(NOW)] == [lost]


def test_more_than_one_answer_is_read(book: DynamoDbAlertBook) -> None:
    large = tuple(f"key-{number:08}" for number in range(20_000))
    for number in range(6):
        book.note(replace(JOB, job=f"job {number}", problems=large))

    assert len([*book.inspected_since(NOW)]) == 6


def test_everything_forgets_itself(clients: Clients, book: DynamoDbAlertBook) -> None:
    book.write(PAGE, LATER)
    book.note(JOB)

    items = clients.dynamodb.scan(TableName=TABLE)["Items"]

    assert [int(item["expiration"]["N"]) for item in items] == [
        int((NOW + timedelta(days=40)).timestamp()),
        int(LATER.timestamp()),
    ]


@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "Query"])
def test_a_fault_is_raised(clients: Clients, book: DynamoDbAlertBook, operation: str) -> None:
    Wire(clients.dynamodb).fails(operation, "AccessDeniedException")
    calls: dict[str, Callable[[], object]] = {
        "GetItem": lambda: book.page(VPC),
        "PutItem": lambda: book.write(PAGE, LATER),
        "Query": lambda: [*book.pages()],
    }

    with pytest.raises(ClientError):
        calls[operation]()
