"""Laws of the score, for any VPC: it adds up, and never contradicts what jobs are told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import floor
from typing import TYPE_CHECKING

from hypothesis import assume, given

from tests.builders import NOW, VPC, a_job
from tests.laws import law
from tests.network_strategies import blinded, networks, score_rules
from vpc_guardrail.core.checks import vpc_config_present
from vpc_guardrail.core.decision import Judgement, Verdict, judge
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.core.mends import mends
from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.reference_job import training_groups
from vpc_guardrail.core.score import VpcScore, VpcStatus
from vpc_guardrail.core.scoring import score_vpc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpc_guardrail.core.model import Network
    from vpc_guardrail.core.score_rule import ScoreRule


def job_like_that_of(score: VpcScore, rule: ScoreRule, network: Network) -> Judgement:
    """The verdict on a real job of the same kind and place, that names no bucket."""
    job = a_job(
        subnets=score.subnet_ids,
        groups=score.group_ids,
        instance_type=rule.instance_type,
        instance_count=rule.instance_count,
        s3_places=(),
    )
    unseen = training_groups(VPC, network, rule)
    if isinstance(unseen, Unknown):
        network = replace(network, security_groups=unseen)
    return judge(job, network, rule.settings, NOW)


def said(findings: Iterable[Finding]) -> Counter[tuple[str, Status, Severity]]:
    """What each check of a VPC says, and how often."""
    return Counter(
        (each.check, each.status, each.severity)
        for each in findings
        if each.check != vpc_config_present.SPEC.name
    )


@law
@given(networks, score_rules)
def test_what_costs_points_is_what_a_job_of_this_kind_and_place_is_told(
    network: Network, rule: ScoreRule
) -> None:
    score = score_vpc(VPC, network, rule)
    if not score.checks:
        return
    judgement = job_like_that_of(score, rule, network)

    assert said(score.findings) == said(judgement.findings)
    assert {*score.failed_checks} == {
        each.check
        for each in judgement.findings
        if each.status is Status.FAIL and each.severity > Severity.INFO
    }


@law
@given(networks, score_rules)
def test_job_verdict_and_status_never_contradict_each_other(
    network: Network, rule: ScoreRule
) -> None:
    rule = replace(rule, failing_severity=rule.settings.threshold)
    score = score_vpc(VPC, network, rule)
    if not score.checks:
        return
    verdict = job_like_that_of(score, rule, network).verdict
    below = score.score is not None and score.score < rule.minimum_score

    if verdict is Verdict.NONCOMPLIANT:
        assert score.status is VpcStatus.NON_COMPLIANT
    if score.status is VpcStatus.NON_COMPLIANT:
        assert verdict is Verdict.NONCOMPLIANT or below
    if verdict is Verdict.COMPLIANT:
        assert score.status is VpcStatus.COMPLIANT or below
    if score.status is VpcStatus.COMPLIANT:
        assert verdict is not Verdict.NONCOMPLIANT
    if verdict is Verdict.UNDETERMINED and score.status is VpcStatus.COMPLIANT:
        undecided = [each for each in score.findings if each.status is Status.UNKNOWN]
        assert all(each.severity < rule.settings.threshold for each in undecided)


@law
@given(networks, score_rules)
def test_the_breakdown_adds_up_to_the_score(network: Network, rule: ScoreRule) -> None:
    score = score_vpc(VPC, network, rule)
    if score.score is None or score.score_at_worst is None or score.points is None:
        return

    assert score.score * score.weight == 100 * sum(each.earned for each in score.checks)
    assert score.score + sum(mend.points for mend in mends(score)) == 100
    assert 0 <= score.score_at_worst <= score.score <= 100
    assert score.points == floor(score.score)
    assert (score.points < rule.minimum_score) == (score.score < rule.minimum_score)


@law
@given(networks, score_rules)
def test_every_check_is_weighed_within_its_weight(network: Network, rule: ScoreRule) -> None:
    for each in score_vpc(VPC, network, rule).checks:
        assert 0 <= each.lost <= each.lost + each.open <= each.weight
        assert (each.weight == 0) == (each.status is Status.NOT_APPLICABLE)
        assert {finding.check for finding in each.findings} == {each.check}


@law
@given(networks, score_rules)
def test_what_may_not_be_read_never_makes_a_vpc_compliant_nor_noncompliant(
    network: Network, rule: ScoreRule
) -> None:
    assume(not isinstance(network.vpcs, Unknown) and VPC in network.vpcs)
    before = score_vpc(VPC, network, rule).status

    for less in blinded(network):
        after = score_vpc(VPC, less, rule).status
        if after is VpcStatus.COMPLIANT:
            assert before is VpcStatus.COMPLIANT
        if after is VpcStatus.NON_COMPLIANT:
            assert before is VpcStatus.NON_COMPLIANT


@law
@given(networks, score_rules)
def test_a_vpc_of_which_nothing_is_known_is_never_compliant(
    network: Network, rule: ScoreRule
) -> None:
    score = score_vpc(VPC, network, rule)

    if all(each.status in (Status.UNKNOWN, Status.NOT_APPLICABLE) for each in score.checks):
        assert score.status in (VpcStatus.UNDETERMINED, VpcStatus.NOT_APPLICABLE)


@law
@given(networks, score_rules)
def test_every_status_has_a_reason(network: Network, rule: ScoreRule) -> None:
    reason = score_vpc(VPC, network, rule).reason

    assert reason.endswith(".")
    assert "\n" not in reason
