"""Where file systems can be mounted from a VPC."""

from dataclasses import dataclass
from ipaddress import IPv4Network

from vpc_guardrail.core.model.unknown import Fact


@dataclass(frozen=True, slots=True)
class MountPoint:
    """A network interface by which a file system is mounted."""

    id: str
    """Of the EFS mount target, or of the network interface of FSx."""
    vpc_id: str
    subnet_id: str
    availability_zone: str
    state: str
    """In lower case: of the mount target, or of the whole file system of FSx."""
    address: IPv4Network | None
    """None where it has no IPv4 address."""
    group_ids: Fact[frozenset[str]]
    """The security groups of its network interface."""

    @property
    def is_available(self) -> bool:
        """True if the file system can be mounted here."""
        return self.state == "available"

    @property
    def may_become_available(self) -> bool:
        """True if it is being made or changed, or is impaired but still there.

        Source: https://docs.aws.amazon.com/fsx/latest/APIReference/API_FileSystem.html
        """
        return self.state in ("creating", "updating", "misconfigured")
