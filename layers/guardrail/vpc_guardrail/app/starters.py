"""Who started a job: read from an event, which is not to be trusted, or from our own messages."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from vpc_guardrail.app.members import member
from vpc_guardrail.core.model import Fact
from vpc_guardrail.core.model.starter import NOBODY_TOLD, Starter

LONGEST = 1024
"""More characters than any name or ARN of IAM has; what is longer is no such name."""

ROLE_TYPES = frozenset({"AssumedRole", "Role"})
ROOT = "Root"


def identified(identity: object) -> Fact[Starter]:
    """The principal of a CloudTrail event's userIdentity; Unknown where it names none."""
    if not isinstance(identity, Mapping):
        return NOBODY_TOLD
    kind = _text(identity, "type") or "Unknown"
    context = _structure(identity, "sessionContext")
    name = next((each for each in _names(identity, kind) if each), None)
    if name is None:
        return NOBODY_TOLD
    return Starter(
        type=kind,
        name=name,
        arn=_text(identity, "arn"),
        session_name=_session_name(identity) if kind in ROLE_TYPES else None,
        source_identity=_text(context, "sourceIdentity") or _text(identity, "sourceIdentity"),
        invoked_by=_text(identity, "invokedBy"),
    )


def recorded(values: object) -> Fact[Starter]:
    """The starter of our own JSON; Unknown where it carries none that is sound."""
    if not isinstance(values, Mapping):
        return NOBODY_TOLD
    texts = {each.name: _text(values, each.name) for each in fields(Starter)}
    kind, name = texts.pop("type"), texts.pop("name")
    return Starter(kind, name, **texts) if kind and name else NOBODY_TOLD


def _names(identity: Mapping[str, Any], kind: str) -> Iterator[str | None]:
    """What may name the principal, the best first."""
    if kind == ROOT:
        yield "root"
    steps = _steps(identity)
    if kind in ROLE_TYPES:
        issuer = _structure(_structure(identity, "sessionContext"), "sessionIssuer")
        yield _text(issuer, "userName")
        yield steps[1] if len(steps) > 1 else None
    yield _text(identity, "userName")
    yield steps[-1] if len(steps) > 1 else None
    yield _text(_structure(identity, "onBehalfOf"), "userId")
    yield _text(identity, "invokedBy")
    yield _text(identity, "principalId")
    yield _text(identity, "accountId")


def _session_name(identity: Mapping[str, Any]) -> str | None:
    """From the ARN `…:assumed-role/ROLE/SESSION`, or the principalId `ID:SESSION`."""
    steps = _steps(identity)
    if len(steps) > 2:  # noqa: PLR2004 # assumed-role, the role, the session
        return steps[-1]
    return (_text(identity, "principalId") or "").partition(":")[2] or None


def _steps(identity: Mapping[str, Any]) -> list[str]:
    """What stands between the slashes of the ARN's last part."""
    arn = _text(identity, "arn") or ""
    return [step for step in arn.rpartition(":")[2].split("/") if step]


def _structure(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = member(values, name)
    return value if isinstance(value, Mapping) else {}


def _text(values: Mapping[str, Any], name: str) -> str | None:
    value = member(values, name)
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST else None
