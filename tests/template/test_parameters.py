"""A wrong setting is refused at deployment, and the refusal says what is right."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from tests.template.cloudformation import ROOT, Template, ref
from vpc_guardrail.app.settings_document import parse_settings
from vpc_guardrail.cli.judged_by import VARIABLES
from vpc_guardrail.core.settings import InternetAccess, Mode, Settings
from vpc_guardrail.report.settings_text import OF_THE_STACK
from vpc_guardrail.wiring.settings import settings_from

SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:"

ROUTES = ("AlertEmailRoutes", "SlackRoutes", "SlackUrgentRoutes")

RIGHT = [
    ("Mode", "audit"),
    ("Mode", "enforce"),
    ("Settings", "{}"),
    ("Settings", ' {\n"mode": "audit"}\n'),
    ("AlertEmail", ""),
    ("AlertEmail", "network.team+alerts@example.org"),
    *((name, right) for name in ROUTES for right in ("", "research", "ml-1,default,x")),
    ("OperationsEmail", ""),
    ("OperationsEmail", "on.call@example.org"),
    ("InternetAccess", "allowed"),
    ("InternetAccess", "forbidden"),
    ("InternetAccess", "required"),
    ("RequiredServices", ""),
    ("RequiredServices", "sts"),
    ("RequiredServices", "sts,ecr.api,sagemaker.runtime"),
    ("SlackWebhookSecretArn", ""),
    ("SlackWebhookSecretArn", f"{SECRET}slack/alerts-AbCdEf"),
    ("SlackUrgentWebhookSecretArn", ""),
    ("SlackUrgentWebhookSecretArn", f"{SECRET}slack_urgent-AbCdEf"),
    ("SlackTestServer", ""),
    ("SlackTestServer", "http://127.0.0.1:8080"),
    ("HttpsBody", "verdict"),
    ("HttpsBody", "amazon-q"),
    ("SecurityHub", "true"),
    ("SecurityHub", "false"),
    ("ScoreVpcs", "true"),
    ("ScoreVpcs", "false"),
    ("ScoreFrequency", "One_Hour"),
    ("MinimumScore", "0"),
    ("MinimumScore", "7"),
    ("MinimumScore", "100"),
    ("FailingSeverity", "MEDIUM"),
    ("FailingSeverity", "OFF"),
    ("TrainingSubnetTags", ""),
    ("TrainingSubnetTags", "purpose=training"),
    ("TrainingSubnetTags", "gpu,cost center=ml-1,empty="),
    ("IncludedVpcTags", ""),
    ("IncludedVpcTags", "purpose=training"),
    ("IncludedVpcTags", "gpu,cost center=ml-1,empty="),
    ("ExcludedVpcTags", ""),
    ("ExcludedVpcTags", "purpose=training"),
    ("ExcludedVpcTags", "gpu,cost center=ml-1,empty="),
    ("ReferenceInstanceType", "ml.p4d.24xlarge"),
    ("ReferenceInstanceType", "ml.p6e-gb200.36xlarge"),
    ("ReferenceInstanceCount", "1"),
    ("ReferenceInstanceCount", "10000"),
    ("ScoreConcurrency", ""),
    ("ScoreConcurrency", "1"),
    ("ScoreConcurrency", "1000"),
    ("EventSources", "aws.sagemaker"),
    ("EventSources", "aws.sagemaker,test.sagemaker"),
    ("Architecture", "arm64"),
    ("Architecture", "x86_64"),
    ("LogLevel", "DEBUG"),
    ("LogRetentionDays", "365"),
    ("KmsKeyArn", ""),
    ("KmsKeyArn", "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("KmsKeyArn", "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef"),
]

WRONG = [
    ("Mode", ""),
    ("Mode", "Enforce"),
    ("Mode", "stop"),
    ("Settings", ""),
    ("Settings", "[]"),
    ("Settings", "mode=audit"),
    ("Settings", "file://settings.json"),
    ("AlertEmail", "network.team"),
    ("AlertEmail", "a@example.org,b@example.org"),
    ("AlertEmail", "a team@example.org"),
    *((name, wrong) for name in ROUTES for wrong in (",", "A", "a, b", "-a", "x" * 25, "a,")),
    ("OperationsEmail", "on.call"),
    ("OperationsEmail", "a@example.org,b@example.org"),
    ("InternetAccess", ""),
    ("InternetAccess", "denied"),
    ("RequiredServices", "STS"),
    ("RequiredServices", "sts, ecr.api"),
    ("RequiredServices", "sts,"),
    ("SlackWebhookSecretArn", "https://hooks.slack.com/services/T0/B0/x"),
    ("SlackWebhookSecretArn", "slack-webhook"),
    ("SlackUrgentWebhookSecretArn", "arn:aws:ssm:eu-central-1:111122223333:parameter/slack"),
    ("SlackUrgentWebhookSecretArn", f"{SECRET}*"),
    ("SlackTestServer", "http://127.0.0.1"),
    ("SlackTestServer", "http://evil.example:80"),
    ("SlackTestServer", "http://127.0.0.1:80@evil.example"),
    ("SlackTestServer", "http://127.0.0.1:80/path"),
    ("SlackTestServer", "http://127x0x0x1:80"),
    ("HttpsBody", ""),
    ("HttpsBody", "chatbot"),
    ("SecurityHub", ""),
    ("SecurityHub", "yes"),
    ("ScoreVpcs", "yes"),
    ("ScoreFrequency", "Hourly"),
    ("MinimumScore", "101"),
    ("MinimumScore", "080"),
    ("MinimumScore", "-1"),
    ("FailingSeverity", "high"),
    ("FailingSeverity", ""),
    ("TrainingSubnetTags", "=training"),
    ("TrainingSubnetTags", "a=b=c"),
    ("TrainingSubnetTags", "a,"),
    ("IncludedVpcTags", "=training"),
    ("IncludedVpcTags", "a=b=c"),
    ("IncludedVpcTags", "a,"),
    ("ExcludedVpcTags", "=training"),
    ("ExcludedVpcTags", "a=b=c"),
    ("ExcludedVpcTags", "a,"),
    ("ReferenceInstanceType", "m5.xlarge"),
    ("ReferenceInstanceType", "ml.M5.xlarge"),
    ("ReferenceInstanceCount", "0"),
    ("ReferenceInstanceCount", "10001"),
    ("ScoreConcurrency", "0"),
    ("ScoreConcurrency", "1001"),
    ("ScoreConcurrency", "-1"),
    ("ScoreConcurrency", "010"),
    ("ScoreConcurrency", "ten"),
    ("EventSources", ""),
    ("EventSources", "aws.sagemaker,"),
    ("EventSources", "aws.sagemaker, test.sagemaker"),
    ("Architecture", "amd64"),
    ("LogLevel", "WARNING"),
    ("LogLevel", "info"),
    ("LogRetentionDays", "0"),
    ("LogRetentionDays", "31"),
    ("KmsKeyArn", "alias/aws/sns"),
    ("KmsKeyArn", "1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("KmsKeyArn", "arn:aws:kms:eu-central-1:123456789012:alias/topics"),
]

ENVIRONMENTS = ["default", "dev", "staging", "prod"]


def accepts(parameter: dict[str, Any], value: str) -> bool:
    """What CloudFormation decides; each entry of a list must fit the pattern by itself."""
    if "AllowedValues" in parameter:
        return value in map(str, parameter["AllowedValues"])
    entries = value.split(",") if parameter["Type"] == "CommaDelimitedList" else [value]
    return all(re.fullmatch(parameter["AllowedPattern"], entry) for entry in entries)


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_right_setting_is_taken(template: Template, name: str, value: str) -> None:
    assert accepts(dict(template.parameters[name]), value)


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_wrong_setting_is_refused(template: Template, name: str, value: str) -> None:
    assert not accepts(dict(template.parameters[name]), value)


def test_every_parameter_is_covered_here(template: Template) -> None:
    assert {name for name, _ in RIGHT} == {name for name, _ in WRONG} == set(template.parameters)


def test_every_parameter_has_a_working_default_and_says_what_is_right(template: Template) -> None:
    for name, parameter in template.parameters.items():
        assert accepts(dict(parameter), str(parameter["Default"])), name
        assert parameter["ConstraintDescription"].startswith("must be "), name
        assert parameter["Description"].endswith("."), name


def test_modes_are_those_of_the_code_and_the_default_stops_nothing(template: Template) -> None:
    mode = template.parameters["Mode"]

    assert set(mode["AllowedValues"]) == {mode.value for mode in Mode}
    assert mode["Default"] == Mode.AUDIT.value


def test_internet_settings_are_those_of_the_code(template: Template) -> None:
    setting = template.parameters["InternetAccess"]

    assert set(setting["AllowedValues"]) == {access.value for access in InternetAccess}
    assert setting["Default"] == InternetAccess.ALLOWED.value


@pytest.mark.parametrize("value", [value for name, value in RIGHT if name == "RequiredServices"])
def test_services_that_the_template_takes_are_taken_by_the_functions(value: str) -> None:
    settings = settings_from({"GUARDRAIL_REQUIRED_SERVICES": value})

    assert ",".join(settings.required_services) == value


@pytest.mark.parametrize("field", OF_THE_STACK)
def test_what_the_command_line_reads_of_a_stack_its_functions_get(
    template: Template, field: str
) -> None:
    inspector = template.resource("JobInspectorFunction").properties["Environment"]["Variables"]
    given = template.global_of_functions("Environment")["Variables"] | inspector

    assert given[VARIABLES[field]] == ref(OF_THE_STACK[field])


def test_console_shows_every_parameter_once_with_a_label(template: Template) -> None:
    interface = template.body["Metadata"]["AWS::CloudFormation::Interface"]
    shown = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]

    assert sorted(shown) == sorted(template.parameters)
    assert set(interface["ParameterLabels"]) == set(template.parameters)


@pytest.fixture(scope="module")
def samconfig() -> dict[str, Any]:
    return tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))


def test_environments_are_complete(samconfig: dict[str, Any]) -> None:
    assert set(samconfig) == {"version", *ENVIRONMENTS}
    for name in ENVIRONMENTS:
        environment = samconfig[name]
        assert environment["build"]["parameters"] == {"cached": True, "parallel": True}
        assert environment["validate"]["parameters"] == {"lint": True}
        assert environment["deploy"]["parameters"]["resolve_s3"] is True
        assert f"environment={name}" in environment["deploy"]["parameters"]["tags"]


def test_environments_are_stacks_of_their_own(samconfig: dict[str, Any]) -> None:
    stacks = [samconfig[name]["global"]["parameters"]["stack_name"] for name in ENVIRONMENTS]

    assert len(set(stacks)) == len(ENVIRONMENTS)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_environment_sets_what_the_template_takes_and_only_audits(
    template: Template, samconfig: dict[str, Any], environment: str
) -> None:
    overrides = samconfig[environment]["deploy"]["parameters"]["parameter_overrides"]
    pairs = [override.split("=", 1) for override in overrides]
    settings = {name: value.strip("'") for name, value in pairs}

    assert settings["Mode"] == Mode.AUDIT.value
    for name, value in settings.items():
        assert accepts(dict(template.parameters[name]), value), name


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_deployment_may_make_roles_but_none_with_a_name(
    samconfig: dict[str, Any], environment: str
) -> None:
    assert samconfig[environment]["deploy"]["parameters"]["capabilities"] == ["CAPABILITY_IAM"]


def test_a_change_of_prod_is_shown_before_it_is_made(samconfig: dict[str, Any]) -> None:
    asked = {
        name: samconfig[name]["deploy"]["parameters"]["confirm_changeset"] for name in ENVIRONMENTS
    }

    assert asked == {"default": False, "dev": False, "staging": False, "prod": True}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_settings_of_an_environment_are_right(
    samconfig: dict[str, Any], environment: str
) -> None:
    """SAM takes what stands between quotation marks as it is."""
    overrides = samconfig[environment]["deploy"]["parameters"]["parameter_overrides"]
    (text,) = [each for each in overrides if each.startswith("Settings=")]
    document = text.removeprefix("Settings='").removesuffix("'")

    assert text == f"Settings='{document}'"
    assert "'" not in document
    assert parse_settings(document, Settings()).mode is Mode.AUDIT
