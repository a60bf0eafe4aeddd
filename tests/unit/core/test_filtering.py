"""What security groups let through between the instances of a job."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest

from tests.builders import DENIED, a_customer_list, a_rule, a_security_group
from vpc_guardrail.core.filtering import (
    ALL_TCP,
    ENCAPSULATED,
    KEY_EXCHANGE,
    Admission,
    Means,
    Traffic,
    admits_members,
)
from vpc_guardrail.core.model import Direction, SecurityGroupRule, Unknown
from vpc_guardrail.core.model.groups import ESP, TCP, UDP

SUBNET = IPv4Network("10.0.0.0/24")
TCP_ALL = (0, 65535)
BY_GROUP = Admission(Means.GROUP, ("sg-1",))
BY_CIDR = Admission(Means.CIDR, ("sg-1",))
BY_HALF = Admission(Means.PART_OF_ADDRESSES, ("sg-1",))
BY_PART = Admission(Means.PART_OF_PORTS, ("sg-1",))


def admission(
    *rules: SecurityGroupRule,
    traffic: Traffic = ALL_TCP,
    direction: Direction = Direction.INGRESS,
    lists: Any = (),
) -> Any:
    """What one group with these rules, in the direction asked for only, lets through."""
    inbound = direction is Direction.INGRESS
    group = a_security_group(ingress=rules if inbound else (), egress=() if inbound else rules)
    known = lists if isinstance(lists, Unknown) else {each.id: each for each in lists}
    return admits_members([group], direction, traffic, SUBNET, known)


@pytest.mark.parametrize("direction", Direction, ids=lambda each: each.value)
@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param((), None, id="no rule"),
        pytest.param((a_rule(groups=("sg-1",)),), BY_GROUP, id="all traffic of the group itself"),
        pytest.param(
            (a_rule(protocol=TCP, ports=TCP_ALL, groups=("sg-1",)),), BY_GROUP, id="all TCP of it"
        ),
        pytest.param(
            (a_rule(groups=("sg-else", "sg-1")),), BY_GROUP, id="the group itself among others"
        ),
        pytest.param((a_rule(groups=("sg-else",)),), None, id="another group only"),
        pytest.param((a_rule(protocol=UDP, groups=("sg-1",)),), None, id="another protocol"),
        pytest.param((a_rule(cidrs=("0.0.0.0/0",)),), BY_CIDR, id="everyone"),
        pytest.param((a_rule(cidrs=("10.0.0.0/24",)),), BY_CIDR, id="exactly the subnet"),
        pytest.param((a_rule(cidrs=("10.0.0.0/25",)),), BY_HALF, id="half of the subnet"),
        pytest.param(
            (a_rule(cidrs=("10.0.0.0/25",)), a_rule(cidrs=("10.0.0.128/25",))),
            BY_CIDR,
            id="both halves, by two rules",
        ),
        pytest.param((a_rule(cidrs=("10.0.1.0/24",)),), None, id="the subnet next to it"),
        pytest.param((a_rule(cidrs=("::/0",)),), None, id="everyone over IPv6"),
        pytest.param(
            (a_rule(protocol=TCP, ports=(1024, 65535), groups=("sg-1",)),),
            BY_PART,
            id="a part of the ports, by the group",
        ),
        pytest.param(
            (a_rule(protocol=TCP, ports=(1024, 65535), cidrs=("10.0.0.0/16",)),),
            BY_PART,
            id="a part of the ports, by CIDR",
        ),
        pytest.param(
            (a_rule(protocol=TCP, ports=(443, 443), cidrs=("10.0.0.0/25",)),),
            BY_HALF,
            id="a part of the ports for a part of the subnet",
        ),
        pytest.param(
            (a_rule(cidrs=("0.0.0.0/0",)), a_rule(groups=("sg-1",))), BY_GROUP, id="both: the group"
        ),
    ],
)
def test_tcp_between_members(
    rules: tuple[SecurityGroupRule, ...], expected: object, direction: Direction
) -> None:
    assert admission(*rules, direction=direction) == expected


@pytest.mark.parametrize(
    ("traffic", "rule", "expected"),
    [
        pytest.param(ENCAPSULATED, a_rule(groups=("sg-1",)), BY_GROUP, id="ESP by all traffic"),
        pytest.param(
            ENCAPSULATED, a_rule(protocol=ESP, groups=("sg-1",)), BY_GROUP, id="ESP by its number"
        ),
        pytest.param(
            ENCAPSULATED, a_rule(protocol=TCP, ports=TCP_ALL, groups=("sg-1",)), None, id="ESP, TCP"
        ),
        pytest.param(
            KEY_EXCHANGE,
            a_rule(protocol=UDP, ports=(500, 500), groups=("sg-1",)),
            BY_GROUP,
            id="UDP 500 by itself",
        ),
        pytest.param(
            KEY_EXCHANGE,
            a_rule(protocol=UDP, ports=(4500, 4500), cidrs=("10.0.0.0/8",)),
            None,
            id="UDP 4500 only",
        ),
    ],
)
def test_encrypted_traffic(traffic: Traffic, rule: SecurityGroupRule, expected: object) -> None:
    assert admission(rule, traffic=traffic) == expected


def test_the_rules_of_attached_groups_add_up() -> None:
    """Every instance carries both groups, so that a rule of one that names the other counts."""
    naming = a_security_group("sg-1", ingress=(a_rule(groups=("sg-2",)),))
    named = a_security_group("sg-2", ingress=())

    found = admits_members([naming, named], Direction.INGRESS, ALL_TCP, SUBNET, {})

    assert found == BY_GROUP


def test_two_groups_cover_the_subnet_together() -> None:
    low = a_security_group("sg-1", ingress=(a_rule(cidrs=("10.0.0.0/25",)),))
    high = a_security_group("sg-2", ingress=(a_rule(cidrs=("10.0.0.128/25",)),))

    found = admits_members([low, high], Direction.INGRESS, ALL_TCP, SUBNET, {})

    assert found == Admission(Means.CIDR, ("sg-1", "sg-2"))


class TestPrefixLists:
    by_list = a_rule(lists=("pl-x",))

    @pytest.mark.parametrize(
        ("lists", "expected"),
        [
            pytest.param((a_customer_list("pl-x", ("10.0.0.0/8",)),), BY_CIDR, id="that covers"),
            pytest.param((a_customer_list("pl-x", ("10.1.0.0/16",)),), None, id="that does not"),
            pytest.param((a_customer_list("pl-x", DENIED),), DENIED, id="that may not be read"),
            pytest.param((), Unknown("prefix list pl-x was not found"), id="that is not there"),
            pytest.param(DENIED, DENIED, id="when lists may not be read"),
        ],
    )
    def test_a_rule_may_name_a_list(self, lists: Any, expected: object) -> None:
        assert admission(self.by_list, lists=lists) == expected

    def test_an_unread_list_does_not_matter_beside_the_group_itself(self) -> None:
        rules = (self.by_list, a_rule(groups=("sg-1",)))

        assert admission(*rules, lists=DENIED) == BY_GROUP

    def test_an_unread_list_does_not_matter_beside_a_covering_block(self) -> None:
        rules = (self.by_list, a_rule(cidrs=("10.0.0.0/16",)))

        found = admission(*rules, lists=DENIED)

        assert found == BY_CIDR

    def test_an_unread_list_does_not_hide_the_part_of_the_ports_that_passes(self) -> None:
        part = a_rule(protocol=TCP, ports=(1024, 65535), groups=("sg-1",))

        assert admission(part, self.by_list, lists=DENIED) == BY_PART

    def test_an_unread_list_for_a_part_of_the_ports_is_unknown(self) -> None:
        part = a_rule(protocol=TCP, ports=(1024, 65535), lists=("pl-x",))

        assert admission(part, lists=DENIED) is DENIED
