"""The stops of the last hour before moto's DynamoDB."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.builders import NOW
from tests.integration.wire import Wire
from vpc_guardrail.adapters.stop_records import ITEM, DynamoDbStopRecords
from vpc_guardrail.app.circuit_breaker import RecordChangedError, StopRecord

if TYPE_CHECKING:
    from vpc_guardrail.adapters.clients import Clients

TABLE = "ledger"
STOPS = {"stop a": NOW, "stop b": NOW + timedelta(microseconds=1)}


@pytest.fixture
def records(clients: Clients) -> DynamoDbStopRecords:
    clients.dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return DynamoDbStopRecords(clients.dynamodb, TABLE)


def test_there_is_no_record_at_first(records: DynamoDbStopRecords) -> None:
    assert records.read() == StopRecord({}, 0)


def test_what_was_written_is_read_to_the_microsecond(records: DynamoDbStopRecords) -> None:
    records.write(STOPS, after=0)

    assert records.read() == StopRecord(STOPS, 1)


def test_a_record_that_another_wrote_meanwhile_is_not_overwritten(
    records: DynamoDbStopRecords,
) -> None:
    records.write({"stop a": NOW}, after=0)

    with pytest.raises(RecordChangedError):
        records.write(STOPS, after=0)
    assert records.read().stops == {"stop a": NOW}

    records.write(STOPS, after=1)
    assert records.read() == StopRecord(STOPS, 2)


def test_the_record_forgets_itself_when_its_hour_is_long_over(
    clients: Clients, records: DynamoDbStopRecords
) -> None:
    records.write(STOPS, after=0)

    item = clients.dynamodb.get_item(TableName=TABLE, Key={"id": {"S": ITEM}})["Item"]

    assert int(item["expiration"]["N"]) == int((NOW + timedelta(hours=2)).timestamp())


def test_a_fault_is_raised(clients: Clients, records: DynamoDbStopRecords) -> None:
    Wire(clients.dynamodb).fails("PutItem", "AccessDeniedException")

    with pytest.raises(ClientError):
        records.write(STOPS, after=0)
