"""The publisher of both functions: our messages over one topic."""

from collections.abc import Mapping

from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.publisher import Renderers, SnsPublisher
from vpc_guardrail.report.messages import enforcement_message, judgement_message
from vpc_guardrail.wiring.settings import required

RENDERERS = Renderers(judgement=judgement_message, enforcement=enforcement_message)


def publisher(clients: Clients, environment: Mapping[str, str]) -> SnsPublisher:
    """A publisher to the topic that the environment names."""
    return SnsPublisher(clients.sns, required(environment, "VIOLATIONS_TOPIC_ARN"), RENDERERS)
