"""What becomes of a training job, and where two such outcomes differ."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields


@dataclass(frozen=True, order=True)
class Finding:
    """A failed or undecided finding as an alert tells it; once for all subnets it is about."""

    check: str
    severity: str
    status: str = "FAIL"


@dataclass(frozen=True)
class Outcome:
    """All that can be seen of one job from outside; compared to the letter."""

    verdict: str
    findings: AbstractSet[Finding] = frozenset()
    inspections: int = 1
    """How often the inspector handled an event of the job."""
    alerts: int = 0
    """SNS messages with a verdict on the job."""
    stop_calls: int = 0
    """Calls of StopTrainingJob for it, as CloudTrail records them."""
    stop_reports: int = 0
    """SNS messages about a stop order for it."""
    status: str = "InProgress"
    """TrainingJobStatus, as DescribeTrainingJob gives it."""


@dataclass(frozen=True)
class VpcResult:
    """What AWS Config says of a VPC."""

    compliance: str
    annotation: str


STATUS_WORDS = {"InProgress": "running"}
"""A job that is in progress runs, as people say."""


def status_word(outcome: Outcome) -> str:
    """The status of a job in one small word."""
    return STATUS_WORDS.get(outcome.status, outcome.status.lower() or "unknown")


def counted(count: int, noun: str) -> str:
    """A number of things: `no alerts`, `1 alert`, `2 alerts`."""
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def differences(expected: Outcome, observed: Outcome) -> list[str]:
    """One phrase for each field that is not as expected."""
    return [
        f"{field.name.replace('_', ' ')} {_told(is_now)} instead of {_told(should_be)}"
        for field in fields(Outcome)
        if (is_now := getattr(observed, field.name)) != (should_be := getattr(expected, field.name))
    ]


def _told(value: object) -> str:
    if isinstance(value, AbstractSet):
        return ", ".join(f"{each.severity} {each.check}" for each in sorted(value)) or "none"
    return str(value) or "none"
