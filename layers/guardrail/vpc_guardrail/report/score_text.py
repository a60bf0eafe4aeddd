"""Scores of VPCs as text that a person reads in a terminal: bars, worst first, and what to mend."""

from collections.abc import Iterable, Iterator, Sequence

from vpc_guardrail.core.mends import Mend, mends
from vpc_guardrail.core.score import VpcScore, VpcStatus
from vpc_guardrail.core.score_rule import HIGHEST_SCORE
from vpc_guardrail.report.plain import one_line

WORST_FIRST = (
    VpcStatus.NON_COMPLIANT,
    VpcStatus.UNDETERMINED,
    VpcStatus.COMPLIANT,
    VpcStatus.NOT_APPLICABLE,
)

BAR = 20
EARNED, NOT_KNOWN, LOST = "█", "▒", "░"
LEGEND = f"{EARNED} earned   {NOT_KNOWN} could not be decided   {LOST} lost"

NO_SCORE = "-"

MENDS_TOLD = 10
"""Of the VPCs together; JSON tells all."""

HEAD = ("VPC", "score", "", "status", "why")


def scores_text(scores: Iterable[VpcScore]) -> str:
    """A row for each VPC, the worst first; then what to mend first for the most points."""
    ordered = worst_first(scores)
    return "\n".join([*_table(ordered), *_mends(ordered)]) + "\n"


def worst_first(scores: Iterable[VpcScore]) -> list[VpcScore]:
    """By status, then by rising score."""
    return sorted(
        scores,
        key=lambda each: (
            WORST_FIRST.index(each.status),
            HIGHEST_SCORE if each.score is None else each.score,
            each.vpc_id,
        ),
    )


def bar(score: VpcScore) -> str:
    """The score as a bar, rounded down; what could not be decided is shaded."""
    if score.points is None or score.points_at_worst is None:
        return ""
    filled = BAR * score.points_at_worst // HIGHEST_SCORE
    shaded = BAR * score.points // HIGHEST_SCORE - filled
    return (EARNED * filled + NOT_KNOWN * shaded).ljust(BAR, LOST)


def _table(scores: Sequence[VpcScore]) -> Iterator[str]:
    rows = [HEAD, *map(_row, scores)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    for row in rows:
        vpc, score, drawn, status = (
            cell.rjust(width) if column == 1 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=False))
        )
        yield f"{vpc}  {score}  {drawn}  {status}  {row[-1]}".rstrip()
    if any(score.points is not None for score in scores):
        yield ""
        yield LEGEND


def _row(score: VpcScore) -> tuple[str, ...]:
    points = NO_SCORE if score.points is None else str(score.points)
    return (
        one_line(score.vpc_id, 30),
        points,
        bar(score),
        score.status.value,
        one_line(score.reason, 200),
    )


def _mends(scores: Sequence[VpcScore]) -> Iterator[str]:
    found = [(score, mend) for score in scores for mend in mends(score)]
    if not found:
        return
    found.sort(key=lambda each: -each[1].points)
    yield ""
    yield "Mend first, for the most points:"
    for score, mend in found[:MENDS_TOLD]:
        yield ""
        yield from _mend(score, mend)
    if len(found) > MENDS_TOLD:
        yield ""
        yield f"{len(found) - MENDS_TOLD} more; --format json tells all."


def _mend(score: VpcScore, mend: Mend) -> Iterator[str]:
    gain = f"+{int(mend.points)}" if mend.points >= 1 else "+<1"
    yield f"  {gain:>4}  {one_line(score.vpc_id, 30)}  {', '.join(mend.checks)}"
    for remediation in mend.remediations:
        yield f"        {one_line(remediation, 2000)}"
