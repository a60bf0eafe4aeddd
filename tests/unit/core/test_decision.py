"""From findings to a verdict, and from a verdict to an action."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    DENIED,
    LOCAL_ROUTE,
    NOW,
    a_finding,
    a_job,
    a_job_without_vpc,
    a_network,
    a_route_table,
    a_subnet,
    a_vpc,
)
from vpc_guardrail.core.decision import (
    Action,
    Verdict,
    failed_checks,
    judge,
    stopping_checks,
    verdict_of,
)
from vpc_guardrail.core.engine import RULE_SET_VERSION, SPECS
from vpc_guardrail.core.exemptions import Exemption
from vpc_guardrail.core.finding import CheckSpec, Severity, Status, StopPolicy
from vpc_guardrail.core.model import JobSource
from vpc_guardrail.core.settings import CheckAction, Mode, Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import Network

PASS, FAIL, UNKNOWN = Status.PASS, Status.FAIL, Status.UNKNOWN
LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
ALL_STOP = {spec.name: CheckAction.STOP for spec in SPECS}
ENFORCE = Settings(mode=Mode.ENFORCE)
HARSH = Settings(mode=Mode.ENFORCE, actions=ALL_STOP)
MAY_STOP = [spec for spec in SPECS if spec.stop is not StopPolicy.NEVER]
OF_TENANCY = Exemption("net", "moves", NOW.date(), check="vpc-tenancy-default")
NEVER_STOP = [spec for spec in SPECS if spec.stop is StopPolicy.NEVER]


class TestVerdict:
    @pytest.mark.parametrize(
        ("findings", "verdict"),
        [
            pytest.param([], Verdict.COMPLIANT, id="no finding"),
            pytest.param([a_finding(PASS)], Verdict.COMPLIANT, id="a pass"),
            pytest.param(
                [a_finding(Status.NOT_APPLICABLE)], Verdict.COMPLIANT, id="not applicable"
            ),
            pytest.param([a_finding(FAIL, severity=LOW)], Verdict.COMPLIANT, id="advice only"),
            pytest.param(
                [a_finding(FAIL, severity=MEDIUM)], Verdict.NONCOMPLIANT, id="just at the threshold"
            ),
            pytest.param([a_finding(UNKNOWN)], Verdict.UNDETERMINED, id="an unknown"),
            pytest.param(
                [a_finding(UNKNOWN, severity=LOW)], Verdict.UNDETERMINED, id="a low unknown"
            ),
            pytest.param(
                [a_finding(UNKNOWN), a_finding(FAIL, severity=LOW)],
                Verdict.UNDETERMINED,
                id="an unknown and advice",
            ),
            pytest.param(
                [a_finding(UNKNOWN, severity=CRITICAL), a_finding(FAIL, severity=MEDIUM)],
                Verdict.NONCOMPLIANT,
                id="a fail beats any unknown",
            ),
            pytest.param([a_finding(PASS, severity=CRITICAL)], Verdict.COMPLIANT, id="high pass"),
        ],
    )
    def test_table(self, findings: list[Finding], verdict: Verdict) -> None:
        assert verdict_of(findings, Settings()) is verdict
        assert verdict_of(findings[::-1], Settings()) is verdict

    @pytest.mark.parametrize(
        ("threshold", "verdict"),
        [
            pytest.param(LOW, Verdict.NONCOMPLIANT, id="below"),
            pytest.param(MEDIUM, Verdict.NONCOMPLIANT, id="at"),
            pytest.param(HIGH, Verdict.COMPLIANT, id="above"),
        ],
    )
    def test_the_threshold_is_a_setting(self, threshold: Severity, verdict: Verdict) -> None:
        settings = Settings(threshold=threshold)

        assert verdict_of([a_finding(FAIL, severity=MEDIUM)], settings) is verdict


def failing(spec: CheckSpec, severity: Severity | None = None) -> Finding:
    return a_finding(FAIL, check=spec.name, severity=severity or spec.severity)


class TestFailedChecks:
    def test_those_that_make_a_job_noncompliant_are_named_once_and_sorted(self) -> None:
        findings = [
            a_finding(FAIL, check="s3-reachable", severity=HIGH, resource="subnet-a"),
            a_finding(FAIL, check="s3-reachable", severity=HIGH, resource="subnet-b"),
            a_finding(FAIL, check="internet-access", severity=MEDIUM),
            a_finding(FAIL, check="security-group-efa", severity=LOW),
            a_finding(UNKNOWN, check="dns-resolves-s3", severity=CRITICAL),
            a_finding(PASS, check="vpc-tenancy-default", severity=HIGH),
        ]

        assert failed_checks(findings, Settings()) == ("internet-access", "s3-reachable")
        assert failed_checks(findings, Settings(threshold=HIGH)) == ("s3-reachable",)


class TestStop:
    @pytest.mark.parametrize("spec", MAY_STOP, ids=lambda spec: spec.name)
    def test_a_check_that_may_stop_does_where_it_is_set(self, spec: CheckSpec) -> None:
        assert stopping_checks(a_job(), [failing(spec)], HARSH) == (spec.name,)

    @pytest.mark.parametrize("spec", NEVER_STOP, ids=lambda spec: spec.name)
    def test_a_check_that_never_stops_does_not_even_where_it_is_set(self, spec: CheckSpec) -> None:
        assert stopping_checks(a_job(), [failing(spec)], HARSH) == ()

    @pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
    def test_by_default_only_the_lack_of_a_vpc_stops(self, spec: CheckSpec) -> None:
        expected = (spec.name,) if spec.name == "vpc-config-present" else ()

        assert stopping_checks(a_job(), [failing(spec)], ENFORCE) == expected

    @pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
    def test_audit_never_stops(self, spec: CheckSpec) -> None:
        audit = replace(HARSH, mode=Mode.AUDIT)

        assert stopping_checks(a_job(), [failing(spec)], audit) == ()

    @pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
    def test_a_job_that_is_only_known_from_its_event_is_never_stopped(
        self, spec: CheckSpec
    ) -> None:
        job = a_job(source=JobSource.EVENT)

        assert stopping_checks(job, [failing(spec)], HARSH) == ()

    @pytest.mark.parametrize("status", [each for each in Status if each is not FAIL])
    @pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
    def test_nothing_but_a_fail_ever_stops(self, spec: CheckSpec, status: Status) -> None:
        finding = a_finding(status, check=spec.name, severity=spec.severity)

        assert stopping_checks(a_job(), [finding], HARSH) == ()

    @pytest.mark.parametrize("spec", MAY_STOP, ids=lambda spec: spec.name)
    def test_a_fail_of_lower_severity_than_its_check_never_stops(self, spec: CheckSpec) -> None:
        lower = [severity for severity in Severity if severity < spec.severity]

        for severity in lower:
            assert stopping_checks(a_job(), [failing(spec, severity)], HARSH) == ()

    def test_a_check_below_the_threshold_never_stops(self) -> None:
        tolerant = replace(HARSH, threshold=CRITICAL)
        by_severity = {spec.severity: spec for spec in MAY_STOP}

        assert stopping_checks(a_job(), [failing(by_severity[HIGH])], tolerant) == ()
        assert stopping_checks(a_job(), [failing(by_severity[CRITICAL])], tolerant) != ()

    def test_the_checks_that_stop_are_named_once_and_sorted(self) -> None:
        findings = [failing(spec) for spec in MAY_STOP]

        stopping = stopping_checks(a_job(), [*findings, *findings], HARSH)

        assert stopping == tuple(sorted(spec.name for spec in MAY_STOP))


class TestJudgement:
    def test_a_sound_job_calls_for_nothing(self) -> None:
        judgement = judge(a_job(), a_network(), HARSH, NOW)

        assert (judgement.verdict, judgement.action) == (Verdict.COMPLIANT, Action.NONE)
        assert judgement.severity is Severity.INFO
        assert judgement.vpc_id == "vpc-1"
        assert judgement.stopping_checks == ()

    def test_a_job_without_a_vpc_is_told_in_audit_and_stopped_in_enforce(self) -> None:
        told = judge(a_job_without_vpc(), None, Settings(), NOW)
        stopped = judge(a_job_without_vpc(), None, ENFORCE, NOW)

        assert (told.verdict, told.action) == (Verdict.NONCOMPLIANT, Action.NOTIFY)
        assert (stopped.verdict, stopped.action) == (Verdict.NONCOMPLIANT, Action.STOP)
        assert stopped.stopping_checks == ("vpc-config-present",)
        assert stopped.severity is CRITICAL
        assert stopped.vpc_id is None

    def test_a_job_without_a_vpc_that_is_only_known_from_its_event_is_told(self) -> None:
        judgement = judge(a_job_without_vpc(source=JobSource.EVENT), None, ENFORCE, NOW)

        assert (judgement.action, judgement.stopping_checks) == (Action.NOTIFY, ())

    def test_what_is_unknown_is_told_but_never_stops(self) -> None:
        blind = a_network(
            subnets=DENIED, security_groups=DENIED, route_tables=DENIED, endpoints=DENIED
        )

        judgement = judge(a_job(instance_count=2), blind, HARSH, NOW)

        assert (judgement.verdict, judgement.action) == (Verdict.UNDETERMINED, Action.NOTIFY)
        assert judgement.severity is CRITICAL

    def test_an_unknown_beside_a_lesser_failure_makes_the_severity(self) -> None:
        """Fault: who asks for CRITICAL alone was not told that the path to S3 is unknown."""
        network = a_network(vpcs=(a_vpc(tenancy="dedicated"),), endpoints=DENIED)

        judgement = judge(a_job(), network, Settings(), NOW)

        assert judgement.verdict is Verdict.NONCOMPLIANT
        assert judgement.severity is CRITICAL

    @pytest.mark.parametrize(
        "settings",
        [
            pytest.param(Settings(threshold=CRITICAL), id="advice"),
            pytest.param(Settings(exemptions=(OF_TENANCY,)), id="exempted"),
        ],
    )
    def test_what_is_told_along_does_not_raise_the_severity(self, settings: Settings) -> None:
        """The tenancy fails at HIGH; what could not be read is of MEDIUM here."""
        network = a_network(vpcs=(a_vpc(tenancy="dedicated"),), dhcp_options=DENIED)
        settings = replace(settings, severities={"dns-resolves-s3": MEDIUM})

        judgement = judge(a_job(), network, settings, NOW)

        assert (judgement.verdict, judgement.severity) == (Verdict.UNDETERMINED, MEDIUM)

    def test_advice_alone_is_compliant_and_tells_nobody(self) -> None:
        short = a_subnet("subnet-b", cidr="10.0.1.0/24", available_addresses=0)

        judgement = judge(a_job(), a_network(subnets=(a_subnet(), short)), Settings(), NOW)

        assert [each.severity for each in judgement.findings if each.status is FAIL] == [LOW]
        assert (judgement.verdict, judgement.action) == (Verdict.COMPLIANT, Action.NONE)
        assert judgement.severity is Severity.INFO

    def test_the_facts_are_as_old_as_the_network_or_the_question(self) -> None:
        later = NOW + timedelta(minutes=5)

        assert judge(a_job(), a_network(), Settings(), later).facts_read_at == NOW
        assert judge(a_job_without_vpc(), None, Settings(), later).facts_read_at == later

    def test_it_says_by_which_rules(self) -> None:
        assert judge(a_job(), a_network(), Settings(), NOW).rule_set == RULE_SET_VERSION

    @pytest.mark.parametrize(
        ("network", "vpc_id"),
        [
            pytest.param(a_network(), "vpc-1", id="one VPC"),
            pytest.param(a_network(subnets=DENIED), None, id="not read"),
            pytest.param(a_network(subnets=()), None, id="no subnet exists"),
            pytest.param(a_network(subnets=(a_subnet("subnet-b"),)), "vpc-1", id="one is gone"),
            pytest.param(
                a_network(subnets=(a_subnet("subnet-a"), a_subnet("subnet-b", vpc="vpc-2"))),
                None,
                id="two VPCs",
            ),
        ],
    )
    def test_the_vpc_is_named_if_it_is_one(self, network: Network, vpc_id: str | None) -> None:
        assert judge(a_job(), network, Settings(), NOW).vpc_id == vpc_id


class TestSeverities:
    """The owner's severity of a check, and the check's own word on how sure it is."""

    TENANCY = "vpc-tenancy-default"
    DEDICATED = a_network(vpcs=[a_vpc(tenancy="dedicated")])

    @pytest.mark.parametrize(
        ("chosen", "verdict"),
        [
            pytest.param(LOW, Verdict.COMPLIANT, id="below the threshold"),
            pytest.param(MEDIUM, Verdict.NONCOMPLIANT, id="at the threshold"),
        ],
    )
    def test_the_severity_of_a_check_is_a_setting(self, chosen: Severity, verdict: Verdict) -> None:
        settings = Settings(severities={self.TENANCY: chosen})

        judgement = judge(a_job(), self.DEDICATED, settings, NOW)

        assert judgement.verdict is verdict
        (failed,) = [each for each in judgement.findings if each.status is FAIL]
        assert failed.severity is chosen

    @pytest.mark.parametrize("chosen", [LOW, MEDIUM, HIGH, CRITICAL])
    def test_a_lowered_failure_stays_lowered_and_never_stops(self, chosen: Severity) -> None:
        """One subnet of two lacks a path to S3: HIGH, below the check's own CRITICAL."""
        check = "s3-reachable"
        settings = replace(HARSH, severities={check: chosen})
        tables = [
            a_route_table(id="rtb-a", subnets=["subnet-a"]),
            a_route_table(LOCAL_ROUTE, id="rtb-b", subnets=["subnet-b"]),
        ]

        judgement = judge(a_job(), a_network(route_tables=tables), settings, NOW)

        failed = [each for each in judgement.findings if each.check == check]
        assert [each.severity for each in failed if each.status is FAIL] == [min(chosen, HIGH)]
        assert check not in judgement.stopping_checks

    def test_a_check_that_was_raised_stops_by_its_own_full_severity(self) -> None:
        harsh = replace(HARSH, threshold=CRITICAL)
        raised = replace(harsh, severities={self.TENANCY: CRITICAL})

        assert judge(a_job(), self.DEDICATED, harsh, NOW).stopping_checks == ()
        assert judge(a_job(), self.DEDICATED, raised, NOW).stopping_checks == (self.TENANCY,)
