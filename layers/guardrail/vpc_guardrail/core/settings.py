"""What the owner of an environment decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from vpc_guardrail.core.alert_routes import AlertRoute
from vpc_guardrail.core.exemptions import Exemption, TagExemption
from vpc_guardrail.core.finding import CheckSpec, Severity, StopPolicy
from vpc_guardrail.core.model import TrainingJob, Unknown

STOPS_PER_HOUR = 10
ALERT_WINDOW_HOURS = 24


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
class Alerts:
    """Which alerts are sent, and how often."""

    window_hours: int = ALERT_WINDOW_HOURS
    """Hours in which the same findings on a VPC are told once; 0 tells every job."""
    least_severity: Severity = Severity.INFO
    """What is less severe is not alerted on."""
    daily_digest: int | None = None
    """The hour of the day, in UTC, of the digest; None for none."""
    routes: tuple[AlertRoute, ...] = ()
    """Names by which teams subscribe to what concerns them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a judgement; the defaults stop nothing."""

    mode: Mode = Mode.AUDIT
    threshold: Severity = Severity.MEDIUM
    """A FAIL of at least this severity makes a job noncompliant."""
    actions: Mapping[str, CheckAction] = field(default_factory=dict)
    """The action of a check, by its name, where the owner departs from the check's default."""
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """The severity of a check, by its name, where the owner departs from the check's own."""

    internet_access: InternetAccess = InternetAccess.ALLOWED
    required_services: tuple[str, ...] = ()
    """AWS services that jobs need, by the last part of the endpoint's name: `sts`, `ecr.api`."""
    allowed_buckets: tuple[str, ...] = ()
    """Buckets that an endpoint's policy may let through beside those of the job."""
    addresses_per_instance: Mapping[str, int] = field(default_factory=dict)
    """Addresses of an instance, by its type, where the owner knows better than the guide page."""

    alerts: Alerts = field(default_factory=Alerts)
    stops_per_hour: int = STOPS_PER_HOUR
    """More jobs than these are not stopped within an hour; 0 stops none."""
    exemptions: tuple[Exemption, ...] = ()
    exemptions_by_tag: TagExemption | None = None
    """None: a job's tags are not even read, since whoever creates a job can tag it."""

    def action_of(self, spec: CheckSpec) -> CheckAction:
        """The action of this check; one that never stops is only told, whatever is set."""
        default = CheckAction.STOP if spec.stop is StopPolicy.DEFAULT else CheckAction.NOTIFY
        action = self.actions.get(spec.name, default)
        if action is CheckAction.STOP and spec.stop is StopPolicy.NEVER:
            return CheckAction.NOTIFY
        return action

    def severity_of(self, spec: CheckSpec) -> Severity:
        """The severity of this check in this environment."""
        return self.severities.get(spec.name, spec.severity)

    def exemptions_of(self, job: TrainingJob) -> tuple[Exemption, ...]:
        """The exemptions that this job may fall under; tags that were not read give none."""
        if self.exemptions_by_tag is None or isinstance(job.tags, Unknown):
            return self.exemptions
        by_tag = self.exemptions_by_tag.given_to(job.tags)
        return (*self.exemptions, by_tag) if by_tag else self.exemptions

    def may_exempt_by_tag(self, check: str, job: TrainingJob, day: date) -> bool:
        """Whether a tag might exempt findings of a check, if the job's tags could be read."""
        by_tag = self.exemptions_by_tag
        return (
            by_tag is not None
            and isinstance(job.tags, Unknown)
            and by_tag.check in (None, check)
            and day <= by_tag.expires
        )
