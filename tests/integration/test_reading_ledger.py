"""Readings that others lean on, before moto's DynamoDB: who reads, and who waits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.integration.wire import ALWAYS, Wire
from vpc_guardrail.adapters.aws_calls import CONFIG_RULE
from vpc_guardrail.adapters.reading_ledger import FRESH, ReadingInProgressError, ReadingLedger
from vpc_guardrail.app.evaluation import Compliance, Evaluation, Reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.conftest import Waits
    from vpc_guardrail.adapters.clients import Clients

TABLE = "ledger"
KEY = "vpc-1 0.1.0 a-rule"
LONGEST = timedelta(minutes=15)
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FOUND = (Evaluation("AWS::EC2::VPC", "vpc-1", Compliance.NON_COMPLIANT, "Score 42 of 100."),)


@dataclass
class Invocation:
    """An invocation that has so many milliseconds left."""

    milliseconds: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@dataclass
class Clock:
    """A time that stands until it is set."""

    time: datetime = BEGAN

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, time: timedelta) -> None:
        self.time += time


@dataclass
class Reader:
    """A reading that counts how often it is done, and fails as often as it is told to."""

    clock: Clock
    failures: int = 0
    done: int = 0
    meanwhile: Callable[[], None] | None = None

    def __call__(self) -> Reading:
        self.done += 1
        read_at = self.clock()
        if self.meanwhile:
            self.meanwhile()
        if self.done <= self.failures:
            raise LookupError("The reading failed.")
        return Reading(read_at, FOUND)


@dataclass
class Pauses:
    """The waits of an invocation; each may let something happen."""

    meanwhile: Callable[[], None] | None = None
    count: int = 0

    def __call__(self, _: float) -> None:
        self.count += 1
        assert self.count < 1000, "It waits for ever."
        if self.meanwhile:
            self.meanwhile()


@dataclass
class Table:
    """The ledger's table, and invocations at work on it."""

    clients: Clients
    clock: Clock = field(default_factory=Clock)

    def ledger(
        self, pauses: Pauses | None = None, invocation: Invocation | None = None
    ) -> ReadingLedger:
        return ReadingLedger(
            self.clients.dynamodb,
            TABLE,
            invocation or Invocation(),
            self.clock,
            pauses or Pauses(),
        )


@pytest.fixture
def table(clients: Clients) -> Table:
    clients.dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return Table(clients)


def test_a_change_before_the_reading_is_covered_by_it(table: Table) -> None:
    read = Reader(table.clock)
    before = BEGAN - timedelta(seconds=1)
    readings = [table.ledger().covering(KEY, before, read, LONGEST) for _ in range(3)]

    assert read.done == 1
    assert readings == [Reading(BEGAN, FOUND)] * 3


@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1)])
def test_a_change_at_or_after_the_readings_begin_is_not(table: Table, late: timedelta) -> None:
    read = Reader(table.clock)
    table.ledger().covering(KEY, BEGAN - timedelta(seconds=1), read, LONGEST)
    table.clock.pass_by(timedelta(seconds=9))
    reading = table.ledger().covering(KEY, BEGAN + late, read, LONGEST)

    assert read.done == 2
    assert reading.read_at == BEGAN + timedelta(seconds=9)


def test_an_old_reading_is_not_leaned_on(table: Table) -> None:
    read = Reader(table.clock)
    before = BEGAN - timedelta(days=3)
    table.ledger().covering(KEY, before, read, LONGEST)
    table.clock.pass_by(FRESH)
    table.ledger().covering(KEY, before, read, LONGEST)

    assert read.done == 2


def test_other_keys_are_read_for_themselves(table: Table) -> None:
    read = Reader(table.clock)
    before = BEGAN - timedelta(seconds=1)
    for key in ("vpc-1 a", "vpc-2 a", "vpc-1 b"):
        table.ledger().covering(key, before, read, LONGEST)

    assert read.done == 3


