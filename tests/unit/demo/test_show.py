"""What is drawn: readable in a pipe, on a narrow terminal, without colour and without Unicode."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from demo.judge import Ending, Fact
from demo.outcome import Finding, VpcResult
from demo.scenario import JOBS, VPC_STEPS
from demo.show import (
    alert_in_full,
    closing_line,
    ending_facts,
    ending_table,
    introduction,
    say,
    vpc_line,
    vpc_table,
)
from tests.unit.demo.sights import an_alert

ENDING = Ending(
    outcomes={plan.name: plan.expected for plan in JOBS},
    facts=[Fact(True, "It holds."), Fact(False, "It does not.")],
    alert=an_alert(),
    vpc=[VpcResult(step.compliance, f"{step.annotation}...") for step in VPC_STEPS],
)


class AsciiFile(io.StringIO):
    """A pipe that takes ASCII only."""

    encoding = "ascii"


def shown(width: int, file: io.StringIO | None = None) -> str:
    """All that is printed about an ending, at a width."""
    console = Console(file=file or io.StringIO(), width=width, highlight=False)
    for part in (
        introduction(),
        ending_table(ENDING, width),
        vpc_table(ENDING.vpc),
        alert_in_full(an_alert()),
        ending_facts(ENDING, console.options.ascii_only),
        closing_line([], 12.3),
    ):
        say(console, part)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 60, 83, 84, 95, 96, 100, 200])
def test_everything_fits_any_width_and_nothing_is_lost(width: int) -> None:
    text = shown(width)

    assert max(len(line) for line in text.splitlines()) <= width
    for plan in JOBS:
        assert plan.name in text
        for finding in plan.expected.findings:
            assert finding.check in text
            assert finding.severity in text
    for step in VPC_STEPS:
        assert f"{step.what}: {step.compliance}" in text
    assert "…" not in text


def test_a_line_about_a_vpc_has_its_compliance_and_its_score() -> None:
    result = VpcResult("NON_COMPLIANT", "Score 69 of 100. CRITICAL s3-reachable: subnet-1.")

    assert vpc_line(result).plain == "NON_COMPLIANT, score 69 of 100"


def test_lines_in_a_pipe_have_no_blanks_at_their_end() -> None:
    assert all(line == line.rstrip() for line in shown(100).splitlines())


def test_a_pipe_that_knows_no_unicode_gets_ascii() -> None:
    shown(100, AsciiFile()).encode("ascii")


def test_findings_stand_worst_first_and_tell_what_is_not_a_failure() -> None:
    findings = frozenset(
        {Finding("a", "LOW"), Finding("b", "CRITICAL"), Finding("c", "HIGH", "UNKNOWN")}
    )
    outcomes = {**ENDING.outcomes, JOBS[1].name: replace(JOBS[1].expected, findings=findings)}
    file = io.StringIO()
    say(Console(file=file, width=100), ending_table(Ending(outcomes, []), 100))

    text = file.getvalue()
    assert text.index("CRITICAL b") < text.index("HIGH     c (UNKNOWN)") < text.index("LOW      a")


def test_the_alert_shows_the_failures_alone_with_how_to_mend_them() -> None:
    text = shown(100)

    assert "The alert about no-vpc says:" in text
    assert text.count("Mend: Create the job anew.") == 2


def test_the_closing_line_says_whether_all_went_well() -> None:
    assert closing_line([], 12.3).plain == "All went as it should, in 12 s."
    assert closing_line(["sound: alerts 1 instead of 0", "It burns."], 1).plain == (
        "Not all went as it should: sound: alerts 1 instead of 0; It burns."
    )
