"""Findings for tools of security teams, read from published documents."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from vpc_guardrail.app.arn import JobArn, MalformedArnError
from vpc_guardrail.app.enforcement import Outcome
from vpc_guardrail.core.checks import bucket_policy_vpc_only, vpc_config_present
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.finding import CheckSpec, Severity, Status
from vpc_guardrail.core.model import JobKind
from vpc_guardrail.core.problems import UNKNOWN_VPC
from vpc_guardrail.report.alert_document import MalformedAlertError, text
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.report.security_finding import (
    Place,
    Resource,
    ResourceKind,
    SecurityFinding,
    Standing,
)

MOST_UID_CHARACTERS = 512
"""Of an ASFF Id. Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html"""

DIGEST_CHARACTERS = 32

CLOCKS_DIFFER = timedelta(seconds=1)
"""A stop comes after its verdict, but whoever publishes it has another clock."""

ENDS = {
    Outcome.STOPPED.value: Standing.STOPPED,
    Outcome.ALREADY_ENDED.value: Standing.ENDED,
    Outcome.GONE.value: Standing.ENDED,
}
"""The outcomes of a stop order after which its job runs no more."""

Choice = TypeVar("Choice", bound=Enum)

SPEC_OF: Mapping[str, CheckSpec] = {spec.name: spec for spec in SPECS}

ABOUT_THE_JOB = frozenset({vpc_config_present.SPEC.name})
"""Checks that may stop a job and whose FAIL is about the job itself: it ends with the job."""


EC2_ID = re.compile(r"(?P<prefix>vpc|subnet|sg)-[0-9a-z]+")
EC2_KINDS = {
    "vpc": ResourceKind.VPC,
    "subnet": ResourceKind.SUBNET,
    "sg": ResourceKind.SECURITY_GROUP,
}


def security_findings(document: Mapping[str, Any]) -> tuple[SecurityFinding, ...]:
    """The findings of a verdict that concern its job; raises `MalformedAlertError`."""
    found = _structures(document, "findings")
    told = _Told(document, _time(document, "facts_read_at"))
    applying = [each for each in found if each.get("status") != Status.NOT_APPLICABLE.value]
    return tuple(told.finding(each) for each in applying)


def ended_findings(document: Mapping[str, Any], at: datetime) -> tuple[SecurityFinding, ...]:
    """What ends with the job that was to be stopped; raises `MalformedAlertError`.

    `at` is when that was published.
    """
    standing = ENDS.get(text(document, "outcome"))
    if standing is None:
        return ()
    told = _Told(document, at + CLOCKS_DIFFER)
    checks = document.get("checks")
    names = checks if isinstance(checks, list) else []
    return tuple(
        told.ended(SPEC_OF[name], standing) for name in sorted(ABOUT_THE_JOB) if name in names
    )


def mended_findings(document: Mapping[str, Any], partition: str) -> tuple[SecurityFinding, ...]:
    """What a VPC fails for no more; raises `MalformedAlertError`.

    What could not be judged before was no failure, and there is nothing to close.
    """
    place = Place(partition, text(document, "region"), text(document, "account"))
    vpc_arn = place.of_ec2(ResourceKind.VPC, one_line(text(document, "vpc_id")))
    failed = [
        each
        for each in _structures(document, "mended")
        if _one_of(Status, each, "status") is Status.FAIL
    ]
    return tuple(_mended(each, place, vpc_arn) for each in failed)


class _Told:
    """What a document tells of its job, and so of each of its findings."""

    def __init__(self, document: Mapping[str, Any], seen: datetime) -> None:
        job = document.get("job")
        self._job: Mapping[str, Any] = job if isinstance(job, Mapping) else {}
        try:
            self._arn = JobArn.parse(text(self._job, "arn"))
        except MalformedArnError as error:
            raise MalformedAlertError(str(error)) from error
        self._place = Place(self._arn.partition, self._arn.region, self._arn.account)
        self._vpc_id = text(self._job, "vpc_id")
        self._document = document
        self._seen = seen

    def finding(self, values: Mapping[str, Any]) -> SecurityFinding:
        """One finding of a verdict."""
        status, severity = _one_of(Status, values, "status"), _one_of(Severity, values, "severity")
        exempted = "exemption" in values
        threshold = _one_of(Severity, self._document, "threshold")
        return self._made(
            text(values, "check"),
            text(values, "resource"),
            text(values, "problem"),
            status=status,
            severity=severity,
            standing=Standing.EXEMPTED if exempted else Standing.OPEN,
            fails=status is Status.FAIL and severity >= threshold and not exempted,
            message=text(values, "message"),
            remediation=text(values, "remediation"),
        )

    def ended(self, spec: CheckSpec, standing: Standing) -> SecurityFinding:
        """The finding about the job itself, which runs no more."""
        return self._made(
            spec.name,
            self._arn.text,
            "",
            status=Status.FAIL,
            severity=spec.severity,
            standing=standing,
            fails=False,
            message=text(self._document, "message"),
            remediation="",
        )

    def _made(self, check: str, resource: str, problem: str, **rest: Any) -> SecurityFinding:
        scope = self._vpc_arn if self._is_in_vpc else self._arn.text
        return SecurityFinding(
            uid=_uid(scope, check, (self._is_in_vpc and problem) or resource),
            **_about(check),
            place=self._place,
            resources=tuple(dict.fromkeys(self._resources(check, resource))),
            job_arn=self._arn.text,
            rule_set=text(self._document, "rule_set"),
            seen=self._seen,
            **rest,
        )

    @property
    def _is_in_vpc(self) -> bool:
        """Whether the job shares what it meets with others, in a VPC that may not be known."""
        return bool(self._job.get("subnets") and self._job.get("security_groups"))

    @property
    def _vpc_arn(self) -> str:
        return self._place.of_ec2(ResourceKind.VPC, one_line(self._vpc_id) or UNKNOWN_VPC)

    def _resources(self, check: str, resource: str) -> Iterator[Resource]:
        if resource != self._arn.text:
            yield _resource(check, resource, self._place)
        if self._vpc_id:
            yield Resource(ResourceKind.VPC, self._vpc_arn)
        training = self._arn.kind is JobKind.TRAINING
        kind = ResourceKind.JOB if training else ResourceKind.TUNING_JOB
        yield Resource(kind, self._arn.text)


def _mended(values: Mapping[str, Any], place: Place, vpc_arn: str) -> SecurityFinding:
    check, resource = text(values, "check"), text(values, "resource")
    since, seen = _time(values, "since").astimezone(UTC), _time(values, "at")
    known = not vpc_arn.endswith(f"/{UNKNOWN_VPC}")
    vpc = [Resource(ResourceKind.VPC, vpc_arn)] if known else []
    return SecurityFinding(
        uid=_uid(vpc_arn, check, text(values, "problem") or resource),
        **_about(check),
        status=Status.PASS,
        severity=_one_of(Severity, values, "severity"),
        standing=Standing.MENDED,
        fails=False,
        message=f"Mended; it was open since {since:%Y-%m-%d %H:%M} UTC.",
        remediation="",
        place=place,
        resources=tuple(dict.fromkeys([_resource(check, resource, place), *vpc])),
        job_arn="",
        rule_set="",
        seen=seen,
    )


def _about(check: str) -> dict[str, Any]:
    """What is known of a check, if it is one of this version's."""
    spec = SPEC_OF.get(check)
    name = one_line(check)
    return {
        "check": name,
        "title": spec.title if spec else name,
        "source": spec.source if spec else "",
    }


