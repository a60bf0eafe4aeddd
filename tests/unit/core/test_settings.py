"""The action of a check: its default, the owner's choice, and the limit of both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import a_spec
from vpc_guardrail.core.finding import Severity, StopPolicy
from vpc_guardrail.core.settings import CheckAction, Mode, Settings

SPEC = a_spec()

IGNORE, NOTIFY, STOP = CheckAction.IGNORE, CheckAction.NOTIFY, CheckAction.STOP


def test_defaults_stop_nothing_and_alert_from_medium_on() -> None:
    assert Settings().mode is Mode.AUDIT
    assert Settings().threshold is Severity.MEDIUM


@pytest.mark.parametrize(
    ("stop", "chosen", "action"),
    [
        pytest.param(StopPolicy.DEFAULT, None, STOP, id="a check that stops by default"),
        pytest.param(StopPolicy.ALLOWED, None, NOTIFY, id="a check that may stop only notifies"),
        pytest.param(StopPolicy.NEVER, None, NOTIFY, id="a check that never stops notifies"),
        pytest.param(StopPolicy.DEFAULT, NOTIFY, NOTIFY, id="the default stop is switched off"),
        pytest.param(StopPolicy.ALLOWED, STOP, STOP, id="the owner lets it stop"),
        pytest.param(StopPolicy.NEVER, STOP, NOTIFY, id="never means never, whatever is set"),
        pytest.param(StopPolicy.DEFAULT, IGNORE, IGNORE, id="even a stopping check is ignored"),
        pytest.param(StopPolicy.NEVER, IGNORE, IGNORE, id="a check is ignored"),
    ],
)
def test_action_of(stop: StopPolicy, chosen: CheckAction | None, action: CheckAction) -> None:
    settings = Settings(actions={SPEC.name: chosen} if chosen else {})

    assert settings.action_of(replace(SPEC, stop=stop)) is action


def test_a_choice_concerns_its_own_check_only() -> None:
    settings = Settings(actions={"another-check": IGNORE})

    assert settings.action_of(SPEC) is NOTIFY
