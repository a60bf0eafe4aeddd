"""Laws of network ACLs, checked packet by packet against a look-up in order of rule numbers."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import VPC, an_acl_entry
from tests.laws import law
from tests.network_strategies import acl_entries
from vpc_guardrail.core.acl import Passage, passage
from vpc_guardrail.core.model import AclEntry, Direction, NetworkAcl
from vpc_guardrail.core.model.acls import LAST_RULE
from vpc_guardrail.core.model.groups import ALL_PROTOCOLS, TCP, UDP
from vpc_guardrail.core.packets import Box

if TYPE_CHECKING:
    from random import Random

SPACE = IPv4Network("10.0.0.0/28")
PORTS = range(16)
Packet = tuple[IPv4Address, int]

blocks = st.one_of(
    st.builds(
        lambda length, offset: str(
            IPv4Network((int(SPACE.network_address) + offset, length), strict=False)
        ),
        st.integers(28, 32),
        st.integers(0, 15),
    ),
    st.sampled_from(["0.0.0.0/0", "192.168.0.0/16", "::/0"]),
)
port_ranges = st.tuples(st.integers(0, 15), st.integers(0, 15)).map(
    lambda pair: (min(pair), max(pair))
)
entries = acl_entries(blocks, port_ranges)
directions = st.sampled_from(Direction)
protocols = st.sampled_from([TCP, UDP])
EVERYTHING = Box(SPACE, PORTS[0], PORTS[-1])
LAST = tuple(an_acl_entry(LAST_RULE, direction, allows=False) for direction in Direction)


def passed(rules: tuple[AclEntry, ...], direction: Direction, protocol: str) -> Passage:
    acl = NetworkAcl("acl-1", VPC, frozenset({"subnet-a"}), (*rules, *LAST))
    return passage(acl, direction, protocol, [EVERYTHING])


def packets(box: Box) -> list[Packet]:
    return [(address, port) for address in box.block for port in PORTS if _in(port, box)]


def _in(port: int, box: Box) -> bool:
    return box.first_port <= port <= box.last_port


def decision(
    rules: tuple[AclEntry, ...], direction: Direction, protocol: str, packet: Packet
) -> AclEntry | None:
    """The rule that decides about one packet: of those that match, the one of lowest number."""
    address, port = packet
    deciding: AclEntry | None = None
    for rule in (*rules, *LAST):
        matches = (
            rule.direction is direction
            and rule.protocol in (ALL_PROTOCOLS, protocol)
            and address in rule.block
            and (
                rule.protocol == ALL_PROTOCOLS
                or rule.first_port is None
                or rule.last_port is None
                or rule.first_port <= port <= rule.last_port
            )
        )
        if matches and (deciding is None or rule.number < deciding.number):
            deciding = rule
    return deciding


def let_through(found: Passage) -> set[Packet]:
    return {packet for box in found.allowed for packet in packets(box)}


@law
@given(entries, directions, protocols)
def test_what_is_allowed_and_denied_partitions_the_packets(
    rules: tuple[AclEntry, ...], direction: Direction, protocol: str
) -> None:
    found = passed(rules, direction, protocol)

    boxes = [*found.allowed, *(denial.box for denial in found.denied)]
    assert sorted(packet for box in boxes for packet in packets(box)) == packets(EVERYTHING)


@law
@given(entries, directions, protocols)
def test_fault_9_each_packet_is_decided_by_the_lowest_rule_that_matches(
    rules: tuple[AclEntry, ...], direction: Direction, protocol: str
) -> None:
    found = passed(rules, direction, protocol)
    denied_by = {packet: denial.entry for denial in found.denied for packet in packets(denial.box)}
    allowed = let_through(found)

    for packet in packets(EVERYTHING):
        rule = decision(rules, direction, protocol, packet)
        assert (packet in allowed) == (rule is not None and rule.allows)
        if packet in denied_by:
            assert denied_by[packet] == rule


@law
@given(entries, directions, protocols, blocks, port_ranges)
def test_a_deny_after_an_allow_that_covers_it_changes_nothing(
    rules: tuple[AclEntry, ...],
    direction: Direction,
    protocol: str,
    block: str,
    ports: tuple[int, int],
) -> None:
    allow = an_acl_entry(20, direction, protocol=protocol, ports=ports, block=block)
    deny = replace(allow, number=21, allows=False)

    before = passed((*rules, allow), direction, protocol)
    after = passed((*rules, allow, deny), direction, protocol)

    assert before == after


@law
@given(entries, directions, protocols, st.integers(0, 40))
def test_a_further_allow_never_shuts_anything_and_a_deny_never_opens(
    rules: tuple[AclEntry, ...], direction: Direction, protocol: str, number: int
) -> None:
    rules = tuple(replace(rule, number=2 * rule.number) for rule in rules)
    allow = an_acl_entry(2 * number + 1, direction, protocol=protocol, ports=(3, 9))
    deny = replace(allow, allows=False)

    before = let_through(passed(rules, direction, protocol))

    assert let_through(passed((*rules, allow), direction, protocol)) >= before
    assert let_through(passed((*rules, deny), direction, protocol)) <= before


@law
@given(entries, directions, protocols, st.randoms(use_true_random=False))
def test_the_order_in_which_rules_are_told_changes_nothing(
    rules: tuple[AclEntry, ...], direction: Direction, protocol: str, random: Random
) -> None:
    shuffled = [*rules]
    random.shuffle(shuffled)

    assert passed(tuple(shuffled), direction, protocol) == passed(rules, direction, protocol)
