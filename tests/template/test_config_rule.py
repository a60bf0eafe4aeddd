"""The rule of AWS Config: what it is told of, who may invoke it, and what its parameters are."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.template.cloudformation import ROOT, Template, get_att, ref
from tests.template.test_parameters import RIGHT
from vpc_guardrail.adapters.reading_ledger import KEY_PREFIX
from vpc_guardrail.app.vpc_changes import RESOURCE_TYPES, ResourceChange, Tick
from vpc_guardrail.core.finding import Severity
from vpc_guardrail.core.score_rule import ScoreRule
from vpc_guardrail.wiring.config_events import parse_config_event
from vpc_guardrail.wiring.events import Home
from vpc_guardrail.wiring.rule_parameters import OFF, PARAMETERS, score_rule

PARTS = {
    "VpcScoreRule",
    "ConfigInvokesConfigRuleFunction",
    "ConfigRuleFunction",
    "ConfigRuleLogGroup",
    "ConfigRuleRole",
    "ScoreSettingsTroubleMetric",
}

OF_RULE = {
    "minimumScore": "MinimumScore",
    "failingSeverity": "FailingSeverity",
    "trainingSubnetTags": "TrainingSubnetTags",
    "includedVpcTags": "IncludedVpcTags",
    "excludedVpcTags": "ExcludedVpcTags",
    "instanceType": "ReferenceInstanceType",
    "instanceCount": "ReferenceInstanceCount",
    "requiredServices": "RequiredServices",
    "internetAccess": "InternetAccess",
}
"""The rule's parameters, and those of the template that they get their values from."""

SAM = ROOT / ".tools" / "sam" / "bin" / "sam"
SAMPLES = {
    "item-change-notification": "config_change",
    "oversized-item-change-notification": "config_oversized_change",
    "periodic-rule": "config_schedule",
}
"""AWS's own samples, as SAM generates them, and ours of the same shape."""


@pytest.fixture
def rule(template: Template) -> Any:
    return template.resource("VpcScoreRule").properties


def test_all_of_it_is_there_only_where_it_is_asked_for(template: Template) -> None:
    conditional = {
        resource.name
        for resource in template.resources
        if resource.body.get("Condition") == "VpcsAreScored" and "Alarm" not in resource.name
    }

    assert conditional == PARTS
    assert template.body["Conditions"]["VpcsAreScored"] == {
        "Fn::Equals": [ref("ScoreVpcs"), "true"]
    }
    assert template.parameters["ScoreVpcs"]["Default"] == "false"


def test_it_is_told_of_every_type_that_the_code_knows_what_to_do_with(rule: Any) -> None:
    assert tuple(rule["Scope"]["ComplianceResourceTypes"]) == RESOURCE_TYPES


def test_it_is_told_of_changes_of_any_size_and_on_schedule(rule: Any) -> None:
    details = rule["Source"]["SourceDetails"]

    assert {each["EventSource"] for each in details} == {"aws.config"}
    assert {each["MessageType"]: each.get("MaximumExecutionFrequency") for each in details} == {
        "ConfigurationItemChangeNotification": None,
        "OversizedConfigurationItemChangeNotification": None,
        "ScheduledNotification": ref("ScoreFrequency"),
    }


def test_config_may_invoke_the_function_before_the_rule_is_made(
    template: Template, rule: Any
) -> None:
    permission = template.resource("ConfigInvokesConfigRuleFunction")

    assert permission.properties == {
        "FunctionName": get_att("ConfigRuleFunction", "Arn"),
        "Action": "lambda:InvokeFunction",
        "Principal": "config.amazonaws.com",
        "SourceAccount": ref("AWS::AccountId"),
    }
    assert template.resource("VpcScoreRule").body["DependsOn"] == permission.name
    assert rule["Source"]["SourceIdentifier"] == get_att("ConfigRuleFunction", "Arn")
    assert rule["Source"]["Owner"] == "CUSTOM_LAMBDA"


