"""Settings from the environment of a function."""

from __future__ import annotations

import pytest

from vpc_guardrail.core.settings import Mode, Settings
from vpc_guardrail.wiring.settings import SettingsError, required, settings_from


def test_the_default_stops_nothing() -> None:
    assert settings_from({}) == Settings(mode=Mode.AUDIT)


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
def test_the_mode_is_taken_from_the_environment(mode: Mode) -> None:
    assert settings_from({"GUARDRAIL_MODE": mode.value}).mode is mode


@pytest.mark.parametrize("value", ["", "Enforce", "enforce ", "stop"])
def test_a_mode_that_cannot_be_is_refused_and_named(value: str) -> None:
    with pytest.raises(SettingsError, match=r"GUARDRAIL_MODE is .* audit, enforce"):
        settings_from({"GUARDRAIL_MODE": value})


def test_a_required_variable_is_given() -> None:
    assert required({"LEDGER_TABLE": "ledger"}, "LEDGER_TABLE") == "ledger"


@pytest.mark.parametrize("environment", [{}, {"LEDGER_TABLE": ""}])
def test_a_required_variable_that_is_not_there_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="LEDGER_TABLE is not set"):
        required(environment, "LEDGER_TABLE")
