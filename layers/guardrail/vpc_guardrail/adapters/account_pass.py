"""One pass over the VPCs of an account: a batch at a time, and what batches share only once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from vpc_guardrail.adapters import dhcp_facts, network_facts
from vpc_guardrail.adapters.endpoint_needs import groups_of_endpoints
from vpc_guardrail.adapters.list_reading import PrefixLists
from vpc_guardrail.core.instance_types import efa_use
from vpc_guardrail.core.model import Network, TargetKind, Unknown
from vpc_guardrail.core.model.network import NOT_ASKED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor
    from datetime import datetime

    from vpc_guardrail.adapters.ec2_account_reader import Ec2AccountReader
    from vpc_guardrail.core.model import (
        DhcpOptions,
        Endpoint,
        Fact,
        NatGateway,
        NetworkAcl,
        PrefixList,
        RouteTable,
        SecurityGroup,
        Subnet,
        Vpc,
    )
    from vpc_guardrail.core.score_rule import ScoreRule

LISTS_AT_A_TIME = 200
"""Prefix lists that the VPCs of a batch name at most, one call each; others are Unknown."""

T = TypeVar("T")


class _OfVpc(Protocol):
    """A part of a VPC."""

    @property
    def id(self) -> str: ...

    @property
    def vpc_id(self) -> str: ...


PartOfVpc = TypeVar("PartOfVpc", bound=_OfVpc)


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read of some VPCs; each part by the VPC that it belongs to."""

    vpc_ids: tuple[str, ...]
    """Those that exist; all that were asked for where VPCs may not be described."""
    vpcs: Fact[Mapping[str, Vpc]]
    subnets: Fact[Mapping[str, Mapping[str, Subnet]]] = NOT_ASKED
    groups: Fact[Mapping[str, Mapping[str, SecurityGroup]]] = NOT_ASKED
    guards: Fact[Mapping[str, SecurityGroup]] = NOT_ASKED
    """The security groups of interface endpoints, by their own ids."""
    route_tables: Fact[Mapping[str, Mapping[str, RouteTable]]] = NOT_ASKED
    endpoints: Fact[Mapping[str, Mapping[str, Endpoint]]] = NOT_ASKED
    nat_gateways: Fact[Mapping[str, Mapping[str, NatGateway]]] = NOT_ASKED
    network_acls: Fact[Mapping[str, Mapping[str, NetworkAcl]]] = NOT_ASKED
    dhcp_options: Fact[Mapping[str, DhcpOptions]] = NOT_ASKED


