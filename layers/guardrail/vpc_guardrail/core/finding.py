"""What a check says: specs, findings, statuses and severities."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import total_ordering
from typing import Any

from vpc_guardrail.core.exemptions import NOT_EXEMPTED, Exempted

Evidence = Mapping[str, Any]
"""JSON values that name the very component: route table, route, group, rule, endpoint."""


class Status(Enum):
    """What one check found out about one resource."""

    PASS = "PASS"  # noqa: S105 - a status, not a password.
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@total_ordering
class Severity(Enum):
    """How much a FAIL matters; `Severity.HIGH > Severity.LOW`."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    INFO = "INFO"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Severity):
            return NotImplemented
        weakest_first = [*Severity][::-1]
        return weakest_first.index(self) < weakest_first.index(other)


class Kind(Enum):
    """The question a check answers."""

    PRIVACY = "privacy"
    """Is the job as private as the guide demands?"""
    READINESS = "readiness"
    """Will the job work?"""


class StopPolicy(Enum):
    """Whether a FAIL of a check may stop a job."""

    DEFAULT = "stops in mode enforce"
    ALLOWED = "may be set to stop"
    NEVER = "never stops"


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One guideline: what it asks and why. Documentation is generated from it."""

    name: str
    kind: Kind
    severity: Severity
    stop: StopPolicy
    title: str
    """The compliant state, as a sentence."""
    risk: str
    """What happens when it does not hold."""
    how: str
    """How it is decided."""
    limits: str
    """What the check cannot see."""
    sound_example: str
    faulty_example: str
    mend: str
    """How a failed check is mended, in general; a finding gives the very command."""
    source: str
    """The AWS page that it comes from."""

    def finding(
        self,
        status: Status,
        resource: str,
        message: str,
        *,
        severity: Severity | None = None,
        evidence: Evidence | None = None,
        remediation: str = "",
    ) -> "Finding":
        """A finding of this check; it may carry a lower severity than the check."""
        return Finding(
            check=self.name,
            kind=self.kind,
            status=status,
            severity=severity or self.severity,
            resource=resource,
            message=message,
            evidence=evidence or {},
            remediation=remediation,
        )

    def passed(self, resource: str, message: str, evidence: Evidence | None = None) -> "Finding":
        """What must hold, holds."""
        return self.finding(Status.PASS, resource, message, evidence=evidence)

    def failed(
        self,
        resource: str,
        message: str,
        *,
        remediation: str,
        severity: Severity | None = None,
        evidence: Evidence | None = None,
    ) -> "Finding":
        """What must hold, does not; the remediation says how to mend it."""
        return self.finding(
            Status.FAIL,
            resource,
            message,
            severity=severity,
            evidence=evidence,
            remediation=remediation,
        )

    def unknown(self, resource: str, reason: str, evidence: Evidence | None = None) -> "Finding":
        """It cannot be said; the reason is a phrase that fits after "because"."""
        message = f"Cannot be judged, because {reason}."
        return self.finding(Status.UNKNOWN, resource, message, evidence=evidence)

    def not_applicable(self, resource: str, message: str) -> "Finding":
        """The check does not concern this job."""
        return self.finding(Status.NOT_APPLICABLE, resource, message)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says about one resource, in one sentence that ends in a period."""

    check: str
    kind: Kind
    status: Status
    severity: Severity
    resource: str
    message: str
    evidence: Evidence = field(default_factory=dict)
    remediation: str = ""
    exempted: Exempted = NOT_EXEMPTED

    @property
    def counts(self) -> bool:
        """Whether it may make a verdict, or stop a job: an exempted one does not."""
        return self.exempted.by is None
