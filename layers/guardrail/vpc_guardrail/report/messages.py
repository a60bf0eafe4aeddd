"""SNS messages: JSON for machines, text for e-mail, attributes for filter policies."""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from vpc_guardrail.app.alert_book import Recurrence
from vpc_guardrail.app.enforcement import Enforcement, Outcome
from vpc_guardrail.core.alert_routes import ON_DEFAULT_ROUTE
from vpc_guardrail.core.decision import Action, Judgement, Verdict
from vpc_guardrail.core.model import Fact, Starter, Unknown
from vpc_guardrail.report.documents import (
    enforcement_document,
    job_finding_document,
    verdict_document,
)
from vpc_guardrail.report.news_documents import recurrence_document
from vpc_guardrail.report.news_text import recurrence_line
from vpc_guardrail.report.plain import cut_bytes, one_line
from vpc_guardrail.report.text import enforcement_text, judgement_text, worst_first

MAXIMUM_BYTES = 262_144
"""Body and attributes together. Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""

BODY_BYTES = MAXIMUM_BYTES - 8_192
"""What the body may take, with room for the attributes and the subject."""

EMAIL_BYTES = 32_768
SUBJECT_CHARACTERS = 99
SHORT_FINDINGS, SHORT_CHARACTERS = 20, 500
"""How many findings a message keeps that would be too large otherwise, and how much of each."""

SHORTEST_CHARACTERS = 200
"""What is left of every text where even a message without findings would be too large."""

NO_VPC = "none"
"""The attribute of a message about no VPC: SNS refuses empty attributes."""

NOT_KNOWN = "unknown"
"""The attribute of a starter or role that is not known."""

ATTRIBUTE_CHARACTERS = 256
"""More than any name of IAM has, and little enough for the room that attributes are left."""


@dataclass(frozen=True, slots=True)
class Message:
    """One SNS message with MessageStructure json; `body` holds a body for each protocol."""

    subject: str
    body: str
    attributes: Mapping[str, str | Sequence[str]]


def judgement_message(
    judgement: Judgement,
    routes: Set[str] = ON_DEFAULT_ROUTE,
    recurrence: Recurrence | None = None,
    *,
    for_amazon_q: bool = False,
) -> Message:
    """The message about a verdict, below SNS's size limit whatever was found."""
    job = judgement.job
    again = recurrence_document(recurrence) if recurrence else None
    more = {"since_last_told": again} if again else {}
    recurred = one_line(recurrence_line(again)) if again else ""
    lines = (judgement_text(judgement), f"{recurred}\n" if recurred else "")
    email = cut_bytes("\n".join(filter(None, reversed(lines))), EMAIL_BYTES)
    bodies = (
        message_body(document, email, for_amazon_q)
        for document in _ever_shorter(judgement, verdict_document(judgement) | more)
    )
    return Message(
        subject=message_subject(f"{judgement.verdict.value}: {job.kind.spoken} {job.name}"),
        body=next(body for body in bodies if len(body.encode()) <= BODY_BYTES),
        attributes={
            "message_type": "verdict",
            "verdict": judgement.verdict.value,
            "action": judgement.action.value,
            "severity": judgement.severity.value,
            "account": job.account,
            "vpc_id": _attribute(judgement.vpc_id or NO_VPC),
            **_whose(judgement.started_by, job.role_arn),
            "routes": sorted(routes),
        },
    )


def enforcement_message(enforcement: Enforcement, *, for_amazon_q: bool = False) -> Message:
    """The message about what became of a stop order."""
    order = enforcement.order
    stopped = enforcement.outcome is Outcome.STOPPED
    document = enforcement_document(enforcement)
    email = cut_bytes(enforcement_text(enforcement), EMAIL_BYTES)
    bodies = (message_body(each, email, for_amazon_q) for each in (document, shortest(document)))
    return Message(
        subject=message_subject(f"{'stopped' if stopped else 'not stopped'}: {order.job_name}"),
        body=next(body for body in bodies if len(body.encode()) <= BODY_BYTES),
        attributes={
            "message_type": "enforcement",
            "outcome": enforcement.outcome.value,
            "verdict": Verdict.NONCOMPLIANT.value,
            "action": Action.STOP.value,
            "severity": order.severity,
            "account": order.account,
            "vpc_id": _attribute(order.vpc_id or NO_VPC),
            **_whose(order.started_by, order.role_arn),
            "routes": sorted(order.routes),
        },
    )


def _whose(started_by: Fact[Starter], role_arn: Fact[str]) -> dict[str, str]:
    """Names by which a team subscribes to the alerts about its own jobs."""
    starter = NOT_KNOWN if isinstance(started_by, Unknown) else started_by.name
    role = NOT_KNOWN if isinstance(role_arn, Unknown) else role_arn.rpartition("/")[2]
    return {"started_by": _attribute(starter), "role": _attribute(role)}


def _attribute(text: str) -> str:
    return one_line(text, ATTRIBUTE_CHARACTERS) or NOT_KNOWN


def message_subject(text: str) -> str:
    """ASCII on one line: SNS takes no other subject, and fewer than 100 characters."""
    ascii_only = text.encode("ascii", errors="replace").decode()
    return one_line(f"[VPC Guardrail] {ascii_only}")[:SUBJECT_CHARACTERS]


def message_body(document: Mapping[str, Any], email: str, for_amazon_q: bool) -> str:
    """The body for each protocol; only subscribers by HTTPS get the form of Amazon Q, if asked."""
    bodies = {"default": json.dumps(document), "email": email}
    if for_amazon_q:
        from vpc_guardrail.report.amazon_q import amazon_q_notification

        bodies["https"] = json.dumps(amazon_q_notification(document))
    return json.dumps(bodies)


def shortest(value: Any) -> Any:
    """The same, with no more than the beginning of each text; no AWS name is as long."""
    if isinstance(value, str):
        return one_line(value, SHORTEST_CHARACTERS)
    if isinstance(value, Mapping):
        return {name: shortest(each) for name, each in value.items()}
    return [shortest(each) for each in value] if isinstance(value, list) else value


def _ever_shorter(judgement: Judgement, document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The document, then what is left of it when less and less of its findings is told."""
    yield document

    def telling(findings: list[dict[str, Any]]) -> dict[str, Any]:
        left_out = len(judgement.findings) - len(findings)
        return document | {"findings": findings, "findings_left_out": left_out}

    job, told_first = judgement.job, worst_first(judgement.findings)
    told = [job_finding_document(finding, job) for finding in told_first]
    yield telling(told)
    yield telling([finding | {"evidence": {}} for finding in told])
    yield telling([_short(finding) for finding in told[:SHORT_FINDINGS]])
    yield telling([])
    yield shortest(telling([]))


def _short(finding: dict[str, Any]) -> dict[str, Any]:
    texts = {
        name: one_line(finding[name], SHORT_CHARACTERS)
        for name in ("resource", "message", "remediation")
    }
    return finding | texts | {"evidence": {}}
