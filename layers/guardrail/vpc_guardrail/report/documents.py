"""The published JSON of a verdict and of an enforcement: fields are added, never renamed."""

from typing import Any

from vpc_guardrail.app.enforcement import Enforcement
from vpc_guardrail.core.decision import Judgement
from vpc_guardrail.core.finding import Finding
from vpc_guardrail.report.plain import one_line

SCHEMA_VERSION = "1"


def verdict_document(judgement: Judgement) -> dict[str, Any]:
    """The verdict on a job, as `docs/verdict.schema.json` describes it."""
    job = judgement.job
    return {
        "schema_version": SCHEMA_VERSION,
        "job": {
            "name": job.name,
            "arn": job.arn,
            "account": job.account,
            "region": job.region,
            "vpc_id": judgement.vpc_id,
            "subnets": [*job.subnet_ids],
            "security_groups": [*job.security_group_ids],
            "status": job.status,
            "created_at": job.created_at.isoformat(),
            "known_from": job.source.value,
        },
        "verdict": judgement.verdict.value,
        "severity": judgement.severity.value,
        "action": judgement.action.value,
        "findings": [finding_document(finding) for finding in judgement.findings],
        "facts_read_at": judgement.facts_read_at.isoformat(),
        "rule_set": judgement.rule_set,
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """What one check says."""
    return {
        "check": finding.check,
        "kind": finding.kind.value,
        "status": finding.status.value,
        "severity": finding.severity.value,
        "resource": finding.resource,
        "message": finding.message,
        "evidence": dict(finding.evidence),
        "remediation": finding.remediation,
    }


def enforcement_document(enforcement: Enforcement) -> dict[str, Any]:
    """What became of an order to stop a job."""
    order = enforcement.order
    return {
        "schema_version": SCHEMA_VERSION,
        "job": {
            "name": order.job_name,
            "arn": order.job_arn,
            "account": order.account,
            "vpc_id": order.vpc_id,
            "created_at": order.created_at.isoformat(),
        },
        "action": "stop",
        "outcome": enforcement.outcome.value,
        "message": one_line(enforcement.message),
        "checks": [*order.checks],
        "rule_set": order.rule_set,
    }
