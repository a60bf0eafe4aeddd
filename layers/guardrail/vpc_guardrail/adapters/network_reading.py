"""One reading of the network that training jobs name, in two waves of parallel calls.

The first wave asks for what the jobs name (subnets, security groups, instance types that the table
does not know) and for the Region's prefix lists; the second for what their VPCs hold. Beside S3's,
the entries of a prefix list are asked for only if a rule or a route names it, as soon as that is
known: most VPCs name none, and an organisation may share many.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpc_guardrail.adapters import network_facts
from vpc_guardrail.adapters.clients import PARALLEL_CALLS
from vpc_guardrail.core.model import Network, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set
    from concurrent.futures import Executor, Future
    from datetime import datetime

    from vpc_guardrail.adapters.ec2_answers import Description
    from vpc_guardrail.adapters.ec2_reader import Ec2Reader
    from vpc_guardrail.adapters.network_facts import Blocks
    from vpc_guardrail.adapters.wanted import Wanted
    from vpc_guardrail.core.model import (
        Fact,
        PrefixList,
        RouteTable,
        SecurityGroup,
        Subnet,
    )

LISTS_READ = 20
"""Prefix lists whose entries are asked for at most, S3's among them: one call each."""

NOT_NAMED = Unknown("its entries were not read, since no route or rule in sight names it")
TOO_MANY = Unknown(f"its entries were not read: more than {LISTS_READ} prefix lists are in use")

AWS = "AWS"
"""The owner of the prefix lists that AWS manages."""


def read_network(ec2: Ec2Reader, wanted: Wanted, at: datetime) -> Network:
    """Read the network; each fact is read or Unknown, and faults raise."""
    with _pool() as pool:
        named = _first_wave(ec2, pool, wanted)
        vpc_ids = _vpc_ids(named.subnets)
        if isinstance(vpc_ids, Unknown):
            return _without_vpc(wanted, named, vpc_ids, at)
        return _second_wave(ec2, pool, wanted, named, vpc_ids, at)


@contextmanager
def _pool() -> Iterator[ThreadPoolExecutor]:
    """Threads for parallel calls; a fault in one call takes back those that have not begun."""
    pool = ThreadPoolExecutor(PARALLEL_CALLS, thread_name_prefix="ec2")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Named:
    """What the first wave brought."""

    subnets: Fact[Mapping[str, Subnet]]
    groups: Fact[Mapping[str, SecurityGroup]]
    lists: Fact[list[Description]]
    efa_support: Mapping[str, Fact[bool]]


def _first_wave(ec2: Ec2Reader, pool: Executor, wanted: Wanted) -> _Named:
    subnets = pool.submit(ec2.subnets, wanted.subnet_ids)
    groups = pool.submit(ec2.security_groups, wanted.group_ids)
    lists = pool.submit(ec2.prefix_lists)
    efa_support = pool.submit(ec2.efa_support, wanted.instance_types)
    return _Named(subnets.result(), groups.result(), lists.result(), efa_support.result())


def _vpc_ids(subnets: Fact[Mapping[str, Subnet]]) -> Fact[frozenset[str]]:
    if isinstance(subnets, Unknown):
        return subnets
    found = frozenset(subnet.vpc_id for subnet in subnets.values())
    return found or Unknown("no subnet was found that would tell the VPC")


def _without_vpc(wanted: Wanted, named: _Named, reason: Unknown, at: datetime) -> Network:
    """The network of jobs whose VPC is not known: nothing more can be asked for."""
    return Network(
        region=wanted.region,
        account=wanted.account,
        read_at=at,
        subnets=named.subnets,
        security_groups=named.groups,
        group_vpcs=reason,
        vpcs=reason,
        route_tables=reason,
        endpoints=reason,
        nat_gateways=reason,
        prefix_lists=_lists_with({}, named.lists, otherwise=reason),
        efa_support=named.efa_support,
    )


