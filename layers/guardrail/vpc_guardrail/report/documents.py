"""The published JSON of a verdict and of an enforcement: fields are added, never renamed."""

from dataclasses import asdict
from typing import Any

from vpc_guardrail.app.enforcement import Enforcement
from vpc_guardrail.core.decision import Judgement
from vpc_guardrail.core.exemptions import Exempted
from vpc_guardrail.core.finding import Finding
from vpc_guardrail.core.model import Fact, Starter, TrainingJob, Unknown
from vpc_guardrail.core.problems import LOOKED_AT, key_of
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
            "role_arn": _known(job.role_arn),
            "subnets": [*job.subnet_ids],
            "security_groups": [*job.security_group_ids],
            "status": job.status,
            "created_at": job.created_at.isoformat(),
            "known_from": job.source.value,
        },
        "started_by": starter_document(judgement.started_by),
        "verdict": judgement.verdict.value,
        "severity": judgement.severity.value,
        "threshold": judgement.threshold.value,
        "action": judgement.action.value,
        "findings": [job_finding_document(finding, job) for finding in judgement.findings],
        "facts_read_at": judgement.facts_read_at.isoformat(),
        "rule_set": judgement.rule_set,
    }


def job_finding_document(finding: Finding, job: TrainingJob) -> dict[str, Any]:
    """What one check says of a job, with the key of the problem that its VPC has, if it is one."""
    problem = key_of(finding, job) if finding.check in LOOKED_AT else ""
    return finding_document(finding) | {"problem": problem}


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
        **_exemption_documents(finding.exempted),
    }


def _exemption_documents(exempted: Exempted) -> dict[str, Any]:
    """The exemption that holds, or the one that has expired; nothing where there is neither."""
    named = {"exemption": exempted.by, "expired_exemption": exempted.no_longer_by}
    return {
        name: {
            "owner": one_line(each.owner),
            "reason": one_line(each.reason),
            "expires": each.expires.isoformat(),
        }
        for name, each in named.items()
        if each is not None
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
            "role_arn": _known(order.role_arn),
            "created_at": order.created_at.isoformat(),
        },
        "started_by": starter_document(order.started_by),
        "action": "stop",
        "outcome": enforcement.outcome.value,
        "message": one_line(enforcement.message),
        "checks": [*order.checks],
        "rule_set": order.rule_set,
    }


def starter_document(started_by: Fact[Starter]) -> dict[str, Any] | None:
    """Who started the job; None where no event tells."""
    return None if isinstance(started_by, Unknown) else asdict(started_by)


def _known(text: Fact[str]) -> str | None:
    return None if isinstance(text, Unknown) else text
