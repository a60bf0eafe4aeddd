"""Laws of routing, checked address by address against a look-up that knows no splitting."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, collapse_addresses
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    DENIED,
    S3_LIST,
    VPC,
    a_customer_list,
    a_prefix_list,
    endpoint,
    internet_gateway,
    nat,
    transit_gateway,
)
from tests.laws import law
from vpc_guardrail.core.model import PrefixList, Route, RouteTable, Target, Unknown
from vpc_guardrail.core.routing import Destination, legs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

SPACE = IPv4Network("52.219.0.0/28")
Lists = dict[str, PrefixList]
Taken = dict[IPv4Address, Route | Unknown | None]

targets = st.sampled_from([nat(), endpoint(), transit_gateway(), internet_gateway()])
blocks_inside = st.builds(
    lambda length, offset: IPv4Network((int(SPACE.network_address) + offset, length), strict=False),
    st.integers(28, 32),
    st.integers(0, 15),
)
blocks_around = st.sampled_from([IPv4Network("0.0.0.0/0"), IPv4Network("52.0.0.0/8")])
blocks = st.one_of(blocks_inside, blocks_inside, blocks_around)
cidr_routes = st.builds(
    Route, blocks, targets, st.sampled_from(["active", "blackhole"]), st.booleans()
)
list_routes = st.builds(Route, st.sampled_from([S3_LIST, "pl-x", "pl-y"]), targets)


def as_ec2_allows(routes: Sequence[Route]) -> tuple[Route, ...]:
    """No table has two routes of one kind to the same destination."""
    return tuple({(route.destination, route.propagated): route for route in routes}.values())


route_sets = st.lists(st.one_of(cidr_routes, list_routes), max_size=6).map(as_ec2_allows)
destinations = st.lists(blocks_inside, min_size=1, max_size=3).map(
    lambda found: tuple(collapse_addresses(found))
)
entries = st.lists(blocks_inside, max_size=3).map(lambda found: tuple(map(str, found)))


@st.composite
def prefix_lists(draw: st.DrawFn) -> Lists:
    """Two lists of the customer, either of which may be unread or absent."""
    lists = {}
    for list_id in ("pl-x", "pl-y"):
        read = draw(st.one_of(st.none(), st.just(DENIED), entries))
        if read is not None:
            lists[list_id] = a_customer_list(list_id, read)
    return lists


def taken(
    routes: Sequence[Route], destination: Destination, lists: Mapping[str, PrefixList]
) -> Taken:
    """The route of each address, by the legs."""
    found: Taken = {}
    for leg in legs(_table(routes), destination, lists):
        assert leg.destination is not None
        for address in leg.destination:
            assert address not in found, "two legs hold the same address"
            found[address] = leg.route
    return found


def looked_up(
    address: IPv4Address, routes: Sequence[Route], lists: Mapping[str, PrefixList]
) -> Route | Unknown | None:
    """The route of one address: longest prefix; then static, prefix list, propagated."""
    matches: list[tuple[int, int, Route]] = []
    unread: list[Route] = []
    for route in routes:
        if isinstance(route.destination, str):
            known = lists.get(route.destination)
            if known is None or isinstance(known.entries, Unknown):
                unread.append(route)
                continue
            matches += [(e.prefixlen, 1, route) for e in known.entries if address in e]
        elif address in route.destination:
            rank = 0 if route.propagated else 2
            matches.append((route.destination.prefixlen, rank, route))
    best = max(matches, key=lambda match: match[:2])[2] if matches else None
    if any(best is None or route.target != best.target for route in unread):
        return DENIED
    if best is not None and isinstance(best.destination, str):
        rivals = {match[2].target for match in matches if match[1] == 1}
        if len(rivals) > 1:
            return DENIED
    return best


def _table(routes: Sequence[Route]) -> RouteTable:
    return RouteTable("rtb-1", VPC, False, frozenset({"subnet-a"}), tuple(routes))


def _s3(found: tuple[IPv4Network, ...]) -> tuple[Destination, Lists]:
    return Destination(found, S3_LIST), {S3_LIST: a_prefix_list(S3_LIST, map(str, found))}


def _said(route: Route | Unknown | None) -> tuple[Target, str] | str:
    """What becomes of packets; which of two lists with the same target they follow is open."""
    if isinstance(route, Unknown):
        return "unknown"
    return (route.target, route.state) if route else "no route"


@law
@given(route_sets, destinations, prefix_lists())
def test_legs_partition_the_destination(
    routes: tuple[Route, ...], found: tuple[IPv4Network, ...], lists: Lists
) -> None:
    destination, s3 = _s3(found)

    assert taken(routes, destination, lists | s3).keys() == {a for block in found for a in block}


@law
@given(route_sets, destinations, prefix_lists())
def test_legs_agree_with_a_look_up_of_every_address(
    routes: tuple[Route, ...], found: tuple[IPv4Network, ...], lists: Lists
) -> None:
    destination, s3 = _s3(found)

    for address, route in taken(routes, destination, lists | s3).items():
        assert _said(route) == _said(looked_up(address, routes, lists | s3))


@law
@given(route_sets, destinations, prefix_lists(), st.randoms(use_true_random=False))
def test_the_order_of_routes_changes_nothing(
    routes: tuple[Route, ...], found: tuple[IPv4Network, ...], lists: Lists, random: Random
) -> None:
    destination, s3 = _s3(found)
    shuffled = [*routes]
    random.shuffle(shuffled)

    before = taken(routes, destination, lists | s3)
    after = taken(shuffled, destination, lists | s3)

    assert {a: _said(r) for a, r in before.items()} == {a: _said(r) for a, r in after.items()}


@law
@given(route_sets, blocks_inside, targets, destinations, prefix_lists())
def test_adding_a_route_changes_no_other_prefix(
    routes: tuple[Route, ...],
    block: IPv4Network,
    target: Target,
    found: tuple[IPv4Network, ...],
    lists: Lists,
) -> None:
    destination, s3 = _s3(found)
    with_one_more = as_ec2_allows((Route(block, target), *routes))

    before = taken(routes, destination, lists | s3)
    after = taken(with_one_more, destination, lists | s3)

    for address in before.keys() - {*block}:
        assert _said(after[address]) == _said(before[address])


@law
@given(route_sets, destinations, prefix_lists())
def test_what_is_said_of_an_unread_destination_holds_once_it_is_read(
    routes: tuple[Route, ...], found: tuple[IPv4Network, ...], lists: Lists
) -> None:
    destination, s3 = _s3(found)
    unread = {S3_LIST: a_prefix_list(S3_LIST, DENIED)}
    (leg,) = legs(_table(routes), Destination(DENIED, S3_LIST), lists | unread)

    if not isinstance(leg.route, Unknown):
        said = map(_said, taken(routes, destination, lists | s3).values())
        assert {*said} == {_said(leg.route)}
