"""Judgements as Markdown for a ticket or a pull request, harmless whatever they tell.

All that is told stands in code, within our own words: nothing in code is a link, a mention, an
image, HTML or a heading, neither by CommonMark nor by what GitHub does to a page afterwards.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from vpc_guardrail.core.decision import Judgement
from vpc_guardrail.report.job_page import FindingPart, JobPart, page_of

NOTHING = "(nothing)"
"""What stands for a text that is empty: two backticks are no code."""

FENCE_LENGTH = 3
"""Source: https://spec.commonmark.org/0.31.2/#fenced-code-blocks"""


def judgements_markdown(judgements: Sequence[Judgement], not_judged: Iterable[str] = ()) -> str:
    """A heading for each job, the worst first, and one for each of its findings."""
    page = page_of(judgements, not_judged)
    lines = [f"# VPC Guardrail: {page.summary}", ""]
    if page.not_judged:
        lines += ["## Not judged", "", *(f"- {code(each)}" for each in page.not_judged), ""]
    for job in page.jobs:
        lines += _job_lines(job)
    return "\n".join(lines)


def code(text: str) -> str:
    """A code span of one line; no run of backticks in the text is as long as those around it.

    Source: https://spec.commonmark.org/0.31.2/#code-spans
    """
    inner = text.strip() or NOTHING
    ticks = "`" * (_longest_run(inner) + 1)
    space = " " if "`" in (inner[0], inner[-1]) else ""
    return f"{ticks}{space}{inner}{space}{ticks}"


def code_block(text: str, language: str) -> Iterator[str]:
    """The lines of a fenced block."""
    fence = "`" * max(FENCE_LENGTH, _longest_run(text) + 1)
    yield from (f"{fence}{language}", text, fence)


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _job_lines(job: JobPart) -> Iterator[str]:
    yield from (f"## {job.kind} {code(job.name)}: {job.verdict}", "")
    yield from (f"{job.consequence} {job.tally}", "")
    yield from (f"- {label}: {code(fact)}" for label, fact in job.facts.items())
    if job.console_url:
        yield f"- [Open the job in the SageMaker console]({job.console_url})"
    yield ""
    if job.caveat:
        yield from (job.caveat, "")
    for finding in job.findings:
        yield from _finding_lines(finding)
    if job.passed:
        told = (code(check) + (f" ({times})" if times > 1 else "") for check, times in job.passed)
        yield from (f"Passed: {', '.join(told)}", "")


def _finding_lines(finding: FindingPart) -> Iterator[str]:
    heading = f"### {finding.status} {finding.severity} {code(finding.check)}"
    yield from (f"{heading}: {code(finding.resource)}", "", code(finding.message), "")
    for note in finding.notes:
        yield from (code(note), "")
    if finding.command is not None:
        yield from ("Mend:", "", *code_block(finding.command, "sh"), "")
    if finding.evidence is not None:
        yield from ("<details><summary>Evidence</summary>", "")
        yield from (*code_block(finding.evidence, "json"), "", "</details>", "")
