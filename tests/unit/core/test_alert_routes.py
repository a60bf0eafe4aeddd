"""Who is told what: the routes that take a finding."""

from __future__ import annotations

import pytest

from vpc_guardrail.core.alert_routes import AlertRoute, Concern, is_route_name, routes_taking
from vpc_guardrail.core.finding import Severity
from vpc_guardrail.core.model import Unknown

CONCERN = Concern("research-7", "arn:aws:iam::111122223333:role/ml/research-gpu", "vpc-1")
NOT_KNOWN = Concern("research-7", Unknown("not told"), None)


@pytest.mark.parametrize(
    ("route", "concern", "takes"),
    [
        pytest.param(AlertRoute("x", job_name="research-*"), CONCERN, True, id="job name"),
        pytest.param(AlertRoute("x", job_name="research"), CONCERN, False, id="another job name"),
        pytest.param(AlertRoute("x", role="research-???"), CONCERN, True, id="role's name"),
        pytest.param(
            AlertRoute("x", role="arn:aws:iam::111122223333:role/ml/*"), CONCERN, True, id="its ARN"
        ),
        pytest.param(AlertRoute("x", role="*"), NOT_KNOWN, False, id="role not known"),
        pytest.param(AlertRoute("x", vpc="vpc-1"), CONCERN, True, id="VPC"),
        pytest.param(AlertRoute("x", vpc="vpc-1"), NOT_KNOWN, False, id="no VPC"),
        pytest.param(AlertRoute("x", check="s3-reachable"), CONCERN, True, id="check"),
        pytest.param(AlertRoute("x", check="dns-resolves-s3"), CONCERN, False, id="another check"),
        pytest.param(
            AlertRoute("x", least_severity=Severity.HIGH), CONCERN, True, id="severe enough"
        ),
        pytest.param(
            AlertRoute("x", least_severity=Severity.CRITICAL), CONCERN, False, id="not so"
        ),
        pytest.param(
            AlertRoute("x", role="research-*", vpc="vpc-2"), CONCERN, False, id="one of two"
        ),
    ],
)
def test_a_route_takes_what_all_that_it_names_fits(
    route: AlertRoute, concern: Concern, takes: bool
) -> None:
    taking = routes_taking([route], concern, "s3-reachable", Severity.HIGH)

    assert taking == ({"x"} if takes else {"default"})


def test_routes_of_one_name_take_what_either_takes() -> None:
    routes = [AlertRoute("x", vpc="vpc-1"), AlertRoute("x", vpc="vpc-2"), AlertRoute("y", role="z")]

    assert routes_taking(routes, CONCERN, "s3-reachable", Severity.INFO) == {"x"}


@pytest.mark.parametrize("name", ["a", "ml-research", "x" * 24, "default"])
def test_a_name(name: str) -> None:
    assert is_route_name(name)


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a b", "x" * 25, "a\n", "*"])
def test_no_name(name: str) -> None:
    assert not is_route_name(name)
