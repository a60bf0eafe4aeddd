"""The ledger before moto's DynamoDB: work is done once, and the calls that this takes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyPersistenceLayerError,
)

from tests.integration.wire import ALWAYS, Wire
from vpc_guardrail.adapters.aws_calls import JOB_ENFORCER, JOB_INSPECTOR
from vpc_guardrail.adapters.ledger import DAYS_KEPT, LedgerTable

if TYPE_CHECKING:
    from tests.integration.conftest import Waits
    from vpc_guardrail.adapters.clients import Clients
    from vpc_guardrail.app.ports import Json, Ledger

TABLE = "ledger"
KEY = "inspect arn:aws:sagemaker:eu-central-1:111122223333:training-job/train-1 2026-11-23 0.1.0"


@dataclass(frozen=True)
class Invocation:
    """An invocation that has so many milliseconds left."""

    milliseconds: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@dataclass
class Work:
    """Work that counts how often it is done, and fails as often as it is told to."""

    result: Any = None
    failures: int = 0
    done: int = 0

    def __call__(self) -> Json:
        self.done += 1
        if self.done <= self.failures:
            raise LookupError("The work failed.")
        return self.result


@pytest.fixture
def table(clients: Clients) -> LedgerTable:
    clients.dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return LedgerTable(clients.dynamodb, TABLE)


@pytest.fixture
def ledger(table: LedgerTable) -> Ledger:
    return table.during(Invocation())


@pytest.fixture
def wire(clients: Clients, table: LedgerTable) -> Wire:
    return Wire(clients.dynamodb)


def items(clients: Clients) -> list[dict[str, Any]]:
    return clients.dynamodb.scan(TableName=TABLE)["Items"]


RESULTS: dict[str, Json] = {
    "a structure": {"verdict": "compliant", "checks": ["a"]},
    "nothing": None,
    "an empty structure": {},
    "an empty list": [],
    "zero": 0,
    "false": False,
    "an empty text": "",
}


class TestOnce:
    @pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
    def test_a_repetition_gets_the_kept_result_in_fault_15(
        self, table: LedgerTable, result: Json
    ) -> None:
        """Fault 15 of the peers: a duplicate event made everything happen twice."""
        work = Work(result)
        results = [table.during(Invocation()).once(KEY, work) for _ in range(3)]
        assert work.done == 1
        assert results == [result] * 3

    def test_other_keys_are_other_work(self, ledger: Ledger) -> None:
        work = Work()
        for key in ("inspect one", "inspect two", "stop one"):
            ledger.once(key, work)
        assert work.done == 3

    def test_an_error_comes_out_as_it_is_and_is_forgotten(self, ledger: Ledger) -> None:
        work = Work("done", failures=1)
        with pytest.raises(LookupError, match="The work failed"):
            ledger.once(KEY, work)
        assert ledger.once(KEY, work) == "done"
        assert work.done == 2

    def test_while_another_works_an_error_is_raised(self, table: LedgerTable) -> None:
        work = Work()

        def meanwhile() -> Json:
            with pytest.raises(IdempotencyAlreadyInProgressError):
                table.during(Invocation()).once(KEY, work)
            return "first"

        assert table.during(Invocation()).once(KEY, meanwhile) == "first"
        assert work.done == 0

    def test_what_another_left_undone_is_done_after_its_time(self, table: LedgerTable) -> None:
        work = Work("second")

        def meanwhile() -> Json:
            return table.during(Invocation()).once(KEY, work)

        no_time_left = Invocation(milliseconds=-1)
        assert table.during(no_time_left).once(KEY, meanwhile) == "second"
        assert work.done == 1

    def test_of_two_at_once_one_works_in_fault_15(self, table: LedgerTable) -> None:
        """Fault 15 of the peers: a duplicate event made everything happen twice.

        The second asks while the first works: moto, unlike DynamoDB, lets two writes of the very
        same moment both meet their condition.
        """
        working, refused = Event(), Event()
        done: list[str] = []

        def work() -> Json:
            done.append("once")
            working.set()
            assert refused.wait(timeout=20)
            return "done"

        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(table.during(Invocation()).once, KEY, work)
            assert working.wait(timeout=20)
            with pytest.raises(IdempotencyAlreadyInProgressError):
                table.during(Invocation()).once(KEY, work)
            refused.set()
            assert first.result(timeout=20) == "done"
        assert done == ["once"]

    def test_a_ledger_that_fails_is_a_fault_before_any_work(
        self, ledger: Ledger, wire: Wire, waits: Waits
    ) -> None:
        work = Work()
        wire.fails("PutItem", "ThrottlingException", times=ALWAYS)
        with pytest.raises(IdempotencyPersistenceLayerError, match="ThrottlingException"):
            ledger.once(KEY, work)
        assert work.done == 0


class TestItems:
    def test_the_item_expires_and_tells_nothing_of_the_job(
        self, clients: Clients, ledger: Ledger
    ) -> None:
        ledger.once(KEY, Work({"verdict": "compliant"}))
        (item,) = items(clients)
        assert {*item} == {"id", "expiration", "in_progress_expiration", "status", "data"}
        assert item["id"]["S"].startswith("vpc-guardrail#")
        assert item["status"] == {"S": "COMPLETED"}
        assert json.loads(item["data"]["S"]) == {"result": {"verdict": "compliant"}}

    def test_it_is_kept_longer_than_a_queue_keeps_a_message(self) -> None:
        assert DAYS_KEPT > 14

    def test_making_ledgers_adds_nothing_to_the_client(
        self, clients: Clients, table: LedgerTable, wire: Wire
    ) -> None:
        for number in range(3):
            table.during(Invocation()).once(f"key {number}", Work())
        agents: list[str] = []
        clients.dynamodb.meta.events.register(
            "before-send.dynamodb.*",
            lambda request, **_: agents.append(str(request.headers["User-Agent"])),
        )
        table.during(Invocation()).once("key 4", Work())
        assert all(agent.count("PT/idempotency") == 1 for agent in agents)


class TestCalls:
    """The DynamoDB calls of each path: the roles of the functions hold these and no other."""

    def test_new_work(self, ledger: Ledger, wire: Wire) -> None:
        ledger.once(KEY, Work())
        assert wire.calls == ["PutItem", "UpdateItem"]

    def test_a_repetition(self, ledger: Ledger, wire: Wire) -> None:
        ledger.once(KEY, Work())
        wire.calls.clear()
        ledger.once(KEY, Work())
        assert wire.calls == ["PutItem"]

    def test_work_that_fails(self, ledger: Ledger, wire: Wire) -> None:
        with pytest.raises(LookupError):
            ledger.once(KEY, Work(failures=1))
        assert wire.calls == ["PutItem", "DeleteItem"]

    def test_work_that_another_does(self, ledger: Ledger, wire: Wire) -> None:
        def meanwhile() -> Json:
            wire.calls.clear()
            with pytest.raises(IdempotencyAlreadyInProgressError):
                ledger.once(KEY, Work())
            assert wire.calls == ["PutItem"]
            return None

        ledger.once(KEY, meanwhile)

    def test_work_whose_item_has_expired(
        self, clients: Clients, ledger: Ledger, wire: Wire
    ) -> None:
        ledger.once(KEY, Work())
        (item,) = items(clients)
        clients.dynamodb.put_item(TableName=TABLE, Item=item | {"expiration": {"N": "1"}})
        wire.calls.clear()
        work = Work()
        ledger.once(KEY, work)
        assert work.done == 1
        assert wire.calls == ["PutItem", "UpdateItem"]

    def test_a_refusal_that_does_not_carry_the_item(self, ledger: Ledger, wire: Wire) -> None:
        """DynamoDB sends the item with the refusal; only where it does not, it is fetched."""
        ledger.once(KEY, Work("kept"))
        wire.calls.clear()
        wire.fails("PutItem", "ConditionalCheckFailedException")
        assert ledger.once(KEY, Work()) == "kept"
        assert wire.calls == ["PutItem", "GetItem"]

    def test_no_other_call_is_declared(self) -> None:
        calls = {"PutItem", "UpdateItem", "DeleteItem", "GetItem"}
        of_the_book = {"Query"}
        assert {*JOB_INSPECTOR["dynamodb"]} - of_the_book == {*JOB_ENFORCER["dynamodb"]} == calls
