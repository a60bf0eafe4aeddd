"""What a page tells of a job: every text harmless and cut, in the order that it is read in."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vpc_guardrail.core.decision import Judgement, Verdict
from vpc_guardrail.core.finding import Evidence, Finding, Status
from vpc_guardrail.core.model import JobSource
from vpc_guardrail.report.console import console_url
from vpc_guardrail.report.plain import cut, one_line
from vpc_guardrail.report.text import (
    ASKED,
    KNOWN_FROM_EVENT,
    SENTENCE_LENGTH,
    exemption_lines,
    facts_of,
    tally,
    worst_first,
)

COMMAND_LENGTH = 30_000
"""A command is there to be run, so it is cut later than a sentence: a policy takes 20,480 bytes."""

EVIDENCE_LENGTH = 8_000
NAME_LENGTH = 200
"""In a heading; a job has 63 characters at most."""

WORST_FIRST = [*Verdict]


@dataclass(frozen=True, slots=True)
class FindingPart:
    """A finding that a person needs to read about."""

    status: str
    severity: str
    check: str
    resource: str
    message: str
    notes: tuple[str, ...]
    """Who exempted it, why and until when."""
    command: str | None
    """How it is mended."""
    evidence: str | None
    """JSON on several lines."""
    counts: bool


@dataclass(frozen=True, slots=True)
class JobPart:
    """A job and what was found."""

    kind: str
    name: str
    verdict: str
    consequence: str
    console_url: str | None
    facts: Mapping[str, str]
    caveat: str | None
    tally: str
    findings: tuple[FindingPart, ...]
    passed: tuple[tuple[str, int], ...]
    """The checks that found something sound, and how often."""


@dataclass(frozen=True, slots=True)
class Page:
    """All jobs, the worst first; and what kept others from being judged."""

    summary: str
    jobs: tuple[JobPart, ...]
    not_judged: tuple[str, ...]


def page_of(judgements: Sequence[Judgement], not_judged: Iterable[str] = ()) -> Page:
    """The page about these jobs."""
    by_severity = sorted(judgements, key=lambda each: each.severity, reverse=True)
    ordered = sorted(by_severity, key=lambda each: WORST_FIRST.index(each.verdict))
    troubles = tuple(one_line(each) for each in not_judged)
    return Page(_summary(judgements, len(troubles)), tuple(map(_job_part, ordered)), troubles)


def _summary(judgements: Sequence[Judgement], not_judged: int) -> str:
    counts = Counter(each.verdict for each in judgements)
    parts = [f"{counts[verdict]} {verdict.value}" for verdict in WORST_FIRST if counts[verdict]]
    if not_judged:
        parts.append(f"{not_judged} not judged")
    return ", ".join(parts) or "no jobs"


def _job_part(judgement: Judgement) -> JobPart:
    job, findings = judgement.job, judgement.findings
    passed = Counter(one_line(each.check) for each in findings if each.status is Status.PASS)
    return JobPart(
        kind=job.kind.spoken.capitalize(),
        name=one_line(job.name, NAME_LENGTH),
        verdict=judgement.verdict.value,
        consequence=ASKED[judgement.action],
        console_url=console_url(job.arn),
        facts=facts_of(judgement),
        caveat=KNOWN_FROM_EVENT if job.source is JobSource.EVENT else None,
        tally=tally(findings),
        findings=tuple(_finding_part(each) for each in worst_first(findings)),
        passed=tuple(sorted(passed.items())),
    )


def _finding_part(finding: Finding) -> FindingPart:
    return FindingPart(
        status=finding.status.value,
        severity=finding.severity.value,
        check=one_line(finding.check),
        resource=one_line(finding.resource),
        message=one_line(finding.message, SENTENCE_LENGTH),
        notes=tuple(exemption_lines(finding)),
        command=one_line(finding.remediation, COMMAND_LENGTH) if finding.remediation else None,
        evidence=_evidence_text(finding.evidence) if finding.evidence else None,
        counts=finding.counts,
    )


def _evidence_text(evidence: Evidence) -> str:
    text = json.dumps(_harmless(evidence), indent=2, ensure_ascii=False)
    return cut(text, EVIDENCE_LENGTH)


def _harmless(value: Any) -> Any:
    """The JSON value with every text in it on one line, names of members as well."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        return {one_line(name): _harmless(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_harmless(each) for each in value]
    return value
