"""News that is no verdict on a job, as JSON: what was mended, and the digest of a day."""

from typing import Any

from vpc_guardrail.app.alert_book import AllMended, Mended, Recurrence
from vpc_guardrail.app.digest import Digest, OpenProblem
from vpc_guardrail.core.decision import Verdict
from vpc_guardrail.report.documents import SCHEMA_VERSION
from vpc_guardrail.report.plain import one_line

MENDED, DIGEST = "mended", "digest"
"""The types of these messages, in the document as in the attribute."""


def mended_document(news: AllMended) -> dict[str, Any]:
    """What is open no more, as `docs/mended.schema.json` describes it."""
    return {
        "schema_version": SCHEMA_VERSION,
        "message_type": MENDED,
        "account": news.account,
        "region": news.region,
        "vpc_id": news.vpc_id,
        "severity": news.severity.value,
        "mended": [
            {**_mended(each), "status": each.status.value, "problem": each.key}
            for each in news.mended
        ],
        "seen_with": one_line(news.seen_with),
        "second_look": news.by_second_look,
        "at": news.at.isoformat(),
        "left_out": 0,
    }


def digest_document(digest: Digest) -> dict[str, Any]:
    """What was seen in a day, as `docs/digest.schema.json` describes it."""
    return {
        "schema_version": SCHEMA_VERSION,
        "message_type": DIGEST,
        "account": digest.account,
        "region": digest.region,
        "severity": digest.severity.value,
        "since": digest.since.isoformat(),
        "until": digest.until.isoformat(),
        "jobs": {
            "inspected": digest.inspected,
            **{each.value: digest.verdicts.get(each.value, 0) for each in Verdict},
            "stops_ordered": digest.stops_ordered,
        },
        "open": [_open(each) for each in digest.open],
        "mended": [{"vpc_id": vpc_id, **_mended(each)} for vpc_id, each in digest.mended],
        "expired_exemptions": [
            {
                "owner": one_line(each.owner),
                "reason": one_line(each.reason),
                "expires": each.expires.isoformat(),
            }
            for each in digest.expired
        ],
        "left_out": digest.left_out,
    }


def recurrence_document(recurrence: Recurrence) -> dict[str, Any]:
    """How many jobs met the same since it was told last; a member of a verdict's document."""
    return {
        "jobs": recurrence.jobs,
        "job_names": [one_line(name) for name in recurrence.job_names],
        "since": recurrence.since.isoformat(),
    }


def _mended(mended: Mended) -> dict[str, Any]:
    return {
        "check": mended.check,
        "resource": one_line(mended.resource),
        "severity": mended.severity.value,
        "since": mended.since.isoformat(),
        "at": mended.at.isoformat(),
        "jobs": mended.jobs,
    }


def _open(problem: OpenProblem) -> dict[str, Any]:
    entry = problem.entry
    return {
        "vpc_id": problem.vpc_id,
        "check": entry.check,
        "resource": one_line(entry.resource),
        "status": entry.status.value,
        "severity": entry.severity.value,
        "message": one_line(entry.message),
        "since": entry.since.isoformat(),
        "jobs_today": problem.jobs_today,
    }