def test_it_reserves_no_concurrency_unless_it_is_asked_to(template: Template) -> None:
    """An account whose whole pool is what AWS keeps unreserved could not deploy it."""
    function = template.resource("ConfigRuleFunction").properties
    no_value = ref("AWS::NoValue")

    assert function["ReservedConcurrentExecutions"] == {
        "Fn::If": ["ScoringIsLimited", ref("ScoreConcurrency"), no_value]
    }
    assert template.body["Conditions"]["ScoringIsLimited"] == {
        "Fn::Not": [{"Fn::Equals": [ref("ScoreConcurrency"), ""]}]
    }
    assert template.parameters["ScoreConcurrency"]["Default"] == ""


def test_its_parameters_come_from_the_templates(rule: Any) -> None:
    given = rule["InputParameters"]

    assert given.keys() == OF_RULE.keys() == PARAMETERS.keys()
    for name, parameter in OF_RULE.items():
        value = given[name]
        if "Fn::If" in value:
            _, value, otherwise = value["Fn::If"]
            assert otherwise == ref("AWS::NoValue"), name
        assert value == ref(parameter), name


def test_a_parameter_that_may_be_empty_is_left_out_then(template: Template, rule: Any) -> None:
    """Config takes no empty value of a parameter."""
    for name, parameter in OF_RULE.items():
        may_be_empty = template.parameters[parameter]["Default"] == ""
        assert ("Fn::If" in rule["InputParameters"][name]) is may_be_empty, name
        if may_be_empty:
            condition = rule["InputParameters"][name]["Fn::If"][0]
            assert template.body["Conditions"][condition] == {
                "Fn::Not": [{"Fn::Equals": [ref(parameter), ""]}]
            }


def test_what_the_template_takes_is_taken_by_the_function() -> None:
    for name, parameter in OF_RULE.items():
        for right, value in RIGHT:
            if right == parameter:
                score_rule({name: value})


def test_defaults_are_those_of_the_code(template: Template) -> None:
    given = {name: template.parameters[each]["Default"] for name, each in OF_RULE.items()}

    assert score_rule(given) == ScoreRule()


def test_severities_are_those_of_the_code(template: Template) -> None:
    allowed = template.parameters["FailingSeverity"]["AllowedValues"]

    assert {*allowed} == {each.value for each in Severity if each is not Severity.INFO} | {OFF}


def test_it_reaches_readings_in_the_ledger_and_nothing_of_jobs(template: Template) -> None:
    (keeping,) = [
        each for each in template.statements_of_role("ConfigRuleRole") if each.sid == "KeepReadings"
    ]

    assert keeping.condition == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{KEY_PREFIX} *"]}
    }


def test_it_has_all_the_time_that_lambda_gives(template: Template) -> None:
    assert template.resource("ConfigRuleFunction").properties["Timeout"] == 900


@pytest.mark.parametrize(("kind", "ours"), SAMPLES.items())
def test_awss_own_samples_are_understood_and_ours_have_their_shape(kind: str, ours: str) -> None:
    made = subprocess.run(
        [SAM, "local", "generate-event", "config", kind],
        check=True,
        capture_output=True,
        env={"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1", "LANG": "C.UTF-8"},
        text=True,
    )
    sample = json.loads(made.stdout)
    own = json.loads((ROOT / "events" / f"{ours}.json").read_text(encoding="utf-8"))

    trigger = parse_config_event(sample, Home("123456789012", "us-east-1")).trigger
    assert isinstance(trigger, Tick) is (kind == "periodic-rule")
    assert isinstance(trigger, Tick) or is_bare(trigger) is kind.startswith("oversized")
    assert shape_of(sample) == shape_of(own)


def is_bare(change: ResourceChange) -> bool:
    return not change.state.configuration and not change.state.relationships


FREE = {"configuration", "tags", "ruleParameters"}
"""Members whose own members are anybody's."""


def shape_of(value: Any, name: str = "") -> Any:
    """The names of the members at any depth; a text that is JSON is taken apart."""
    if name in FREE:
        return "anything"
    if isinstance(value, str) and value.startswith("{"):
        return shape_of(json.loads(value), name)
    if isinstance(value, dict):
        return {key: shape_of(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [shape_of(each, name) for each in value]
    return "a value"
