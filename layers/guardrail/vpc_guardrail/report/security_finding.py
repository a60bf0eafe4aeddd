"""A finding as tools for security teams are told it, before it takes the form of one of them.

ASFF and OCSF are both made from it, so that they cannot differ in what they say. Its texts are as
untrusted as they came.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from vpc_guardrail.core.finding import Severity, Status


class Standing(Enum):
    """What has become of a finding."""

    OPEN = "open"
    EXEMPTED = "exempted"
    MENDED = "mended"
    STOPPED = "stopped"
    """The job that it was about is stopped; nothing is mended."""
    ENDED = "ended"
    """The job that it was about ended by itself, or is gone; nothing is mended."""


CLOSED = frozenset({Standing.MENDED, Standing.STOPPED, Standing.ENDED})


class ResourceKind(Enum):
    """What kind of thing a resource is, where it can be told by its name."""

    VPC = "vpc"
    SUBNET = "subnet"
    SECURITY_GROUP = "security-group"
    BUCKET = "bucket"
    JOB = "job"
    TUNING_JOB = "tuning-job"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything that a finding is about lies."""

    partition: str
    region: str
    account: str

    def of_ec2(self, kind: ResourceKind, resource_id: str) -> str:
        """The ARN of a part of EC2."""
        return f"arn:{self.partition}:ec2:{self.region}:{self.account}:{kind.value}/{resource_id}"


@dataclass(frozen=True, slots=True)
class Resource:
    """What a finding is about; `uid` is its ARN, if it has one."""

    kind: ResourceKind
    uid: str


@dataclass(frozen=True, slots=True)
class SecurityFinding:
    """One finding; the same fault seen again, also by another job, has the same `uid`."""

    uid: str
    check: str
    title: str
    status: Status
    severity: Severity
    standing: Standing
    fails: bool
    """True if it alone makes a job noncompliant: a FAIL of the threshold or more that counts."""
    message: str
    remediation: str
    source: str
    """The page that the check comes from; empty if it is not known."""
    place: Place
    resources: tuple[Resource, ...]
    """The faulty one first."""
    job_arn: str
    rule_set: str
    seen: datetime
