"""From findings to a verdict, and from a verdict to an action. UNKNOWN never stops a job."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from vpc_guardrail.core.checks import subnet_ip_capacity
from vpc_guardrail.core.engine import (
    RULE_SET_VERSION,
    SEVERITIES,
    SPECS,
    as_set,
    findings_on,
)
from vpc_guardrail.core.exemptions import exempted
from vpc_guardrail.core.finding import Finding, Kind, Severity, Status
from vpc_guardrail.core.model import (
    Fact,
    JobSource,
    Network,
    Starter,
    Subnet,
    TrainingJob,
    Unknown,
)
from vpc_guardrail.core.model.starter import NOBODY_TOLD
from vpc_guardrail.core.settings import CheckAction, Mode, Settings
from vpc_guardrail.core.tuning import (
    children_at_once,
    judged_parts,
    stops_of_whole,
    told_together,
)

PRIVACY = frozenset(spec.name for spec in SPECS if spec.kind is Kind.PRIVACY)
"""The checks on what must not happen even once, while other jobs are sound."""


class Verdict(Enum):
    """What is said about a job as a whole."""

    NONCOMPLIANT = "noncompliant"
    UNDETERMINED = "undetermined"
    EXEMPTED = "exempted"
    COMPLIANT = "compliant"


class Action(Enum):
    """What follows from a verdict."""

    NONE = "none"
    NOTIFY = "notify"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on a job, its findings, and what follows."""

    job: TrainingJob
    vpc_id: str | None
    verdict: Verdict
    action: Action
    findings: tuple[Finding, ...]
    stopping_checks: tuple[str, ...]
    """The checks whose FAIL asks for the stop; empty unless the action is stop."""
    facts_read_at: datetime
    rule_set: str = RULE_SET_VERSION
    threshold: Severity = Settings().threshold
    """A FAIL of at least this severity made it noncompliant."""
    started_by: Fact[Starter] = NOBODY_TOLD
    """Who asked for the job: told, never judged by."""

    @property
    def severity(self) -> Severity:
        """The highest severity among the findings of which each alone would be told.

        An UNKNOWN beside a FAIL too: the check that could not be judged may fail as well.
        """
        told = [
            each.severity
            for each in self.findings
            if each.counts and _decides(each, self.threshold)
        ]
        return max(told, default=Severity.INFO)


def judge(job: TrainingJob, network: Network | None, settings: Settings, at: datetime) -> Judgement:
    """Judge a job; `network` is None for a job without a VPC, whose facts are those of `at`."""
    parts = judged_parts(job)
    found = [
        [
            _with_exemption(finding, part, _vpc_id(part, network), settings, at)
            for finding in findings_on(part, network, settings)
        ]
        for part in parts
    ]
    day = at.astimezone(UTC).date()
    stops = [
        tuple(
            check
            for check in stopping_checks(part, findings, settings)
            if not settings.may_exempt_by_tag(check, part, day)
        )
        for part, findings in zip(parts, found, strict=True)
    ]
    stopping = stops_of_whole(stops, PRIVACY)
    together = _failing_together(job, parts, network, settings, at)
    told = [*_without_lesser(told_together(parts, found), together), *together]
    findings = tuple(as_set(finding, settings) for finding in told)
    verdict = verdict_of(findings, settings)
    return Judgement(
        job=job,
        vpc_id=_vpc_id(job, network),
        verdict=verdict,
        action=_action(verdict, stopping),
        findings=findings,
        stopping_checks=stopping,
        facts_read_at=network.read_at if network else at,
        threshold=settings.threshold,
    )


def _failing_together(
    job: TrainingJob,
    parts: Sequence[TrainingJob],
    network: Network | None,
    settings: Settings,
    at: datetime,
) -> list[Finding]:
    """What the children of all definitions fail for, though those of each alone may not."""
    whole = children_at_once(job, parts)
    ignored = settings.action_of(subnet_ip_capacity.SPEC) is CheckAction.IGNORE
    if whole is None or network is None or ignored:
        return []
    return [
        _with_exemption_of_all(finding, parts, network, settings, at)
        for finding in subnet_ip_capacity.evaluate(whole, network, settings)
        if _is_fatal(finding)
    ]


