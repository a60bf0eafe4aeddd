"""What to mend first: remedies by the points that they bring."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tests.builders import NOW, a_finding
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.core.mends import mends
from vpc_guardrail.core.score import VpcScore, VpcStatus
from vpc_guardrail.core.scoring import check_scores


def a_score(*findings: Finding) -> VpcScore:
    """The score that these findings come to."""
    checks = check_scores(findings)
    return VpcScore("vpc-1", "r", "a", VpcStatus.NON_COMPLIANT, "So.", NOW, checks)


def failing(check: str, remedy: str, severity: Severity = Severity.HIGH) -> Finding:
    """A FAIL with its remedy."""
    return replace(a_finding(Status.FAIL, check=check, severity=severity), remediation=remedy)


def passing(check: str) -> Finding:
    """A PASS."""
    return a_finding(Status.PASS, check=check)


def test_nothing_lost_is_nothing_to_mend() -> None:
    assert mends(a_score(passing("s3-reachable"))) == ()


def test_checks_with_the_same_remedy_are_mended_together() -> None:
    score = a_score(
        failing("s3-reachable", "create it", Severity.CRITICAL),
        failing("s3-gateway-endpoint", "create it"),
        passing("dns-resolves-s3"),
    )

    (mend,) = mends(score)

    assert mend.checks == ("s3-reachable", "s3-gateway-endpoint")
    assert mend.remediations == ("create it",)
    assert mend.points == Fraction(1600, 22)


def test_the_mend_that_brings_most_comes_first() -> None:
    score = a_score(
        failing("vpc-tenancy-default", "one", Severity.LOW),
        failing("dns-resolves-s3", "two"),
        failing("s3-reachable", "three", Severity.CRITICAL),
    )

    assert [mend.lost for mend in mends(score)] == [10, 6, 1]
    assert [mend.remediations for mend in mends(score)] == [("three",), ("two",), ("one",)]


def test_a_check_that_fails_in_several_places_needs_all_its_remedies_the_worst_first() -> None:
    score = a_score(
        failing("s3-gateway-endpoint", "lesser", Severity.LOW),
        failing("s3-gateway-endpoint", "worse"),
        failing("s3-gateway-endpoint", "worse"),
    )

    (mend,) = mends(score)

    assert mend.remediations == ("worse", "lesser")
    assert mend.lost == 6
