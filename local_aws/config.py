"""A stand-in for AWS Config: rules, what they were told, and the history of what was recorded.

Faked: there is no recorder. Whoever plays a change hands its configuration item over (`recorder`
makes one from what EC2 says), and each rule that asks for it gets Config's message through Lambda's
own asynchronous invocation, retries included. Not modelled: the recorder's settings, aggregators,
conformance packs, remediation, and all APIs but those below.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local_aws.account import ACCOUNT_ID, PARTITION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CHANGE = "ConfigurationItemChangeNotification"
OVERSIZED = "OversizedConfigurationItemChangeNotification"
SCHEDULED = "ScheduledNotification"

MOST_EVALUATIONS = 100
LONGEST_ANNOTATION = 256
TAKEN = ("COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE")
PAGE = 10
"""Results that GetComplianceDetailsByConfigRule gives when Limit is silent."""

OF_A_SUMMARY = (
    "configurationItemVersion",
    "configurationItemCaptureTime",
    "configurationStateId",
    "awsAccountId",
    "configurationItemStatus",
    "resourceType",
    "resourceId",
    "resourceName",
    "ARN",
    "awsRegion",
)
"""What the message on an oversized item still carries of it."""


class ConfigError(Exception):
    """The API refuses a request; all refusals here are HTTP 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass
class Rule:
    """One custom rule, and the newest evaluation of each resource."""

    name: str
    properties: Mapping[str, Any]
    id: str = field(default_factory=lambda: f"config-rule-{uuid.uuid4().hex[:6]}")
    results: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    @property
    def function_arn(self) -> str:
        return str(self.properties["Source"]["SourceIdentifier"])

    def asks_for(self, message_type: str, resource_type: str = "") -> bool:
        """Whether its source and its scope name such a message."""
        details = self.properties["Source"].get("SourceDetails", ())
        types = self.properties.get("Scope", {}).get("ComplianceResourceTypes", ())
        return any(each["MessageType"] == message_type for each in details) and (
            not types or not resource_type or resource_type in types
        )


@dataclass(frozen=True)
class Message:
    """What a rule's function is to be invoked with."""

    rule: str
    function_arn: str
    event: Mapping[str, Any]


