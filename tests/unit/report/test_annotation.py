"""What Config shows beside a VPC's compliance: all that matters, in 256 characters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW
from tests.config_fakes import a_vpc_score
from tests.laws import law
from vpc_guardrail.core.checks import (
    dns_resolves_s3,
    internet_access,
    s3_gateway_endpoint,
    s3_reachable,
    security_group_self_ingress,
)
from vpc_guardrail.core.exemptions import Exempted, Exemption
from vpc_guardrail.core.finding import CheckSpec, Finding, Severity, Status
from vpc_guardrail.core.score import VpcScore, VpcStatus
from vpc_guardrail.core.scoring import OF_A_VPC, check_scores
from vpc_guardrail.report.annotation import annotation

VPC_ID = "vpc-0a1b2c3d4e5f60718"


def finding(spec: CheckSpec, status: Status, resource: str = "subnet-0a1b2c3d4e5f60718") -> Finding:
    return spec.finding(status, resource, "So it is.")


def scored(*findings: Finding, status: VpcStatus = VpcStatus.NON_COMPLIANT) -> VpcScore:
    return replace(a_vpc_score(VPC_ID, status), checks=check_scores(findings))


def test_a_whole_score_says_no_more() -> None:
    score = scored(finding(s3_reachable.SPEC, Status.PASS), status=VpcStatus.COMPLIANT)

    assert annotation(score) == "Score 100 of 100."


def test_the_worst_failures_come_first_with_their_components() -> None:
    score = scored(
        finding(internet_access.SPEC, Status.FAIL),
        finding(security_group_self_ingress.SPEC, Status.FAIL, "sg-1"),
        finding(s3_reachable.SPEC, Status.FAIL, "subnet-1"),
        finding(s3_reachable.SPEC, Status.FAIL, "subnet-2"),
    )

    assert annotation(score) == (
        "Score 0 of 100. CRITICAL s3-reachable: subnet-1 +1; "
        "HIGH security-group-self-ingress: sg-1; "
        "MEDIUM internet-access: subnet-0a1b2c3d4e5f60718."
    )


def test_a_lowered_severity_is_told_as_it_is() -> None:
    lowered = replace(finding(s3_reachable.SPEC, Status.FAIL, "s"), severity=Severity.LOW)

    assert annotation(scored(lowered)) == "Score 90 of 100. LOW s3-reachable: s."


def test_what_could_not_be_decided_is_told() -> None:
    score = scored(
        finding(s3_gateway_endpoint.SPEC, Status.FAIL, "subnet-1"),
        finding(dns_resolves_s3.SPEC, Status.UNKNOWN),
        finding(internet_access.SPEC, Status.UNKNOWN),
        finding(security_group_self_ingress.SPEC, Status.UNKNOWN),
        finding(s3_reachable.SPEC, Status.PASS),
    )

    told = annotation(score)
    assert told.endswith("Unknown: dns-resolves-s3, security-group-self-ingress and 1 more.")


@pytest.mark.parametrize("length", range(8, 33))
def test_however_much_fails_there_is_room_for_what_could_not_be_decided(length: int) -> None:
    *failing, last = OF_A_VPC
    found = [finding(spec, Status.FAIL, "s" * length) for spec in failing]
    told = annotation(scored(*found, finding(last, Status.UNKNOWN)))

    assert told.endswith(f" more. Unknown: {last.name}.")
    assert len(told) <= 256


def test_an_undetermined_vpc_is_never_without_the_word() -> None:
    partly = scored(
        finding(s3_reachable.SPEC, Status.PASS),
        finding(dns_resolves_s3.SPEC, Status.UNKNOWN),
        status=VpcStatus.UNDETERMINED,
    )
    nothing = scored(finding(dns_resolves_s3.SPEC, Status.UNKNOWN), status=VpcStatus.UNDETERMINED)

    assert annotation(partly) == "Undetermined. Score 100 of 100. Unknown: dns-resolves-s3."
    assert annotation(nothing) == "Undetermined. So it is."


def test_what_does_not_apply_says_why() -> None:
    assert annotation(a_vpc_score(VPC_ID, VpcStatus.NOT_APPLICABLE)) == "So it is."


findings = st.lists(
    st.builds(
        finding,
        st.sampled_from(OF_A_VPC),
        st.sampled_from(Status),
        st.text(min_size=1, max_size=80) | st.just("subnet-0a1b2c3d4e5f60718"),
    ),
    max_size=40,
)


@law
@given(findings, st.sampled_from(VpcStatus), st.text(min_size=1, max_size=400))
def test_it_always_fits_and_says_something(
    found: list[Finding], status: VpcStatus, reason: str
) -> None:
    score = replace(scored(*found, status=status), reason=f"x{reason}")
    told = annotation(score)

    assert 1 <= len(told) <= 256
    assert told.isprintable()


@law
@given(findings)
def test_every_failure_and_every_unknown_is_told_or_counted(found: list[Finding]) -> None:
    score = scored(*found)
    told = annotation(score)

    if score.points is not None:
        assert ("Unknown: " in told) is bool(score.unknown_checks)
        left_out = [each for each in score.failed_checks if f"{each}: " not in told]
        assert not left_out or f"{len(left_out)} more." in told or f"{len(left_out)} failed" in told


def test_what_is_exempted_is_told_and_is_no_failure() -> None:
    exempted = Exempted(by=Exemption("team", "known", NOW.date()))
    score = scored(
        finding(s3_reachable.SPEC, Status.PASS),
        replace(finding(internet_access.SPEC, Status.FAIL), exempted=exempted),
        status=VpcStatus.COMPLIANT,
    )

    assert annotation(score) == "Score 100 of 100. Exempted: internet-access."
