"""What interface endpoints make worth knowing, beyond what EC2 tells of them: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpc_guardrail.core.model import EndpointType, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpc_guardrail.core.model import Endpoint, Fact


def groups_of_endpoints(endpoints: Fact[Mapping[str, Endpoint]]) -> frozenset[str]:
    """The groups of interface endpoints."""
    if isinstance(endpoints, Unknown):
        return frozenset()
    interfaces = (each for each in endpoints.values() if each.type is EndpointType.INTERFACE)
    return frozenset(group_id for each in interfaces for group_id in each.group_ids)


def needs_dns_hostnames(endpoint: Endpoint) -> bool:
    """Whether an endpoint answers, or may soon, its service's name, as DNS hostnames allow.

    These are all endpoints for which `core.interfaces` looks at the DNS of their VPC.
    """
    return (
        endpoint.type is EndpointType.INTERFACE
        and endpoint.private_dns_enabled
        and not endpoint.private_dns_only_for_inbound_resolver
        and (endpoint.is_available or endpoint.may_become_available)
    )
