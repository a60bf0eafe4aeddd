"""A judgement as text that a person reads in an e-mail or a terminal."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC

from vpc_guardrail.app.enforcement import Enforcement
from vpc_guardrail.core.decision import Action, Judgement
from vpc_guardrail.core.finding import Finding, Status
from vpc_guardrail.core.model import Fact, JobSource, Starter, Unknown
from vpc_guardrail.report.plain import one_line

CONSEQUENCE = {
    Action.NONE: "Nothing needs to be done.",
    Action.NOTIFY: "The job was not stopped.",
    Action.STOP: "A stop of the job was ordered.",
}
"""What is true whatever became of the job meanwhile: it may have ended by itself."""

ASKED = CONSEQUENCE | {
    Action.STOP: "These settings have the job stopped; the check itself stops nothing."
}
"""What is true where nothing follows from a verdict but that it is printed."""

COMMAND_CHARACTERS = 2048
"""More than any remedy of ours has: a command that is cut mends nothing."""

PRINCIPALS = {"AssumedRole": "role", "IAMUser": "user", "FederatedUser": "federated user"}
"""Types of userIdentity in plain words; the others are told as they are."""

KNOWN_FROM_EVENT = "Judged by the request in its event: the job could not be described."

SENTENCE_LENGTH = 2000
"""The most characters of what a finding says."""

TOLD = (Status.FAIL, Status.UNKNOWN)
"""The statuses that a person needs to read about, worst first."""


def judgement_text(judgement: Judgement, consequence: Mapping[Action, str] = CONSEQUENCE) -> str:
    """The verdict, then each failed or undecided finding with how to mend it."""
    return "\n".join(_lines(judgement, consequence)) + "\n"


def _lines(judgement: Judgement, consequence: Mapping[Action, str]) -> Iterator[str]:
    job = judgement.job
    yield f"{job.kind.spoken.capitalize()} {one_line(job.name)}: {judgement.verdict.value}"
    yield consequence[judgement.action]
    yield ""
    for label, fact in facts_of(judgement).items():
        yield f"  {label:<9}{fact}"
    if job.source is JobSource.EVENT:
        yield f"  {KNOWN_FROM_EVENT}"
    for finding in worst_first(judgement.findings):
        yield ""
        yield f"{finding.status.value} {finding.severity.value} {finding.check}"
        yield f"  {one_line(finding.message, SENTENCE_LENGTH)}"
        if finding.remediation:
            yield f"  Mend: {one_line(finding.remediation, COMMAND_CHARACTERS)}"
        for line in exemption_lines(finding):
            yield f"  {line}"
    yield ""
    yield tally(judgement.findings)


def facts_of(judgement: Judgement) -> dict[str, str]:
    """What is known of the job beside its name, by a short label."""
    job = judgement.job
    return {
        "ARN": one_line(job.arn),
        "Account": f"{one_line(job.account)}, {one_line(job.region)}",
        "VPC": one_line(judgement.vpc_id or "none, several, or not known"),
        "Role": role_text(job.role_arn),
        "Started": starter_text(judgement.started_by),
        "Read at": f"{judgement.facts_read_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
    }


def tally(findings: Iterable[Finding]) -> str:
    """How many findings there are to look at, how many are exempted, and how many passed."""
    found = [*findings]
    told = [finding for finding in found if finding.status in TOLD]
    counting = sum(finding.counts for finding in told)
    exempted = f", {len(told) - counting} exempted" if counting < len(told) else ""
    passed = sum(finding.status is Status.PASS for finding in found)
    return f"{counting} to look at{exempted}, {passed} passed."


def exemption_lines(finding: Finding) -> Iterator[str]:
    """Who exempted the finding, why and until when; or that the exemption has expired."""
    for each, what in (
        (finding.exempted.by, "Exempted until"),
        (finding.exempted.no_longer_by, "No longer exempted since the end of"),
    ):
        if each is not None:
            yield f"{what} {each.expires}, by {one_line(each.owner)}: {one_line(each.reason)}"


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """The failed and the undecided findings: failures first, each by falling severity.

    What is exempted comes last.
    """
    told = [finding for finding in findings if finding.status in TOLD]
    by_severity = sorted(told, key=lambda finding: finding.severity, reverse=True)
    return sorted(by_severity, key=lambda each: (not each.counts, TOLD.index(each.status)))


def enforcement_text(enforcement: Enforcement) -> str:
    """What became of an order to stop a job."""
    order = enforcement.order
    return (
        f"{one_line(enforcement.message)}\n\n"
        f"  ARN      {one_line(order.job_arn)}\n"
        f"  Account  {one_line(order.account)}\n"
        f"  Role     {role_text(order.role_arn)}\n"
        f"  Started  {starter_text(order.started_by)}\n"
        f"  Because  {one_line(', '.join(order.checks))}\n"
    )


def starter_text(started_by: Fact[Starter]) -> str:
    """Who started the job, on one line: `by role Research, session alice`."""
    if isinstance(started_by, Unknown):
        return "by whom is not known"
    parts = [f"by {PRINCIPALS.get(started_by.type, started_by.type)} {started_by.name}"]
    if started_by.session_name:
        parts.append(f"session {started_by.session_name}")
    if started_by.source_identity:
        parts.append(f"source identity {started_by.source_identity}")
    if started_by.invoked_by and started_by.invoked_by != started_by.name:
        parts.append(f"through {started_by.invoked_by}")
    return one_line(", ".join(parts))


def role_text(role_arn: Fact[str]) -> str:
    """The job's own role by its name."""
    return "not known" if isinstance(role_arn, Unknown) else one_line(role_arn.rpartition("/")[2])
