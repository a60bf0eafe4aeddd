"""The ledger: a DynamoDB table through Powertools' idempotency, so that things are done once.

Where work could not be recorded as done (the function dies in between, DynamoDB fails), its key is
held until the invocation's time is over, and the work is done again: at least once, never lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

    from vpc_guardrail.app.ports import Json

DAYS_KEPT = 30
"""Longer than any retention of SQS (14 days), so that no late repetition finds its key forgotten.

A job that was told once is told again after this only if an event of it comes that late.
"""

KEY_PREFIX = "vpc-guardrail"
"""What the items' ids begin with; Powertools' own choice would change with names in this code."""

RESULT = "result"
"""The kept result lies in a structure: Powertools gives an empty or zero one back as None."""


class Invocation(Protocol):
    """What the ledger wants of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """The milliseconds until Lambda ends the invocation."""


class LedgerTable:
    """The table; made once per process, since Powertools adds a hook to the client each time."""

    def __init__(self, dynamodb: DynamoDBClient, name: str) -> None:
        self._items = DynamoDBPersistenceLayer(table_name=name, boto3_client=dynamodb)

    def during(self, invocation: Invocation) -> DynamoDbLedger:
        """The ledger for one invocation, whose end releases the keys that it still holds."""
        return DynamoDbLedger(self._items, invocation)


class DynamoDbLedger:
    """The port `Ledger`, for the time of one invocation."""

    def __init__(self, items: DynamoDBPersistenceLayer, invocation: Invocation) -> None:
        self._items = items
        self._config = IdempotencyConfig(
            expires_after_seconds=DAYS_KEPT * 24 * 60 * 60,
            hash_function="sha256",
            raise_on_no_idempotency_key=True,
            lambda_context=cast("LambdaContext", invocation),
        )

    def once(self, key: str, work: Callable[[], Json]) -> Json:
        """Do the work and keep its result, or give the result kept for this key.

        An error in the work forgets the key and comes out as it is. While another invocation
        holds the key, Powertools' IdempotencyAlreadyInProgressError is raised.
        """

        def do(*, key: str) -> Json:
            return {RESULT: work()}

        do_once = idempotent_function(
            do,
            data_keyword_argument="key",
            persistence_store=self._items,
            config=self._config,
            key_prefix=KEY_PREFIX,
        )
        return do_once(key=key)[RESULT]
