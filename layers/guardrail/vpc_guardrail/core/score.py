"""The score of a VPC and its breakdown, check by check: it adds up to the score."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from fractions import Fraction
from math import floor

from vpc_guardrail.core.engine import RULE_SET_VERSION
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.core.score_rule import HIGHEST_SCORE

WEIGHTS = {
    Severity.CRITICAL: 10,
    Severity.HIGH: 6,
    Severity.MEDIUM: 3,
    Severity.LOW: 1,
    Severity.INFO: 0,
}
"""What a check of this severity counts, and what a FAIL of this severity costs."""


class VpcStatus(Enum):
    """What is said about a VPC as a whole."""

    COMPLIANT = "COMPLIANT"
    """It is so whatever those checks would say that could not be decided."""
    NON_COMPLIANT = "NON_COMPLIANT"
    """It is so whatever those checks would say that could not be decided."""
    UNDETERMINED = "UNDETERMINED"
    """It hangs on what could not be read. AWS Config has no word for it but NOT_APPLICABLE."""
    NOT_APPLICABLE = "NOT_APPLICABLE"
    """Out of scope, gone, or without a subnet that a job could run in."""


@dataclass(frozen=True, slots=True)
class CheckScore:
    """What one check adds to a score, with the findings that tell why."""

    check: str
    severity: Severity
    weight: int
    """What the check counts; 0 if it does not apply."""
    lost: int
    """What its worst FAIL costs, up to its weight."""
    findings: tuple[Finding, ...]
    """All that it says, also what is exempted: that is told, and costs nothing."""

    @property
    def counting(self) -> tuple[Finding, ...]:
        """The findings that are not exempted."""
        return tuple(finding for finding in self.findings if finding.counts)

    @property
    def open(self) -> int:
        """What it may cost beyond, by what could not be decided."""
        return self.weight - self.lost if self._has(Status.UNKNOWN) else 0

    @property
    def earned(self) -> int:
        """What it adds to the score: its weight without what it lost."""
        return self.weight - self.lost

    @property
    def status(self) -> Status:
        """FAIL before UNKNOWN before PASS; NOT_APPLICABLE if it says nothing else."""
        for status in (Status.FAIL, Status.UNKNOWN, Status.PASS):
            if self._has(status):
                return status
        return Status.NOT_APPLICABLE

    def _has(self, status: Status) -> bool:
        return any(finding.status is status for finding in self.counting)


@dataclass(frozen=True, slots=True)
class VpcScore:
    """The score of one VPC, all that it is made of, and what follows."""

    vpc_id: str
    region: str
    account: str
    status: VpcStatus
    reason: str
    """Why it has this status, in one sentence."""
    facts_read_at: datetime
    """The time before the first of its facts was read."""
    checks: tuple[CheckScore, ...] = ()
    """The breakdown: it adds up to the score. Empty if no job was placed in the VPC."""
    subnet_ids: tuple[str, ...] = ()
    """The subnets that were judged."""
    group_ids: tuple[str, ...] = ()
    """The security groups of the reference job."""
    rule_set: str = RULE_SET_VERSION

    @property
    def weight(self) -> int:
        """The weight of the checks that apply."""
        return sum(each.weight for each in self.checks)

    @property
    def lost(self) -> int:
        """The weight that was lost by FAILs."""
        return sum(each.lost for each in self.checks)

    @property
    def open(self) -> int:
        """The weight that nobody could decide about."""
        return sum(each.open for each in self.checks)

    @property
    def score(self) -> Fraction | None:
        """From 0 to 100, exact; None if nothing could be decided. UNKNOWN lowers no score."""
        return None if self.open == self.weight else self._share_without(self.lost)

    @property
    def score_at_worst(self) -> Fraction | None:
        """The score if all that could not be decided were a FAIL; None where `score` is."""
        if self.score is None:
            return None
        return self._share_without(self.lost + self.open)

    @property
    def points(self) -> int | None:
        """The score as it is shown: rounded down, so never up over a minimum."""
        return None if self.score is None else floor(self.score)

    @property
    def points_at_worst(self) -> int | None:
        """The score at worst, rounded down."""
        return None if self.score_at_worst is None else floor(self.score_at_worst)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all checks."""
        return tuple(finding for each in self.checks for finding in each.findings)

    @property
    def failed_checks(self) -> tuple[str, ...]:
        """The checks that cost points."""
        return tuple(each.check for each in self.checks if each.lost)

    @property
    def unknown_checks(self) -> tuple[str, ...]:
        """The checks that could not be decided, as a whole or in part."""
        return tuple(
            each.check
            for each in self.checks
            if any(finding.status is Status.UNKNOWN for finding in each.counting)
        )

    @property
    def exempted_checks(self) -> tuple[str, ...]:
        """The checks of which something is exempted."""
        return tuple(each.check for each in self.checks if len(each.counting) < len(each.findings))

    def _share_without(self, missing: int) -> Fraction:
        return Fraction(HIGHEST_SCORE * (self.weight - missing), self.weight)
