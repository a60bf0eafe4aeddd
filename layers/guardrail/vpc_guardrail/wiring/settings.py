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


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings that the environment gives; raises `SettingsError`."""
    return Settings(
        mode=_choice(environment, MODE, Mode.AUDIT),
        internet_access=_choice(environment, INTERNET_ACCESS, InternetAccess.ALLOWED),
        required_services=_services(environment.get(REQUIRED_SERVICES, "")),
    )


def _choice(environment: Mapping[str, str], name: str, default: Choice) -> Choice:
    allowed = {choice.value: choice for choice in type(default)}
    value = environment.get(name, default.value)
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")
    return allowed[value]


def _services(text: str) -> tuple[str, ...]:
    services = [each.strip() for each in text.split(",") if each.strip()]
    for each in services:
        if not re.fullmatch(SERVICE.pattern, each):
            raise SettingsError(
                f"{REQUIRED_SERVICES} names {each!r}; a service is named like sts or ecr.api"
            )
    return tuple(dict.fromkeys(services))


def required(environment: Mapping[str, str], name: str) -> str:
    """The value of a variable that must be there; raises `SettingsError`."""
    value = environment.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set")
    return value
