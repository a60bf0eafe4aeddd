"""Settings from the environment of a function, or of the command line."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from vpc_guardrail.app.settings_document import SERVICE, SettingsError
from vpc_guardrail.core.settings import InternetAccess, Mode, Settings

MODE = "GUARDRAIL_MODE"
INTERNET_ACCESS = "GUARDRAIL_INTERNET_ACCESS"
REQUIRED_SERVICES = "GUARDRAIL_REQUIRED_SERVICES"

Choice = TypeVar("Choice", bound=Enum)


def settings_from(
    environment: Mapping[str, str],
    mode: str = MODE,
    internet_access: str = INTERNET_ACCESS,
    required_services: str = REQUIRED_SERVICES,
) -> Settings:
    """The settings that the environment gives, by these names; raises `SettingsError`."""
    return Settings(
        mode=_choice(environment, mode, Mode.AUDIT),
        internet_access=_choice(environment, internet_access, InternetAccess.ALLOWED),
        required_services=_services(environment, required_services),
    )


def _choice(environment: Mapping[str, str], name: str, default: Choice) -> Choice:
    allowed = {choice.value: choice for choice in type(default)}
    value = environment.get(name, default.value)
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")
    return allowed[value]


def _services(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    listed = environment.get(name, "").split(",")
    services = [each.strip() for each in listed if each.strip()]
    for each in services:
        if not re.fullmatch(SERVICE.pattern, each):
            raise SettingsError(f"{name} names {each!r}; a service is named like sts or ecr.api")
    return tuple(dict.fromkeys(services))


def required(environment: Mapping[str, str], name: str) -> str:
    """The value of a variable that must be there; raises `SettingsError`."""
    value = environment.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set")
    return value
