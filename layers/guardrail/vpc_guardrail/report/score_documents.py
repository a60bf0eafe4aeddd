"""The published JSON of a VPC's score: fields are added, never renamed."""

from typing import Any

from vpc_guardrail.core.mends import Mend, mends
from vpc_guardrail.core.score import CheckScore, VpcScore
from vpc_guardrail.report.documents import SCHEMA_VERSION, finding_document
from vpc_guardrail.report.plain import one_line


def score_document(score: VpcScore) -> dict[str, Any]:
    """The score of a VPC, as `docs/score.schema.json` describes it."""
    return {
        "schema_version": SCHEMA_VERSION,
        "vpc": {
            "id": score.vpc_id,
            "account": score.account,
            "region": score.region,
            "subnets": [*score.subnet_ids],
            "security_groups": [*score.group_ids],
        },
        "status": score.status.value,
        "reason": one_line(score.reason),
        "score": score.points,
        "score_at_worst": score.points_at_worst,
        "weight": score.weight,
        "lost": score.lost,
        "open": score.open,
        "checks": [_check_document(each) for each in score.checks],
        "mends": [_mend_document(each) for each in mends(score)],
        "findings": [finding_document(each) for each in score.findings],
        "facts_read_at": score.facts_read_at.isoformat(),
        "rule_set": score.rule_set,
    }


def _check_document(check: CheckScore) -> dict[str, Any]:
    """What one check adds to the score."""
    return {
        "check": check.check,
        "severity": check.severity.value,
        "status": check.status.value,
        "weight": check.weight,
        "lost": check.lost,
        "open": check.open,
    }


def _mend_document(mend: Mend) -> dict[str, Any]:
    """What brings how many points back."""
    return {
        "checks": [*mend.checks],
        "remediations": [*mend.remediations],
        "lost": mend.lost,
        "points": float(mend.points),
    }
