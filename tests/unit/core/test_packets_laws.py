"""Laws of boxes, checked packet by packet."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.laws import law
from vpc_guardrail.core.packets import Box, common, ports_at_every_address, remainder, without

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SPACE = IPv4Network("10.0.0.0/29")
LAST = 7
Packet = tuple[IPv4Address, int]

blocks = st.builds(
    lambda length, offset: IPv4Network((int(SPACE.network_address) + offset, length), strict=False),
    st.integers(29, 32),
    st.integers(0, 7),
)
ranges = st.tuples(st.integers(0, LAST), st.integers(0, LAST)).map(sorted)
boxes = st.builds(lambda block, ports: Box(block, *ports), blocks, ranges)


def packets(box: Box) -> Iterator[Packet]:
    return (
        (address, port)
        for address in box.block
        for port in range(box.first_port, box.last_port + 1)
    )


def counted(found: Iterable[Box]) -> list[Packet]:
    """All packets of boxes; one that lies in two of them is there twice."""
    return sorted(packet for box in found for packet in packets(box))


@law
@given(boxes, boxes)
def test_common_packets_are_those_of_both(one: Box, other: Box) -> None:
    shared = common(one, other)

    assert {*counted([shared] if shared else [])} == {*packets(one)} & {*packets(other)}
    assert shared == common(other, one)


@law
@given(boxes, boxes)
def test_a_box_without_another_leaves_the_rest_and_no_packet_twice(box: Box, removed: Box) -> None:
    assert counted(without(box, removed)) == sorted({*packets(box)} - {*packets(removed)})


@law
@given(boxes, st.lists(boxes, max_size=4))
def test_a_remainder_leaves_the_rest_and_no_packet_twice(box: Box, removed: list[Box]) -> None:
    gone = {packet for each in removed for packet in packets(each)}

    assert counted(remainder([box], removed)) == sorted({*packets(box)} - gone)


@law
@given(st.lists(boxes, max_size=5), blocks)
def test_ports_at_every_address_are_those_that_each_address_has(
    found: list[Box], block: IPv4Network
) -> None:
    held = {packet for box in found for packet in packets(box)}
    every = {port for port in range(LAST + 1) if all((address, port) in held for address in block)}

    ranges_found = ports_at_every_address(found, block)

    assert {port for first, last in ranges_found for port in range(first, last + 1)} == every