def _with_exemption_of_all(
    finding: Finding,
    parts: Sequence[TrainingJob],
    network: Network,
    settings: Settings,
    at: datetime,
) -> Finding:
    """The finding on all definitions together: exempted if it would be in each of them."""
    said = [_with_exemption(finding, part, _vpc_id(part, network), settings, at) for part in parts]
    return next((each for each in said if each.counts), said[0])


def _without_lesser(told: Iterable[Finding], than: Sequence[Finding]) -> Iterator[Finding]:
    """What was told, but for what the others say of the same component, and worse."""
    said = {(each.check, each.resource) for each in than}
    for each in told:
        if (each.check, each.resource) not in said or each.status is not Status.FAIL:
            yield each


def _is_fatal(finding: Finding) -> bool:
    return finding.status is Status.FAIL and finding.severity is SEVERITIES[finding.check]


def verdict_of(findings: Iterable[Finding], settings: Settings) -> Verdict:
    """Noncompliant by a FAIL of the threshold or more; else undetermined by any UNKNOWN.

    What is exempted makes neither; a job that would be one of them without it is exempted, which
    is not the same as compliant.
    """
    deciding = [finding for finding in findings if _decides(finding, settings.threshold)]
    counting = [finding.status for finding in deciding if finding.counts]
    if Status.FAIL in counting:
        return Verdict.NONCOMPLIANT
    if counting:
        return Verdict.UNDETERMINED
    return Verdict.EXEMPTED if deciding else Verdict.COMPLIANT


def _decides(finding: Finding, threshold: Severity) -> bool:
    """Whether the finding alone makes a job something else than compliant."""
    if finding.status is Status.FAIL:
        return finding.severity >= threshold
    return finding.status is Status.UNKNOWN


def _with_exemption(
    finding: Finding, job: TrainingJob, vpc_id: str | None, settings: Settings, at: datetime
) -> Finding:
    """The finding with what the exemptions say about it, if there is anything to exempt."""
    exemptions = settings.exemptions_of(job)
    if not exemptions or finding.status not in (Status.FAIL, Status.UNKNOWN):
        return finding
    day = at.astimezone(UTC).date()
    return replace(finding, exempted=exempted(finding.check, job, vpc_id, exemptions, day))


def failed_checks(findings: Iterable[Finding], settings: Settings) -> tuple[str, ...]:
    """The checks with a FAIL of the threshold or more: those that make a job noncompliant."""
    failed = {
        finding.check
        for finding in findings
        if finding.status is Status.FAIL and finding.severity >= settings.threshold
    }
    return tuple(sorted(failed))


def stopping_checks(
    job: TrainingJob, findings: Iterable[Finding], settings: Settings
) -> tuple[str, ...]:
    """The checks whose FAIL stops the job.

    Only in mode enforce, only on DescribeTrainingJob's own facts, and only by a FAIL of the
    check's own full severity, as the check found it: a finding that lowers it says that the job
    may well be sound, whatever severity the settings give to the check.
    """
    if settings.mode is not Mode.ENFORCE or job.source is not JobSource.DESCRIBED:
        return ()
    stoppers = {
        spec.name: spec.severity
        for spec in SPECS
        if settings.action_of(spec) is CheckAction.STOP
        and settings.severity_of(spec) >= settings.threshold
    }
    failed = {
        finding.check
        for finding in findings
        if finding.status is Status.FAIL
        and finding.counts
        and finding.severity is stoppers.get(finding.check)
    }
    return tuple(sorted(failed))


def _action(verdict: Verdict, stopping: tuple[str, ...]) -> Action:
    if verdict in (Verdict.COMPLIANT, Verdict.EXEMPTED):
        return Action.NONE
    return Action.STOP if stopping else Action.NOTIFY


def _vpc_id(job: TrainingJob, network: Network | None) -> str | None:
    """The one VPC of the job's subnets; None if there is none, several, or it is not known."""
    if network is None or isinstance(network.subnets, Unknown):
        return None
    subnets = [network.subnet(subnet_id) for subnet_id in job.subnet_ids]
    vpcs = {subnet.vpc_id for subnet in subnets if isinstance(subnet, Subnet)}
    return vpcs.pop() if len(vpcs) == 1 else None
