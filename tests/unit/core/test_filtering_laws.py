"""Laws of security groups: rules only ever allow, and their order means nothing."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import DENIED, a_customer_list, a_rule, a_security_group
from tests.laws import law
from vpc_guardrail.core.filtering import ALL_TCP, Admission, Means, admits_members
from vpc_guardrail.core.model import (
    Direction,
    PrefixList,
    SecurityGroup,
    SecurityGroupRule,
    Unknown,
)
from vpc_guardrail.core.model.groups import ALL_PROTOCOLS, TCP, UDP

if TYPE_CHECKING:
    from collections.abc import Sequence

SUBNET = IPv4Network("10.0.0.0/28")
LISTS = {
    each.id: each
    for each in (
        a_customer_list("pl-low", ("10.0.0.0/29",)),
        a_customer_list("pl-high", ("10.0.0.8/29",)),
        a_customer_list("pl-unread", DENIED),
    )
}
STRENGTH = [None, Means.PART_OF_ADDRESSES, Means.PART_OF_PORTS, Means.CIDR, Means.GROUP]

cidrs = st.sampled_from(["10.0.0.0/29", "10.0.0.8/29", "10.0.0.0/28", "10.0.0.8/30", "10.0.1.0/24"])
rules = st.builds(
    a_rule,
    protocol=st.sampled_from([ALL_PROTOCOLS, TCP, UDP]),
    ports=st.sampled_from([(0, 65535), (1024, 65535), (0, 1023)]),
    groups=st.lists(st.sampled_from(["sg-1", "sg-2", "sg-else"]), max_size=1),
    cidrs=st.lists(cidrs, max_size=2),
    lists=st.lists(st.sampled_from(sorted(LISTS)), max_size=1),
)
groups = st.builds(
    lambda first, second: [
        a_security_group("sg-1", ingress=first),
        a_security_group("sg-2", ingress=second),
    ],
    st.lists(rules, max_size=3),
    st.lists(rules, max_size=3),
)


def answer(attached: Sequence[SecurityGroup]) -> Admission | Unknown | None:
    return admits_members(attached, Direction.INGRESS, ALL_TCP, SUBNET, LISTS)


def means(found: Admission | Unknown | None) -> Means | str | None:
    if isinstance(found, Unknown):
        return "unknown"
    return found.means if found else None


@law
@given(groups, rules)
def test_adding_a_rule_never_removes_an_admission(
    attached: list[SecurityGroup], added: SecurityGroupRule
) -> None:
    first, second = attached
    with_one_more = a_security_group("sg-1", ingress=(*first.ingress, added))

    before, after = answer(attached), answer([with_one_more, second])

    if isinstance(after, Unknown):
        # The list that is not read may name the addresses that were left out.
        assert means(before) in ("unknown", None, Means.PART_OF_ADDRESSES)
    elif isinstance(before, Admission):
        assert isinstance(after, Admission)
        assert STRENGTH.index(after.means) >= STRENGTH.index(before.means)
    if isinstance(before, Unknown):
        assert after is not None


@law
@given(groups)
def test_neither_the_order_of_groups_nor_that_of_rules_matters(
    attached: list[SecurityGroup],
) -> None:
    backwards = [
        a_security_group(group.id, ingress=group.ingress[::-1]) for group in attached[::-1]
    ]

    assert means(answer(backwards)) == means(answer(attached))


@law
@given(groups)
def test_an_admission_by_blocks_agrees_with_a_look_up_of_every_address(
    attached: list[SecurityGroup],
) -> None:
    rules = [rule for group in attached for rule in group.ingress]
    referring = [rule for rule in rules if rule.peers.group_ids & {"sg-1", "sg-2"}]

    found = means(answer(attached))

    by_reference = all(any(rule.covers(TCP, port) for rule in referring) for port in PORTS)
    assert (found is Means.GROUP) == by_reference
    if found != "unknown":
        passing = [port for port in PORTS if _everyone_passes(rules, referring, port)]
        assert (found in (Means.GROUP, Means.CIDR)) == (len(passing) == len(PORTS))
        assert (found in (None, Means.PART_OF_ADDRESSES)) == (not passing)


PORTS = (0, 1, 1023, 1024, 65535)
"""Ports at and around all the ends of ranges that the rules here have."""


def _everyone_passes(
    rules: list[SecurityGroupRule], referring: list[SecurityGroupRule], port: int
) -> bool:
    if any(rule.covers(TCP, port) for rule in referring):
        return True
    fitting = [rule for rule in rules if rule.covers(TCP, port)]
    return all(any(_names(rule, address) for rule in fitting) for address in SUBNET)


def _names(rule: SecurityGroupRule, address: IPv4Address) -> bool:
    blocks = [*rule.peers.cidrs]
    for list_id in rule.peers.prefix_list_ids:
        entries = _list(list_id).entries
        blocks += [] if isinstance(entries, Unknown) else entries
    return any(address in block for block in blocks)


def _list(list_id: str) -> PrefixList:
    return LISTS[list_id]
