"""Readings of AWS that others may lean on, kept in the ledger's table.

Config tells of each change by itself: a deployment that touches forty resources of a VPC is forty
invocations at once. The first reads; the others wait for it, and ask for nothing that it has read
after their change was captured. Each write holds a condition, so no two read at the same time.
"""

from __future__ import annotations

import json
import time
import uuid
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from vpc_guardrail.adapters.faults import code_of
from vpc_guardrail.app.evaluation import Evaluation, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

    from vpc_guardrail.adapters.ledger import Invocation

KEY_PREFIX = "vpc-guardrail reading"

FRESH = timedelta(minutes=10)
"""How long a reading is leaned on: free addresses change without a change that Config tells of."""

KEPT = timedelta(days=1)
"""How long an item stays in the table."""

SECONDS_BETWEEN_LOOKS = 0.5

MILLISECONDS_TO_GIVE_UP = 5_000
"""What must be left of the invocation for another look."""

REFUSED = "ConditionalCheckFailedException"


class ReadingInProgressError(RuntimeError):
    """Another invocation reads, and did not end in this one's time: it is tried again later."""


@dataclass(frozen=True, slots=True)
class ReadingLedger:
    """The port `Readings`, for the time of one invocation."""

    dynamodb: DynamoDBClient
    table: str
    invocation: Invocation
    now: Callable[[], datetime]
    pause: Callable[[float], None] = time.sleep

    def covering(
        self, key: str, since: datetime, read: Callable[[], Reading], longest: timedelta
    ) -> Reading:
        """A reading of this key that began after `since`: one that is kept, else a new one.

        While another invocation reads, it is waited for; after its error, or the longest that a
        reading takes, this one reads. An error in the reading comes out as it is, and nothing is
        kept of it.
        """
        item = {"id": {"S": f"{KEY_PREFIX} {key}"}}
        holder = uuid.uuid4().hex
        while not self._claim(item, holder, since, longest):
            kept = self._kept(item)
            if kept and self._covers(kept, since):
                return kept
            self._wait(key)
        with ExitStack() as unless_read:
            unless_read.callback(self._release, item, holder)
            reading = read()
            unless_read.pop_all()
        self._keep(item, holder, reading)
        return reading

    def _covers(self, reading: Reading, since: datetime) -> bool:
        return reading.read_at > max(since, self.now() - FRESH)

    def _claim(
        self, item: Mapping[str, Any], holder: str, since: datetime, longest: timedelta
    ) -> bool:
        """Whether this invocation is to read: nobody else does, and nothing that is kept covers."""
        now = self.now()
        remaining = timedelta(milliseconds=self.invocation.get_remaining_time_in_millis())
        until = now + min(remaining, longest)
        return self._updated(
            item,
            "SET holder = :holder, held_until = :until, expiration = :expiration",
            "(attribute_not_exists(held_until) OR held_until < :now)"
            " AND (attribute_not_exists(read_at) OR read_at <= :least)",
            {
                ":holder": {"S": holder},
                ":until": {"N": _microseconds(until)},
                ":expiration": {"N": str(int((now + KEPT).timestamp()))},
                ":now": {"N": _microseconds(now)},
                ":least": {"N": _microseconds(max(since, now - FRESH))},
            },
        )

    def _keep(self, item: Mapping[str, Any], holder: str, reading: Reading) -> None:
        """Keep the reading and let go; not if another took over when our time was up."""
        self._updated(
            item,
            "SET read_at = :read_at, evaluations = :evaluations REMOVE holder, held_until",
            "holder = :holder",
            {
                ":holder": {"S": holder},
                ":read_at": {"N": _microseconds(reading.read_at)},
                ":evaluations": {"S": json.dumps([each.as_json() for each in reading.evaluations])},
            },
        )

    def _release(self, item: Mapping[str, Any], holder: str) -> None:
        """Let go after an error, which matters more than one met here: the claim runs out."""
        with suppress(BotoCoreError, ClientError):
            self._updated(
                item, "REMOVE holder, held_until", "holder = :holder", {":holder": {"S": holder}}
            )

    def _updated(
        self, item: Mapping[str, Any], update: str, condition: str, values: Mapping[str, Any]
    ) -> bool:
        """Whether the item met the condition, and so was updated."""
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=item,
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if code_of(error) == REFUSED:
                return False
            raise
        return True

    def _kept(self, item: Mapping[str, Any]) -> Reading | None:
        found = self.dynamodb.get_item(TableName=self.table, Key=item, ConsistentRead=True)
        values = found.get("Item", {})
        if "read_at" not in values:
            return None
        evaluations = json.loads(values["evaluations"]["S"])
        return Reading(
            read_at=EPOCH + timedelta(microseconds=int(values["read_at"]["N"])),
            evaluations=tuple(Evaluation.of_json(each) for each in evaluations),
        )

    def _wait(self, key: str) -> None:
        if self.invocation.get_remaining_time_in_millis() < MILLISECONDS_TO_GIVE_UP:
            raise ReadingInProgressError(f"another invocation still reads {key}")
        self.pause(SECONDS_BETWEEN_LOOKS)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _microseconds(time: datetime) -> str:
    """Since 1970, exact: what a datetime holds."""
    return str((time - EPOCH) // timedelta(microseconds=1))
