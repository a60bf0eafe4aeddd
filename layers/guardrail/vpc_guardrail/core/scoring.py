"""Scoring a VPC: a reference job is placed in it, and all checks are asked about that job.

The checks, and the facts they rest on, are those of real jobs: what costs a VPC points is what a
job of this kind in these subnets would be told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC

from vpc_guardrail.core.checks import vpc_config_present
from vpc_guardrail.core.engine import SPECS, as_set, findings_on
from vpc_guardrail.core.exemptions import exempted
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.core.model import Network, TrainingJob, Unknown
from vpc_guardrail.core.reference_job import (
    DEFAULT_GROUP,
    reference_job,
    training_groups,
    training_subnets,
)
from vpc_guardrail.core.score import WEIGHTS, CheckScore, VpcScore, VpcStatus
from vpc_guardrail.core.score_rule import ScoreRule
from vpc_guardrail.core.settings import Settings

OF_A_VPC = tuple(spec for spec in SPECS if spec is not vpc_config_present.SPEC)
"""The checks that are scored: a reference job names a VPC whatever the VPC is like."""


@dataclass(frozen=True, slots=True)
class _NotPlaced:
    """Why no reference job can be placed in a VPC."""

    status: VpcStatus
    reason: str


def score_vpc(vpc_id: str, network: Network, rule: ScoreRule) -> VpcScore:
    """The score of one VPC by the facts of a network, which may hold other VPCs as well."""
    subnet_ids = _subnets(vpc_id, network, rule)
    unscored = VpcScore(
        vpc_id=vpc_id,
        region=network.region,
        account=network.account,
        status=VpcStatus.UNDETERMINED,
        reason="",
        facts_read_at=network.read_at,
    )
    if isinstance(subnet_ids, _NotPlaced):
        return replace(unscored, status=subnet_ids.status, reason=subnet_ids.reason)
    group_ids = training_groups(vpc_id, network, rule)
    if isinstance(group_ids, Unknown):
        network = replace(network, security_groups=group_ids)
        group_ids = (DEFAULT_GROUP,)
    job = reference_job(vpc_id, network, rule, subnet_ids, group_ids)
    score = replace(
        unscored,
        checks=check_scores(_findings(vpc_id, job, network, rule.settings), rule.settings),
        subnet_ids=subnet_ids,
        group_ids=group_ids,
    )
    status, reason = _status(score, rule)
    return replace(score, status=status, reason=reason)


def is_placed(vpc_id: str, network: Network, rule: ScoreRule) -> bool:
    """Whether a VPC holds a place for a reference job; asks nothing of its DNS attributes."""
    return not isinstance(_subnets(vpc_id, network, rule), _NotPlaced)


def _findings(
    vpc_id: str, job: TrainingJob, network: Network, settings: Settings
) -> Iterator[Finding]:
    """What the checks say, with the owner's severities, and what he exempts of the VPC.

    An exemption by a job's name or role is none of the VPC's.
    """
    of_vpcs = [each for each in settings.exemptions if each.job_name is None and each.role is None]
    day = network.read_at.astimezone(UTC).date()
    for finding in findings_on(job, network, settings):
        said = as_set(finding, settings)
        if finding.status in (Status.FAIL, Status.UNKNOWN):
            said = replace(said, exempted=exempted(finding.check, job, vpc_id, of_vpcs, day))
        yield said


def check_scores(
    findings: Iterable[Finding], settings: Settings | None = None
) -> tuple[CheckScore, ...]:
    """The findings by their checks, weighed, in the order of the catalogue."""
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    chosen = settings or Settings()
    return tuple(
        _check_score(spec.name, chosen.severity_of(spec), by_check[spec.name])
        for spec in OF_A_VPC
        if spec.name in by_check
    )


def _check_score(check: str, severity: Severity, findings: list[Finding]) -> CheckScore:
    counting = [finding for finding in findings if finding.counts]
    applies = any(finding.status is not Status.NOT_APPLICABLE for finding in counting)
    weight = WEIGHTS[severity] if applies else 0
    costs = [WEIGHTS[each.severity] for each in counting if each.status is Status.FAIL]
    return CheckScore(
        check=check,
        severity=severity,
        weight=weight,
        lost=min(weight, max(costs, default=0)),
        findings=tuple(findings),
    )


def _subnets(vpc_id: str, network: Network, rule: ScoreRule) -> tuple[str, ...] | _NotPlaced:
    """The subnets that the reference job is placed in."""
    if (outside := _outside(vpc_id, network, rule)) is not None:
        return outside
    subnets = training_subnets(vpc_id, network, rule)
    if isinstance(subnets, Unknown):
        return _undetermined(subnets)
    if not subnets:
        return _NotPlaced(
            VpcStatus.NOT_APPLICABLE,
            f"{vpc_id} holds no subnet for training: none is tagged for it, and none is private.",
        )
    return tuple(each.id for each in subnets)


def _outside(vpc_id: str, network: Network, rule: ScoreRule) -> _NotPlaced | None:
    """What keeps a VPC out of the rule's scope, or leaves it open; None if it is within."""
    if isinstance(network.vpcs, Unknown):
        by_tags = rule.included_vpc_tags or rule.excluded_vpc_tags
        unsure = by_tags or not _is_seen_by_subnets(vpc_id, network)
        return _undetermined(network.vpcs) if unsure else None
    vpc = network.vpcs.get(vpc_id)
    if vpc is None:
        return _NotPlaced(VpcStatus.NOT_APPLICABLE, f"{vpc_id} does not exist.")
    if not rule.covers(vpc):
        return _NotPlaced(VpcStatus.NOT_APPLICABLE, f"The tags of {vpc_id} leave it out of scope.")
    return None


