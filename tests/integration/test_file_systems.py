"""The file systems of jobs before moto's EFS, and before FSx's answers on the wire."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.builders import NOW
from tests.integration.networks import BuiltVpc, add_efs, add_group, build_vpc
from tests.integration.wire import ALWAYS, Wire, json_answer
from vpc_guardrail.adapters.file_systems import FileSystemReader
from vpc_guardrail.adapters.inventory import Inventory
from vpc_guardrail.core.model import FileSystem, MountPoint, Network, TrainingJob, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.integration.conftest import Waits
    from vpc_guardrail.adapters.clients import Clients

LUSTRE = FileSystem("FSxLustre", "fs-0123456789abcdef0")


@pytest.fixture
def vpc(clients: Clients) -> BuiltVpc:
    return build_vpc(clients.ec2)


@pytest.fixture
def guard(clients: Clients, vpc: BuiltVpc) -> str:
    """The group of the file systems."""
    return add_group(clients.ec2, vpc.id, "file-systems")


@pytest.fixture
def efs(clients: Clients, vpc: BuiltVpc, guard: str) -> FileSystem:
    return FileSystem("EFS", add_efs(clients, vpc.subnet, guard))


@pytest.fixture
def interface(clients: Clients, vpc: BuiltVpc, guard: str) -> str:
    """A network interface such as FSx makes."""
    created = clients.ec2.create_network_interface(SubnetId=vpc.subnet, Groups=[guard])
    return created["NetworkInterface"]["NetworkInterfaceId"]


def lustre_answer(*interfaces: str, kind: str = "LUSTRE", lifecycle: str = "AVAILABLE") -> str:
    described: Any = [
        {
            "FileSystemId": LUSTRE.id,
            "FileSystemType": kind,
            "Lifecycle": lifecycle,
            "NetworkInterfaceIds": [*interfaces],
        }
    ]
    return json_answer(FileSystems=described)


def naming(vpc: BuiltVpc, *file_systems: FileSystem) -> TrainingJob:
    return replace(vpc.job(), file_systems=file_systems)


def read(clients: Clients, job: TrainingJob, upcoming: Sequence[TrainingJob] = ()) -> Network:
    reader = FileSystemReader(clients)
    return Inventory(clients.ec2, lambda: NOW, lambda: upcoming, reader).read(job)


def points(clients: Clients, vpc: BuiltVpc, file_system: FileSystem) -> Any:
    return read(clients, naming(vpc, file_system)).mount_points(file_system)


class TestCalls:
    def test_a_job_without_file_systems_makes_no_further_call(
        self, clients: Clients, vpc: BuiltVpc
    ) -> None:
        wires = [Wire(each) for each in (clients.efs, clients.fsx, clients.ec2)]
        network = read(clients, vpc.job())
        assert wires[0].calls == wires[1].calls == []
        assert "DescribeNetworkInterfaces" not in wires[2].calls
        assert wires[2].calls.count("DescribeSecurityGroups") == 1
        assert network.file_systems == {}

    def test_a_file_system_costs_three_calls(
        self, clients: Clients, vpc: BuiltVpc, efs: FileSystem
    ) -> None:
        wire, of_efs = Wire(clients.ec2), Wire(clients.efs)
        read(clients, vpc.job())
        without = len(wire.calls)
        wire.calls.clear()
        read(clients, naming(vpc, efs))
        assert of_efs.calls == ["DescribeMountTargets"]
        assert len(wire.calls) == without + 2
        assert wire.calls.count("DescribeNetworkInterfaces") == 1
        assert wire.calls.count("DescribeSecurityGroups") == 2

    def test_jobs_of_a_batch_share_the_reading(
        self, clients: Clients, vpc: BuiltVpc, efs: FileSystem
    ) -> None:
        of_efs = Wire(clients.efs)
        jobs = [naming(vpc), naming(vpc, efs)]
        inventory = Inventory(clients.ec2, lambda: NOW, lambda: jobs, FileSystemReader(clients))
        assert inventory.read(jobs[0]) is inventory.read(jobs[1])
        assert of_efs.calls == ["DescribeMountTargets"]

    def test_a_file_system_that_came_into_view_later_is_read(
        self, clients: Clients, vpc: BuiltVpc, efs: FileSystem
    ) -> None:
        inventory = Inventory(clients.ec2, lambda: NOW, tuple, FileSystemReader(clients))
        inventory.read(vpc.job())
        assert not isinstance(inventory.read(naming(vpc, efs)).mount_points(efs), Unknown)


class TestFacts:
    def test_a_mount_target_of_efs(
        self, clients: Clients, vpc: BuiltVpc, efs: FileSystem, guard: str
    ) -> None:
        network = read(clients, naming(vpc, efs))
        subnet = network.subnet(vpc.subnet)
        assert not isinstance(subnet, Unknown)
        (point,) = points(clients, vpc, efs)
        assert point.id.startswith("fsmt-")
        assert (point.vpc_id, point.subnet_id) == (vpc.id, vpc.subnet)
        assert point.availability_zone == subnet.availability_zone
        assert point.is_available
        assert point.group_ids == {guard}
        assert point.address.subnet_of(IPv4Network("10.0.0.0/16"))
        assert not isinstance(network.security_group(guard), Unknown)

    def test_a_network_interface_of_fsx(
        self, clients: Clients, vpc: BuiltVpc, interface: str, guard: str
    ) -> None:
        Wire(clients.fsx).answers("DescribeFileSystems", lustre_answer(interface))
        (point,) = points(clients, vpc, LUSTRE)
        assert isinstance(point, MountPoint)
        assert (point.id, point.vpc_id, point.subnet_id) == (interface, vpc.id, vpc.subnet)
        assert (point.state, point.group_ids) == ("available", frozenset({guard}))

    def test_an_efs_without_mount_targets_has_none(self, clients: Clients, vpc: BuiltVpc) -> None:
        Wire(clients.efs).answers("DescribeMountTargets", '{"MountTargets": []}')
        assert points(clients, vpc, FileSystem("EFS", "fs-0123456789abcdef0")) == ()

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (lustre_answer("eni-0gone"), "network interface eni-0gone was not found"),
            (lustre_answer(lifecycle="CREATING"), "is creating and has no network interfaces yet"),
            (lustre_answer("eni-1", kind="OPENZFS"), "is a file system of kind OPENZFS"),
            ('{"FileSystems": []}', "fsx:DescribeFileSystems did not tell of"),
            ('{"FileSystems": [{"Lifecycle": "AVAILABLE"}]}', "lacks FileSystemType"),
        ],
    )
    def test_nothing_is_made_up(
        self, clients: Clients, vpc: BuiltVpc, answer: str, reason: str
    ) -> None:
        Wire(clients.fsx).answers("DescribeFileSystems", answer)
        found = points(clients, vpc, LUSTRE)
        assert isinstance(found, Unknown)
        assert reason in found.reason

    def test_a_mount_target_that_lacks_its_zone_is_unknown(
        self, clients: Clients, vpc: BuiltVpc
    ) -> None:
        target = (
            '{"MountTargetId": "fsmt-1", "NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", '
            '"SubnetId": "subnet-1", "LifeCycleState": "available"}'
        )
        Wire(clients.efs).answers("DescribeMountTargets", f'{{"MountTargets": [{target}]}}')
        assert points(clients, vpc, FileSystem("EFS", "fs-0123456789abcdef0")) == Unknown(
            "elasticfilesystem:DescribeMountTargets answered without AvailabilityZoneName"
        )

    @pytest.mark.parametrize(
        "file_system", [FileSystem("EFS", "fs-*"), FileSystem("New", "fs-0123456789abcdef0")]
    )
    def test_what_is_no_file_system_is_not_asked_for(
        self, clients: Clients, vpc: BuiltVpc, file_system: FileSystem
    ) -> None:
        of_efs = Wire(clients.efs)
        assert isinstance(points(clients, vpc, file_system), Unknown)
        assert of_efs.calls == []

    def test_without_any_subnet_they_are_unknown(
        self, clients: Clients, vpc: BuiltVpc, efs: FileSystem
    ) -> None:
        job = replace(naming(vpc, efs), vpc_config=replace_subnets(vpc.job(), "subnet-0gone"))
        network = read(clients, job)
        assert network.mount_points(efs) == network.vpcs


def replace_subnets(job: TrainingJob, *subnets: str) -> Any:
    return job.vpc_config and replace(job.vpc_config, subnet_ids=subnets)


class TestErrors:
    @pytest.mark.parametrize("code", ["AccessDeniedException", "FileSystemNotFound"])
    @pytest.mark.parametrize("kind", ["EFS", "FSxLustre"])
    def test_what_may_not_be_read_or_is_gone_is_unknown(
        self, clients: Clients, vpc: BuiltVpc, kind: str, code: str
    ) -> None:
        client, action, prefix = {
            "EFS": (clients.efs, "DescribeMountTargets", "elasticfilesystem"),
            "FSxLustre": (clients.fsx, "DescribeFileSystems", "fsx"),
        }[kind]
        Wire(client).fails(action, code)
        found = points(clients, vpc, FileSystem(kind, LUSTRE.id))
        assert isinstance(found, Unknown)
        assert found.reason.startswith(f"{prefix}:{action} ")

    @pytest.mark.parametrize("kind", ["EFS", "FSxLustre"])
    def test_throttling_is_raised(
        self, clients: Clients, vpc: BuiltVpc, waits: Waits, kind: str
    ) -> None:
        for client, action in (
            (clients.efs, "DescribeMountTargets"),
            (clients.fsx, "DescribeFileSystems"),
        ):
            Wire(client).fails(action, "ThrottlingException", times=ALWAYS)
        with pytest.raises(ClientError, match="ThrottlingException"):
            points(clients, vpc, FileSystem(kind, LUSTRE.id))

    def test_without_its_interfaces_an_efs_is_known_but_for_its_groups(
        self, clients: Clients, vpc: BuiltVpc, efs: FileSystem
    ) -> None:
        Wire(clients.ec2).fails("DescribeNetworkInterfaces", "UnauthorizedOperation", status=403)
        (point,) = points(clients, vpc, efs)
        denied = Unknown("ec2:DescribeNetworkInterfaces is denied to the guardrail")
        assert point.is_available
        assert point.group_ids == denied

    def test_without_its_interfaces_an_fsx_is_unknown(
        self, clients: Clients, vpc: BuiltVpc, interface: str
    ) -> None:
        Wire(clients.fsx).answers("DescribeFileSystems", lustre_answer(interface))
        Wire(clients.ec2).fails("DescribeNetworkInterfaces", "UnauthorizedOperation", status=403)
        assert points(clients, vpc, LUSTRE) == Unknown(
            "ec2:DescribeNetworkInterfaces is denied to the guardrail"
        )
