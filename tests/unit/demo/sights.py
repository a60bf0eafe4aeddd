"""What the demo may see, made for its tests."""

from __future__ import annotations

from typing import Any

from demo.follow import INSPECTED

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/no-vpc"


def an_alert(arn: str = ARN, **changes: Any) -> dict[str, Any]:
    """The SNS message about a verdict."""
    finding = {
        "check": "vpc-config-present",
        "severity": "CRITICAL",
        "status": "FAIL",
        "message": "The job names no subnet.",
        "remediation": "Create the job anew.",
    }
    passed = {**finding, "check": "s3-reachable", "status": "PASS"}
    message: dict[str, Any] = {
        "job": {"arn": arn, "name": arn.rpartition("/")[2]},
        "verdict": "noncompliant",
        "findings": [finding, finding, passed],
    }
    return {**message, **changes}


def a_stop_report(arn: str = ARN) -> dict[str, Any]:
    """The SNS message about a stop order."""
    return {"job": {"arn": arn}, "action": "stop", "outcome": "stopped"}


def an_inspection(arn: str = ARN, verdict: str = "noncompliant") -> dict[str, Any]:
    """A line of the inspector's log."""
    return {"level": "INFO", "message": INSPECTED, "job_arn": arn, "verdict": verdict}


def a_call(operation: str, name: str = "no-vpc", **changes: Any) -> dict[str, Any]:
    """The detail of a CloudTrail event."""
    return {
        "eventName": operation,
        "requestParameters": {"trainingJobName": name},
        "responseElements": None,
        **changes,
    }
