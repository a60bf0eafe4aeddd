"""Which jobs, and which of their findings, the owner of an environment means."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from vpc_guardrail.core.model import Fact, Unknown

ARN = "arn:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is named narrows it: all of it must fit. A pattern knows `*` and `?`."""

    job_name: str | None = None
    """A pattern of the job's name, which whoever creates the job chooses."""
    role: str | None = None
    """A pattern of the role's ARN if it begins with `arn:`, else of its name."""
    vpc: str | None = None
    check: str | None = None

    def selects(self, check: str, job_name: str, role_arn: Fact[str], vpc_id: str | None) -> bool:
        """Whether it names findings of this check on such a job; what is not known does not fit."""
        return (
            self.check in (None, check)
            and self.vpc in (None, vpc_id)
            and (self.job_name is None or fnmatchcase(job_name, self.job_name))
            and (self.role is None or _is_role(role_arn, self.role))
        )


def _is_role(role_arn: Fact[str], pattern: str) -> bool:
    if isinstance(role_arn, Unknown):
        return False
    role = role_arn if pattern.startswith(ARN) else role_arn.rpartition("/")[2]
    return fnmatchcase(role, pattern)