class Pass:
    """One pass over an account: what its batches share is read once."""

    def __init__(
        self, ec2: Ec2AccountReader, region: str, account: str, at: datetime, rule: ScoreRule
    ) -> None:
        self._ec2 = ec2
        self._region = region
        self._account = account
        self._at = at
        self._rule = rule
        known = efa_use(rule.instance_type) is not None
        types = frozenset() if known else frozenset({rule.instance_type})
        self._efa_support = ec2.efa_support(types)
        self._lists: Fact[Mapping[str, PrefixList]] = ec2.prefix_lists()
        self._dhcp_options: dict[str, DhcpOptions] = {}

    def read(self, pool: Executor, vpc_ids: Sequence[str]) -> Batch:
        """Read a batch; of VPCs out of scope, only that they are there."""
        described = self._ec2.vpcs({*vpc_ids})
        vpcs = network_facts.vpcs(described, {}, {})
        if isinstance(vpcs, Unknown):
            there, in_scope = tuple(vpc_ids), frozenset(vpc_ids)
        else:
            there = tuple(each for each in vpc_ids if each in vpcs)
            in_scope = frozenset(each for each in there if self._rule.covers(vpcs[each]))
        batch = Batch(there, vpcs)
        if not in_scope:
            return batch
        options = pool.submit(self._options, dhcp_facts.associated_ids(described))
        parts = self._parts(pool, batch, in_scope)
        return replace(parts, dhcp_options=options.result())

    def _parts(self, pool: Executor, batch: Batch, ids: frozenset[str]) -> Batch:
        """What the VPCs hold; what further calls wait for is asked for first."""
        ec2 = self._ec2
        keys = sorted({tag.key for tag in self._rule.training_tags})
        tables = pool.submit(ec2.route_tables, ids)
        endpoints = pool.submit(ec2.endpoints, ids)
        default = pool.submit(ec2.default_groups_of, ids)
        tagged = pool.submit(ec2.tagged_groups_of, ids, keys)
        subnets = pool.submit(ec2.subnets_of, ids)
        acls = pool.submit(ec2.network_acls, ids)
        nat_gateways = pool.submit(self._nat_gateways, tables.result())
        guards = pool.submit(ec2.further_security_groups, groups_of_endpoints(endpoints.result()))
        groups = _joined(default.result(), tagged.result())
        lists = PrefixLists(ec2, pool, self._lists, LISTS_AT_A_TIME)
        lists.ask_for_those_of_routes(tables.result())
        lists.ask_for_those_of_rules(groups)
        lists.ask_for_those_of_rules(guards.result())
        self._lists = lists.read()
        return replace(
            batch,
            subnets=_by_vpc(subnets.result()),
            groups=_by_vpc(groups),
            guards=guards.result(),
            route_tables=_by_vpc(tables.result()),
            endpoints=_by_vpc(endpoints.result()),
            nat_gateways=_by_vpc(nat_gateways.result()),
            network_acls=_by_vpc(acls.result()),
        )

    def network(self, vpc_id: str, batch: Batch) -> Network:
        """The network of one VPC of a batch, without the VPC's DNS attributes."""
        endpoints = _of(batch.endpoints, vpc_id)
        groups, unread = _with_guards(_of(batch.groups, vpc_id), batch.guards, endpoints)
        return Network(
            region=self._region,
            account=self._account,
            read_at=self._at,
            subnets=_of(batch.subnets, vpc_id),
            security_groups=groups,
            group_vpcs={},
            vpcs=_only(batch.vpcs, vpc_id),
            route_tables=_of(batch.route_tables, vpc_id),
            endpoints=endpoints,
            nat_gateways=_of(batch.nat_gateways, vpc_id),
            prefix_lists=self._lists,
            network_acls=_of(batch.network_acls, vpc_id),
            dhcp_options=batch.dhcp_options,
            efa_support=self._efa_support,
            unread_groups=unread,
        )

    def _options(self, ids: Fact[frozenset[str]]) -> Fact[Mapping[str, DhcpOptions]]:
        """The option sets that were read so far, and these; no call where none is new."""
        if isinstance(ids, Unknown):
            return ids
        found = self._ec2.dhcp_options(ids - self._dhcp_options.keys())
        if isinstance(found, Unknown):
            return found
        self._dhcp_options.update(found)
        return {**self._dhcp_options}

    def _nat_gateways(
        self, tables: Fact[Mapping[str, RouteTable]]
    ) -> Fact[Mapping[str, NatGateway]]:
        """The NAT gateways of VPCs in which a route leads to one; no call where none does."""
        if isinstance(tables, Unknown):
            return tables
        vpc_ids = {
            table.vpc_id
            for table in tables.values()
            if any(route.target.kind is TargetKind.NAT_GATEWAY for route in table.routes)
        }
        return self._ec2.nat_gateways(vpc_ids) if vpc_ids else {}


def _by_vpc(
    parts: Fact[Mapping[str, PartOfVpc]],
) -> Fact[Mapping[str, Mapping[str, PartOfVpc]]]:
    if isinstance(parts, Unknown):
        return parts
    found: defaultdict[str, dict[str, PartOfVpc]] = defaultdict(dict)
    for part in parts.values():
        found[part.vpc_id][part.id] = part
    return dict(found)


def _of(parts: Fact[Mapping[str, Mapping[str, T]]], vpc_id: str) -> Fact[Mapping[str, T]]:
    """The parts of one VPC."""
    return parts if isinstance(parts, Unknown) else parts.get(vpc_id, {})


def _only(vpcs: Fact[Mapping[str, Vpc]], vpc_id: str) -> Fact[Mapping[str, Vpc]]:
    return vpcs if isinstance(vpcs, Unknown) else {vpc_id: vpcs[vpc_id]}


def _joined(
    some: Fact[Mapping[str, SecurityGroup]], others: Fact[Mapping[str, SecurityGroup]]
) -> Fact[Mapping[str, SecurityGroup]]:
    if isinstance(some, Unknown):
        return some
    return others if isinstance(others, Unknown) else {**some, **others}


def _with_guards(
    groups: Fact[Mapping[str, SecurityGroup]],
    guards: Fact[Mapping[str, SecurityGroup]],
    endpoints: Fact[Mapping[str, Endpoint]],
) -> tuple[Fact[Mapping[str, SecurityGroup]], Mapping[str, Unknown]]:
    """The groups of a VPC with those of its interface endpoints, and why some are not read."""
    if isinstance(groups, Unknown):
        return groups, {}
    ids = groups_of_endpoints(endpoints)
    if isinstance(guards, Unknown):
        return groups, dict.fromkeys(ids - groups.keys(), guards)
    return {**{each: guards[each] for each in ids & guards.keys()}, **groups}, {}
