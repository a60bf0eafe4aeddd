"""Rules of network ACLs."""

from __future__ import annotations

import pytest

from tests.builders import an_acl_entry
from vpc_guardrail.core.model import Direction
from vpc_guardrail.core.model.groups import ALL_PROTOCOLS, ESP, TCP, UDP

ALL_PORTS = (0, 65535)


@pytest.mark.parametrize(
    ("protocol", "ports", "matches_tcp", "port_range"),
    [
        pytest.param(TCP, (443, 443), True, (443, 443), id="one port of TCP"),
        pytest.param(UDP, (53, 53), False, (53, 53), id="UDP"),
        pytest.param(ALL_PROTOCOLS, None, True, ALL_PORTS, id="everything"),
        pytest.param(
            ALL_PROTOCOLS, (443, 443), True, ALL_PORTS, id="everything, whatever ports it names"
        ),
        pytest.param(ESP, None, False, ALL_PORTS, id="a protocol without ports"),
    ],
)
def test_what_a_rule_speaks_of(
    protocol: str, ports: tuple[int, int] | None, matches_tcp: bool, port_range: tuple[int, int]
) -> None:
    entry = an_acl_entry(100, Direction.EGRESS, protocol=protocol, ports=ports)

    assert entry.matches_protocol(TCP) is matches_tcp
    assert entry.port_range == port_range


@pytest.mark.parametrize(
    ("number", "direction", "allows", "said"),
    [
        (90, Direction.INGRESS, False, "rule 90 (inbound, deny)"),
        (100, Direction.EGRESS, True, "rule 100 (outbound, allow)"),
        (32767, Direction.EGRESS, False, "rule * (outbound, deny)"),
    ],
)
def test_a_rule_is_named_as_the_console_names_it(
    number: int, direction: Direction, allows: bool, said: str
) -> None:
    assert str(an_acl_entry(number, direction, allows=allows)) == said
