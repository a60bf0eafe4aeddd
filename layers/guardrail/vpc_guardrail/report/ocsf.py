"""A finding as a Compliance Finding of the Open Cybersecurity Schema Framework.

Source: https://schema.ocsf.io/1.3.0/classes/compliance_finding?profiles=cloud
"""

from datetime import datetime
from typing import Any

from vpc_guardrail import __version__
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.report.security_finding import (
    CLOSED,
    Resource,
    ResourceKind,
    SecurityFinding,
    Standing,
)

OCSF_VERSION = "1.3.0"
CATEGORY_UID, CLASS_UID = 2, 2003
CREATE, CLOSE = 1, 3
NEW, SUPPRESSED, RESOLVED = 1, 3, 4

STANDARD = "https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html"
"""The guide that the checks come from."""

SEVERITY_IDS = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}

COMPLIANCE_IDS = {
    Status.PASS: (1, "Pass"),
    Status.UNKNOWN: (2, "Warning"),
    Status.FAIL: (3, "Fail"),
}
"""Warning: there is no result, for want of information."""

LIFECYCLES = {
    Standing.OPEN: (NEW, "New"),
    Standing.EXEMPTED: (SUPPRESSED, "Suppressed"),
    Standing.MENDED: (RESOLVED, "Resolved"),
    Standing.STOPPED: (RESOLVED, "Resolved"),
    Standing.ENDED: (RESOLVED, "Resolved"),
}

TYPES = {
    ResourceKind.VPC: "AWS::EC2::VPC",
    ResourceKind.SUBNET: "AWS::EC2::Subnet",
    ResourceKind.SECURITY_GROUP: "AWS::EC2::SecurityGroup",
    ResourceKind.BUCKET: "AWS::S3::Bucket",
    ResourceKind.JOB: "AWS::SageMaker::TrainingJob",
    ResourceKind.TUNING_JOB: "AWS::SageMaker::HyperParameterTuningJob",
}
"""Named as CloudFormation names its resources, though it knows no jobs."""

MESSAGE, COMMAND = 2000, 4000
"""Characters; the schema sets no limits."""


def ocsf(finding: SecurityFinding) -> dict[str, Any]:
    """The finding as one event."""
    severity_id, severity = SEVERITY_IDS[finding.severity]
    activity_id = CLOSE if finding.standing in CLOSED else CREATE
    message = one_line(finding.message, MESSAGE)
    return {
        "category_uid": CATEGORY_UID,
        "category_name": "Findings",
        "class_uid": CLASS_UID,
        "class_name": "Compliance Finding",
        "activity_id": activity_id,
        "activity_name": "Close" if activity_id == CLOSE else "Create",
        "type_uid": CLASS_UID * 100 + activity_id,
        "time": milliseconds(finding.seen),
        "severity_id": severity_id,
        "severity": severity,
        **_lifecycle(finding),
        "message": message,
        "metadata": _metadata(),
        "cloud": {
            "provider": "AWS",
            "region": finding.place.region,
            "account": {"uid": finding.place.account},
        },
        "finding_info": {
            "uid": finding.uid,
            "title": one_line(finding.title, MESSAGE),
            "desc": message,
            "last_seen_time": milliseconds(finding.seen),
        },
        "compliance": _compliance(finding),
        "resources": [_resource(each, finding) for each in finding.resources],
        **_remediation(finding),
    }


def milliseconds(time: datetime) -> int:
    """As OCSF counts time, since the epoch."""
    return int(time.timestamp() * 1000)


def _lifecycle(finding: SecurityFinding) -> dict[str, Any]:
    """How far people are with it: there is nothing to do about what passes."""
    if finding.status is Status.PASS and finding.standing not in CLOSED:
        return {}
    status_id, status = LIFECYCLES[finding.standing]
    return {"status_id": status_id, "status": status}


def _metadata() -> dict[str, Any]:
    product = {"name": "VPC Guardrail", "vendor_name": "VPC Guardrail", "version": __version__}
    return {"version": OCSF_VERSION, "profiles": ["cloud"], "product": product}


def _compliance(finding: SecurityFinding) -> dict[str, Any]:
    status_id, status = COMPLIANCE_IDS[finding.status]
    return {
        "control": finding.check,
        "standards": [STANDARD],
        "status_id": status_id,
        "status": status,
        "status_detail": one_line(finding.message, MESSAGE),
    }


def _resource(resource: Resource, finding: SecurityFinding) -> dict[str, Any]:
    kind = TYPES.get(resource.kind)
    return {
        "uid": one_line(resource.uid),
        **({"type": kind} if kind else {}),
        "cloud_partition": finding.place.partition,
        "region": finding.place.region,
    }


def _remediation(finding: SecurityFinding) -> dict[str, Any]:
    if not finding.remediation:
        return {}
    references = {"references": [finding.source]} if finding.source else {}
    return {"remediation": {"desc": one_line(finding.remediation, COMMAND), **references}}
