"""What AWS Config shows beside a VPC's compliance: 256 characters at most."""

from collections.abc import Iterable, Sequence

from vpc_guardrail.app.evaluation import LONGEST_ANNOTATION
from vpc_guardrail.core.finding import Finding, Status
from vpc_guardrail.core.score import CheckScore, VpcScore, VpcStatus
from vpc_guardrail.core.score_rule import HIGHEST_SCORE
from vpc_guardrail.report.plain import one_line

CHECKS_SHOWN = 2
"""Names of checks that could not be decided, or are exempted; of the rest the number is told."""

LONGEST_RESOURCE = 40
"""Of a component's name: an id of EC2 has at most 26 characters, a bucket's name 63."""


def annotation(score: VpcScore) -> str:
    """The score, its worst failures with their components, and what could not be decided."""
    if score.status is VpcStatus.NOT_APPLICABLE:
        return one_line(score.reason, LONGEST_ANNOTATION)
    undetermined = "Undetermined. " if score.status is VpcStatus.UNDETERMINED else ""
    if score.points is None:
        return one_line(undetermined + score.reason, LONGEST_ANNOTATION)
    begin = f"{undetermined}Score {score.points} of {HIGHEST_SCORE}."
    end = _some("Unknown", score.unknown_checks) + _some("Exempted", score.exempted_checks)
    room = LONGEST_ANNOTATION - len(begin) - len(end)
    return one_line(begin + _failures(score.checks, room) + end, LONGEST_ANNOTATION)


def _some(what: str, checks: Sequence[str]) -> str:
    if not checks:
        return ""
    named, further = checks[:CHECKS_SHOWN], len(checks) - CHECKS_SHOWN
    more = f" and {further} more" if further > 0 else ""
    return f" {what}: {', '.join(named)}{more}."


def _failures(checks: Iterable[CheckScore], room: int) -> str:
    """As many failed checks as there is room for, worst first, and how many more there are."""
    worst = sorted((each for each in checks if each.lost), key=_order)
    told: list[str] = []
    for each in worst:
        with_this = [*told, _failure(each)]
        if len(_sentence(with_this, len(worst))) > room:
            break
        told = with_this
    return _sentence(told, len(worst))


def _sentence(told: Sequence[str], of: int) -> str:
    if not of:
        return ""
    further = of - len(told)
    parts = [*told, f"{further} more" if told else f"{further} failed"] if further else told
    return f" {'; '.join(parts)}."


def _order(check: CheckScore) -> tuple[int, int, str]:
    """What costs most comes first; then what is most severe."""
    return (-check.lost, -check.weight, check.check)


def _failure(check: CheckScore) -> str:
    """A failed check with the component at fault, and how many more there are."""
    failed = _failed(check.counting)
    severity = max(each.severity for each in failed).value
    components = [*dict.fromkeys(each.resource for each in failed)]
    more = f" +{len(components) - 1}" if len(components) > 1 else ""
    return f"{severity} {check.check}: {one_line(components[0], LONGEST_RESOURCE)}{more}"


def _failed(findings: Iterable[Finding]) -> list[Finding]:
    """The FAILs, most severe first."""
    failed = [each for each in findings if each.status is Status.FAIL]
    return sorted(failed, key=lambda each: each.severity, reverse=True)