class ConfigService:
    """AWS Config of one account in one Region."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._rules: dict[str, Rule] = {}
        self._tokens: dict[str, str] = {}
        self._history: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self._lock = threading.Lock()

    def arn_of(self, name: str) -> str:
        """The ARN of a rule; every rule's where there is none of this name."""
        rule = self._rules.get(name)
        rule_id = rule.id if rule else "*"
        return f"arn:{PARTITION}:config:{self._region}:{ACCOUNT_ID}:config-rule/{rule_id}"

    def put_rule(self, name: str, properties: Mapping[str, Any]) -> Rule:
        with self._lock:
            return self._rules.setdefault(name, Rule(name, properties))

    def delete_rule(self, name: str) -> None:
        with self._lock:
            self._rules.pop(name, None)

    def answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The response of an operation, or `ConfigError`."""
        operations: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "PutEvaluations": self._put_evaluations,
            "GetComplianceDetailsByConfigRule": self._compliance_details,
            "GetResourceConfigHistory": self._resource_history,
            "DescribeConfigRules": self._describe_rules,
        }
        if operation not in operations:
            message = f"The local stand-in for AWS Config does not know {operation}."
            raise ConfigError("UnknownOperationException", message)
        with self._lock:
            return operations[operation](request)

    def record(self, item: Mapping[str, Any], *, oversized: bool) -> list[Message]:
        """Keep an item, and give the messages about it."""
        kept = {"awsAccountId": ACCOUNT_ID, "awsRegion": self._region, **item}
        with self._lock:
            self._history[kept["resourceType"], kept["resourceId"]].insert(0, kept)
            if not oversized:
                told: dict[str, Any] = {"messageType": CHANGE, "configurationItem": kept}
            else:
                summary = {name: kept.get(name) for name in OF_A_SUMMARY}
                told = {
                    "messageType": OVERSIZED,
                    "configurationItemSummary": {"changeType": "UPDATE", **summary},
                }
            return self._messages(told, kept["resourceType"])

    def tick(self, at: str) -> list[Message]:
        """The messages of one scheduled run of all rules that ask for them."""
        told = {
            "messageType": SCHEDULED,
            "awsAccountId": ACCOUNT_ID,
            "notificationCreationTime": at,
            "recordVersion": "1.0",
        }
        with self._lock:
            return self._messages(told, "")

    def _messages(self, told: Mapping[str, Any], resource_type: str) -> list[Message]:
        return [
            Message(rule.name, rule.function_arn, self._event(rule, told))
            for rule in self._rules.values()
            if rule.asks_for(told["messageType"], resource_type)
        ]

    def _event(self, rule: Rule, told: Mapping[str, Any]) -> dict[str, Any]:
        token = uuid.uuid4().hex
        self._tokens[token] = rule.name
        event = {
            "invokingEvent": json.dumps(told),
            "resultToken": token,
            "eventLeftScope": False,
            "executionRoleArn": f"arn:{PARTITION}:iam::{ACCOUNT_ID}:role/config-role",
            "configRuleArn": self.arn_of(rule.name),
            "configRuleName": rule.name,
            "configRuleId": rule.id,
            "accountId": ACCOUNT_ID,
            "version": "1.0",
        }
        parameters = rule.properties.get("InputParameters")
        if parameters:
            text = parameters if isinstance(parameters, str) else json.dumps(parameters)
            event["ruleParameters"] = text
        return event

    def _put_evaluations(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name = self._tokens.get(request.get("ResultToken", ""))
        if name is None:
            raise ConfigError("InvalidResultTokenException", "The result token is not valid.")
        rule = self._rules.get(name)
        if rule is None:
            raise ConfigError("NoSuchConfigRuleException", f"There is no rule {name}.")
        evaluations = request.get("Evaluations", ())
        if len(evaluations) > MOST_EVALUATIONS:
            raise ConfigError("ValidationException", "At most 100 evaluations are taken at once.")
        for each in evaluations:
            _demand_sound(each)
        for each in [] if request.get("TestMode") else evaluations:
            key = each["ComplianceResourceType"], each["ComplianceResourceId"]
            before = rule.results.get(key)
            if before is None or before["OrderingTimestamp"] <= each["OrderingTimestamp"]:
                rule.results[key] = {**each, "RecordedTime": datetime.now(UTC).timestamp()}
        return {"FailedEvaluations": []}

    def _compliance_details(self, request: Mapping[str, Any]) -> dict[str, Any]:
        rule = self._rules.get(request["ConfigRuleName"])
        if rule is None:
            raise ConfigError("NoSuchConfigRuleException", "There is no such rule.")
        wanted = request.get("ComplianceTypes") or TAKEN
        found = [
            _result(rule.name, each)
            for _, each in sorted(rule.results.items())
            if each["ComplianceType"] in wanted
        ]
        first, limit = int(request.get("NextToken") or 0), int(request.get("Limit") or PAGE)
        answer: dict[str, Any] = {"EvaluationResults": found[first : first + limit]}
        if first + limit < len(found):
            answer["NextToken"] = str(first + limit)
        return answer

    def _resource_history(self, request: Mapping[str, Any]) -> dict[str, Any]:
        items = self._history.get((request["resourceType"], request["resourceId"]))
        if not items:
            message = "You have specified a resource that is either unknown or not recorded."
            raise ConfigError("ResourceNotDiscoveredException", message)
        return {"configurationItems": [_past(each) for each in items[: request.get("limit") or 10]]}

    def _describe_rules(self, request: Mapping[str, Any]) -> dict[str, Any]:
        names = request.get("ConfigRuleNames") or [*self._rules]
        for name in names:
            if name not in self._rules:
                raise ConfigError("NoSuchConfigRuleException", f"There is no rule {name}.")
        return {"ConfigRules": [self._described(self._rules[name]) for name in names]}

    def _described(self, rule: Rule) -> dict[str, Any]:
        return {
            **rule.properties,
            "ConfigRuleName": rule.name,
            "ConfigRuleArn": self.arn_of(rule.name),
            "ConfigRuleId": rule.id,
            "ConfigRuleState": "ACTIVE",
            "InputParameters": json.dumps(rule.properties.get("InputParameters") or {}),
        }


def now_text() -> str:
    """The time as Config writes it: with milliseconds, in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _demand_sound(evaluation: Mapping[str, Any]) -> None:
    if evaluation.get("ComplianceType") not in TAKEN:
        message = f"{evaluation.get('ComplianceType')} is not taken from a rule."
        raise ConfigError("InvalidParameterValueException", message)
    if not 1 <= len(evaluation.get("Annotation", "-")) <= LONGEST_ANNOTATION:
        raise ConfigError("ValidationException", "An annotation has 1 to 256 characters.")


def _result(rule: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {
                "ConfigRuleName": rule,
                "ResourceType": told["ComplianceResourceType"],
                "ResourceId": told["ComplianceResourceId"],
            },
            "OrderingTimestamp": told["OrderingTimestamp"],
        },
        "ComplianceType": told["ComplianceType"],
        "ResultRecordedTime": told["RecordedTime"],
        "ConfigRuleInvokedTime": told["RecordedTime"],
        "Annotation": told.get("Annotation", ""),
    }


def _past(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item of a message as the history tells it: other casings, and texts for structures."""
    captured = datetime.fromisoformat(item["configurationItemCaptureTime"])
    return {
        "version": item.get("configurationItemVersion", "1.3"),
        "accountId": item["awsAccountId"],
        "configurationItemCaptureTime": captured.timestamp(),
        "configurationItemStatus": item["configurationItemStatus"],
        "resourceType": item["resourceType"],
        "resourceId": item["resourceId"],
        "awsRegion": item["awsRegion"],
        "relationships": [
            {
                "resourceType": each["resourceType"],
                "resourceId": each["resourceId"],
                "relationshipName": each["name"],
            }
            for each in item.get("relationships") or ()
        ],
        **(
            {"configuration": json.dumps(item["configuration"])}
            if item.get("configuration")
            else {}
        ),
    }