def _is_seen_by_subnets(vpc_id: str, network: Network) -> bool:
    """False if subnets were read, and none is the VPC's: then nothing tells that it exists."""
    if isinstance(network.subnets, Unknown):
        return True
    return any(each.vpc_id == vpc_id for each in network.subnets.values())


def _undetermined(unread: Unknown) -> _NotPlaced:
    return _NotPlaced(VpcStatus.UNDETERMINED, f"Cannot be judged, because {unread.reason}.")


def _status(score: VpcScore, rule: ScoreRule) -> tuple[VpcStatus, str]:
    """The status that holds whatever the undecided checks would say, if there is one."""
    failing = [*_at_least(score, Status.FAIL, rule.failing_severity)]
    if failing:
        worst = max(failing, key=lambda finding: finding.severity)
        return VpcStatus.NON_COMPLIANT, f"{worst.check} fails at {worst.severity.value}."
    if not score.weight:
        return VpcStatus.NOT_APPLICABLE, f"No check applies to {score.vpc_id}."
    if score.score is None or score.score_at_worst is None:
        return VpcStatus.UNDETERMINED, f"Nothing could be decided: {_first_unknown(score)}"
    minimum = f"the minimum is {rule.minimum_score}"
    if score.score < rule.minimum_score:
        return VpcStatus.NON_COMPLIANT, f"The score is {score.points}, and {minimum}."
    if score.score_at_worst < rule.minimum_score or any(
        _at_least(score, Status.UNKNOWN, rule.failing_severity)
    ):
        return VpcStatus.UNDETERMINED, f"It hangs on what is not known: {_first_unknown(score)}"
    return VpcStatus.COMPLIANT, f"The score is {score.points}, and {minimum}."


def _at_least(score: VpcScore, status: Status, severity: Severity | None) -> Iterator[Finding]:
    """The findings of a status and of at least a severity; none where no severity is set."""
    for finding in score.findings:
        worthy = severity is not None and finding.severity >= severity
        if worthy and finding.status is status and finding.counts:
            yield finding


def _first_unknown(score: VpcScore) -> str:
    """The check of most weight that is open, and what it says."""
    unknown_checks = [each for each in score.checks if each.check in score.unknown_checks]
    heaviest = max(unknown_checks, key=lambda each: each.open)
    unknown = next(each for each in heaviest.counting if each.status is Status.UNKNOWN)
    return f"{heaviest.check} {unknown.message[0].lower()}{unknown.message[1:]}"
