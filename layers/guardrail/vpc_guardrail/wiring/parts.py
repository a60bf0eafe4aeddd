"""What functions that work through the ledger and the topic share, made once per process."""

import os
from dataclasses import dataclass
from functools import cache

from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.ledger import LedgerTable
from vpc_guardrail.adapters.publisher import SnsPublisher
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.wiring.publishing import publisher
from vpc_guardrail.wiring.settings import required, settings_from


@dataclass(frozen=True, slots=True)
class Parts:
    """What lasts as long as the process."""

    clients: Clients
    ledger: LedgerTable
    publisher: SnsPublisher

    def settings(self) -> Settings:
        """The settings as they are now; raises `SettingsError`."""
        return settings_from(os.environ)


@cache
def parts() -> Parts:
    """The parts that the function's environment names; raises `SettingsError`."""
    clients = Clients()
    return Parts(
        clients=clients,
        ledger=LedgerTable(clients.dynamodb, required(os.environ, "LEDGER_TABLE")),
        publisher=publisher(clients, os.environ),
    )
