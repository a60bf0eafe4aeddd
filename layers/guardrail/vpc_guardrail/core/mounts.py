"""The file systems of a job: where a subnet mounts them, and the way there.

Sources: https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html and
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FileSystemDataSource.html
"""

from vpc_guardrail.core.crossing import Blocks, Crossing
from vpc_guardrail.core.interfaces import way_to
from vpc_guardrail.core.model import (
    Fact,
    FileSystem,
    MountPoint,
    Network,
    Subnet,
    TrainingJob,
    Unknown,
)

EFS, LUSTRE = "EFS", "FSxLustre"

PORTS = {EFS: 2049, LUSTRE: 988}
"""The TCP port of a file system. Not verified for training jobs."""


def mount_points_in_zone(
    network: Network, subnet: Subnet, file_system: FileSystem
) -> Fact[tuple[MountPoint, ...]]:
    """The mount points in the zone of a subnet: the name of an EFS resolves to the one there."""
    points = network.mount_points(file_system)
    if isinstance(points, Unknown):
        return points
    if not subnet.availability_zone:
        return Unknown(f"the availability zone of {subnet.id} is not known")
    elsewhere = sorted({point.vpc_id for point in points if point.vpc_id != subnet.vpc_id})
    if elsewhere:
        vpcs = ", ".join(elsewhere)
        return Unknown(f"{file_system.id} is mounted in {vpcs}, and ways between VPCs are not read")
    return tuple(each for each in points if each.availability_zone == subnet.availability_zone)


def way_to_mount(
    job: TrainingJob, network: Network, subnet: Subnet, point: MountPoint, port: int
) -> Fact[Crossing]:
    """Whether a job in a subnet reaches a mount point at its port."""
    if isinstance(point.group_ids, Unknown):
        return point.group_ids
    if point.address is None:
        return Unknown(f"{point.id} has no IPv4 address")
    if not point.group_ids:
        return Unknown(f"the security groups of {point.id} are not known")
    side = Blocks((point.address,), f"mount point {point.id}", group_ids=point.group_ids)
    return way_to(job, network, subnet, side, frozenset({point.subnet_id}), port)
