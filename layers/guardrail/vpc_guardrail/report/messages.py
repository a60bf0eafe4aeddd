"""SNS messages: JSON for machines, text for e-mail, attributes for filter policies."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vpc_guardrail.app.enforcement import Enforcement, Outcome
from vpc_guardrail.core.decision import Action, Judgement, Verdict
from vpc_guardrail.report.documents import enforcement_document, verdict_document
from vpc_guardrail.report.plain import cut_bytes, one_line
from vpc_guardrail.report.text import enforcement_text, judgement_text

MAXIMUM_BYTES = 262_144
"""Body and attributes together. Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""

BODY_BYTES = MAXIMUM_BYTES - 8_192
"""What the body may take, with room for the attributes and the subject."""

EMAIL_BYTES = 32_768
SUBJECT_CHARACTERS = 99
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
    bodies = (_body(document, email) for document in _ever_shorter(verdict_document(judgement)))
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


def _ever_shorter(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The document, then what is left of it when less and less of its findings is told."""
    yield document
    findings: list[dict[str, Any]] = document["findings"]
    told = [finding for finding in findings if finding["status"] in ("FAIL", "UNKNOWN")]
    steps: tuple[Callable[[], list[dict[str, Any]]], ...] = (
        lambda: told,
        lambda: [finding | {"evidence": {}} for finding in told],
        lambda: [_short(finding) for finding in told[:20]],
        lambda: [],
    )
    for step in steps:
        kept = step()
        yield document | {"findings": kept, "findings_left_out": len(findings) - len(kept)}


def _short(finding: dict[str, Any]) -> dict[str, Any]:
    texts = {name: one_line(finding[name], 500) for name in ("resource", "message", "remediation")}
    return finding | texts | {"evidence": {}}
