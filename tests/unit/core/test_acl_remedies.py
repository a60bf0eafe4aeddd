"""What the remedies make of a network ACL: the job's traffic passes, all other as before."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.builders import a_network, a_network_acl, an_acl_entry
from tests.commands import problems
from tests.healing import healed
from tests.laws import law
from tests.network_strategies import acl_entries
from vpc_guardrail.core.acl import passage
from vpc_guardrail.core.acl_remedies import let_through_acl
from vpc_guardrail.core.crossing import Blocks, Crossing, Share, into_through_acl, out_through_acl
from vpc_guardrail.core.model import AclEntry, Direction, NetworkAcl, Unknown
from vpc_guardrail.core.model.groups import TCP, UDP
from vpc_guardrail.core.packets import Box

IN, OUT = Direction.INGRESS, Direction.EGRESS
S3 = Blocks((IPv4Network("52.219.0.0/20"),), "S3")


def mended(acl: NetworkAcl, remedy: str) -> NetworkAcl:
    acls = healed(a_network(network_acls=(acl,)), remedy).network_acls
    assert not isinstance(acls, Unknown)
    return acls[acl.id]


def remedy_of(acl: NetworkAcl, way: Crossing) -> str:
    return let_through_acl(a_network(network_acls=(acl,)), way)


entries = acl_entries(
    st.sampled_from(["0.0.0.0/0", "52.219.0.0/20", "52.219.8.0/24", "10.0.0.0/16"]),
    st.sampled_from([(0, 65535), (443, 443), (1024, 65535), (32768, 40000)]),
)


@law
@given(entries, st.booleans())
def test_a_mended_acl_lets_the_traffic_pass_and_no_other(
    found: tuple[AclEntry, ...], outwards: bool
) -> None:
    judge = out_through_acl if outwards else into_through_acl
    acl = a_network_acl(*found)
    way = judge(acl, S3)
    assert isinstance(way, Crossing)
    assume(way.share is not Share.ALL)

    after = mended(acl, remedy_of(acl, way))

    mended_way = judge(after, S3)
    assert isinstance(mended_way, Crossing)
    assert mended_way.share is Share.ALL
    for direction in Direction:
        for protocol, box in ((UDP, EVERY_PACKET), (TCP, ELSEWHERE)):
            before_it = passage(acl, direction, protocol, [box]).allowed
            assert _packets(passage(after, direction, protocol, [box]).allowed) == _packets(
                before_it
            )


EVERY_PACKET = Box(IPv4Network("0.0.0.0/0"))
ELSEWHERE = Box(IPv4Network("10.0.0.0/8"))


def _packets(boxes: tuple[Box, ...]) -> frozenset[Box]:
    return frozenset(boxes)


CREATE = "aws ec2 create-network-acl-entry --network-acl-id acl-1"
REPLACE = "aws ec2 replace-network-acl-entry --network-acl-id acl-1"
ALLOW = "--rule-action allow --cidr-block 52.219.0.0/20 --protocol tcp"
DENY = "--rule-action deny --cidr-block 0.0.0.0/0 --protocol -1"
ALL_IN = an_acl_entry(100, IN)


@pytest.mark.parametrize(
    ("acl", "command"),
    [
        pytest.param(
            a_network_acl(ALL_IN, an_acl_entry(90, OUT, allows=False), an_acl_entry(100, OUT)),
            f"{CREATE} --egress --rule-number 89 {ALLOW} --port-range From=443,To=443",
            id="just before the rule that denies",
        ),
        pytest.param(
            a_network_acl(
                ALL_IN,
                an_acl_entry(88, OUT, protocol=UDP),
                an_acl_entry(89, OUT, protocol=UDP),
                an_acl_entry(90, OUT, allows=False),
            ),
            f"{CREATE} --egress --rule-number 87 {ALLOW} --port-range From=443,To=443",
            id="the numbers before it are taken",
        ),
        pytest.param(
            a_network_acl(ALL_IN, an_acl_entry(101, OUT, protocol=UDP)),
            f"{CREATE} --egress --rule-number 110 {ALLOW} --port-range From=443,To=443",
            id="no rule denies but the last: after all others",
        ),
        pytest.param(
            a_network_acl(ALL_IN, an_acl_entry(1, OUT, allows=False)),
            f"{CREATE} --egress --rule-number 2 {DENY} && "
            f"{REPLACE} --egress --rule-number 1 {ALLOW} --port-range From=443,To=443",
            id="the very first rule denies: it moves",
        ),
        pytest.param(
            a_network_acl(
                an_acl_entry(1, IN, allows=False),
                an_acl_entry(2, IN, protocol=UDP, ports=(53, 53)),
                an_acl_entry(100, OUT),
            ),
            f"{CREATE} --ingress --rule-number 3 --rule-action allow --cidr-block 0.0.0.0/0 "
            f"--protocol udp --port-range From=53,To=53 && "
            f"{REPLACE} --ingress --rule-number 2 {DENY} && "
            f"{REPLACE} --ingress --rule-number 1 {ALLOW} --port-range From=1024,To=65535",
            id="the answers; the next number is taken as well",
        ),
        pytest.param(
            a_network_acl(
                ALL_IN,
                an_acl_entry(1, OUT, allows=False),
                an_acl_entry(2, OUT, protocol="1"),
            ),
            "aws ec2 describe-network-acls --network-acl-ids acl-1",
            id="a rule on ICMP, whose types were not read, cannot be moved",
        ),
        pytest.param(
            a_network_acl(an_acl_entry(50, OUT, protocol=UDP)),
            f"{CREATE} --egress --rule-number 60 {ALLOW} --port-range From=443,To=443 && "
            f"{CREATE} --ingress --rule-number 10 {ALLOW} --port-range From=1024,To=65535",
            id="each direction has numbers of its own",
        ),
        pytest.param(
            a_network_acl(ALL_IN, an_acl_entry(32766, OUT, protocol=UDP)),
            f"{CREATE} --egress --rule-number 32765 {ALLOW} --port-range From=443,To=443",
            id="the highest number is taken",
        ),
    ],
)
def test_table(acl: NetworkAcl, command: str) -> None:
    way = out_through_acl(acl, S3)
    assert isinstance(way, Crossing)

    remedy = remedy_of(acl, way)

    assert remedy == command
    assert problems(remedy) == []


def test_several_blocks_are_opened_as_one() -> None:
    blocks = (*S3.blocks, IPv4Network("3.5.128.0/21"))
    acl = a_network_acl(ALL_IN)

    way = out_through_acl(acl, replace(S3, blocks=blocks))

    assert isinstance(way, Crossing)
    assert "--cidr-block 0.0.0.0/0 " in remedy_of(acl, way)
