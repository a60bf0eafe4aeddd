"""One reading of the network that training jobs name, in two waves of parallel calls.

The first wave asks for what the jobs name (subnets, security groups, file systems, buckets,
instance types that the table does not know) and for AWS's own prefix lists; the second for what
their VPCs hold. What only an answer names is asked for as soon as that answer is there: the network
interfaces of file systems, the DHCP option sets of the VPCs, further prefix lists that routes name,
for interface endpoints whether their VPC has DNS hostnames, the security groups of interfaces, and
the NAT gateways, where a route leads to one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpc_guardrail.adapters import file_systems, follow_ups, network_facts, parallel
from vpc_guardrail.adapters.bucket_reading import Buckets
from vpc_guardrail.adapters.endpoint_needs import groups_of_endpoints
from vpc_guardrail.adapters.list_reading import PrefixLists, lists_without, named_by_rules
from vpc_guardrail.core.model import Network, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor, Future
    from datetime import datetime

    from vpc_guardrail.adapters.ec2_reader import Ec2Reader
    from vpc_guardrail.adapters.file_systems import FileSystemReader, Targets
    from vpc_guardrail.adapters.s3_reader import S3Reader
    from vpc_guardrail.adapters.wanted import Wanted
    from vpc_guardrail.core.model import Fact, PrefixList, SecurityGroup, Subnet


def read_network(
    ec2: Ec2Reader,
    wanted: Wanted,
    at: datetime,
    of_file_systems: FileSystemReader | None = None,
    of_buckets: S3Reader | None = None,
) -> Network:
    """Read the network; each fact is read or Unknown, and faults raise."""
    with parallel.pool() as pool:
        named = _first_wave(ec2, pool, wanted, of_file_systems, of_buckets)
        vpc_ids = _vpc_ids(named.subnets)
        if isinstance(vpc_ids, Unknown):
            return _without_vpc(wanted, named, vpc_ids, at)
        return _second_wave(ec2, pool, wanted, named, vpc_ids, at)


@dataclass(frozen=True, slots=True)
class _Named:
    """What the first wave brought."""

    subnets: Fact[Mapping[str, Subnet]]
    groups: Fact[Mapping[str, SecurityGroup]]
    lists: Fact[Mapping[str, PrefixList]]
    efa_support: Mapping[str, Fact[bool]]
    mounts: Mapping[str, Fact[Targets]]
    buckets: Buckets
    """Asked for, but not waited for: the second wave needs nothing of them."""


def _first_wave(
    ec2: Ec2Reader,
    pool: Executor,
    wanted: Wanted,
    of_file_systems: FileSystemReader | None,
    of_buckets: S3Reader | None,
) -> _Named:
    subnets = pool.submit(ec2.subnets, wanted.subnet_ids)
    groups = pool.submit(ec2.security_groups, wanted.group_ids)
    lists = pool.submit(ec2.prefix_lists)
    efa_support = pool.submit(ec2.efa_support, wanted.instance_types)
    mounts = {
        each.key: pool.submit(of_file_systems.targets, each)
        for each in sorted(wanted.file_systems, key=lambda each: each.key)
        if of_file_systems
    }
    buckets = Buckets(of_buckets, pool, wanted.buckets, wanted.account)
    return _Named(
        subnets.result(),
        groups.result(),
        lists.result(),
        efa_support.result(),
        {key: future.result() for key, future in mounts.items()},
        buckets,
    )


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
        prefix_lists=lists_without(named_by_rules(named.groups), named.lists, reason),
        network_acls=reason,
        dhcp_options=reason,
        efa_support=named.efa_support,
        buckets=named.buckets.read(),
        file_systems=dict.fromkeys(named.mounts, reason),
    )


def _second_wave(
    ec2: Ec2Reader,
    pool: Executor,
    wanted: Wanted,
    named: _Named,
    vpc_ids: frozenset[str],
    at: datetime,
) -> Network:
    """What the VPCs hold; what further calls wait for is asked for first."""
    interfaces = pool.submit(ec2.network_interfaces, file_systems.interface_ids(named.mounts))
    vpcs = pool.submit(ec2.vpcs, vpc_ids)
    endpoints = pool.submit(ec2.endpoints, vpc_ids)
    tables = pool.submit(ec2.route_tables, vpc_ids)
    lists = PrefixLists(ec2, pool, named.lists)
    lists.ask_for_those_of_rules(named.groups)
    every_nat = pool.submit(ec2.nat_gateways, vpc_ids) if wanted.every_nat_gateway else None
    acls = pool.submit(ec2.network_acls, vpc_ids)
    support = {vpc_id: pool.submit(ec2.dns_support, vpc_id) for vpc_id in sorted(vpc_ids)}
    group_vpcs = pool.submit(follow_ups.group_vpcs, ec2, named.groups, vpc_ids)
    options = pool.submit(follow_ups.dhcp_options, ec2, vpcs.result())
    of_mounts = file_systems.groups_of_interfaces(interfaces.result())
    guards = (groups_of_endpoints(endpoints.result()) | of_mounts) - wanted.group_ids
    of_guards = pool.submit(follow_ups.further_groups, ec2, guards, named.groups)
    hostnames = {
        vpc_id: pool.submit(follow_ups.dns_hostnames, ec2, vpc_id, endpoints.result())
        for vpc_id in sorted(vpc_ids)
    }
    nat = every_nat or pool.submit(follow_ups.nat_gateways, ec2, tables.result(), vpc_ids)
    lists.ask_for_those_of_routes(tables.result())
    groups = _with(of_guards.result(), named.groups)
    lists.ask_for_those_of_rules(groups)
    return Network(
        region=wanted.region,
        account=wanted.account,
        read_at=at,
        subnets=named.subnets,
        security_groups=groups,
        group_vpcs=group_vpcs.result(),
        vpcs=network_facts.vpcs(vpcs.result(), _results(support), _results(hostnames)),
        route_tables=tables.result(),
        endpoints=endpoints.result(),
        nat_gateways=nat.result(),
        prefix_lists=lists.read(),
        network_acls=acls.result(),
        dhcp_options=options.result(),
        efa_support=named.efa_support,
        buckets=named.buckets.read(),
        unread_groups=_unread(guards, of_guards.result()),
        file_systems=file_systems.mount_points(named.mounts, interfaces.result()),
    )


def _with(
    further: Fact[Mapping[str, SecurityGroup]], groups: Fact[Mapping[str, SecurityGroup]]
) -> Fact[Mapping[str, SecurityGroup]]:
    """The groups of the jobs and of the others; the former stay judged without the latter."""
    if isinstance(groups, Unknown) or isinstance(further, Unknown):
        return groups
    return {**further, **groups}


def _unread(
    ids: frozenset[str], groups: Fact[Mapping[str, SecurityGroup]]
) -> Mapping[str, Unknown]:
    """Why these groups could not be read; empty if they could."""
    return dict.fromkeys(ids, groups) if isinstance(groups, Unknown) else {}


def _results(futures: Mapping[str, Future[Fact[bool]]]) -> dict[str, Fact[bool]]:
    return {key: future.result() for key, future in futures.items()}
