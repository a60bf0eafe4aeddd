"""Settings from the environment of a function."""

from __future__ import annotations

import pytest

from vpc_guardrail.app.settings_document import SettingsError
from vpc_guardrail.core.settings import InternetAccess, Mode, Settings
from vpc_guardrail.wiring.settings import required, settings_from


def test_the_default_stops_nothing() -> None:
    assert settings_from({}) == Settings(mode=Mode.AUDIT)


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
def test_the_mode_is_taken_from_the_environment(mode: Mode) -> None:
    assert settings_from({"GUARDRAIL_MODE": mode.value}).mode is mode


@pytest.mark.parametrize("value", ["", "Enforce", "enforce ", "stop"])
def test_a_mode_that_cannot_be_is_refused_and_named(value: str) -> None:
    with pytest.raises(SettingsError, match=r"GUARDRAIL_MODE is .* audit, enforce"):
        settings_from({"GUARDRAIL_MODE": value})


@pytest.mark.parametrize("access", InternetAccess, ids=lambda access: access.value)
def test_internet_access_is_taken_from_the_environment(access: InternetAccess) -> None:
    settings = settings_from({"GUARDRAIL_INTERNET_ACCESS": access.value})

    assert settings == Settings(internet_access=access)


@pytest.mark.parametrize("value", ["", "Forbidden", "no"])
def test_an_internet_access_that_cannot_be_is_refused_and_named(value: str) -> None:
    told = r"GUARDRAIL_INTERNET_ACCESS is .* forbidden, allowed, required"
    with pytest.raises(SettingsError, match=told):
        settings_from({"GUARDRAIL_INTERNET_ACCESS": value})


@pytest.mark.parametrize(
    ("value", "services"),
    [
        pytest.param("", (), id="none"),
        pytest.param(" , ", (), id="nothing but commas"),
        pytest.param("sts", ("sts",), id="one"),
        pytest.param("sts,ecr.api", ("sts", "ecr.api"), id="two"),
        pytest.param(" sts , logs,, sts", ("sts", "logs"), id="spaces, and one twice"),
        pytest.param("s3-global.accesspoint", ("s3-global.accesspoint",), id="a long name"),
    ],
)
def test_required_services_are_taken_from_the_environment(
    value: str, services: tuple[str, ...]
) -> None:
    settings = settings_from({"GUARDRAIL_REQUIRED_SERVICES": value})

    assert settings == Settings(required_services=services)


@pytest.mark.parametrize(
    "value", ["STS", "sts;logs", "sts logs", ".sts", "a/b", "x" * 64, "sts\n1"]
)
def test_a_service_that_cannot_be_is_refused_and_named(value: str) -> None:
    with pytest.raises(SettingsError, match="GUARDRAIL_REQUIRED_SERVICES names"):
        settings_from({"GUARDRAIL_REQUIRED_SERVICES": f"logs,{value}"})


def test_a_required_variable_is_given() -> None:
    assert required({"LEDGER_TABLE": "ledger"}, "LEDGER_TABLE") == "ledger"


@pytest.mark.parametrize("environment", [{}, {"LEDGER_TABLE": ""}])
def test_a_required_variable_that_is_not_there_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="LEDGER_TABLE is not set"):
        required(environment, "LEDGER_TABLE")
