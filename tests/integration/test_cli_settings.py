"""`vpc-guardrail settings show` before moto's Parameter Store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from tests.builders import REGION
from vpc_guardrail.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

    from tests.integration.environments import Environments

NAME = "/vpc-guardrail/prod/settings"
STACK = ("--stack", "prod")
PLACES = [STACK, ("--parameter", NAME)]


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def show(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["settings", "show", *arguments])


@pytest.mark.parametrize("place", PLACES)
def test_every_setting_is_shown_with_the_defaults_marked(
    environments: Environments, place: tuple[str, str]
) -> None:
    document = '{"threshold": "HIGH", "circuit_breaker": {"stops_per_hour": 3}}'
    environments.build("prod", document)

    done = show(*place)

    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert 'threshold = "HIGH"' in lines
    assert "circuit_breaker.stops_per_hour = 3" in lines
    assert "alerts.window_hours = 24  (default)" in lines
    assert 'checks.vpc-config-present.action = "stop"  (default)' in lines


def test_what_the_document_leaves_to_the_stack_its_parameters_say(
    environments: Environments,
) -> None:
    own = {"Mode": "enforce", "InternetAccess": "required", "RequiredServices": "sts,logs"}
    environments.build("prod", '{"internet_access": "forbidden"}', **own)

    lines = show(*STACK).stdout.splitlines()

    assert 'mode = "enforce"  (the stack\'s parameter Mode)' in lines
    assert 'internet_access = "forbidden"' in lines
    assert 'required_services = ["sts", "logs"]  (the stack\'s parameter RequiredServices)' in lines


def test_the_parameters_of_a_stack_that_is_not_named_are_not_read(
    environments: Environments,
) -> None:
    environments.build("prod", Mode="enforce")

    done = show("--parameter", NAME)

    assert "mode: as the stack's parameter Mode says" in done.stdout.splitlines()


@pytest.mark.parametrize("place", PLACES)
def test_a_broken_document_is_bad_input_and_says_what_holds_instead(
    environments: Environments, place: tuple[str, str]
) -> None:
    environments.build("prod", '{"mode": "x"}')

    done = show(*place)

    assert done.exit_code == 2
    assert "the last good document is in force, or audit mode" in done.stderr
    assert f"{NAME}: mode: is 'x'" in done.stderr


@pytest.mark.usefixtures("environments")
def test_a_stack_that_is_not_there_is_bad_input() -> None:
    done = show("--stack", "nowhere")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("vpc-guardrail: stack nowhere: ")
    assert "does not exist" in done.stderr


def test_a_stack_without_a_document_is_bad_input(environments: Environments) -> None:
    environments.build("prod")
    boto3.client("ssm", region_name=REGION).delete_parameter(Name=NAME)

    done = show(*STACK)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"vpc-guardrail: {NAME}: ")


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"Mode": "blue"}, "Mode is 'blue'; it must be one of audit, enforce"),
        ({"InternetAccess": ""}, "InternetAccess is ''; it must be one of forbidden,"),
        ({"RequiredServices": "sts,STS"}, "RequiredServices names 'STS'"),
    ],
)
def test_a_parameter_that_cannot_be_is_bad_input_and_named(
    environments: Environments, own: dict[str, str], told: str
) -> None:
    environments.build("prod", **own)

    done = show(*STACK)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"vpc-guardrail: stack prod: {told}")


def test_a_stack_without_such_parameters_is_no_environment(environments: Environments) -> None:
    environments.build("prod")
    environments.stacks["prod"] = {"InternetAccess": "allowed", "Colour": "blue"}

    done = show(*STACK)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "vpc-guardrail: stack prod: has no parameter Mode, RequiredServices:"
        " it is no stack of the guardrail\n"
    )


def test_a_stack_that_may_not_be_described_is_an_error_of_aws(environments: Environments) -> None:
    environments.build("prod")
    environments.may_be_described = False

    done = show(*STACK)

    assert (done.exit_code, done.stdout) == (4, "")
    assert done.stderr.startswith("vpc-guardrail: stack prod: An error occurred (AccessDenied)")
    assert "when calling the DescribeStacks operation" in done.stderr
