"""What commands make of a network: as much of EC2 and EFS as remedies use.

Whatever a command makes is named after the shell variable that keeps its id.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.builders import (
    LOCAL_ROUTE,
    S3_LIST,
    VPC,
    a_dhcp_option_set,
    a_gateway_endpoint,
    a_mount_point,
    a_nat_gateway,
    a_route,
    a_rule,
    an_acl_entry,
    an_interface_endpoint,
    endpoint,
    internet_gateway,
    nat,
)
from tests.commands import commands_of, options_of
from vpc_guardrail.core.model import Direction, Network, Route, RouteTable, Unknown
from vpc_guardrail.core.model.acls import LAST_RULE
from vpc_guardrail.core.model.groups import ALL_PROTOCOLS, TCP, UDP

if TYPE_CHECKING:
    from collections.abc import Callable

Options = dict[str, list[str]]
PROTOCOLS = {"tcp": TCP, "udp": UDP, "-1": ALL_PROTOCOLS}


class NotModelledError(Exception):
    """A command of which it is not told here what it makes."""


def healed(network: Network, remedy: str) -> Network:
    """The network after a remedy; raises `NotModelledError`."""
    for words in commands_of(remedy):
        if words[0] == "aws":
            change = CHANGES.get(words[2])
            if change is None:
                raise NotModelledError(words[2])
            network = change(network, options_of(words[3:]))
    return network


def _with(network: Network, field: str, part: Any) -> Network:
    found = getattr(network, field)
    if isinstance(found, Unknown):
        raise NotModelledError(f"{field} were not read")
    changed: dict[str, Any] = {field: {**found, part.id: part}}
    return replace(network, **changed)


def _part(network: Network, field: str, name: str) -> Any:
    found = getattr(network, field)
    if isinstance(found, Unknown) or name not in found:
        raise NotModelledError(f"{name} is not there")
    return found[name]


def _nothing(network: Network, options: Options) -> Network:
    return network


def _write_route(network: Network, options: Options) -> Network:
    table = _part(network, "route_tables", options["route-table-id"][0])
    route = a_route(
        _destination(options),
        to=nat(options["nat-gateway-id"][0].replace("$NAT", MADE_NAT_GATEWAY)),
    )
    return _routed(network, table, route)


def _routed(network: Network, table: RouteTable, route: Route) -> Network:
    kept = [each for each in table.routes if each.propagated or not _same(each, route)]
    return _with(network, "route_tables", replace(table, routes=(*kept, route)))


def _same(one: Route, other: Route) -> bool:
    return one.destination == other.destination


def _destination(options: Options) -> str:
    lists = options.get("destination-prefix-list-id")
    return (lists or options["destination-cidr-block"])[0]


def _delete_route(network: Network, options: Options) -> Network:
    table = _part(network, "route_tables", options["route-table-id"][0])
    kept = [
        each
        for each in table.routes
        if each.propagated or str(each.destination) != _destination(options)
    ]
    assert len(kept) < len(table.routes)
    return _with(network, "route_tables", replace(table, routes=tuple(kept)))


def _stop_propagation(network: Network, options: Options) -> Network:
    table = _part(network, "route_tables", options["route-table-id"][0])
    gateway = options["gateway-id"][0]
    kept = [each for each in table.routes if not each.propagated or each.target.id != gateway]
    return _with(network, "route_tables", replace(table, routes=tuple(kept)))


MADE_NAT_GATEWAY = "nat-made"
"""What the shell variable NAT holds once a command has made one."""


def _create_nat_gateway(network: Network, options: Options) -> Network:
    if "subnet-id" in options:
        made = a_nat_gateway(MADE_NAT_GATEWAY, subnet=options["subnet-id"][0])
        return _with(network, "nat_gateways", made)
    table = RouteTable("rtb-of-nat", VPC, False, frozenset(), (LOCAL_ROUTE, TO_INTERNET))
    made = a_nat_gateway(MADE_NAT_GATEWAY, subnet=None, route_table=table.id)
    return _with(_with(network, "route_tables", table), "nat_gateways", made)


TO_INTERNET = a_route("0.0.0.0/0", to=internet_gateway())


def _create_endpoint(network: Network, options: Options) -> Network:
    service = options["service-name"][0]
    if options["vpc-endpoint-type"] == ["Gateway"]:
        made = a_gateway_endpoint("vpce-new", service=service, route_tables=())
        network = _with(network, "endpoints", made)
        return _add_table(network, made.id, options["route-table-ids"][0])
    groups, subnets = options["security-group-ids"], options["subnet-ids"]
    assert "private-dns-enabled" in options
    made = an_interface_endpoint(f"vpce-{service}", service=service, groups=groups, subnets=subnets)
    return _with(network, "endpoints", made)


def _remove_table(network: Network, endpoint: str, table_id: str) -> Network:
    """An endpoint out of sight, such as that of a VPC's owner, has a route all the same."""
    table = _part(network, "route_tables", table_id)
    kept = tuple(each for each in table.routes if each.target.id != endpoint)
    network = _with(network, "route_tables", replace(table, routes=kept))
    if isinstance(network.endpoints, Unknown) or endpoint not in network.endpoints:
        return network
    found = network.endpoints[endpoint]
    left = found.route_table_ids - {table_id}
    return _with(network, "endpoints", replace(found, route_table_ids=left))


