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

NAME = "/vpc-guardrail/prod/settings"


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def put(text: str) -> None:
    client = boto3.Session(region_name=REGION).client("ssm")
    client.put_parameter(Name=NAME, Value=text, Type="String")


def show(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["settings", "show", *arguments])


@pytest.mark.parametrize("arguments", [("--stack", "prod"), ("--parameter", NAME)])
def test_every_setting_is_shown_with_the_defaults_marked(arguments: tuple[str, str]) -> None:
    put('{"threshold": "HIGH", "circuit_breaker": {"stops_per_hour": 3}}')

    done = show(*arguments)

    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert 'threshold = "HIGH"' in lines
    assert "circuit_breaker.stops_per_hour = 3" in lines
    assert "alerts.window_hours = 24  (default)" in lines
    assert 'checks.vpc-config-present.action = "stop"  (default)' in lines
    assert "mode: as the stack's parameter Mode says" in lines


def test_a_broken_document_is_bad_input_and_says_what_holds_instead() -> None:
    put('{"mode": "x"}')

    done = show("--stack", "prod")

    assert done.exit_code == 2
    assert "the last good document is in force, or audit mode" in done.stderr
    assert f"{NAME}: mode: is 'x'" in done.stderr


def test_an_environment_that_is_not_there_is_bad_input() -> None:
    assert show("--stack", "nowhere").exit_code == 2
