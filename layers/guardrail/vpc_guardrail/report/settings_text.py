"""A settings document as lines: every setting, what it is, and whether that is its default."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from vpc_guardrail.app.forms import Structure
from vpc_guardrail.app.settings_document import SCHEMA_ID, document_form
from vpc_guardrail.core.settings import Settings

OF_THE_STACK = {
    "mode": "Mode",
    "internet_access": "InternetAccess",
    "required_services": "RequiredServices",
}
"""What the stack's own parameters say where the document does not, by the field."""

OMITTED = ("$schema",)


def effective_lines(document: Mapping[str, Any], of_stack: Settings | None) -> Iterator[str]:
    """A line for each setting of a right document, with its name's path.

    `of_stack` is what the stack's own parameters set; None where they are not known.
    """
    said = {} if of_stack is None else _said(of_stack)
    yield from _lines(document_form(), document, said, "")


def starting_document() -> dict[str, Any]:
    """A right document to begin with: the defaults that owners mostly change."""
    fields = document_form().fields
    alerts, breaker = fields["alerts"].form, fields["circuit_breaker"].form
    return {
        "$schema": SCHEMA_ID,
        "mode": fields["mode"].default,
        "threshold": fields["threshold"].default,
        "checks": {},
        "alerts": _defaults(alerts),
        "circuit_breaker": _defaults(breaker),
        "exemptions": [],
    }


def _defaults(form: Any) -> dict[str, Any]:
    return {name: each.default for name, each in form.fields.items() if each.default is not None}


def _said(of_stack: Settings) -> dict[str, Any]:
    return {
        "mode": of_stack.mode.value,
        "internet_access": of_stack.internet_access.value,
        "required_services": of_stack.required_services,
    }


def _lines(
    form: Structure, document: Mapping[str, Any], said: Mapping[str, Any], place: str
) -> Iterator[str]:
    for name, member in form.fields.items():
        path = f"{place}{name}"
        if path in OMITTED:
            continue
        if isinstance(member.form, Structure):
            yield from _lines(member.form, document.get(name, {}), said, f"{path}.")
        elif name in document:
            yield f"{path} = {json.dumps(document[name])}"
        elif path in said:
            yield f"{path} = {json.dumps(said[path])}  (the stack's parameter {OF_THE_STACK[path]})"
        elif path in OF_THE_STACK:
            yield f"{path}: as the stack's parameter {OF_THE_STACK[path]} says"
        else:
            yield f"{path} = {json.dumps(member.default)}  (default)"