def _modify_endpoint(network: Network, options: Options) -> Network:
    name = options["vpc-endpoint-id"][0]
    if "add-route-table-ids" in options:
        return _add_table(network, name, options["add-route-table-ids"][0])
    if "remove-route-table-ids" in options:
        return _remove_table(network, name, options["remove-route-table-ids"][0])
    found = _part(network, "endpoints", name)
    named = found.private_dns_enabled or "private-dns-enabled" in options
    inbound = found.private_dns_only_for_inbound_resolver and "dns-options" not in options
    changed = replace(
        found, private_dns_enabled=named, private_dns_only_for_inbound_resolver=inbound
    )
    return _with(network, "endpoints", changed)


def _add_table(network: Network, name: str, table_id: str) -> Network:
    found = _part(network, "endpoints", name)
    table = _part(network, "route_tables", table_id)
    tables = found.route_table_ids | {table_id}
    network = _with(network, "endpoints", replace(found, route_table_ids=tables))
    return _routed(network, table, a_route(S3_LIST, to=endpoint(name)))


def _authorize(direction: Direction) -> Callable[[Network, Options], Network]:
    def change(network: Network, options: Options) -> Network:
        group = _part(network, "security_groups", options["group-id"][0])
        (text,) = options["ip-permissions"]
        ports = re.search(r"FromPort=(\d+),ToPort=(\d+)", text)
        rule = a_rule(
            protocol=TCP if "IpProtocol=tcp" in text else ALL_PROTOCOLS,
            ports=(int(ports[1]), int(ports[2])) if ports else None,
            groups=re.findall(r"GroupId=([^}]+)", text),
            cidrs=re.findall(r"CidrIp=([^}]+)", text),
            lists=re.findall(r"PrefixListId=([^}]+)", text),
        )
        field = direction.name.lower()
        rules: dict[str, Any] = {field: (*group.rules(direction), rule)}
        return _with(network, "security_groups", replace(group, **rules))

    return change


def _put_acl_entry(*, replaces: bool) -> Callable[[Network, Options], Network]:
    """EC2 refuses to create a rule of a number that is taken, and to replace one that is free."""

    def change(network: Network, options: Options) -> Network:
        acl = _part(network, "network_acls", options["network-acl-id"][0])
        direction = Direction.INGRESS if "ingress" in options else Direction.EGRESS
        ports = re.fullmatch(r"From=(\d+),To=(\d+)", options.get("port-range", [""])[0])
        entry = an_acl_entry(
            int(options["rule-number"][0]),
            direction,
            allows=options["rule-action"] == ["allow"],
            protocol=PROTOCOLS[options["protocol"][0]],
            ports=(int(ports[1]), int(ports[2])) if ports else None,
            block=options["cidr-block"][0],
        )
        place = (entry.direction, entry.number)
        kept = [each for each in acl.entries if (each.direction, each.number) != place]
        assert 1 <= entry.number < LAST_RULE
        assert (len(kept) < len(acl.entries)) is replaces
        return _with(network, "network_acls", replace(acl, entries=(*kept, entry)))

    return change


def _modify_vpc(network: Network, options: Options) -> Network:
    vpc = _part(network, "vpcs", options["vpc-id"][0])
    changed = replace(
        vpc,
        tenancy=options.get("instance-tenancy", [vpc.tenancy])[0],
        dns_support="enable-dns-support" in options or vpc.dns_support,
        dns_hostnames="enable-dns-hostnames" in options or vpc.dns_hostnames,
        dhcp_options_id=options.get("dhcp-options-id", [vpc.dhcp_options_id])[0],
    )
    return _with(network, "vpcs", changed)


def _create_dhcp_options(network: Network, options: Options) -> Network:
    told = dict(re.findall(r"Key=([^,]+),Values=(.*)", "\n".join(options["dhcp-configurations"])))
    made = a_dhcp_option_set(
        "$OPTIONS",
        domain_name=told["domain-name"].split(","),
        servers=told["domain-name-servers"].split(","),
    )
    return _with(network, "dhcp_options", made)


def _create_mount_target(network: Network, options: Options) -> Network:
    subnet = _part(network, "subnets", options["subnet-id"][0])
    key = f"EFS {options['file-system-id'][0]}"
    found = network.file_systems.get(key)
    if found is None or isinstance(found, Unknown) or subnet.cidr is None:
        raise NotModelledError(f"{key} is not there")
    made = a_mount_point(
        "fsmt-new",
        vpc=subnet.vpc_id,
        subnet=subnet.id,
        zone=subnet.availability_zone,
        address=str(subnet.cidr[9]),
        groups=options["security-groups"],
    )
    return replace(network, file_systems={**network.file_systems, key: (*found, made)})


CHANGES: dict[str, Callable[[Network, Options], Network]] = {
    "allocate-address": _nothing,
    "associate-dhcp-options": _modify_vpc,
    "attach-internet-gateway": _nothing,
    "authorize-security-group-egress": _authorize(Direction.EGRESS),
    "authorize-security-group-ingress": _authorize(Direction.INGRESS),
    "create-dhcp-options": _create_dhcp_options,
    "create-internet-gateway": _nothing,
    "create-mount-target": _create_mount_target,
    "create-nat-gateway": _create_nat_gateway,
    "create-network-acl-entry": _put_acl_entry(replaces=False),
    "create-route": _write_route,
    "create-vpc-endpoint": _create_endpoint,
    "delete-route": _delete_route,
    "describe-internet-gateways": _nothing,
    "disable-vgw-route-propagation": _stop_propagation,
    "modify-vpc-attribute": _modify_vpc,
    "modify-vpc-endpoint": _modify_endpoint,
    "modify-vpc-tenancy": _modify_vpc,
    "replace-network-acl-entry": _put_acl_entry(replaces=True),
    "replace-route": _write_route,
    "wait": _nothing,
}
