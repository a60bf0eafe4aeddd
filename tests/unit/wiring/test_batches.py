"""What becomes of a batch whose settings are out of reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from vpc_guardrail.app.errors import DocumentOutOfReachError
from vpc_guardrail.wiring.batches import process_as_set

if TYPE_CHECKING:
    from collections.abc import Callable

EVENT = {
    "Records": [
        {"messageId": each, "body": f"body of {each}", "eventSource": "aws:sqs"} for each in "abc"
    ]
}


def test_every_message_comes_back_by_itself_while_the_settings_are_out_of_reach(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def handler() -> Callable[[str], None]:
        raise DocumentOutOfReachError("SSM throttles")

    answer = process_as_set(EVENT, None, handler)

    assert answer == {"batchItemFailures": [{"itemIdentifier": each} for each in "abc"]}
    reasons = [each.__dict__["reason"] for each in caplog.records]
    assert reasons == ["SSM throttles"] * len(EVENT["Records"])


def test_what_is_wrong_with_the_function_itself_is_raised() -> None:
    def handler() -> Callable[[str], None]:
        raise LookupError("LEDGER_TABLE is not set")

    with pytest.raises(LookupError):
        process_as_set(EVENT, None, handler)


def test_the_handler_is_made_once_for_the_batch() -> None:
    made: list[list[str]] = []

    def handler() -> Callable[[str], None]:
        bodies: list[str] = []
        made.append(bodies)
        return bodies.append

    answer: Any = process_as_set(EVENT, None, handler)

    assert answer == {"batchItemFailures": []}
    assert made == [["body of a", "body of b", "body of c"]]
