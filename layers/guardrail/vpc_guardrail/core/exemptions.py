"""Exemptions: findings that the owner of an environment puts up with until a given day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from vpc_guardrail.core.model import TrainingJob
from vpc_guardrail.core.selection import Selection


@dataclass(frozen=True, slots=True)
class Exemption(Selection):
    """What is exempt, who answers for it, why, and until when."""

    owner: str
    reason: str
    expires: date
    """The last day that it holds, in UTC."""

    def holds_on(self, day: date) -> bool:
        """Whether it still exempts on this day."""
        return day <= self.expires

    def fits(self, check: str, job: TrainingJob, vpc_id: str | None) -> bool:
        """Whether it names findings of this check on this job; what is not known does not fit."""
        return self.selects(check, job.name, job.role_arn, vpc_id)


@dataclass(frozen=True, slots=True)
class TagExemption:
    """An exemption of the jobs that carry a tag; whoever may create or tag a job grants it."""

    key: str
    owner: str
    reason: str
    expires: date
    value: str | None = None
    """The tag's value; None for any."""
    check: str | None = None

    def given_to(self, tags: Mapping[str, str]) -> Exemption | None:
        """The exemption of a job with these tags, if they carry it."""
        if self.key not in tags or self.value not in (None, tags[self.key]):
            return None
        return Exemption(self.owner, self.reason, self.expires, check=self.check)


@dataclass(frozen=True, slots=True)
class Exempted:
    """What the exemptions say about one finding."""

    by: Exemption | None = None
    """The exemption that holds."""
    no_longer_by: Exemption | None = None
    """One that has expired, where none holds."""


NOT_EXEMPTED = Exempted()


def exempted(
    check: str,
    job: TrainingJob,
    vpc_id: str | None,
    exemptions: Iterable[Exemption],
    day: date,
) -> Exempted:
    """What becomes of findings of a check on a job: the first exemption that holds is told."""
    expired = None
    for each in exemptions:
        if each.fits(check, job, vpc_id):
            if each.holds_on(day):
                return Exempted(by=each)
            expired = expired or each
    return Exempted(no_longer_by=expired)
