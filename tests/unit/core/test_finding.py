"""Findings: the order of severities, and what a spec makes of an answer."""

from __future__ import annotations

import itertools

import pytest

from tests.builders import a_spec
from vpc_guardrail.core.finding import Kind, Severity, Status

SPEC = a_spec(severity=Severity.HIGH)

WEAKEST_FIRST = [
    Severity.INFO,
    Severity.LOW,
    Severity.MEDIUM,
    Severity.HIGH,
    Severity.CRITICAL,
]


def test_severities_are_ordered_by_how_much_they_matter() -> None:
    assert sorted(Severity) == WEAKEST_FIRST
    assert max(Severity) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        pytest.param(*pair, id=f"{pair[0].value} is below {pair[1].value}")
        for pair in itertools.combinations(WEAKEST_FIRST, 2)
    ],
)
def test_every_pair_of_severities(weaker: Severity, stronger: Severity) -> None:
    assert weaker < stronger
    assert stronger > weaker
    assert stronger >= weaker
    assert not stronger <= weaker


def test_a_severity_is_not_compared_with_anything_else() -> None:
    with pytest.raises(TypeError):
        _ = Severity.HIGH < "LOW"


def test_a_pass_carries_its_evidence() -> None:
    finding = SPEC.passed("vpc-1", "All is well.", {"seen": 1})

    assert finding.check == "a-check"
    assert finding.kind is Kind.READINESS
    assert finding.status is Status.PASS
    assert finding.resource == "vpc-1"
    assert finding.message == "All is well."
    assert finding.evidence == {"seen": 1}


def test_a_fail_has_the_severity_of_its_check() -> None:
    finding = SPEC.failed("vpc-1", "It broke.", remediation="Mend it.", evidence={"seen": 0})

    assert finding.status is Status.FAIL
    assert finding.severity is Severity.HIGH
    assert finding.remediation == "Mend it."
    assert finding.evidence == {"seen": 0}


def test_a_fail_may_carry_a_lower_severity() -> None:
    finding = SPEC.failed("vpc-1", "It may.", remediation="Look.", severity=Severity.LOW)

    assert finding.severity is Severity.LOW


def test_an_unknown_tells_the_reason_in_a_sentence() -> None:
    finding = SPEC.unknown("vpc-1", "it was denied")

    assert finding.status is Status.UNKNOWN
    assert finding.message == "Cannot be judged, because it was denied."


def test_what_does_not_apply_says_why() -> None:
    finding = SPEC.not_applicable("job", "The job runs on one instance.")

    assert finding.status is Status.NOT_APPLICABLE
    assert finding.message == "The job runs on one instance."
