"""The stops of the last hour, as one item of the ledger's table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from vpc_guardrail.adapters import faults
from vpc_guardrail.app.circuit_breaker import WINDOW, RecordChangedError, StopRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

ITEM = "vpc-guardrail#circuit-breaker"
"""Its id: no key of the ledger, which end in a hash, can be this."""

CHANGED = "ConditionalCheckFailedException"
KEPT = 2 * WINDOW
MICROSECONDS = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DynamoDbStopRecords:
    """The port `StopRecords`."""

    def __init__(self, dynamodb: DynamoDBClient, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def read(self) -> StopRecord:
        """The record as it is now; empty at version 0 where there is none."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key={"id": {"S": ITEM}}, ConsistentRead=True
        )
        item = answer.get("Item")
        if item is None:
            return StopRecord({}, 0)
        stops = {
            key: EPOCH + int(value["N"]) * MICROSECONDS for key, value in item["stops"]["M"].items()
        }
        return StopRecord(stops, int(item["version"]["N"]))

    def write(self, stops: Mapping[str, datetime], after: int) -> None:
        """Replace the record of this version; raises `RecordChangedError`."""
        forgotten = max(stops.values()) + KEPT
        item = {
            "id": {"S": ITEM},
            "version": {"N": str(after + 1)},
            "stops": {
                "M": {key: {"N": str((at - EPOCH) // MICROSECONDS)} for key, at in stops.items()}
            },
            "expiration": {"N": str(int(forgotten.timestamp()))},
        }
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=item,  # type: ignore[arg-type] # a plain dict of attribute values
                ConditionExpression="attribute_not_exists(id) OR #version = :after",
                ExpressionAttributeNames={"#version": "version"},
                ExpressionAttributeValues={":after": {"N": str(after)}},
            )
        except ClientError as error:
            if faults.code_of(error) == CHANGED:
                raise RecordChangedError(faults.message_of(error)) from error
            raise
