"""A finding in the AWS Security Finding Format, as Security Hub's own product of the account.

Nothing that belongs to whoever works on the finding is in it: an import leaves Workflow and Note
alone, and tells its severity in FindingProviderFields.
Source: https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from vpc_guardrail import __version__
from vpc_guardrail.core.finding import Severity
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.report.security_finding import (
    CLOSED,
    Place,
    Resource,
    ResourceKind,
    SecurityFinding,
    Standing,
)

SCHEMA_VERSION = "2018-10-08"
PRODUCT = "VPC Guardrail"

TITLE, DESCRIPTION, RECOMMENDATION, PRODUCT_FIELD = 256, 1024, 512, 2048
"""Characters. Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html"""

TYPE = "Software and Configuration Checks/AWS Security Best Practices/Network Reachability"
"""Source: https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html"""

LABELS = {each: each.value for each in Severity} | {Severity.INFO: "INFORMATIONAL"}

TYPES = {
    ResourceKind.VPC: "AwsEc2Vpc",
    ResourceKind.SUBNET: "AwsEc2Subnet",
    ResourceKind.SECURITY_GROUP: "AwsEc2SecurityGroup",
    ResourceKind.BUCKET: "AwsS3Bucket",
}
"""What the format has a type for; the others are `Other`."""


def is_imported(finding: SecurityFinding) -> bool:
    """What makes a job noncompliant, and what became of it.

    What could not be judged is not: it has the uid of the failure that may have been found before,
    which it would hide.
    """
    return finding.fails or finding.standing in CLOSED


def imported(findings: Iterable[SecurityFinding]) -> list[SecurityFinding]:
    """Those to be imported, each uid once: the worst, with what the others say."""
    by_uid: dict[str, list[SecurityFinding]] = {}
    for each in filter(is_imported, findings):
        by_uid.setdefault(each.uid, []).append(each)
    return [_as_one(alike) for alike in by_uid.values()]


def _as_one(alike: list[SecurityFinding]) -> SecurityFinding:
    worst = max(alike, key=lambda each: each.severity)
    return replace(worst, message=" ".join(dict.fromkeys(each.message for each in alike)))


def asff(finding: SecurityFinding, since: datetime) -> dict[str, Any]:
    """The finding; `since` is when it was imported first, and `seen` decides which is newer."""
    severity = {"Label": LABELS[finding.severity], "Original": finding.severity.value}
    return {
        "SchemaVersion": SCHEMA_VERSION,
        "Id": finding.uid,
        "ProductArn": product_arn(finding.place),
        "ProductName": PRODUCT,
        "GeneratorId": f"vpc-guardrail/{finding.check}",
        "AwsAccountId": finding.place.account,
        "CreatedAt": rfc3339(min(since, finding.seen)),
        "UpdatedAt": rfc3339(finding.seen),
        "FindingProviderFields": {"Severity": severity, "Types": [TYPE]},
        "Title": _text(finding.title, TITLE),
        "Description": _text(finding.message, DESCRIPTION),
        "Remediation": {"Recommendation": _recommendation(finding)},
        "ProductFields": _product_fields(finding),
        "Resources": [_resource(each, finding.place) for each in finding.resources],
        "Compliance": {
            "Status": "PASSED" if finding.standing is Standing.MENDED else "FAILED",
        },
        "RecordState": "ARCHIVED" if finding.standing in CLOSED else "ACTIVE",
    }


def product_arn(place: Place) -> str:
    """The product under which every account may import findings of its own."""
    where = f"{place.region}:{place.account}"
    return f"arn:{place.partition}:securityhub:{where}:product/{place.account}/default"


def rfc3339(time: datetime) -> str:
    """`2026-11-23T12:00:00.000Z`."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _recommendation(finding: SecurityFinding) -> dict[str, str]:
    told = {"Text": one_line(finding.remediation, RECOMMENDATION), "Url": finding.source}
    return {name: text for name, text in told.items() if text} or {"Text": "None is known."}


def _product_fields(finding: SecurityFinding) -> dict[str, str]:
    """Our own facts; the remediation once more, because a command that is cut mends nothing."""
    facts = {
        "ProviderName": PRODUCT,
        "ProviderVersion": __version__,
        "vpc-guardrail/check": finding.check,
        "vpc-guardrail/standing": finding.standing.value,
        "vpc-guardrail/job": finding.job_arn,
        "vpc-guardrail/rule-set": finding.rule_set,
        "vpc-guardrail/remediation": finding.remediation,
    }
    told = {name: one_line(fact, PRODUCT_FIELD) for name, fact in facts.items()}
    return {name: fact for name, fact in told.items() if fact}


def _resource(resource: Resource, place: Place) -> dict[str, str]:
    return {
        "Type": TYPES.get(resource.kind, "Other"),
        "Id": one_line(resource.uid),
        "Partition": place.partition,
        "Region": place.region,
    }


def _text(text: str, limit: int) -> str:
    """Never empty: an empty text is refused."""
    return one_line(text, limit) or "Not told."
