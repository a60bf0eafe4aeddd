"""The settings that a command judges by: of an environment, of a file, or of one's variables."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from vpc_guardrail.app.settings_document import SettingsError
from vpc_guardrail.cli.documents import (
    DocumentError,
    parameter_name,
    settings_in,
    text_in_file,
    text_in_parameter,
)
from vpc_guardrail.cli.exit_codes import ExitCode
from vpc_guardrail.cli.stacks import settings_of_stack
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.report.settings_text import OF_THE_STACK
from vpc_guardrail.wiring.settings import INTERNET_ACCESS, MODE, REQUIRED_SERVICES, settings_from

VARIABLES = {
    "mode": MODE,
    "internet_access": INTERNET_ACCESS,
    "required_services": REQUIRED_SERVICES,
}
"""What stands for the stack's own parameters, by the field of the document."""

StackOption = Annotated[
    str | None,
    typer.Option("--stack", metavar="NAME", help="Judge by the settings of this stack."),
]
ParameterOption = Annotated[
    str | None,
    typer.Option("--parameter", metavar="NAME", help="Judge by those in this SSM parameter."),
]
DocumentOption = Annotated[
    str | None,
    typer.Option("--settings", metavar="FILE", help="Judge by this document; - reads it here."),
]


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """Where the user says that the settings are: in one place at most."""

    stack: str | None = None
    parameter: str | None = None
    file: str | None = None

    def __post_init__(self) -> None:
        if sum(place is not None for place in (self.stack, self.parameter, self.file)) > 1:
            raise typer.BadParameter("give one of --stack, --parameter and --settings")

    def settings(self) -> Settings | None:
        """The settings, over those of the stack's parameters or of the variables.

        None where the user names no place. Raises `DocumentError`.
        """
        if self == NOWHERE:
            return None
        if self.file is not None:
            return settings_in(text_in_file(self.file), self.file, settings_of_variables())
        name = parameter_name(self.stack, self.parameter)
        if self.stack is not None:
            base = settings_of_stack(self.stack)
            return settings_in(text_in_parameter(name), name, base)
        text = text_in_parameter(name)
        settings = settings_in(text, name, settings_of_variables())
        _tell_what_is_not_read(name, json.loads(text))
        return settings


NOWHERE = JudgedBy()


def settings_of_variables() -> Settings:
    """What the variables of the environment set; raises `DocumentError`."""
    try:
        return settings_from(os.environ)
    except SettingsError as error:
        raise DocumentError(ExitCode.BAD_INPUT, "your environment", error) from error


def _tell_what_is_not_read(name: str, document: Mapping[str, Any]) -> None:
    """What the document leaves to the stack's own parameters, where no variable stands for them."""
    left = [field for field in OF_THE_STACK if field not in document]
    missed = [field for field in left if VARIABLES[field] not in os.environ]
    if missed:
        parameters = ", ".join(OF_THE_STACK[field] for field in missed)
        variables = ", ".join(VARIABLES[field] for field in missed)
        typer.echo(
            f"vpc-guardrail: {name} leaves {parameters} to the stack, whose parameters are not"
            f" read: set {variables} to what they are.",
            err=True,
        )
