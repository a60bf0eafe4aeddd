"""Settings from the environment of a function."""

from collections.abc import Mapping

from vpc_guardrail.core.settings import Mode, Settings

MODE = "GUARDRAIL_MODE"


class SettingsError(ValueError):
    """A setting has a value that cannot be; names the setting."""


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings that the environment gives; raises `SettingsError`."""
    allowed = [mode.value for mode in Mode]
    mode = environment.get(MODE, Mode.AUDIT.value)
    if mode not in allowed:
        raise SettingsError(f"{MODE} is {mode!r}; it must be one of {', '.join(allowed)}")
    return Settings(mode=Mode(mode))


def required(environment: Mapping[str, str], name: str) -> str:
    """The value of a variable that must be there; raises `SettingsError`."""
    value = environment.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set")
    return value
