"""Findings in short, so that a test states in one line what a check says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.commands import problems
from vpc_guardrail.core.finding import Finding, Status

if TYPE_CHECKING:
    from collections.abc import Iterable


def outcomes(findings: Iterable[Finding]) -> list[str]:
    """Each finding as "resource: STATUS", with the severity where it failed."""
    return [f"{each.resource}: {outcome(each)}" for each in findings]


def outcome(finding: Finding) -> str:
    """One finding as "STATUS", with the severity where it failed; its remedy must be a command."""
    if finding.status is Status.FAIL:
        assert problems(finding.remediation) == [], finding.remediation
        return f"FAIL {finding.severity.value}"
    return str(finding.status.value)


def the(findings: Iterable[Finding]) -> Finding:
    """The only finding."""
    (only,) = findings
    return only
