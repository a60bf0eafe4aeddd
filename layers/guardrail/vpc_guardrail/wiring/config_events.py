"""What AWS Config tells a custom rule's function: JSON, with more JSON in its texts."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vpc_guardrail.app.vpc_changes import ResourceChange, ResourceState, Tick
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.wiring.events import Home

GONE = frozenset({"ResourceDeleted", "ResourceDeletedNotRecorded", "ResourceNotRecorded"})
"""Statuses of a resource that there is nothing more to say about.

Source: https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html
"""

LONGEST_TYPE = 256
LONGEST_ID = 768
"""Source: https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html"""

_RULE_NAME = re.compile(r"[^\x00-\x1f]{1,128}")
"""Source: https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html"""


class MalformedConfigEventError(ValueError):
    """An event that is not one of AWS Config's; says what is wrong with it."""


class UnexpectedMessageError(MalformedConfigEventError):
    """A message of AWS Config that the rule has not asked for; names its type."""


@dataclass(frozen=True, slots=True)
class ConfigEvent:
    """One message of AWS Config to the rule."""

    trigger: ResourceChange | Tick
    parameters: Mapping[str, Any]
    result_token: str
    rule_name: str
    rule_id: str


def parse_config_event(event: object, home: Home) -> ConfigEvent:
    """Read the event of an invocation; raises `MalformedConfigEventError` alone."""
    outer = _structure(event, "the event")
    if _text(outer, "accountId") != home.account:
        raise MalformedConfigEventError(f"accountId is not {home.account}, which this rule is of")
    message = _json(_text(outer, "invokingEvent"), "invokingEvent")
    message_type = _text(message, "messageType")
    parse = _PARSERS.get(message_type)
    if parse is None:
        raise UnexpectedMessageError(f"no rule asks for messages of type {_shown(message_type)}")
    name = _text(outer, "configRuleName")
    if _RULE_NAME.fullmatch(name) is None:
        raise MalformedConfigEventError(f"configRuleName is {_shown(name)}")
    return ConfigEvent(
        trigger=parse(message, outer, home),
        parameters=_parameters(outer),
        result_token=_text(outer, "resultToken"),
        rule_name=name,
        rule_id=_text(outer, "configRuleId"),
    )


def _parameters(outer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters of the rule; Config leaves them out where the rule has none."""
    text = outer.get("ruleParameters")
    return {} if text in (None, "") else _json(text, "ruleParameters")


def _change(message: Mapping[str, Any], outer: Mapping[str, Any], home: Home) -> ResourceChange:
    item = _structure(message.get("configurationItem"), "configurationItem")
    return _changed(item, outer, home)


def _oversized(message: Mapping[str, Any], outer: Mapping[str, Any], home: Home) -> ResourceChange:
    """Only a summary comes: neither configuration nor relationships."""
    item = _structure(message.get("configurationItemSummary"), "configurationItemSummary")
    return _changed(item, outer, home)


def _tick(message: Mapping[str, Any], _: Mapping[str, Any], home: Home) -> Tick:
    _demand_home(message, home)
    return Tick(_time(message, "notificationCreationTime"))


_PARSERS: Mapping[
    str, Callable[[Mapping[str, Any], Mapping[str, Any], Home], ResourceChange | Tick]
] = {
    "ConfigurationItemChangeNotification": _change,
    "OversizedConfigurationItemChangeNotification": _oversized,
    "ScheduledNotification": _tick,
}
"""How each message that the rule asks for is read, by its type."""


def _changed(item: Mapping[str, Any], outer: Mapping[str, Any], home: Home) -> ResourceChange:
    _demand_home(item, home)
    left_scope = outer.get("eventLeftScope", False)
    if not isinstance(left_scope, bool):
        raise MalformedConfigEventError("eventLeftScope is neither true nor false")
    return ResourceChange(
        state=ResourceState.read(
            _short(item, "resourceType", LONGEST_TYPE), _short(item, "resourceId", LONGEST_ID), item
        ),
        captured_at=_time(item, "configurationItemCaptureTime"),
        is_gone=left_scope or _text(item, "configurationItemStatus") in GONE,
    )


def _demand_home(of: Mapping[str, Any], home: Home) -> None:
    for name, wanted in (("awsAccountId", home.account), ("awsRegion", home.region)):
        value = of.get(name, wanted)
        if value != wanted:
            raise MalformedConfigEventError(f"{name} is {_shown(value)}; this rule is of {wanted}")


def _structure(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise MalformedConfigEventError(f"{name} is no structure")
    return value


def _json(text: object, name: str) -> Mapping[str, Any]:
    if not isinstance(text, str):
        raise MalformedConfigEventError(f"{name} is no text")
    try:
        return _structure(json.loads(text), name)
    except (ValueError, RecursionError) as error:
        raise MalformedConfigEventError(f"{name} is not the JSON of a structure") from error


def _text(of: Mapping[str, Any], name: str) -> str:
    value = of.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedConfigEventError(f"{name} is missing, or no text")
    return value


def _short(of: Mapping[str, Any], name: str, longest: int) -> str:
    value = _text(of, name)
    if len(value) > longest:
        raise MalformedConfigEventError(f"{name} is longer than {longest} characters")
    return value


def _time(of: Mapping[str, Any], name: str) -> datetime:
    """A time with its zone, in UTC; one without is no time of Config's."""
    text = _text(of, name)
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is not None:
            return time.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise MalformedConfigEventError(f"{name} is no time, but {_shown(text)}") from error
    raise MalformedConfigEventError(f"{name} has no zone")


def _shown(value: object) -> str:
    """A value of the event in a message: a text cut short, or only what kind of value it is."""
    return repr(one_line(value, 100)) if isinstance(value, str) else type(value).__name__
