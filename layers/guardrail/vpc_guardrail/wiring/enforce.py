"""Builds the enforcer from the function's environment: the only builder that knows the stopper."""

import os
from collections.abc import Callable
from typing import Any

from vpc_guardrail.adapters.job_reader import SageMakerJobReader
from vpc_guardrail.adapters.stopper import SageMakerStopper
from vpc_guardrail.app.circuit_breaker import SlidingBreaker
from vpc_guardrail.app.enforce import Enforcer
from vpc_guardrail.app.enforcement import Outcome
from vpc_guardrail.app.order_codec import decode
from vpc_guardrail.wiring.batches import process_as_set
from vpc_guardrail.wiring.clock import now
from vpc_guardrail.wiring.logs import logger
from vpc_guardrail.wiring.metrics import Metrics, metered
from vpc_guardrail.wiring.parts import parts


def enforce_batch(event: dict[str, Any], context: Any) -> Any:
    """Obey the stop orders of an SQS event; gives the partial batch response."""
    with metered(os.environ) as metrics:
        return process_as_set(event, context, lambda: _handler(context, metrics))


def _handler(context: Any, metrics: Metrics) -> Callable[[str], None]:
    made = parts()
    enforcer = Enforcer(
        jobs=SageMakerJobReader(made.clients.sagemaker),
        stopper=SageMakerStopper(made.clients.sagemaker),
        ledger=made.ledger.during(context),
        publisher=made.publisher,
        breaker=SlidingBreaker(made.stop_records, now),
        meter=metrics,
        settings=made.settings(),
        now=now,
    )

    def handle(body: str) -> None:
        enforcement = enforcer.enforce(decode(body))
        held = enforcement.outcome is Outcome.HELD
        # An alarm counts these lines: they are written at every level that may be set.
        log = logger().error if held else logger().info
        log(
            enforcement.message,
            job_arn=enforcement.order.job_arn,
            outcome=enforcement.outcome.value,
            checks=[*enforcement.order.checks],
        )

    return handle
