"""`vpc-guardrail score`, as far as it needs no AWS: what it refuses, by the option's name."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from vpc_guardrail.cli.main import app
from vpc_guardrail.cli.score import OF_STATUS
from vpc_guardrail.cli.score_options import OPTIONS, rule_of
from vpc_guardrail.core.score import VpcStatus
from vpc_guardrail.core.score_rule import ScoreRule, Tag
from vpc_guardrail.core.settings import InternetAccess, Settings
from vpc_guardrail.wiring.rule_parameters import PARAMETERS


@pytest.fixture(autouse=True)
def nobody_s_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Region, no credentials, no settings."""
    for name in (
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
        "AWS_REGION",
        "GUARDRAIL_INTERNET_ACCESS",
        "GUARDRAIL_REQUIRED_SERVICES",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["score", *arguments], env={"COLUMNS": "200", "TERM": "dumb"})


@pytest.mark.parametrize("arguments", [(), ("vpc-1", "--all")])
def test_vpcs_are_named_or_all_are_meant(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)

    assert done.exit_code == 2
    assert "name at least one VPC, or give --all" in done.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--minimum-score", "101"),
        ("--minimum-score", "-1"),
        ("--minimum-score", "high"),
        ("--failing-severity", "WORST"),
        ("--instance-type", "m5.xlarge"),
        ("--instance-count", "0"),
        ("--training-tags", "=training"),
        ("--included-vpc-tags", "a,,b"),
        ("--excluded-vpc-tags", "="),
        ("--required-services", "STS!"),
        ("--internet-access", "sometimes"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_the_name_of_its_option(
    option: str, value: str
) -> None:
    done = run("--all", f"{option}={value}")

    assert done.exit_code == 2
    assert f"{option} is" in done.stderr


def test_every_parameter_of_the_rule_has_an_option() -> None:
    assert OPTIONS.keys() == PARAMETERS.keys()


def test_a_variable_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARDRAIL_INTERNET_ACCESS", "sometimes")

    done = run("--all")

    assert done.exit_code == 2
    assert "GUARDRAIL_INTERNET_ACCESS" in done.stderr


def test_no_region_is_bad_input() -> None:
    done = run("--all")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "set AWS_REGION" in done.stderr


def test_without_options_the_rule_is_the_default_one() -> None:
    assert rule_of({}) == ScoreRule()


def test_options_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARDRAIL_INTERNET_ACCESS", "forbidden")
    monkeypatch.setenv("GUARDRAIL_REQUIRED_SERVICES", "sts")

    rule = rule_of({"internetAccess": "required", "trainingSubnetTags": "purpose=training"})

    assert rule == ScoreRule(
        training_tags=(Tag("purpose", "training"),),
        settings=Settings(internet_access=InternetAccess.REQUIRED, required_services=("sts",)),
    )


def test_every_status_has_an_exit_code() -> None:
    assert {status.value: int(code) for status, code in OF_STATUS.items()} == {
        "COMPLIANT": 0,
        "NON_COMPLIANT": 1,
        "UNDETERMINED": 3,
        "NOT_APPLICABLE": 0,
    }
    assert OF_STATUS.keys() == {*VpcStatus}
