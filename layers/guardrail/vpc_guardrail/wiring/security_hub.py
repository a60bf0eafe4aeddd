"""Builds the importer of findings into Security Hub from the function's environment."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.ledger import LedgerTable
from vpc_guardrail.adapters.security_hub import SecurityHub
from vpc_guardrail.app.notification import Notification, notification_of
from vpc_guardrail.app.ports import Ledger
from vpc_guardrail.report.asff import asff, imported
from vpc_guardrail.report.news_documents import MENDED
from vpc_guardrail.report.published_findings import (
    ended_findings,
    mended_findings,
    security_findings,
)
from vpc_guardrail.report.security_finding import (
    SecurityFinding,
)
from vpc_guardrail.wiring.batches import process
from vpc_guardrail.wiring.logs import logger
from vpc_guardrail.wiring.settings import required


@dataclass(frozen=True, slots=True)
class HubParts:
    """What lasts as long as the process."""

    hub: SecurityHub
    ledger: LedgerTable


@cache
def hub_parts() -> HubParts:
    """The parts that the function's environment names; raises `SettingsError`."""
    clients = Clients()
    return HubParts(
        hub=SecurityHub(clients.securityhub),
        ledger=LedgerTable(clients.dynamodb, required(os.environ, "LEDGER_TABLE")),
    )


def import_batch(event: dict[str, Any], context: Any, parts: HubParts | None = None) -> Any:
    """Import the findings of an SQS event; gives the partial batch response."""
    made = parts or hub_parts()
    partition = context.invoked_function_arn.split(":")[1]
    handle = _handler(made.hub, made.ledger.during(context), partition)
    return process(event, context, handle)


def _handler(hub: SecurityHub, ledger: Ledger, partition: str) -> Callable[[str], None]:
    def handle(body: str) -> None:
        notification = notification_of(body)
        findings = [
            asff(each, first_import(each, ledger))
            for each in imported(findings_of(notification, partition))
        ]
        hub.import_findings(findings)
        logger().info("The findings are imported", count=len(findings), alert=notification.id)

    return handle


def findings_of(notification: Notification, partition: str) -> tuple[SecurityFinding, ...]:
    """What a published message tells; raises `MalformedAlertError`."""
    document = notification.document
    if document.get("message_type") == MENDED:
        return mended_findings(document, partition)
    if document.get("outcome"):
        return ended_findings(document, notification.published_at)
    return security_findings(document)


def first_import(finding: SecurityFinding, ledger: Ledger) -> datetime:
    """When a finding of this uid was imported first, so that its CreatedAt stays what it is."""
    key = f"security hub {finding.uid}"
    return datetime.fromisoformat(ledger.once(key, finding.seen.isoformat))
