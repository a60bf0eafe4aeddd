"""What is asked for only where something needs it: no judgement waits for what was not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hypothesis import given

from tests.laws import law
from tests.network_strategies import all_settings, jobs, networks
from vpc_guardrail.adapters import follow_ups
from vpc_guardrail.core.engine import findings_on
from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.settings import InternetAccess

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import Fact, NatGateway, Network, TrainingJob
    from vpc_guardrail.core.settings import Settings


@dataclass(frozen=True)
class Ec2:
    """An EC2 that knows the NAT gateways of one network."""

    network: Network

    def nat_gateways(self, _: Set[str]) -> Fact[Mapping[str, NatGateway]]:
        return self.network.nat_gateways


def without_remedy(findings: tuple[Finding, ...]) -> list[Finding]:
    return [replace(each, remediation="") for each in findings]


def has_nat_route(network: Network) -> bool:
    tables = network.route_tables
    assert not isinstance(tables, Unknown)
    routes = (route for table in tables.values() for route in table.routes)
    return any(route.target.id.startswith("nat-") for route in routes)


@law
@given(jobs, networks | networks.filter(has_nat_route), all_settings)
def test_no_judgement_waits_for_nat_gateways_where_they_are_not_asked_for(
    job: TrainingJob, network: Network, settings: Settings
) -> None:
    """Only the remedy for a job that must reach the internet may name one without a route."""
    ec2: Any = Ec2(network)
    asked = follow_ups.nat_gateways(ec2, network.route_tables, frozenset())
    before = findings_on(job, network, settings)
    after = findings_on(job, replace(network, nat_gateways=asked), settings)

    assert without_remedy(after) == without_remedy(before)
    if settings.internet_access is not InternetAccess.REQUIRED:
        assert after == before
