"""The publisher of every function that tells: our messages over one topic."""

from collections.abc import Mapping
from functools import partial

from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.publisher import Renderers, SnsPublisher
from vpc_guardrail.report.messages import enforcement_message, judgement_message
from vpc_guardrail.report.news_messages import digest_message, mended_message
from vpc_guardrail.wiring.settings import required

HTTPS_BODY, FOR_AMAZON_Q = "ALERT_HTTPS_BODY", "amazon-q"


def publisher(clients: Clients, environment: Mapping[str, str]) -> SnsPublisher:
    """A publisher to the topic that the environment names."""
    for_amazon_q = environment.get(HTTPS_BODY) == FOR_AMAZON_Q
    renderers = Renderers(
        judgement=partial(judgement_message, for_amazon_q=for_amazon_q),
        enforcement=partial(enforcement_message, for_amazon_q=for_amazon_q),
        mended=partial(mended_message, for_amazon_q=for_amazon_q),
        digest=partial(digest_message, for_amazon_q=for_amazon_q),
    )
    return SnsPublisher(clients.sns, required(environment, "VIOLATIONS_TOPIC_ARN"), renderers)
