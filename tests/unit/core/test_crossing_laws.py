"""Laws of crossings: what passes security groups and ACLs, checked address by address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    DENIED,
    S3_LIST,
    a_customer_list,
    a_network_acl,
    a_prefix_list,
    a_rule,
    a_security_group,
    an_acl_entry,
)
from tests.laws import law
from vpc_guardrail.core.crossing import (
    Blocks,
    Crossing,
    Share,
    into_through_acl,
    lets_out,
    out_through_acl,
    through_groups,
)
from vpc_guardrail.core.model import Direction, PrefixList, SecurityGroupRule, Unknown
from vpc_guardrail.core.model.groups import ALL_PROTOCOLS, TCP, UDP

if TYPE_CHECKING:
    from vpc_guardrail.core.model import AclEntry, Fact

PORT = 443
HALVES = ("10.0.0.0/29", "10.0.0.8/29")
EVERY_ADDRESS = [*IPv4Network("10.0.0.0/28")]
LISTS: dict[str, PrefixList] = {
    each.id: each
    for each in (
        a_prefix_list(S3_LIST, ("10.0.0.0/30", "10.0.0.4/31")),
        a_customer_list("pl-high", ("10.0.0.8/29",)),
        a_customer_list("pl-unread", DENIED),
    )
}
OPENNESS = [Share.NONE, Share.SOME, Share.ALL]

blocks = st.sampled_from(
    [*HALVES, "10.0.0.0/28", "10.0.0.0/30", "10.0.0.7/32", "10.0.0.8/30", "10.9.0.0/16", "::/0"]
)
rules = st.builds(
    a_rule,
    protocol=st.sampled_from([ALL_PROTOCOLS, TCP, TCP, UDP]),
    ports=st.sampled_from([(443, 443), (0, 65535), (0, 442), (444, 500), (400, 443)]),
    groups=st.lists(st.sampled_from(["sg-other", "sg-else"]), max_size=1),
    cidrs=st.lists(blocks, max_size=2),
    lists=st.lists(st.sampled_from([*LISTS, "pl-gone"]), max_size=1),
)
others = st.builds(
    lambda found, exact, groups, list_id: Blocks(
        tuple(map(IPv4Network, found)), "the other side", exact, frozenset(groups), list_id
    ),
    st.lists(st.sampled_from(HALVES), min_size=1, max_size=2, unique=True),
    st.booleans(),
    st.lists(st.just("sg-other"), max_size=1),
    st.sampled_from([None, S3_LIST]),
)


def answer(found: tuple[SecurityGroupRule, ...], other: Blocks) -> Fact[Crossing]:
    group = a_security_group(egress=found)
    return through_groups([group], Direction.EGRESS, other, LISTS)


def names(rule: SecurityGroupRule, address: IPv4Address) -> bool | None:
    """Whether a rule names an address; None where a list that could not be read may do so."""
    if any(address in block for block in rule.peers.cidrs):
        return True
    unread = False
    for list_id in rule.peers.prefix_list_ids:
        entries = LISTS[list_id].entries if list_id in LISTS else DENIED
        if isinstance(entries, Unknown):
            unread = True
        elif any(address in block for block in entries):
            return True
    return None if unread else False


def fits(rule: SecurityGroupRule) -> bool:
    if rule.protocol == ALL_PROTOCOLS:
        return True
    return rule.protocol == TCP and (rule.from_port or 0) <= PORT <= (rule.to_port or 0)


@law
@given(st.lists(rules, max_size=4).map(tuple), others)
def test_groups_agree_with_a_look_up_of_every_address(
    found: tuple[SecurityGroupRule, ...], other: Blocks
) -> None:
    fitting = [rule for rule in found if fits(rule)]
    by_name = any(
        rule.peers.group_ids & other.group_ids or other.prefix_list_id in rule.peers.prefix_list_ids
        for rule in fitting
    )
    named = {
        address: [names(rule, address) for rule in fitting]
        for block in other.blocks
        for address in block
    }
    certain = [address for address in named if any(named[address])]
    possible = [address for address in named if any(each is not False for each in named[address])]

    said = answer(found, other)

    if by_name or len(certain) == len(named):
        assert isinstance(said, Crossing)
        assert said.share is Share.ALL
    elif possible != certain or (certain and not other.exact):
        assert isinstance(said, Unknown)
    else:
        assert isinstance(said, Crossing)
        assert said.share is (Share.SOME if certain else Share.NONE)


def _lists(rule: SecurityGroupRule) -> frozenset[str]:
    return rule.peers.prefix_list_ids


@law
@given(st.lists(rules, max_size=3).map(tuple), rules, others)
def test_a_further_rule_never_takes_anything_away(
    found: tuple[SecurityGroupRule, ...], added: SecurityGroupRule, other: Blocks
) -> None:
    before, after = answer(found, other), answer((*found, added), other)

    if isinstance(before, Crossing) and isinstance(after, Crossing):
        assert OPENNESS.index(after.share) >= OPENNESS.index(before.share)
    if isinstance(before, Crossing) and before.share is Share.ALL:
        assert after == before
    if isinstance(before, Unknown) and isinstance(after, Crossing):
        assert after.share is Share.ALL


@law
@given(st.lists(rules, max_size=3).map(tuple), others)
def test_anything_that_gets_out_is_seen(
    found: tuple[SecurityGroupRule, ...], other: Blocks
) -> None:
    """Whatever its protocol and port, in contrast to the TCP 443 of a crossing."""
    addresses = [address for block in other.blocks for address in block]
    named = {names(rule, address) for rule in found for address in addresses}
    unread = any(
        isinstance(LISTS[each].entries, Unknown) if each in LISTS else True
        for rule in found
        for each in _lists(rule)
    )

    said = lets_out([a_security_group(egress=found)], other.blocks, LISTS)

    assert (said is True) == (True in named)
    assert isinstance(said, Unknown) == (True not in named and unread)


acl_blocks = st.sampled_from([*HALVES, "10.0.0.0/28", "0.0.0.0/0"])
acl_ports = st.sampled_from([(443, 443), (0, 65535), (32768, 60999), (1024, 65535), (32768, 40000)])
SAMPLES = (32768, 40000, 40001, 60999)
"""Ports that stand for all answers: the ends of what the rules of these tests may name."""


@st.composite
def acl_rules(draw: st.DrawFn) -> tuple[AclEntry, ...]:
    return tuple(
        an_acl_entry(
            number,
            draw(st.sampled_from(Direction)),
            allows=draw(st.booleans()),
            protocol=TCP,
            ports=draw(acl_ports),
            block=draw(acl_blocks),
        )
        for number in range(1, draw(st.integers(1, 7)))
    )


def lets(
    found: tuple[AclEntry, ...], direction: Direction, address: IPv4Address, port: int
) -> bool:
    """Whether the first rule that matches a packet allows it; none matches: it is denied."""
    for rule in found:
        if rule.direction is direction and address in rule.block:
            assert rule.first_port is not None
            assert rule.last_port is not None
            if rule.first_port <= port <= rule.last_port:
                return rule.allows
    return False


@law
@given(acl_rules(), st.booleans())
def test_acls_agree_with_a_look_up_of_every_address_both_ways(
    found: tuple[AclEntry, ...], outbound: bool
) -> None:
    other = Blocks((IPv4Network("10.0.0.0/28"),), "the other side")
    there, back = (Direction.EGRESS, Direction.INGRESS)[:: 1 if outbound else -1]
    acl = a_network_acl(*found, *(() if found else (an_acl_entry(1, there, allows=False),)))
    sent = [lets(found, there, address, PORT) for address in EVERY_ADDRESS]
    answered = [lets(found, back, address, port) for address in EVERY_ADDRESS for port in SAMPLES]

    said = (out_through_acl if outbound else into_through_acl)(acl, other)

    assert isinstance(said, Crossing)
    if all(sent) and all(answered):
        assert said.share is Share.ALL
    elif not any(sent) or not any(answered):
        assert said.share is Share.NONE
    else:
        assert said.share is Share.SOME
