"""Where the packets of a subnet go: the table in force, and the route that wins."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    ACCOUNT,
    DENIED,
    S3_BLOCKS,
    S3_LIST,
    S3_SERVICE,
    a_customer_list,
    a_network,
    a_prefix_list,
    a_route,
    a_route_table,
    a_subnet,
    endpoint,
    internet_gateway,
    local,
    nat,
    transit_gateway,
    virtual_private_gateway,
)
from vpc_guardrail.core.model import Route, Unknown
from vpc_guardrail.core.routing import (
    Destination,
    Leg,
    destination_of,
    effective_route_table,
    legs,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpc_guardrail.core.model import PrefixList

S3 = IPv4Network("52.219.0.0/20")
TO_S3 = Destination((S3,), S3_LIST)
UNREAD_S3 = Destination(DENIED, S3_LIST)
S3_ENTRIES = a_prefix_list(S3_LIST, (str(S3),))


def legs_of(
    *routes: Route,
    lists: Iterable[PrefixList] | Unknown = (S3_ENTRIES,),
    destination: Destination = TO_S3,
) -> list[Leg]:
    table = a_route_table(*routes)
    known = lists if isinstance(lists, Unknown) else {each.id: each for each in lists}
    return [*legs(table, destination, known)]


def winner(
    *routes: Route,
    lists: Iterable[PrefixList] | Unknown = (S3_ENTRIES,),
    destination: Destination = TO_S3,
) -> Route | Unknown | None:
    (leg,) = legs_of(*routes, lists=lists, destination=destination)
    return leg.route


class TestEffectiveRouteTable:
    def test_an_explicit_association_beats_the_main_table(self) -> None:
        main = a_route_table(id="rtb-main", subnets=(), main=True)
        own = a_route_table(id="rtb-own", subnets=("subnet-a",))

        for tables in ((main, own), (own, main)):
            network = a_network(route_tables=tables)
            assert effective_route_table(network, a_subnet("subnet-a")) == own

    def test_a_subnet_without_association_uses_the_main_table(self) -> None:
        main = a_route_table(id="rtb-main", subnets=(), main=True)
        other = a_route_table(id="rtb-other", subnets=("subnet-b",))
        network = a_network(route_tables=(other, main))

        assert effective_route_table(network, a_subnet("subnet-a")) == main

    def test_the_main_table_of_another_vpc_does_not_count(self) -> None:
        foreign = a_route_table(id="rtb-foreign", vpc="vpc-2", subnets=(), main=True)
        network = a_network(route_tables=(foreign,))

        table = effective_route_table(network, a_subnet("subnet-a"))

        assert table == Unknown("no route table of vpc-1 can be seen")

    def test_tables_that_may_not_be_read_are_unknown(self) -> None:
        assert effective_route_table(a_network(route_tables=DENIED), a_subnet()) is DENIED


class TestDestination:
    def test_it_is_found_by_the_name_of_the_service(self) -> None:
        found = destination_of(a_network(), S3_SERVICE)

        assert found == Destination(tuple(map(IPv4Network, S3_BLOCKS)), S3_LIST)

    def test_ipv6_entries_are_left_out(self) -> None:
        s3 = a_prefix_list(S3_LIST, (str(S3), "2600:1f00::/40"))

        assert destination_of(a_network(prefix_lists=(s3,)), S3_SERVICE).blocks == (S3,)

    def test_a_customer_list_of_the_same_name_is_not_the_service(self) -> None:
        posing = a_prefix_list("pl-posing", ("10.0.0.0/8",), owner=ACCOUNT)

        for lists in ((posing, a_prefix_list()), (a_prefix_list(), posing)):
            found = destination_of(a_network(prefix_lists=lists), S3_SERVICE)
            assert found.prefix_list_id == S3_LIST

    def test_a_list_that_is_not_there_is_unknown(self) -> None:
        found = destination_of(a_network(prefix_lists=()), S3_SERVICE)

        assert found == Destination(Unknown(f"prefix list {S3_SERVICE} was not found"), None)

    def test_lists_that_may_not_be_read_are_unknown(self) -> None:
        assert destination_of(a_network(prefix_lists=DENIED), S3_SERVICE).blocks is DENIED

    def test_entries_that_may_not_be_read_keep_the_id_of_the_list(self) -> None:
        s3 = a_prefix_list(S3_LIST, DENIED)

        found = destination_of(a_network(prefix_lists=(s3,)), S3_SERVICE)

        assert found == Destination(DENIED, S3_LIST)

    @pytest.mark.parametrize("entries", [(), ("2600:1f00::/40",)], ids=["none", "IPv6 only"])
    def test_a_list_without_ipv4_entries_is_not_reached_by_default(
        self, entries: tuple[str, ...]
    ) -> None:
        s3 = a_prefix_list(S3_LIST, entries)

        found = destination_of(a_network(prefix_lists=(s3,)), S3_SERVICE)

        assert found.blocks == Unknown(f"prefix list {S3_LIST} has no IPv4 entries")


BY_CIDR = a_route(str(S3), to=nat())
BY_LIST = a_route(S3_LIST, to=endpoint())
BY_PROPAGATION = a_route(str(S3), to=virtual_private_gateway(), propagated=True)
BY_DEFAULT = a_route("0.0.0.0/0", to=internet_gateway())


class TestWhichRouteWins:
    @pytest.mark.parametrize(
        ("routes", "expected"),
        [
            pytest.param((BY_DEFAULT, BY_LIST), BY_LIST, id="a list is longer than the default"),
            pytest.param((BY_DEFAULT, BY_CIDR), BY_CIDR, id="a block is longer than the default"),
            pytest.param((BY_CIDR, BY_LIST), BY_CIDR, id="equal length: static beats list"),
            pytest.param((BY_LIST, BY_PROPAGATION), BY_LIST, id="equal: list beats propagated"),
            pytest.param((BY_CIDR, BY_PROPAGATION), BY_CIDR, id="equal: static beats propagated"),
            pytest.param(
                (a_route("52.0.0.0/8", to=nat()), BY_LIST), BY_LIST, id="a longer list beats static"
            ),
            pytest.param(
                (a_route("52.0.0.0/8", to=nat()), BY_PROPAGATION),
                BY_PROPAGATION,
                id="a longer propagated route beats static",
            ),
            pytest.param((BY_DEFAULT,), BY_DEFAULT, id="the default route alone"),
            pytest.param((a_route("10.0.0.0/8", to=nat()),), None, id="no route matches"),
            pytest.param((a_route("::/0", to=nat()),), None, id="an IPv6 default is no route"),
        ],
    )
    def test_it_is_the_longest_then_the_kind(
        self, routes: tuple[Route, ...], expected: Route | None
    ) -> None:
        assert winner(*routes) == expected
        assert winner(*reversed(routes)) == expected

    def test_a_blackhole_wins_and_drops(self) -> None:
        hole = a_route(S3_LIST, to=endpoint("vpce-gone"), state="blackhole")

        assert winner(BY_DEFAULT, hole) == hole

    def test_a_route_to_a_part_splits_the_destination(self) -> None:
        part = a_route("52.219.4.0/24", to=virtual_private_gateway(), propagated=True)

        taken = {leg.destination: leg.route for leg in legs_of(BY_LIST, part)}

        assert taken[IPv4Network("52.219.4.0/24")] == part
        assert taken[IPv4Network("52.219.5.0/24")] == BY_LIST
        assert taken[IPv4Network("52.219.8.0/21")] == BY_LIST
        assert len(taken) == 5


class TestPrefixLists:
    def test_a_list_that_is_not_there_may_take_everything(self) -> None:
        missing = a_route("pl-x", to=transit_gateway())

        assert winner(BY_LIST, missing) == Unknown(
            "the entries of pl-x could not be read: prefix list pl-x was not found"
        )

    def test_why_a_list_could_not_be_read_is_told(self) -> None:
        unread = a_customer_list("pl-x", DENIED)
        elsewhere = a_route("pl-x", to=transit_gateway())

        assert winner(BY_LIST, elsewhere, lists=(S3_ENTRIES, unread)) == Unknown(
            f"the entries of pl-x could not be read: {DENIED.reason}"
        )

    def test_an_unread_list_to_the_same_target_changes_nothing(self) -> None:
        same = a_route("pl-x", to=endpoint())
        lists = (S3_ENTRIES, a_customer_list("pl-x", DENIED))

        assert winner(BY_LIST, same, lists=lists) == BY_LIST

    def test_an_unread_list_alone_is_unknown(self) -> None:
        lists = (S3_ENTRIES, a_customer_list("pl-x", DENIED))

        assert isinstance(winner(a_route("pl-x", to=nat()), lists=lists), Unknown)

    def test_the_unread_list_of_another_aws_service_holds_none_of_s3(self) -> None:
        """A DynamoDB gateway endpoint beside S3's is the most common network of all."""
        dynamodb = a_prefix_list("pl-ddb", DENIED, name="com.amazonaws.eu-central-1.dynamodb")
        to_dynamodb = a_route("pl-ddb", to=endpoint("vpce-ddb"))
        lists = (S3_ENTRIES, dynamodb)

        assert winner(to_dynamodb, BY_LIST, lists=lists) == BY_LIST
        assert winner(to_dynamodb, BY_DEFAULT, lists=lists) == BY_DEFAULT
        assert winner(to_dynamodb, lists=lists) is None

    def test_overlapping_lists_with_different_targets_are_unknown(self) -> None:
        other = a_route("pl-x", to=transit_gateway())
        lists = (S3_ENTRIES, a_customer_list("pl-x", ("52.219.0.0/16",)))

        found = winner(BY_LIST, other, lists=lists)

        assert found == Unknown("overlapping prefix lists lead to different targets")

    def test_overlapping_lists_with_one_target_are_no_riddle(self) -> None:
        other = a_route("pl-x", to=endpoint())
        lists = (S3_ENTRIES, a_customer_list("pl-x", ("52.219.0.0/16",)))

        assert winner(BY_LIST, other, lists=lists) == BY_LIST

    def test_a_static_route_ends_the_riddle_of_overlapping_lists(self) -> None:
        other = a_route("pl-x", to=transit_gateway())
        lists = (S3_ENTRIES, a_customer_list("pl-x", ("52.219.0.0/16",)))

        assert winner(BY_LIST, other, BY_CIDR, lists=lists) == BY_CIDR

    def test_the_longest_entry_of_a_list_counts(self) -> None:
        nested = a_customer_list("pl-x", ("0.0.0.0/0", "52.219.0.0/20"))
        route = a_route("pl-x", to=transit_gateway())
        wide = a_route("52.219.0.0/19", to=nat())

        assert winner(wide, route, lists=(nested,)) == route


