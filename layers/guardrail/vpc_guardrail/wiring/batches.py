"""What all functions on a queue share: one message at a time, and nothing lost."""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)

from vpc_guardrail.app.errors import DocumentOutOfReachError
from vpc_guardrail.wiring.logs import logger

MESSAGE_ID = "message_id"


def process_as_set(
    event: dict[str, Any], context: Any, handler: Callable[[], Callable[[str], None]]
) -> Any:
    """Handle the body of each message by what a handler is made of now, the settings among it.

    While the settings are out of reach every message fails by itself, as it does where another
    call of AWS fails: it is delivered again, then kept aside.
    """
    try:
        handle = handler()
    except DocumentOutOfReachError as error:
        handle = _failing(error)
    return process(event, context, handle)


def process(event: dict[str, Any], context: Any, handle: Callable[[str], None]) -> Any:
    """Handle the body of each message, as `process_records` does the whole of it."""
    return process_records(event, context, lambda record: handle(record["body"]))


def _failing(error: Exception) -> Callable[[str], None]:
    def fail(_: str) -> None:
        raise error

    return fail


def process_records(
    event: dict[str, Any], context: Any, handle: Callable[[Mapping[str, Any]], None]
) -> Any:
    """Handle each message; those that raise are delivered again, then kept aside.

    The queue's redrive policy moves a message that keeps failing to the dead-letter queue; the
    log has the reason.
    """
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def handle_record(record: Mapping[str, Any]) -> None:
        log = logger()
        log.append_keys(**{MESSAGE_ID: record["messageId"]})
        try:
            handle(record)
        except Exception as error:
            # The outermost boundary: the reason is told here, and the message comes back.
            log.exception("The message failed", reason=str(error))
            raise
        finally:
            log.remove_keys([MESSAGE_ID])

    return process_partial_response(event, handle_record, processor, context)
