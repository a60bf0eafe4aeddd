"""Laws of the whole judgement, for any job in any network."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW
from tests.findings import outcome
from tests.laws import law
from tests.network_strategies import (
    all_settings,
    blinded,
    incomplete_jobs,
    jobs,
    networks,
    shuffled,
)
from vpc_guardrail.core.decision import Judgement, Verdict, judge
from vpc_guardrail.core.engine import SPECS, findings_on
from vpc_guardrail.core.finding import Finding, Status
from vpc_guardrail.core.settings import CheckAction, Mode, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from vpc_guardrail.core.model import Network, TrainingJob

STOP_ALL = {spec.name: CheckAction.STOP for spec in SPECS}
harsh = all_settings.map(lambda each: replace(each, mode=Mode.ENFORCE, actions=STOP_ALL))
"""Whatever may stop a job, does."""

randoms = st.randoms(use_true_random=False)


def judged(job: TrainingJob, network: Network, settings: Settings) -> Judgement:
    return judge(job, network, settings, NOW)


@law
@given(jobs | incomplete_jobs, st.none() | networks, all_settings)
def test_every_check_answers_for_any_job_in_any_network(
    job: TrainingJob, network: Network | None, settings: Settings
) -> None:
    answering = {each.check for each in findings_on(job, network, settings)}

    assert answering == {spec.name for spec in SPECS}


@law
@given(jobs, networks, all_settings)
def test_every_finding_is_a_sentence_with_evidence_and_a_remedy(
    job: TrainingJob, network: Network, settings: Settings
) -> None:
    for finding in findings_on(job, network, settings):
        assert finding.message.endswith(".")
        assert finding.message[0].isupper() or finding.message.startswith(("sg-", "subnet-"))
        assert not finding.message.endswith("..")
        assert "\n" not in finding.message
        assert finding.resource
        assert json.loads(json.dumps(finding.evidence)) == finding.evidence
        assert bool(finding.remediation) == (finding.status is Status.FAIL)


def at_peace(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    """How often each check passes, or does not apply to, each resource."""
    peaceful = (Status.PASS, Status.NOT_APPLICABLE)
    return Counter((each.check, each.resource) for each in findings if each.status in peaceful)


@law
@given(jobs, networks, harsh)
def test_fault_5_what_may_not_be_read_never_turns_a_fail_into_a_pass(
    job: TrainingJob, network: Network, settings: Settings
) -> None:
    before = judged(job, network, settings)
    peace = at_peace(before.findings)
    judged_resources = {(each.check, each.resource) for each in before.findings}

    for less in blinded(network):
        after = judged(job, less, settings)
        for key, count in at_peace(after.findings).items():
            assert key not in judged_resources or count <= peace[key]
        if after.verdict is Verdict.COMPLIANT:
            assert before.verdict is Verdict.COMPLIANT


@law
@given(jobs, networks, harsh)
def test_fault_5_what_may_not_be_read_never_stops_a_job(
    job: TrainingJob, network: Network, settings: Settings
) -> None:
    before = judged(job, network, settings)

    for less in blinded(network):
        assert {*judged(job, less, settings).stopping_checks} <= {*before.stopping_checks}


@law
@given(jobs, networks, harsh, randoms)
def test_the_order_of_things_changes_nothing(
    job: TrainingJob, network: Network, settings: Settings, random: Random
) -> None:
    before = judged(job, network, settings)
    after = judged(*shuffled(job, network, random), settings)

    assert (after.verdict, after.action) == (before.verdict, before.action)
    assert (after.severity, after.stopping_checks) == (before.severity, before.stopping_checks)
    assert _said(after.findings) == _said(before.findings)


def _said(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter((each.check, outcome(each)) for each in findings)
