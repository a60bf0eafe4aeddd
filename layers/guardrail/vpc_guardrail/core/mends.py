"""What to mend first: the remedies of a VPC's failed checks, by the points that they bring."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from vpc_guardrail.core.finding import Status
from vpc_guardrail.core.score import CheckScore, VpcScore
from vpc_guardrail.core.score_rule import HIGHEST_SCORE


@dataclass(frozen=True, slots=True)
class Mend:
    """The remedies that clear one or several checks at once."""

    checks: tuple[str, ...]
    remediations: tuple[str, ...]
    """All of them are needed."""
    lost: int
    """The weight that the checks lost."""
    points: Fraction
    """What that is in points of the score."""


def mends(score: VpcScore) -> tuple[Mend, ...]:
    """All mends, the one that brings the most points first; their points add up to what is lost.

    Checks whose FAILs have the very same remedies are mended together. A check that did not apply
    may apply once others are mended, and then has its own to say.
    """
    by_remedies: dict[tuple[str, ...], list[CheckScore]] = {}
    for each in score.checks:
        if each.lost:
            by_remedies.setdefault(_remedies(each), []).append(each)
    found = [_mend(score, remedies, checks) for remedies, checks in by_remedies.items()]
    return tuple(sorted(found, key=lambda mend: -mend.lost))


def _remedies(check: CheckScore) -> tuple[str, ...]:
    """The remedies of a check's FAILs, the most severe first, each once."""
    failed = sorted(
        (finding for finding in check.counting if finding.status is Status.FAIL),
        key=lambda finding: finding.severity,
        reverse=True,
    )
    return tuple(dict.fromkeys(finding.remediation for finding in failed))


def _mend(score: VpcScore, remedies: tuple[str, ...], checks: Sequence[CheckScore]) -> Mend:
    lost = sum(each.lost for each in checks)
    points = Fraction(HIGHEST_SCORE * lost, score.weight)
    return Mend(tuple(each.check for each in checks), remedies, lost, points)
