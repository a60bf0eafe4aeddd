"""What the owner of an environment decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from vpc_guardrail.core.finding import CheckSpec, Severity, StopPolicy


class Mode(Enum):
    """Whether the guardrail only tells, or acts."""

    AUDIT = "audit"
    ENFORCE = "enforce"


class CheckAction(Enum):
    """What follows from a FAIL of one check."""

    IGNORE = "ignore"
    NOTIFY = "notify"
    STOP = "stop"


class InternetAccess(Enum):
    """Whether jobs may, or must, reach the internet."""

    FORBIDDEN = "forbidden"
    ALLOWED = "allowed"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a judgement; the defaults stop nothing."""

    mode: Mode = Mode.AUDIT
    threshold: Severity = Severity.MEDIUM
    """A FAIL of at least this severity makes a job noncompliant."""
    actions: Mapping[str, CheckAction] = field(default_factory=dict)
    """The action of a check, by its name, where the owner departs from the check's default."""

    internet_access: InternetAccess = InternetAccess.ALLOWED
    required_services: tuple[str, ...] = ()
    """AWS services that jobs need, by the last part of the endpoint's name: `sts`, `ecr.api`."""

    def action_of(self, spec: CheckSpec) -> CheckAction:
        """The action of this check; one that never stops is only told, whatever is set."""
        default = CheckAction.STOP if spec.stop is StopPolicy.DEFAULT else CheckAction.NOTIFY
        action = self.actions.get(spec.name, default)
        if action is CheckAction.STOP and spec.stop is StopPolicy.NEVER:
            return CheckAction.NOTIFY
        return action