class TestDestinationThatCouldNotBeRead:
    """Its addresses are public, and those of its own list if the list is known by its id."""

    @pytest.mark.parametrize(
        ("routes", "expected"),
        [
            pytest.param((BY_LIST,), BY_LIST, id="its own list takes all of it"),
            pytest.param((BY_DEFAULT, BY_LIST), BY_LIST, id="its own list beats the default"),
            pytest.param((BY_DEFAULT,), BY_DEFAULT, id="without its own list, the default"),
            pytest.param((), None, id="no route at all"),
            pytest.param(
                (a_route("192.168.0.0/16", to=transit_gateway()), BY_DEFAULT),
                BY_DEFAULT,
                id="a private block holds none of it",
            ),
            pytest.param((BY_CIDR, BY_LIST), DENIED, id="a public block may hold a part"),
            pytest.param(
                (a_route("128.0.0.0/1", to=nat()), BY_LIST), DENIED, id="half of all may hold it"
            ),
            pytest.param(
                (a_route("52.0.0.0/8", to=local()), BY_LIST),
                DENIED,
                id="so may the local route of a VPC with public addresses",
            ),
            pytest.param(
                (a_route("pl-x", to=transit_gateway()), BY_LIST), DENIED, id="so may an unread list"
            ),
        ],
    )
    def test_it_has_one_route_or_none_that_is_known(
        self, routes: tuple[Route, ...], expected: Route | Unknown | None
    ) -> None:
        for order in (routes, routes[::-1]):
            table = a_route_table(*order) if order else a_route_table(a_route("::/0", to=nat()))
            (leg,) = legs(table, UNREAD_S3, {})
            assert leg == Leg(None, expected)

    def test_of_two_default_routes_the_static_one_wins(self) -> None:
        propagated = a_route("0.0.0.0/0", to=virtual_private_gateway(), propagated=True)

        for routes in ((propagated, BY_DEFAULT), (BY_DEFAULT, propagated)):
            assert winner(*routes, lists=(), destination=UNREAD_S3) == BY_DEFAULT

    def test_a_list_that_holds_everything_may_overlap_it(self) -> None:
        everything = a_customer_list("pl-all", ("0.0.0.0/0",))
        route = a_route("pl-all", to=transit_gateway())

        for routes in ((route,), (route, BY_LIST), (BY_DEFAULT, route)):
            assert winner(*routes, lists=(everything,), destination=UNREAD_S3) is DENIED
