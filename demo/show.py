"""Draws what stays: what in the demo is real, what became of the jobs, how it ended."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from demo.outcome import counted, status_word
from demo.scenario import JOBS, VPC_STEPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType

    from demo.judge import Ending
    from demo.outcome import Finding, Outcome, VpcResult
    from demo.scenario import JobPlan

PLAIN_WIDTH = 100
"""Columns where no terminal says how many it has."""

WIDE_ENOUGH = 84
"""Columns that the table of the end needs; below that each job is a paragraph."""

WIDE_ENOUGH_FOR_WHY = 96


INTRODUCTION = (
    ("real", "the template and the functions as built for AWS, their IAM policies, every message"),
    ("emulated", "AWS's services: by ministack and moto, on this machine, with IAM enforced"),
    ("faked", "SageMaker (nothing is trained), and what CloudTrail and AWS Config tell and keep"),
)

VERDICT_STYLES = {"compliant": "green", "noncompliant": "red", "undetermined": "yellow"}
SEVERITY_STYLES = {"CRITICAL": "bold red", "HIGH": "red", "MEDIUM": "yellow"}
SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO")
COMPLIANCE_STYLES = {"COMPLIANT": "green", "NON_COMPLIANT": "red"}
STATUS_STYLES = {"running": "green", "stopping": "yellow", "stopped": "cyan"}


def console_for(width: int | None = None) -> Console:
    """Standard output; as wide as the terminal, or as `COLUMNS` or `PLAIN_WIDTH` say."""
    if width is None and not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        width = PLAIN_WIDTH
    return Console(highlight=False, width=width)


def say(console: Console, renderable: RenderableType) -> None:
    """Print; where it is no terminal, without the blanks that fill up a line."""
    if console.file.isatty():
        console.print(renderable)
        return
    with console.capture() as capture:
        console.print(renderable)
    lines = [line.rstrip() for line in capture.get().splitlines()]
    console.print(Text.from_ansi("\n".join(lines)), soft_wrap=True)


def introduction() -> RenderableType:
    """What the demo is, and what in it is not the real thing."""
    grid = Table.grid(padding=(0, 2))
    for word, text in INTRODUCTION:
        grid.add_row(Text(f"  {word}", style="cyan"), text)
    title = Text("VPC Guardrail: the whole flow, on an AWS of this machine", style="bold")
    return Group(title, grid, Text())


def job_line(outcome: Outcome) -> Text:
    """What is known of a job, on one line."""
    parts = [Text(outcome.verdict or "not yet inspected", style=_verdict_style(outcome))]
    if outcome.alerts:
        parts.append(Text(counted(outcome.alerts, "alert")))
    if outcome.stop_reports:
        parts.append(Text(counted(outcome.stop_reports, "stop report")))
    parts.append(_status(outcome))
    return Text(", ").join(parts)


def vpc_line(result: VpcResult) -> Text:
    """What AWS Config says of a VPC in two words and a number."""
    style = COMPLIANCE_STYLES.get(result.compliance, "dim")
    score = result.annotation.partition(".")[0].lower()
    return Text(", ").join([Text(result.compliance, style=style), Text(score)])


def vpc_table(results: Sequence[VpcResult]) -> RenderableType:
    """What AWS Config said of the VPC after each step, and the annotation that it shows."""
    parts: list[RenderableType] = [Text("AWS Config says of the VPC, as it is mended:")]
    for step, result in zip(VPC_STEPS, results, strict=False):
        style = COMPLIANCE_STYLES.get(result.compliance, "dim")
        line = Text.assemble((step.what, "bold"), ": ", (result.compliance, style))
        parts += [Padding(line, (0, 0, 0, 2)), Padding(Text(result.annotation), (0, 0, 0, 4))]
    return Group(*parts)


def ending_table(ending: Ending, width: int) -> RenderableType:
    """The table of the end; paragraphs where it would not fit."""
    if width < WIDE_ENOUGH:
        return Group(*(_paragraph(plan, ending.outcomes[plan.name]) for plan in JOBS))
    table = Table(box=SIMPLE_HEAD, header_style="bold", show_edge=False, pad_edge=False, leading=1)
    table.add_column("job")
    table.add_column("verdict")
    table.add_column("findings")
    table.add_column("alerts", justify="right")
    table.add_column("status")
    for plan in JOBS:
        outcome = ending.outcomes[plan.name]
        what = Text(plan.name, style="bold")
        if width >= WIDE_ENOUGH_FOR_WHY:
            what.append(f"\n{plan.why}", style="dim not bold")
        table.add_row(
            what,
            Text(outcome.verdict, style=_verdict_style(outcome)),
            Text("\n").join(_findings(outcome)) if outcome.findings else Text("none told", "dim"),
            str(outcome.alerts),
            _status(outcome),
        )
    return table


def alert_in_full(alert: Mapping[str, Any]) -> RenderableType:
    """What one alert says of each finding that failed, and how to mend it."""
    parts: list[RenderableType] = [Text(f"The alert about {alert['job']['name']} says:")]
    for finding in alert["findings"]:
        if finding["status"] == "FAIL":
            mend = Text.assemble(("Mend: ", "cyan"), finding["remediation"])
            parts += [Padding(each, (0, 0, 0, 2)) for each in (Text(finding["message"]), mend)]
    return Group(*parts)


def ending_facts(ending: Ending, ascii_only: bool) -> RenderableType:
    """The facts beside the jobs, each marked as right or wrong."""
    grid = Table.grid(padding=(0, 1))
    for fact in ending.facts:
        right, wrong = ("+", "x") if ascii_only else ("✓", "✗")
        mark = Text(right, style="green") if fact.holds else Text(wrong, style="red")
        grid.add_row(mark, fact.text)
    return grid


def closing_line(faults: Sequence[str], seconds: float) -> Text:
    """Whether all went as it should, and if not, what did not."""
    if not faults:
        return Text(f"All went as it should, in {seconds:.0f} s.", style="bold green")
    text = Text("Not all went as it should: ", style="bold red")
    return text.append("; ".join(fault.rstrip(".") for fault in faults) + ".")


def _paragraph(plan: JobPlan, outcome: Outcome) -> Text:
    lines = [
        Text.assemble((plan.name, "bold"), (f"  {plan.why}", "dim")),
        Text.assemble("  ", job_line(outcome)),
        *(Text.assemble("  ", finding) for finding in _findings(outcome)),
    ]
    return Text("\n").join(lines)


def _findings(outcome: Outcome) -> list[Text]:
    """Severity and check of each finding, worst first; what is not a FAIL says so."""
    ordered = sorted(outcome.findings, key=lambda each: (_rank(each), each.check))
    return [
        Text.assemble(
            (f"{each.severity:<8}", SEVERITY_STYLES.get(each.severity, "")),
            f" {each.check}",
            "" if each.status == "FAIL" else f" ({each.status})",
        )
        for each in ordered
    ]


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity) if finding.severity in SEVERITIES else -1


def _status(outcome: Outcome) -> Text:
    word = status_word(outcome)
    return Text(word, style=STATUS_STYLES.get(word, "red"))


def _verdict_style(outcome: Outcome) -> str:
    return VERDICT_STYLES.get(outcome.verdict, "dim")
