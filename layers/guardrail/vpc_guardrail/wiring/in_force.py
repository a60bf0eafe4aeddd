"""The settings in force over a base: of all functions that go by them, read in one way."""

import os

from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.settings_parameter import SsmSettingsDocuments
from vpc_guardrail.app.settings_in_force import SettingsInForce
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.wiring.logs import logger
from vpc_guardrail.wiring.settings import required

SETTINGS_TROUBLE = "The settings document cannot be used"
"""What an alarm of the template looks for in the functions' logs."""


def settings_in_force(base: Settings, clients: Clients) -> SettingsInForce:
    """The document that the environment names, over what the stack's parameters say."""
    name = required(os.environ, "SETTINGS_PARAMETER")
    return SettingsInForce(base, SsmSettingsDocuments(lambda: clients.ssm, name), _complain)


def _complain(reason: str, instead: str) -> None:
    logger().error(SETTINGS_TROUBLE, reason=reason, instead=instead)