def test_of_two_at_once_one_reads_and_the_other_waits_for_it(table: Table) -> None:
    before = BEGAN - timedelta(seconds=1)
    reading, waited = Event(), Event()

    def until_the_other_waits() -> None:
        reading.set()
        assert waited.wait(timeout=20)

    read = Reader(table.clock, meanwhile=until_the_other_waits)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(table.ledger().covering, KEY, before, read, LONGEST)
        assert reading.wait(timeout=20)

        def let_it_end() -> None:
            waited.set()
            first.result(timeout=20)

        second = table.ledger(Pauses(let_it_end)).covering(KEY, before, read, LONGEST)

    assert read.done == 1
    assert second == first.result() == Reading(BEGAN, FOUND)


@pytest.mark.parametrize(
    ("milliseconds", "longest"),
    [
        pytest.param(60_000, LONGEST, id="of its invocation"),
        pytest.param(900_000, timedelta(minutes=1), id="that a reading takes"),
    ],
)
def test_after_the_time_of_one_that_died_another_reads_and_its_reading_stays(
    table: Table, milliseconds: int, longest: timedelta
) -> None:
    before = BEGAN - timedelta(seconds=1)
    second = Reader(table.clock)

    def take_over() -> None:
        later = Pauses(lambda: table.clock.pass_by(timedelta(seconds=10)))
        table.ledger(later).covering(KEY, before, second, LONGEST)

    first = Reader(table.clock, meanwhile=take_over)
    table.ledger(invocation=Invocation(milliseconds)).covering(KEY, before, first, longest)
    kept = table.ledger().covering(KEY, before, second, LONGEST)

    assert second.done == 1
    assert BEGAN + timedelta(seconds=60) < kept.read_at <= BEGAN + timedelta(seconds=80)


def test_who_cannot_wait_any_longer_gives_up(table: Table) -> None:
    before = BEGAN - timedelta(seconds=1)

    def wait_in_vain() -> None:
        short = Invocation(4_999)
        with pytest.raises(ReadingInProgressError, match="vpc-1"):
            table.ledger(invocation=short).covering(KEY, before, Reader(table.clock), LONGEST)

    table.ledger().covering(KEY, before, Reader(table.clock, meanwhile=wait_in_vain), LONGEST)


def test_an_error_comes_out_as_it_is_and_the_next_one_reads(table: Table) -> None:
    before = BEGAN - timedelta(seconds=1)
    read = Reader(table.clock, failures=1)
    with pytest.raises(LookupError, match="The reading failed"):
        table.ledger().covering(KEY, before, read, LONGEST)

    assert table.ledger().covering(KEY, before, read, LONGEST) == Reading(BEGAN, FOUND)
    assert read.done == 2


def test_a_table_that_fails_is_an_error_before_any_reading(table: Table, waits: Waits) -> None:
    read = Reader(table.clock)
    Wire(table.clients.dynamodb).fails("UpdateItem", "ThrottlingException", times=ALWAYS)
    with pytest.raises(ClientError, match="ThrottlingException"):
        table.ledger().covering(KEY, BEGAN, read, LONGEST)
    assert read.done == 0


def test_the_item_expires_and_holds_no_more_than_what_config_is_told(table: Table) -> None:
    table.ledger().covering(KEY, BEGAN - timedelta(seconds=1), Reader(table.clock), LONGEST)
    (item,) = table.clients.dynamodb.scan(TableName=TABLE)["Items"]

    assert {*item} == {"id", "expiration", "read_at", "evaluations"}
    assert int(item["expiration"]["N"]) == int((BEGAN + timedelta(days=1)).timestamp())


def test_the_calls_of_each_path(table: Table) -> None:
    wire = Wire(table.clients.dynamodb)
    before = BEGAN - timedelta(seconds=1)
    table.ledger().covering(KEY, before, Reader(table.clock), LONGEST)
    assert wire.calls == ["UpdateItem", "UpdateItem"]

    wire.calls.clear()
    table.ledger().covering(KEY, before, Reader(table.clock), LONGEST)
    assert wire.calls == ["UpdateItem", "GetItem"]
    assert {*CONFIG_RULE["dynamodb"]} == {"UpdateItem", "GetItem"}
