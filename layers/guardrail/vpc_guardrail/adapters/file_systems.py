"""Where the file systems of jobs can be mounted: asked of EFS and FSx, and of EC2 for the rest.

EFS tells the subnet and the zone of a mount target, FSx only the ids of its network interfaces;
the security groups are those of the network interfaces, which EC2 tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpc_guardrail.adapters import faults
from vpc_guardrail.adapters.ec2_answers import (
    IncompleteAnswerError,
    by_id,
    ids,
    ipv4_block,
    items,
    text,
    texts,
)
from vpc_guardrail.core.model import MountPoint, Unknown
from vpc_guardrail.core.mounts import EFS, LUSTRE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from ipaddress import IPv4Network

    from botocore.client import BaseClient

    from vpc_guardrail.adapters.clients import Clients
    from vpc_guardrail.adapters.ec2_answers import Description
    from vpc_guardrail.core.model import Fact, FileSystem

ID = re.compile(r"fs-[0-9a-f]{8,40}")
"""Source: https://docs.aws.amazon.com/efs/latest/ug/API_DescribeMountTargets.html"""

LUSTRE_TYPE = "LUSTRE"
"""FSx's own name of the one kind that training jobs can use."""


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface."""

    id: str
    vpc_id: str
    subnet_id: str
    availability_zone: str
    address: IPv4Network | None
    group_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Target:
    """A mount target of EFS, or a network interface of FSx with the state of its file system."""

    interface_id: str
    state: str
    of_efs: Description | None = None


Targets = tuple[Target, ...]


class FileSystemReader:
    """Asks EFS or FSx about one file system; its client is made when it is first needed."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def targets(self, file_system: FileSystem) -> Fact[Targets]:
        """What a file system can be mounted by; faults raise."""
        if file_system.kind not in (EFS, LUSTRE) or not ID.fullmatch(file_system.id):
            return Unknown(f"{file_system.key} is no file system that is known here")
        try:
            return self._efs(file_system) if file_system.kind == EFS else self._fsx(file_system)
        except IncompleteAnswerError as error:
            return Unknown(f"what {file_system.key} was described by lacks {error}")

    def _efs(self, file_system: FileSystem) -> Fact[Targets]:
        action = "elasticfilesystem:DescribeMountTargets"
        client = self._clients.efs

        def read() -> list[Description]:
            pages = _pages(client, "describe_mount_targets", FileSystemId=file_system.id)
            return [each for page in pages for each in items(page, "MountTargets")]

        found = faults.fact(action, read)
        if isinstance(found, Unknown):
            return found
        return tuple(
            Target(text(each, "NetworkInterfaceId"), text(each, "LifeCycleState").lower(), each)
            for each in found
        )

    def _fsx(self, file_system: FileSystem) -> Fact[Targets]:
        action = "fsx:DescribeFileSystems"
        client = self._clients.fsx

        def read() -> list[Description]:
            pages = _pages(client, "describe_file_systems", FileSystemIds=[file_system.id])
            return [each for page in pages for each in items(page, "FileSystems")]

        found = faults.fact(action, read)
        if isinstance(found, Unknown):
            return found
        if not found:
            return Unknown(f"{action} did not tell of {file_system.id}")
        kind, state = text(found[0], "FileSystemType"), text(found[0], "Lifecycle").lower()
        if kind != LUSTRE_TYPE:
            return Unknown(f"{file_system.id} is a file system of kind {kind}, not of Lustre")
        interfaces = sorted(texts(found[0], "NetworkInterfaceIds"))
        if not interfaces:
            return Unknown(f"{file_system.id} is {state} and has no network interfaces yet")
        return tuple(Target(each, state) for each in interfaces)


def _pages(client: BaseClient, operation: str, **parameters: object) -> Iterable[Description]:
    pages: Iterable[Description] = client.get_paginator(operation).paginate(**parameters)
    return pages


def interface_ids(targets: Mapping[str, Fact[Targets]]) -> frozenset[str]:
    """The network interfaces of all file systems."""
    known = (each for each in targets.values() if not isinstance(each, Unknown))
    return frozenset(target.interface_id for each in known for target in each)


def interfaces(found: Iterable[Description]) -> Fact[Mapping[str, Interface]]:
    """Network interfaces by id, from ec2:DescribeNetworkInterfaces."""
    return by_id("ec2:DescribeNetworkInterfaces", "NetworkInterfaceId", found, _interface)


def _interface(item: Description) -> Interface:
    return Interface(
        id=text(item, "NetworkInterfaceId"),
        vpc_id=text(item, "VpcId"),
        subnet_id=text(item, "SubnetId"),
        availability_zone=text(item, "AvailabilityZone"),
        address=_address(item, "PrivateIpAddress"),
        group_ids=ids(items(item, "Groups"), "GroupId"),
    )


def _address(item: Description, member: str) -> IPv4Network | None:
    return ipv4_block(item[member]) if item.get(member) else None


def groups_of_interfaces(found: Fact[Mapping[str, Interface]]) -> frozenset[str]:
    """The security groups that guard network interfaces."""
    if isinstance(found, Unknown):
        return frozenset()
    return frozenset(group_id for each in found.values() for group_id in each.group_ids)


def mount_points(
    targets: Mapping[str, Fact[Targets]], found: Fact[Mapping[str, Interface]]
) -> dict[str, Fact[tuple[MountPoint, ...]]]:
    """Where each file system can be mounted, by what EFS, FSx and EC2 tell."""
    return {key: _points(each, found) for key, each in targets.items()}


def _points(
    targets: Fact[Targets], found: Fact[Mapping[str, Interface]]
) -> Fact[tuple[MountPoint, ...]]:
    if isinstance(targets, Unknown):
        return targets
    points = []
    for target in targets:
        interface = _found(target.interface_id, found)
        try:
            point = _point(target, interface)
        except IncompleteAnswerError as error:
            return Unknown(f"elasticfilesystem:DescribeMountTargets answered without {error}")
        if isinstance(point, Unknown):
            return point
        points.append(point)
    return tuple(points)


def _found(id: str, found: Fact[Mapping[str, Interface]]) -> Fact[Interface]:
    if isinstance(found, Unknown):
        return found
    return found.get(id) or Unknown(f"network interface {id} was not found")


def _point(target: Target, interface: Fact[Interface]) -> Fact[MountPoint]:
    """A mount point; EFS tells all of it but the groups, FSx nothing but the state."""
    if target.of_efs is not None:
        return MountPoint(
            id=text(target.of_efs, "MountTargetId"),
            vpc_id=text(target.of_efs, "VpcId"),
            subnet_id=text(target.of_efs, "SubnetId"),
            availability_zone=text(target.of_efs, "AvailabilityZoneName"),
            state=target.state,
            address=_address(target.of_efs, "IpAddress"),
            group_ids=interface if isinstance(interface, Unknown) else interface.group_ids,
        )
    if isinstance(interface, Unknown):
        return interface
    return MountPoint(
        id=interface.id,
        vpc_id=interface.vpc_id,
        subnet_id=interface.subnet_id,
        availability_zone=interface.availability_zone,
        state=target.state,
        address=interface.address,
        group_ids=interface.group_ids,
    )