def _resource(check: str, resource: str, place: Place) -> Resource:
    """What a finding names: an id, `SERVICE from ID`, a bucket, or something else."""
    found = EC2_ID.fullmatch(resource.rpartition(" ")[2])
    if found:
        kind = EC2_KINDS[found["prefix"]]
        return Resource(kind, place.of_ec2(kind, found[0]))
    name = one_line(resource) or "not known"
    if check == bucket_policy_vpc_only.SPEC.name:
        return Resource(ResourceKind.BUCKET, f"arn:{place.partition}:s3:::{name}")
    return Resource(ResourceKind.OTHER, name)


def _uid(scope: str, check: str, resource: str) -> str:
    """`SCOPE/CHECK/RESOURCE`; what is not harmless or is too long gives way to its digest."""
    uid = f"{scope}/{check}/{resource}"
    harmless = one_line(uid, MOST_UID_CHARACTERS)
    if harmless == uid:
        return uid
    digest = hashlib.sha256(uid.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_CHARACTERS]
    return f"{harmless[: MOST_UID_CHARACTERS - DIGEST_CHARACTERS - 1]}~{digest}"


def _structures(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = values.get(name)
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise MalformedAlertError(f"the message has no list of {name}")
    return found


def _one_of(choices: type[Choice], values: Mapping[str, Any], name: str) -> Choice:
    try:
        return choices(values.get(name))
    except ValueError as error:
        raise MalformedAlertError(f"the message names no {name} that is known") from error


def _time(values: Mapping[str, Any], name: str) -> datetime:
    try:
        time = datetime.fromisoformat(text(values, name))
    except ValueError as error:
        raise MalformedAlertError(f"the message has no time named {name}") from error
    if time.tzinfo is None:
        raise MalformedAlertError(f"the time {name} has no zone")
    return time
