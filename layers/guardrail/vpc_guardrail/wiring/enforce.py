"""Builds the enforcer from the function's environment: the only builder that knows the stopper."""

import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.job_reader import SageMakerJobReader
from vpc_guardrail.adapters.ledger import LedgerTable
from vpc_guardrail.adapters.publisher import SnsPublisher
from vpc_guardrail.adapters.stopper import SageMakerStopper
from vpc_guardrail.app.enforce import Enforcer
from vpc_guardrail.app.order_codec import decode
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.wiring.batches import logger, process
from vpc_guardrail.wiring.publishing import publisher
from vpc_guardrail.wiring.settings import required, settings_from


@dataclass(frozen=True, slots=True)
class _Parts:
    """What lasts as long as the process."""

    settings: Settings
    clients: Clients
    ledger: LedgerTable
    publisher: SnsPublisher


@cache
def _parts() -> _Parts:
    environment = os.environ
    clients = Clients()
    return _Parts(
        settings=settings_from(environment),
        clients=clients,
        ledger=LedgerTable(clients.dynamodb, required(environment, "LEDGER_TABLE")),
        publisher=publisher(clients, environment),
    )


def enforce_batch(event: dict[str, Any], context: Any) -> Any:
    """Obey the stop orders of an SQS event; gives the partial batch response."""
    parts = _parts()
    enforcer = Enforcer(
        jobs=SageMakerJobReader(parts.clients.sagemaker),
        stopper=SageMakerStopper(parts.clients.sagemaker),
        ledger=parts.ledger.during(context),
        publisher=parts.publisher,
        settings=parts.settings,
    )

    def handle(body: str) -> None:
        enforcement = enforcer.enforce(decode(body))
        logger().info(
            enforcement.message,
            job_arn=enforcement.order.job_arn,
            outcome=enforcement.outcome.value,
            checks=[*enforcement.order.checks],
        )

    return process(event, context, handle)
