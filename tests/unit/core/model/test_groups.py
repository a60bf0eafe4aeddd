"""What one rule of a security group covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import a_rule, a_security_group
from vpc_guardrail.core.model import Direction
from vpc_guardrail.core.model.groups import ESP, TCP, UDP

if TYPE_CHECKING:
    from vpc_guardrail.core.model import SecurityGroupRule


@pytest.mark.parametrize(
    ("rule", "protocol", "ports", "covered"),
    [
        pytest.param(a_rule(), TCP, (0, 65535), True, id="all traffic covers all TCP"),
        pytest.param(a_rule(), ESP, None, True, id="all traffic covers ESP"),
        pytest.param(
            a_rule(protocol=TCP, ports=(0, 65535)), TCP, (0, 65535), True, id="all TCP, exactly"
        ),
        pytest.param(
            a_rule(protocol=TCP, ports=(1, 65535)), TCP, (0, 65535), False, id="first port short"
        ),
        pytest.param(
            a_rule(protocol=TCP, ports=(0, 65534)), TCP, (0, 65535), False, id="last port short"
        ),
        pytest.param(
            a_rule(protocol=UDP, ports=(500, 500)), UDP, (500, 500), True, id="the one port"
        ),
        pytest.param(
            a_rule(protocol=UDP, ports=(501, 600)), UDP, (500, 500), False, id="the port next to it"
        ),
        pytest.param(
            a_rule(protocol=UDP, ports=(0, 65535)), TCP, (443, 443), False, id="another protocol"
        ),
        pytest.param(a_rule(protocol=ESP), ESP, None, True, id="a protocol without ports"),
        pytest.param(a_rule(protocol=TCP), TCP, (443, 443), True, id="TCP without a range is all"),
    ],
)
def test_covers(
    rule: SecurityGroupRule, protocol: str, ports: tuple[int, int] | None, covered: bool
) -> None:
    assert rule.covers(protocol, *(ports or (None, None))) is covered


def test_rules_are_told_apart_by_direction() -> None:
    inbound, outbound = a_rule(cidrs=("10.0.0.0/8",)), a_rule(protocol=TCP)
    group = a_security_group(ingress=(inbound,), egress=(outbound,))

    assert group.rules(Direction.INGRESS) == (inbound,)
    assert group.rules(Direction.EGRESS) == (outbound,)
