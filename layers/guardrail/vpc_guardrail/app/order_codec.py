"""Stop orders as JSON, the way they travel through the enforcement queue."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from vpc_guardrail.app.enforcement import StopOrder
from vpc_guardrail.app.starters import recorded
from vpc_guardrail.core.alert_routes import DEFAULT_ROUTE, MOST_ROUTES, is_route_name
from vpc_guardrail.core.model import Fact, Unknown
from vpc_guardrail.core.model.job import NO_ROLE, TAGS_NOT_READ

SCHEMA_VERSION = "1"


class MalformedOrderError(ValueError):
    """A message in the enforcement queue that is not a stop order."""


def encode(order: StopOrder) -> str:
    """The order as a JSON text."""
    values = asdict(order) | {"created_at": order.created_at.isoformat()}
    values["facts_read_at"] = order.facts_read_at.isoformat() if order.facts_read_at else None
    for name in ("started_by", "role_arn", "tags"):
        if isinstance(getattr(order, name), Unknown):
            values[name] = None
    return json.dumps({"schema_version": SCHEMA_VERSION} | values)


def decode(text: str) -> StopOrder:
    """The order of a JSON text; raises `MalformedOrderError`."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedOrderError("the message is not JSON") from error
    if not isinstance(values, dict) or values.get("schema_version") != SCHEMA_VERSION:
        raise MalformedOrderError(f"the message is not a stop order of version {SCHEMA_VERSION}")
    try:
        return _order(values)
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedOrderError(f"the stop order has no sound member {error}") from error


def _order(values: dict[str, Any]) -> StopOrder:
    texts = {name: values[name] for name in ("job_name", "job_arn", "account", "severity")}
    texts["rule_set"] = values["rule_set"]
    for name, value in texts.items():
        if not _is_text(value):
            raise ValueError(name)
    created_at = _time(values, "created_at")
    facts_read_at = _time(values, "facts_read_at") if values.get("facts_read_at") else None
    checks = values["checks"]
    if not isinstance(checks, list) or not checks or not all(map(_is_text, checks)):
        raise ValueError("checks")
    vpc_id = values["vpc_id"]
    if vpc_id is not None and not isinstance(vpc_id, str):
        raise ValueError("vpc_id")
    role_arn: Any = values.get("role_arn")
    known_role: Fact[str] = role_arn if _is_text(role_arn) else NO_ROLE
    return StopOrder(
        created_at=created_at,
        checks=tuple(checks),
        vpc_id=vpc_id,
        started_by=recorded(values.get("started_by")),
        role_arn=known_role,
        facts_read_at=facts_read_at,
        routes=_routes(values),
        tags=_tags(values.get("tags")),
        **texts,
    )


def _routes(values: dict[str, Any]) -> tuple[str, ...]:
    """The routes of the alert; of an order that names none, or no such, the default one."""
    names: Any = values.get("routes")
    few = isinstance(names, list) and 0 < len(names) <= MOST_ROUTES + 1
    known = few and all(isinstance(each, str) and is_route_name(each) for each in names)
    return tuple(names) if known else (DEFAULT_ROUTE,)


def _tags(tags: Any) -> Fact[Mapping[str, str]]:
    """The tags of an order; where they are not told, a tag might exempt the job."""
    if not isinstance(tags, dict) or not all(isinstance(each, str) for each in tags.values()):
        return TAGS_NOT_READ
    return tags


def _time(values: dict[str, Any], name: str) -> datetime:
    text = values[name]
    time = datetime.fromisoformat(text) if isinstance(text, str) else None
    if time is None or time.tzinfo is None:
        raise ValueError(name)
    return time


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
