"""The run over all checks, and what holds for every one of them."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.builders import a_job, a_job_without_vpc, a_network
from tests.findings import outcome
from vpc_guardrail.core import checks
from vpc_guardrail.core.engine import CHECKS, SPECS, findings_on
from vpc_guardrail.core.finding import Kind, Severity, Status, StopPolicy
from vpc_guardrail.core.settings import CheckAction, Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.finding import CheckSpec
    from vpc_guardrail.core.model import Network, TrainingJob

FOLDER = Path(str(checks.__file__)).parent
MODULES = sorted(path.stem for path in FOLDER.glob("[!_]*.py"))
CATALOGUE = {
    "vpc-config-present": (Kind.PRIVACY, Severity.CRITICAL, StopPolicy.DEFAULT),
    "network-references-exist": (Kind.READINESS, Severity.HIGH, StopPolicy.NEVER),
    "vpc-tenancy-default": (Kind.READINESS, Severity.HIGH, StopPolicy.ALLOWED),
    "subnet-ip-capacity": (Kind.READINESS, Severity.HIGH, StopPolicy.NEVER),
    "s3-reachable": (Kind.READINESS, Severity.CRITICAL, StopPolicy.ALLOWED),
    "s3-gateway-endpoint": (Kind.PRIVACY, Severity.HIGH, StopPolicy.NEVER),
    "s3-traffic-allowed": (Kind.READINESS, Severity.HIGH, StopPolicy.ALLOWED),
    "s3-endpoint-policy-restricted": (Kind.PRIVACY, Severity.MEDIUM, StopPolicy.NEVER),
    "s3-policies-admit-job": (Kind.READINESS, Severity.HIGH, StopPolicy.ALLOWED),
    "package-repositories-denied": (Kind.PRIVACY, Severity.MEDIUM, StopPolicy.NEVER),
    "bucket-policy-vpc-only": (Kind.PRIVACY, Severity.MEDIUM, StopPolicy.NEVER),
    "dns-resolves-s3": (Kind.READINESS, Severity.HIGH, StopPolicy.NEVER),
    "security-group-self-ingress": (Kind.READINESS, Severity.HIGH, StopPolicy.ALLOWED),
    "security-group-efa": (Kind.READINESS, Severity.HIGH, StopPolicy.ALLOWED),
    "required-services-reachable": (Kind.READINESS, Severity.MEDIUM, StopPolicy.NEVER),
    "internet-access": (Kind.PRIVACY, Severity.MEDIUM, StopPolicy.NEVER),
}
"""Kind, severity and power to stop of each check, as they were decided."""

ASKED_FOR_BY_SETTINGS = {"required-services-reachable", "internet-access"}
"""Checks that do not apply where neither the settings nor the job ask for them."""

every_spec = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)


class TestEveryCheck:
    def test_names_are_unique_and_in_the_order_of_the_catalogue(self) -> None:
        names = [spec.name for spec in SPECS]

        assert names == [name for name in CATALOGUE if name in names]

    @every_spec
    def test_is_as_it_was_decided(self, spec: CheckSpec) -> None:
        assert (spec.kind, spec.severity, spec.stop) == CATALOGUE[spec.name]

    @every_spec
    def test_lies_in_the_file_of_its_name(self, spec: CheckSpec) -> None:
        module = import_module(f"{checks.__name__}.{spec.name.replace('-', '_')}")

        assert module.SPEC is spec
        assert callable(module.evaluate)

    @pytest.mark.parametrize("module", MODULES)
    def test_that_has_a_file_is_run(self, module: str) -> None:
        assert module.replace("_", "-") in {spec.name for spec in SPECS}

    @every_spec
    def test_has_a_table_of_cases(self, spec: CheckSpec) -> None:
        tests = Path(__file__).parent / "checks"

        assert (tests / f"test_{spec.name.replace('-', '_')}.py").is_file()

    @every_spec
    def test_is_described_in_sentences(self, spec: CheckSpec) -> None:
        assert re.fullmatch(r"[A-Z][^.;]*\.", spec.title), "the title is one sentence"
        texts = (spec.risk, spec.how, spec.limits, spec.sound_example, spec.faulty_example)
        for text in (*texts, spec.mend):
            assert re.fullmatch(r"[\w].+[^.]\.", text)
            assert "  " not in text

    @every_spec
    def test_names_the_aws_page_it_comes_from(self, spec: CheckSpec) -> None:
        assert re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+\.html(#[\w-]+)?", spec.source)


class TestRun:
    def test_a_sound_job_in_a_sound_network_passes_every_check(self) -> None:
        job = a_job(instance_type="ml.p4d.24xlarge", instance_count=2, encrypted=True)

        findings = findings_on(job, a_network(), Settings())
        others = {each.check: each.status for each in findings if each.status is not Status.PASS}

        assert others.keys() <= ASKED_FOR_BY_SETTINGS
        assert {*others.values()} <= {Status.NOT_APPLICABLE}

    def test_checks_answer_in_the_order_of_the_catalogue(self) -> None:
        found = [each.check for each in findings_on(a_job(), a_network(), Settings())]

        assert [*dict.fromkeys(found)] == [spec.name for spec in SPECS]

    @pytest.mark.parametrize(
        ("job", "network"),
        [
            pytest.param(a_job_without_vpc(), None, id="no VpcConfig"),
            pytest.param(a_job_without_vpc(), a_network(), id="no VpcConfig, but a network"),
            pytest.param(a_job(groups=()), a_network(), id="no security group"),
            pytest.param(a_job(subnets=()), a_network(), id="no subnet"),
        ],
    )
    def test_no_check_of_the_network_concerns_a_job_without_a_vpc(
        self, job: TrainingJob, network: Network | None
    ) -> None:
        first, *others = findings_on(job, network, Settings())

        assert (first.check, outcome(first)) == ("vpc-config-present", "FAIL CRITICAL")
        assert [each.check for each in others] == [check.spec.name for check in CHECKS]
        assert {each.status for each in others} == {Status.NOT_APPLICABLE}

    @every_spec
    def test_a_check_that_is_ignored_says_nothing(self, spec: CheckSpec) -> None:
        settings = Settings(actions={spec.name: CheckAction.IGNORE})

        for network in (a_network(), None):
            found = {each.check for each in findings_on(a_job(), network, settings)}
            assert found == {each.name for each in SPECS} - {spec.name}
