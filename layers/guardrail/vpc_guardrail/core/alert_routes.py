"""Routes of alerts: names under which those whom it concerns subscribe to what is told."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from vpc_guardrail.core.finding import Severity
from vpc_guardrail.core.model import Fact
from vpc_guardrail.core.selection import Selection

DEFAULT_ROUTE = "default"
"""The route of what no other route takes, and of the digest."""

ON_DEFAULT_ROUTE = frozenset({DEFAULT_ROUTE})

ROUTE_NAME = "[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?"
LONGEST_NAME = 24
MOST_ROUTES = 10
"""The book of alerts keeps for each problem when it was told under which name."""


@dataclass(frozen=True, slots=True)
class AlertRoute(Selection):
    """A name, and what is told under it."""

    name: str
    least_severity: Severity = Severity.INFO
    """What is less severe is not told under this name."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What routes look at in a job."""

    job_name: str
    role_arn: Fact[str]
    vpc_id: str | None


def is_route_name(text: str) -> bool:
    """Whether a route may be called so."""
    return re.fullmatch(ROUTE_NAME, text) is not None


def routes_taking(
    routes: Iterable[AlertRoute], concern: Concern, check: str, severity: Severity
) -> frozenset[str]:
    """The names of the routes that take a finding, or the default one: no finding has none."""
    names = frozenset(
        route.name
        for route in routes
        if severity >= route.least_severity
        and route.selects(check, concern.job_name, concern.role_arn, concern.vpc_id)
    )
    return names or ON_DEFAULT_ROUTE
