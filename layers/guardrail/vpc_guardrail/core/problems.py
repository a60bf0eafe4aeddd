"""Problems of a VPC: what jobs of any name meet there alike.

A finding becomes a problem by leaving the job's own name out. Two jobs meet the same problem if
the same check says so of the same resource, and nothing differs between the jobs that this check
looks at: then what passes for the one passes for the other as well.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from vpc_guardrail.core.alert_routes import Concern, routes_taking
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.core.model import S3Place, S3Use, TrainingJob
from vpc_guardrail.core.settings import Settings

LOOKED_AT: dict[str, tuple[str, ...]] = {
    "vpc-config-present": (),
    "network-references-exist": ("vpc_config",),
    "vpc-tenancy-default": (),
    "subnet-ip-capacity": ("instance_plans", "kind", "starts"),
    "s3-reachable": (),
    "s3-gateway-endpoint": (),
    "s3-traffic-allowed": ("vpc_config",),
    "s3-endpoint-policy-restricted": ("role_arn",),
    "s3-policies-admit-job": ("role_arn", "vpc_config"),
    "package-repositories-denied": ("role_arn",),
    "bucket-policy-vpc-only": ("role_arn", "vpc_config"),
    "dns-resolves-s3": (),
    "security-group-self-ingress": ("encrypts_inter_container_traffic", "vpc_config"),
    "security-group-efa": ("vpc_config",),
    "required-services-reachable": ("file_systems", "vpc_config", "vpc_registry"),
    "internet-access": ("vpc_config",),
}
"""What of a job decides the status of a finding, beside the VPC and the resource that it names."""

PLACES = "s3_places"

OF_PLACES = frozenset({"s3-policies-admit-job"})
"""Checks that tell of places in S3: of each, the bucket and why it is refused make the problem."""

ALL_OF_IT = tuple(sorted({PLACES, *(name for names in LOOKED_AT.values() for name in names)}))
"""For a check that is not in the table."""

BUCKET = re.compile(r"(?:s3|https)://(arn:[^/]+/[^/]+|[^/]+)")

UNKNOWN_VPC = "unknown"
"""In place of the VPC of jobs whose subnets could not be read, are gone, or lie in several."""

KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem, as the finding that tells of it puts it."""

    key: str
    """The same for all jobs that meet it."""
    check: str
    resource: str
    status: Status
    severity: Severity
    message: str
    shape: str
    """The same for jobs of the same shape, by any name, that the same check judges."""
    routes: frozenset[str]
    """The names of the alert routes that it is told under."""

    def is_worse_than(self, status: Status, severity: Severity) -> bool:
        """Whether it is more than what was said of it: a FAIL after UNKNOWN, or more severe."""
        if self.status is not status:
            return self.status is Status.FAIL
        return self.severity > severity


def key_of(finding: Finding, job: TrainingJob) -> str:
    """What the finding has in common with that on another job which meets the same."""
    looked_at = LOOKED_AT.get(finding.check, ALL_OF_IT)
    about = [finding.resource]
    if finding.check in OF_PLACES:
        about = _refused(finding)
    elif finding.resource == job.arn:
        about, looked_at = [], (*looked_at, "vpc_config")
    return _digest(finding.check, *about, *_seen_of(job, looked_at))


def _refused(finding: Finding) -> list[str]:
    """Whose policy lets what into which bucket not through, and why: not at which key."""
    bucket = BUCKET.match(str(finding.evidence.get("uri", finding.resource)))
    refusals = {
        f"{each['by']} {each['action']} {each['because']}"
        for each in finding.evidence.get("refusals", ())
    }
    resource = "" if BUCKET.match(finding.resource) else finding.resource
    return [resource, bucket[1] if bucket else "", *sorted(refusals)]


def shape_of(check: str, job: TrainingJob) -> str:
    """What the job has in common with any that a check judges alike on every resource."""
    return _digest("shape", check, *_seen_of(job, ALL_OF_IT))


def _seen_of(job: TrainingJob, names: tuple[str, ...]) -> list[str]:
    return [repr(_seen(each, name)) for each in job.judged for name in names]


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:KEY_LENGTH]


def _seen(job: TrainingJob, name: str) -> object:
    return _nameless_places(job) if name == PLACES else getattr(job, name)


def _nameless_places(job: TrainingJob) -> tuple[S3Place, ...]:
    """The job's places, where it writes without the folder that SageMaker names after the job."""
    own_folder = re.compile(f"/{re.escape(job.name)}(-001-00000000)?/")
    return tuple(
        replace(each, uri=own_folder.sub("//", each.uri)) if each.use is S3Use.WRITES else each
        for each in job.s3_places
    )


def is_about_itself(check: str, job: TrainingJob) -> bool:
    """Whether the check looks at a folder that bears the job's name: policies may know it."""
    return check in OF_PLACES and any(
        _nameless_places(each) != each.s3_places for each in job.judged
    )


def problems_in(
    findings: Iterable[Finding], job: TrainingJob, vpc_id: str | None, settings: Settings
) -> tuple[Problem, ...]:
    """The problems of a VPC that a job meets and that are alerted on, each once."""
    worst: dict[str, Problem] = {}
    for each in findings:
        if not is_alerted_on(each, settings):
            continue
        problem = Problem(
            key=key_of(each, job),
            check=each.check,
            resource=each.resource,
            status=each.status,
            severity=each.severity,
            message=each.message,
            shape=shape_of(each.check, job),
            routes=routes_of(each, job, vpc_id, settings),
        )
        known = worst.get(problem.key)
        if known is None or problem.is_worse_than(known.status, known.severity):
            worst[problem.key] = problem
    return tuple(worst.values())


def routes_of(
    finding: Finding, job: TrainingJob, vpc_id: str | None, settings: Settings
) -> frozenset[str]:
    """The names of the alert routes that a finding is told under.

    A tuning job concerns whomever any of its definitions concerns.
    """
    return frozenset().union(
        *(
            routes_taking(
                settings.alerts.routes,
                Concern(job.name, each.role_arn, vpc_id),
                finding.check,
                finding.severity,
            )
            for each in job.judged
        )
    )


def is_alerted_on(finding: Finding, settings: Settings) -> bool:
    """Whether the finding alone is reason for an alert."""
    fails = finding.status is Status.FAIL and finding.severity >= settings.threshold
    found = fails or finding.status is Status.UNKNOWN
    return found and finding.counts and finding.severity >= settings.alerts.least_severity
