"""From findings to a verdict, and from a verdict to an action. UNKNOWN never stops a job."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from vpc_guardrail.core.engine import RULE_SET_VERSION, SPECS, findings_on
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.core.model import JobSource, Network, Subnet, TrainingJob, Unknown
from vpc_guardrail.core.settings import CheckAction, Mode, Settings


class Verdict(Enum):
    """What is said about a job as a whole."""

    NONCOMPLIANT = "noncompliant"
    UNDETERMINED = "undetermined"
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

    @property
    def severity(self) -> Severity:
        """The highest severity among the findings that made the verdict."""
        deciding = {
            Verdict.NONCOMPLIANT: Status.FAIL,
            Verdict.UNDETERMINED: Status.UNKNOWN,
        }.get(self.verdict)
        severities = [each.severity for each in self.findings if each.status is deciding]
        return max(severities, default=Severity.INFO)


def judge(job: TrainingJob, network: Network | None, settings: Settings, at: datetime) -> Judgement:
    """Judge a job; `network` is None for a job without a VPC, whose facts are those of `at`."""
    findings = findings_on(job, network, settings)
    verdict = verdict_of(findings, settings)
    stopping = stopping_checks(job, findings, settings)
    return Judgement(
        job=job,
        vpc_id=_vpc_id(job, network),
        verdict=verdict,
        action=_action(verdict, stopping),
        findings=findings,
        stopping_checks=stopping,
        facts_read_at=network.read_at if network else at,
    )


def verdict_of(findings: Iterable[Finding], settings: Settings) -> Verdict:
    """Noncompliant by a FAIL of the threshold or more; else undetermined by any UNKNOWN."""
    unknown = False
    for finding in findings:
        if finding.status is Status.FAIL and finding.severity >= settings.threshold:
            return Verdict.NONCOMPLIANT
        unknown = unknown or finding.status is Status.UNKNOWN
    return Verdict.UNDETERMINED if unknown else Verdict.COMPLIANT


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
    check's full severity: a finding that lowers it says that the job may well be sound.
    """
    if settings.mode is not Mode.ENFORCE or job.source is not JobSource.DESCRIBED:
        return ()
    stoppers = {
        spec.name: spec.severity
        for spec in SPECS
        if settings.action_of(spec) is CheckAction.STOP and spec.severity >= settings.threshold
    }
    failed = {
        finding.check
        for finding in findings
        if finding.status is Status.FAIL and finding.severity is stoppers.get(finding.check)
    }
    return tuple(sorted(failed))


def _action(verdict: Verdict, stopping: tuple[str, ...]) -> Action:
    if verdict is Verdict.COMPLIANT:
        return Action.NONE
    return Action.STOP if stopping else Action.NOTIFY


def _vpc_id(job: TrainingJob, network: Network | None) -> str | None:
    """The one VPC of the job's subnets; None if there is none, several, or it is not known."""
    if network is None or isinstance(network.subnets, Unknown):
        return None
    subnets = [network.subnet(subnet_id) for subnet_id in job.subnet_ids]
    vpcs = {subnet.vpc_id for subnet in subnets if isinstance(subnet, Subnet)}
    return vpcs.pop() if len(vpcs) == 1 else None
