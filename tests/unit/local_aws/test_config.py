"""The stand-in for AWS Config: which rules are told, and what it takes and gives back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_aws.config import ConfigError, ConfigService, Message, now_text

RULE = "a-rule"
VPC = "AWS::EC2::VPC"
TABLE = "AWS::EC2::RouteTable"
KINDS = (
    "ConfigurationItemChangeNotification",
    "OversizedConfigurationItemChangeNotification",
    "ScheduledNotification",
)


def properties(*kinds: str) -> dict[str, Any]:
    return {
        "Scope": {"ComplianceResourceTypes": [VPC, TABLE]},
        "InputParameters": {"minimumScore": "80"},
        "Source": {
            "SourceIdentifier": "arn:function",
            "SourceDetails": [{"MessageType": kind} for kind in kinds],
        },
    }


@pytest.fixture
def config() -> ConfigService:
    service = ConfigService("us-east-1")
    service.put_rule(RULE, properties(*KINDS))
    return service


def an_item(kind: str = TABLE, name: str = "rtb-1", **members: Any) -> dict[str, Any]:
    return {
        "resourceType": kind,
        "resourceId": name,
        "configurationItemStatus": "OK",
        "configurationItemCaptureTime": now_text(),
        "relationships": [{"resourceType": VPC, "resourceId": "vpc-1", "name": "Is contained in"}],
        "configuration": {"vpcId": "vpc-1"},
        **members,
    }


def told(message: Message) -> Any:
    return json.loads(message.event["invokingEvent"])


def an_evaluation(**members: Any) -> dict[str, Any]:
    return {
        "ComplianceResourceType": VPC,
        "ComplianceResourceId": "vpc-1",
        "ComplianceType": "COMPLIANT",
        "Annotation": "So it is.",
        "OrderingTimestamp": 1_000.0,
        **members,
    }


def put(config: ConfigService, *evaluations: dict[str, Any], token: str = "") -> Any:
    (message,) = config.tick(now_text())
    return config.answer(
        "PutEvaluations",
        {"Evaluations": evaluations, "ResultToken": token or message.event["resultToken"]},
    )


def results(config: ConfigService, **request: Any) -> list[tuple[str, str]]:
    answer = config.answer("GetComplianceDetailsByConfigRule", {"ConfigRuleName": RULE, **request})
    return [
        (
            each["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"],
            each["ComplianceType"],
        )
        for each in answer["EvaluationResults"]
    ]


class TestMessages:
    def test_a_change_is_told_with_its_item(self, config: ConfigService) -> None:
        (message,) = config.record(an_item(), oversized=False)

        assert message.function_arn == "arn:function"
        assert told(message)["messageType"] == KINDS[0]
        assert told(message)["configurationItem"]["configuration"] == {"vpcId": "vpc-1"}
        assert json.loads(message.event["ruleParameters"]) == {"minimumScore": "80"}

    def test_an_oversized_change_is_told_without_it(self, config: ConfigService) -> None:
        (message,) = config.record(an_item(), oversized=True)
        summary = told(message)["configurationItemSummary"]

        assert told(message)["messageType"] == KINDS[1]
        assert summary["resourceId"] == "rtb-1"
        assert not {"configuration", "relationships", "tags"} & summary.keys()

    def test_a_type_out_of_scope_is_not_told(self, config: ConfigService) -> None:
        assert config.record(an_item("AWS::EC2::Instance", "i-1"), oversized=False) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_only_what_a_rule_asks_for_is_told(self, kind: str) -> None:
        config = ConfigService("us-east-1")
        config.put_rule(RULE, properties(kind))
        messages = [
            *config.record(an_item(), oversized=False),
            *config.record(an_item(), oversized=True),
            *config.tick(now_text()),
        ]

        assert [told(message)["messageType"] for message in messages] == [kind]

    def test_a_deleted_rule_is_told_nothing(self, config: ConfigService) -> None:
        config.delete_rule(RULE)

        assert config.tick(now_text()) == []


class TestEvaluations:
    def test_the_newest_by_its_time_is_kept(self, config: ConfigService) -> None:
        put(config, an_evaluation(ComplianceType="NON_COMPLIANT", OrderingTimestamp=2_000.0))
        put(config, an_evaluation())

        assert results(config) == [("vpc-1", "NON_COMPLIANT")]

    def test_results_come_by_type_and_in_pages(self, config: ConfigService) -> None:
        names = [f"vpc-{number}" for number in range(3)]
        put(config, *(an_evaluation(ComplianceResourceId=name) for name in names))
        put(config, an_evaluation(ComplianceResourceId="vpc-9", ComplianceType="NOT_APPLICABLE"))

        assert len(results(config, ComplianceTypes=["COMPLIANT"])) == 3
        assert results(config, ComplianceTypes=["NOT_APPLICABLE"]) == [("vpc-9", "NOT_APPLICABLE")]
        assert results(config, Limit=2) + results(config, Limit=2, NextToken="2") == results(config)

    @pytest.mark.parametrize(
        ("evaluations", "code"),
        [
            ([an_evaluation(ComplianceType="INSUFFICIENT_DATA")], "InvalidParameterValueException"),
            ([an_evaluation(Annotation="")], "ValidationException"),
            ([an_evaluation(Annotation="x" * 257)], "ValidationException"),
            ([an_evaluation()] * 101, "ValidationException"),
        ],
    )
    def test_what_aws_refuses_is_refused(
        self, config: ConfigService, evaluations: list[dict[str, Any]], code: str
    ) -> None:
        with pytest.raises(ConfigError, match=code):
            put(config, *evaluations)

    def test_a_token_of_nobody_is_refused(self, config: ConfigService) -> None:
        with pytest.raises(ConfigError, match="InvalidResultTokenException"):
            put(config, an_evaluation(), token="guessed")


class TestHistory:
    def test_the_newest_state_comes_first_with_its_configuration_as_text(
        self, config: ConfigService
    ) -> None:
        config.record(an_item(), oversized=True)
        config.record(
            an_item(
                configurationItemStatus="ResourceDeleted", configuration=None, relationships=[]
            ),
            oversized=False,
        )
        request = {"resourceType": TABLE, "resourceId": "rtb-1"}
        gone, before = config.answer("GetResourceConfigHistory", request)["configurationItems"]

        assert "configuration" not in gone
        assert json.loads(before["configuration"]) == {"vpcId": "vpc-1"}
        assert before["relationships"][0]["resourceId"] == "vpc-1"

    def test_what_was_never_recorded_is_not_known(self, config: ConfigService) -> None:
        request = {"resourceType": TABLE, "resourceId": "rtb-2"}
        with pytest.raises(ConfigError, match="ResourceNotDiscoveredException"):
            config.answer("GetResourceConfigHistory", request)


def test_rules_are_described(config: ConfigService) -> None:
    (rule,) = config.answer("DescribeConfigRules", {})["ConfigRules"]

    assert rule["ConfigRuleName"] == RULE
    assert json.loads(rule["InputParameters"]) == {"minimumScore": "80"}
    with pytest.raises(ConfigError, match="NoSuchConfigRuleException"):
        config.answer("DescribeConfigRules", {"ConfigRuleNames": ["other"]})
