"""What an inspection shows to be mended: problems that it passes, where others met them."""

from collections.abc import Iterable
from dataclasses import dataclass

from vpc_guardrail.core.finding import Finding, Status
from vpc_guardrail.core.model import TrainingJob
from vpc_guardrail.core.problems import is_about_itself, key_of, shape_of
from vpc_guardrail.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Passing:
    """What passes for one job, by the keys of problems and by its shape."""

    for_all: frozenset[str] = frozenset()
    """Keys, and shapes for which a whole check passes."""
    for_itself: frozenset[str] = frozenset()
    """The same, where the job uses folders that bear its name: policies may know that name."""
    found: frozenset[str] = frozenset()
    """Keys of all that does not pass, be it advice or exempted."""
    exempted: frozenset[str] = frozenset()
    """Keys of what is found, and exempted."""

    def mends(self, key: str, shape: str, *, told_of_it: bool) -> bool:
        """Whether a problem is mended, which was told with a job of this shape, or with this one.

        It is if the very same passes; or if the whole check passes for a job of the same shape,
        and nothing is found there any more: the component may be gone, or may never pass itself.
        """
        held = self.for_all | self.for_itself if told_of_it else self.for_all
        return key in held or (shape in held and key not in self.found)


NOTHING_PASSES = Passing()


def passing_in(findings: Iterable[Finding], job: TrainingJob, settings: Settings) -> Passing:
    """What passes: a key of which nothing fails, but for advice, or is unknown; a check likewise.

    What a job may do below its own name is no sign that others may do so below theirs.
    """
    passed: dict[str, set[str]] = {}
    held_up: set[str] = set()
    found: set[str] = set()
    exempted: set[str] = set()
    counting: set[str] = set()
    for each in findings:
        marks = {key := key_of(each, job), shape_of(each.check, job)}
        if each.status is Status.PASS:
            passed.setdefault(each.check, set()).update(marks)
            continue
        found.add(key)
        (counting if each.counts else exempted).add(key)
        if not _is_advice(each, settings):
            held_up |= marks
    by_name = {check for check in passed if is_about_itself(check, job)}
    return Passing(
        for_all=_marks(passed, {*passed} - by_name) - held_up,
        for_itself=_marks(passed, by_name) - held_up,
        found=frozenset(found),
        exempted=frozenset(exempted - counting),
    )


def _marks(passed: dict[str, set[str]], checks: set[str]) -> frozenset[str]:
    return frozenset().union(*(passed[check] for check in checks))


def _is_advice(finding: Finding, settings: Settings) -> bool:
    return finding.status is Status.FAIL and finding.severity < settings.threshold
