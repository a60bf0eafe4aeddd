"""SNS messages: JSON for machines, text for e-mail, attributes for filter policies."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vpc_guardrail.app.enforcement import Enforcement, Outcome
from vpc_guardrail.core.decision import Action, Judgement, Verdict
from vpc_guardrail.report.documents import (
    enforcement_document,
    finding_document,
    verdict_document,
)
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

NO_VPC = "none"
"""The attribute of a message about no VPC: SNS refuses empty attributes."""


@dataclass(frozen=True, slots=True)
class Message:
    """One SNS message with MessageStructure json; `body` holds a body for each protocol."""

    subject: str
    body: str
    attributes: Mapping[str, str]


def judgement_message(judgement: Judgement) -> Message:
    """The message about a verdict, below SNS's size limit whatever was found."""
    job = judgement.job
    email = cut_bytes(judgement_text(judgement), EMAIL_BYTES)
    bodies = (_body(document, email) for document in _ever_shorter(judgement))
    return Message(
        subject=_subject(f"{judgement.verdict.value}: training job {job.name}"),
        body=next(body for body in bodies if len(body.encode()) <= BODY_BYTES),
        attributes={
            "message_type": "verdict",
            "verdict": judgement.verdict.value,
            "action": judgement.action.value,
            "severity": judgement.severity.value,
            "account": job.account,
            "vpc_id": judgement.vpc_id or NO_VPC,
        },
    )


def enforcement_message(enforcement: Enforcement) -> Message:
    """The message about what became of a stop order."""
    order = enforcement.order
    stopped = enforcement.outcome is Outcome.STOPPED
    document = enforcement_document(enforcement)
    return Message(
        subject=_subject(f"{'stopped' if stopped else 'not stopped'}: {order.job_name}"),
        body=_body(document, enforcement_text(enforcement)),
        attributes={
            "message_type": "enforcement",
            "outcome": enforcement.outcome.value,
            "verdict": Verdict.NONCOMPLIANT.value,
            "action": Action.STOP.value,
            "severity": order.severity,
            "account": order.account,
            "vpc_id": order.vpc_id or NO_VPC,
        },
    )


def _subject(text: str) -> str:
    """ASCII on one line: SNS takes no other subject, and fewer than 100 characters."""
    ascii_only = text.encode("ascii", errors="replace").decode()
    return one_line(f"[VPC Guardrail] {ascii_only}")[:SUBJECT_CHARACTERS]


def _body(document: Mapping[str, Any], email: str) -> str:
    return json.dumps({"default": json.dumps(document), "email": email})


def _ever_shorter(judgement: Judgement) -> Iterator[dict[str, Any]]:
    """The document, then what is left of it when less and less of its findings is told."""
    document = verdict_document(judgement)
    yield document

    def telling(findings: list[dict[str, Any]]) -> dict[str, Any]:
        left_out = len(judgement.findings) - len(findings)
        return document | {"findings": findings, "findings_left_out": left_out}

    told = [finding_document(finding) for finding in worst_first(judgement.findings)]
    yield telling(told)
    yield telling([finding | {"evidence": {}} for finding in told])
    yield telling([_short(finding) for finding in told[:SHORT_FINDINGS]])
    yield telling([])


def _short(finding: dict[str, Any]) -> dict[str, Any]:
    texts = {
        name: one_line(finding[name], SHORT_CHARACTERS)
        for name in ("resource", "message", "remediation")
    }
    return finding | texts | {"evidence": {}}
