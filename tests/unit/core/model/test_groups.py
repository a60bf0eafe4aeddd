"""What one rule of a security group covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import a_rule, a_security_group
from vpc_guardrail.core.model import Direction
from vpc_guardrail.core.model.groups import ESP, TCP, UDP

if TYPE_CHECKING:
    from vpc_guardrail.core.model import SecurityGroupRule

HTTPS = a_rule(protocol=TCP, ports=(443, 444))


@pytest.mark.parametrize(
    ("rule", "protocol", "port", "covered"),
    [
        pytest.param(a_rule(), TCP, 443, True, id="all traffic covers TCP"),
        pytest.param(a_rule(ports=(1, 2)), TCP, 443, True, id="all traffic has no ports"),
        pytest.param(HTTPS, TCP, 443, True, id="the first port"),
        pytest.param(HTTPS, TCP, 444, True, id="the last port"),
        pytest.param(HTTPS, TCP, 442, False, id="the port below"),
        pytest.param(HTTPS, TCP, 445, False, id="the port above"),
        pytest.param(HTTPS, UDP, 443, False, id="another protocol"),
        pytest.param(a_rule(protocol=TCP), TCP, 65535, True, id="TCP without a range is all"),
    ],
)
def test_covers(rule: SecurityGroupRule, protocol: str, port: int, covered: bool) -> None:
    assert rule.covers(protocol, port) is covered


@pytest.mark.parametrize(
    ("rule", "protocol", "concerned"),
    [
        pytest.param(a_rule(), ESP, True, id="all traffic concerns ESP"),
        pytest.param(a_rule(protocol=ESP), ESP, True, id="a protocol by its number"),
        pytest.param(HTTPS, TCP, True, id="a part of the ports concerns the protocol"),
        pytest.param(HTTPS, ESP, False, id="another protocol"),
    ],
)
def test_concerns(rule: SecurityGroupRule, protocol: str, concerned: bool) -> None:
    assert rule.concerns(protocol) is concerned


@pytest.mark.parametrize(
    ("rule", "ports"),
    [
        pytest.param(HTTPS, (443, 444), id="its own"),
        pytest.param(a_rule(protocol=TCP), (0, 65535), id="all, if it names none"),
        pytest.param(a_rule(ports=(1, 2)), (0, 65535), id="all, if it lets all traffic through"),
    ],
)
def test_port_range(rule: SecurityGroupRule, ports: tuple[int, int]) -> None:
    assert rule.port_range == ports


def test_rules_are_told_apart_by_direction() -> None:
    inbound, outbound = a_rule(cidrs=("10.0.0.0/8",)), a_rule(protocol=TCP)
    group = a_security_group(ingress=(inbound,), egress=(outbound,))

    assert group.rules(Direction.INGRESS) == (inbound,)
    assert group.rules(Direction.EGRESS) == (outbound,)
