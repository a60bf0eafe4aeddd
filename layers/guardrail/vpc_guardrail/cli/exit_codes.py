"""What the command line tells a script by its exit code."""

from collections.abc import Iterable
from enum import IntEnum

from vpc_guardrail.core.decision import Verdict


class ExitCode(IntEnum):
    """The published exit codes."""

    COMPLIANT = 0
    NONCOMPLIANT = 1
    BAD_INPUT = 2
    UNDETERMINED = 3
    AWS_ERROR = 4


OF_VERDICT = {
    Verdict.COMPLIANT: ExitCode.COMPLIANT,
    Verdict.EXEMPTED: ExitCode.COMPLIANT,
    Verdict.NONCOMPLIANT: ExitCode.NONCOMPLIANT,
    Verdict.UNDETERMINED: ExitCode.UNDETERMINED,
}

WORST_FIRST = (
    ExitCode.AWS_ERROR,
    ExitCode.BAD_INPUT,
    ExitCode.NONCOMPLIANT,
    ExitCode.UNDETERMINED,
    ExitCode.COMPLIANT,
)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code for several jobs: what could not be done outweighs what was found."""
    return min(codes, key=WORST_FIRST.index, default=ExitCode.COMPLIANT)