def _second_wave(
    ec2: Ec2Reader,
    pool: Executor,
    wanted: Wanted,
    named: _Named,
    vpc_ids: frozenset[str],
    at: datetime,
) -> Network:
    tables = pool.submit(ec2.route_tables, vpc_ids)
    lists = _Lists(ec2, pool, named.lists)
    lists.ask_for(lists.of_s3(wanted.region))
    lists.ask_for(_named_by_rules(named.groups))
    endpoints = pool.submit(ec2.endpoints, vpc_ids)
    nat_gateways = pool.submit(ec2.nat_gateways, vpc_ids)
    vpcs = pool.submit(ec2.vpcs, vpc_ids)
    support = {vpc_id: pool.submit(ec2.dns_support, vpc_id) for vpc_id in sorted(vpc_ids)}
    hostnames = {vpc_id: pool.submit(ec2.dns_hostnames, vpc_id) for vpc_id in sorted(vpc_ids)}
    group_vpcs = pool.submit(_group_vpcs, ec2, named.groups, vpc_ids)
    lists.ask_for(_named_by_routes(tables.result()))
    return Network(
        region=wanted.region,
        account=wanted.account,
        read_at=at,
        subnets=named.subnets,
        security_groups=named.groups,
        group_vpcs=group_vpcs.result(),
        vpcs=network_facts.vpcs(vpcs.result(), _results(support), _results(hostnames)),
        route_tables=tables.result(),
        endpoints=endpoints.result(),
        nat_gateways=nat_gateways.result(),
        prefix_lists=lists.read(),
        efa_support=named.efa_support,
    )


def _group_vpcs(
    ec2: Ec2Reader, groups: Fact[Mapping[str, SecurityGroup]], vpc_ids: frozenset[str]
) -> Fact[Mapping[str, frozenset[str]]]:
    """The associations of the groups; no call where one VPC holds all subnets and groups."""
    if isinstance(groups, Unknown):
        return groups
    if len(vpc_ids.union(group.vpc_id for group in groups.values())) == 1:
        return {}
    return ec2.group_vpcs(groups.keys())


def _named_by_rules(groups: Fact[Mapping[str, SecurityGroup]]) -> frozenset[str]:
    """The prefix lists that security groups name."""
    if isinstance(groups, Unknown):
        return frozenset()
    rules = (rule for group in groups.values() for rule in (*group.ingress, *group.egress))
    return frozenset(list_id for rule in rules for list_id in rule.peers.prefix_list_ids)


def _named_by_routes(tables: Fact[Mapping[str, RouteTable]]) -> frozenset[str]:
    """The prefix lists that routes lead to."""
    if isinstance(tables, Unknown):
        return frozenset()
    routes = (route for table in tables.values() for route in table.routes)
    return frozenset(route.destination for route in routes if isinstance(route.destination, str))


def _results(futures: Mapping[str, Future[Fact[bool]]]) -> dict[str, Fact[bool]]:
    return {key: future.result() for key, future in futures.items()}


class _Lists:
    """The prefix lists in sight, and the entries that were asked for."""

    def __init__(self, ec2: Ec2Reader, pool: Executor, found: Fact[list[Description]]) -> None:
        self._ec2 = ec2
        self._pool = pool
        self._found = found
        self._items = [] if isinstance(found, Unknown) else found
        self._asked: dict[str, Future[Fact[Blocks]]] = {}
        self._left_out: set[str] = set()

    def of_s3(self, region: str) -> set[str]:
        """The id of the Region's S3 list."""
        name = f"com.amazonaws.{region}.s3"
        return {
            item["PrefixListId"]
            for item in self._items
            if item.get("PrefixListName") == name and item.get("OwnerId") == AWS
        }

    def ask_for(self, list_ids: Set[str]) -> None:
        """Begin to read the entries of lists in sight; those that were asked for are not again."""
        in_sight = {item.get("PrefixListId") for item in self._items}
        for list_id in sorted((list_ids & in_sight) - self._asked.keys()):
            if len(self._asked) < LISTS_READ:
                self._asked[list_id] = self._pool.submit(self._ec2.prefix_list_entries, list_id)
            else:
                self._left_out.add(list_id)

    def read(self) -> Fact[Mapping[str, PrefixList]]:
        """All lists in sight, with the entries that were asked for."""
        entries: dict[str, Fact[Blocks]] = dict.fromkeys(self._left_out, TOO_MANY)
        entries.update({list_id: future.result() for list_id, future in self._asked.items()})
        return _lists_with(entries, self._found, otherwise=NOT_NAMED)


def _lists_with(
    entries: Mapping[str, Fact[Blocks]], found: Fact[Iterable[Description]], otherwise: Unknown
) -> Fact[Mapping[str, PrefixList]]:
    if isinstance(found, Unknown):
        return found
    return network_facts.prefix_lists(found, entries, otherwise)
