"""What functions that work through the ledger and the topic share, made once per process."""

import os
from dataclasses import dataclass
from functools import cache

from vpc_guardrail.adapters.alert_book import DynamoDbAlertBook
from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.ledger import LedgerTable
from vpc_guardrail.adapters.publisher import SnsPublisher
from vpc_guardrail.adapters.stop_records import DynamoDbStopRecords
from vpc_guardrail.app.settings_in_force import SettingsInForce
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.wiring.events import Home
from vpc_guardrail.wiring.in_force import settings_in_force
from vpc_guardrail.wiring.publishing import publisher
from vpc_guardrail.wiring.settings import required, settings_from


@dataclass(frozen=True, slots=True)
class Parts:
    """What lasts as long as the process."""

    clients: Clients
    ledger: LedgerTable
    publisher: SnsPublisher
    in_force: SettingsInForce
    stop_records: DynamoDbStopRecords

    def alert_book(self, home: Home) -> DynamoDbAlertBook:
        """The book of alerts of this account and Region."""
        table = required(os.environ, "ALERT_BOOK_TABLE")
        return DynamoDbAlertBook(self.clients.dynamodb, table, home.account, home.region)

    def settings(self) -> Settings:
        """The settings as they are now."""
        return self.in_force.now()


@cache
def parts() -> Parts:
    """The parts that the function's environment names; raises `SettingsError`."""
    clients = Clients()
    table = required(os.environ, "LEDGER_TABLE")
    return Parts(
        clients=clients,
        ledger=LedgerTable(clients.dynamodb, table),
        publisher=publisher(clients, os.environ),
        in_force=settings_in_force(settings_from(os.environ), clients),
        stop_records=DynamoDbStopRecords(clients.dynamodb, table),
    )
