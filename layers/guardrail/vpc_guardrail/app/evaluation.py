"""What AWS Config is told of a VPC, and the reading of AWS that it rests on."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Any

LONGEST_ANNOTATION = 256
"""Source: https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html"""


class Compliance(Enum):
    """What Config takes from a rule; INSUFFICIENT_DATA is its own alone."""

    COMPLIANT = "COMPLIANT"
    NON_COMPLIANT = "NON_COMPLIANT"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the rule says of one resource."""

    resource_type: str
    resource_id: str
    compliance: Compliance
    annotation: str
    """Told along: 1 to 256 characters."""

    def as_json(self) -> dict[str, Any]:
        """Values that JSON can carry."""
        return {**asdict(self), "compliance": self.compliance.value}

    @classmethod
    def of_json(cls, values: dict[str, Any]) -> "Evaluation":
        """What `as_json` gave."""
        return cls(**{**values, "compliance": Compliance(values["compliance"])})


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of AWS came to."""

    read_at: datetime
    """Before the first of its facts was read: it covers all that was changed until then."""
    evaluations: tuple[Evaluation, ...] = ()
    """What is to be told by everybody whose change it covers."""
