"""A judgement as text that a person reads in an e-mail or a terminal."""

from collections.abc import Iterable, Iterator
from datetime import UTC

from vpc_guardrail.app.enforcement import Enforcement
from vpc_guardrail.core.decision import Action, Judgement
from vpc_guardrail.core.finding import Finding, Status
from vpc_guardrail.core.model import JobSource
from vpc_guardrail.report.plain import one_line

CONSEQUENCE = {
    Action.NONE: "Nothing needs to be done.",
    Action.NOTIFY: "The job was not stopped.",
    Action.STOP: "A stop of the job was ordered.",
}
"""What is true whatever became of the job meanwhile: it may have ended by itself."""

TOLD = (Status.FAIL, Status.UNKNOWN)
"""The statuses that a person needs to read about, worst first."""


def judgement_text(judgement: Judgement) -> str:
    """The verdict, then each failed or undecided finding with how to mend it."""
    return "\n".join(_lines(judgement)) + "\n"


def _lines(judgement: Judgement) -> Iterator[str]:
    job = judgement.job
    yield f"Training job {one_line(job.name)}: {judgement.verdict.value}"
    yield CONSEQUENCE[judgement.action]
    yield ""
    yield f"  ARN      {one_line(job.arn)}"
    yield f"  Account  {one_line(job.account)}, {one_line(job.region)}"
    yield f"  VPC      {one_line(judgement.vpc_id or 'none, several, or not known')}"
    yield f"  Read at  {judgement.facts_read_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if job.source is JobSource.EVENT:
        yield "  Judged by the request in its event: the job could not be described."
    told = worst_first(judgement.findings)
    for finding in told:
        yield ""
        yield f"{finding.status.value} {finding.severity.value} {finding.check}"
        yield f"  {one_line(finding.message, 2000)}"
        if finding.remediation:
            yield f"  Mend: {one_line(finding.remediation, 2000)}"
    passed = sum(finding.status is Status.PASS for finding in judgement.findings)
    yield ""
    yield f"{len(told)} to look at, {passed} passed."


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """The failed and the undecided findings: failures first, each by falling severity."""
    told = [finding for finding in findings if finding.status in TOLD]
    by_severity = sorted(told, key=lambda finding: finding.severity, reverse=True)
    return sorted(by_severity, key=lambda finding: TOLD.index(finding.status))


def enforcement_text(enforcement: Enforcement) -> str:
    """What became of an order to stop a job."""
    order = enforcement.order
    return (
        f"{one_line(enforcement.message)}\n\n"
        f"  ARN      {one_line(order.job_arn)}\n"
        f"  Account  {one_line(order.account)}\n"
        f"  Because  {one_line(', '.join(order.checks))}\n"
    )
