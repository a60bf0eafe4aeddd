"""`vpc-guardrail settings`: check a settings document, look at one in force, begin a new one."""

import json
from datetime import UTC, datetime

import typer

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
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.report.settings_text import effective_lines, starting_document

PARAMETER_BYTES = 4096
"""The most that a stack's parameter takes.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""


def validate_document(file: str) -> ExitCode:
    """Tell all that is wrong with a document, or that it is right."""
    try:
        text = text_in_file(file)
        settings = settings_in(text, file, Settings())
    except DocumentError as error:
        return _told(error)
    _note_the_expired(settings)
    if len(text.encode()) > PARAMETER_BYTES:
        _say(f"it takes more than {PARAMETER_BYTES} bytes: too much for the stack's parameter")
    typer.echo(f"{file} is right.")
    return ExitCode.COMPLIANT


def show_document(stack: str | None, parameter: str | None) -> ExitCode:
    """Print every setting of an environment, with what is a default or the stack's marked."""
    name = parameter_name(stack, parameter)
    try:
        of_stack = None if stack is None else settings_of_stack(stack)
        text = text_in_parameter(name)
    except DocumentError as error:
        return _told(error)
    try:
        settings = settings_in(text, name, Settings())
    except DocumentError as error:
        _say(f"{name} is broken; the last good document is in force, or audit mode")
        return _told(error)
    typer.echo("\n".join(effective_lines(json.loads(text), of_stack)))
    _note_the_expired(settings)
    return ExitCode.COMPLIANT


def print_starting_document() -> ExitCode:
    """Print a document to begin with."""
    typer.echo(json.dumps(starting_document(), indent=2))
    return ExitCode.COMPLIANT


def _note_the_expired(settings: Settings) -> None:
    today = datetime.now(UTC).date()
    for index, each in enumerate(settings.exemptions):
        if not each.holds_on(today):
            _say(f"exemptions[{index}] has expired on {each.expires} and exempts nothing")
    by_tag = settings.exemptions_by_tag
    if by_tag is not None and by_tag.expires < today:
        _say(f"exemptions_by_tag has expired on {by_tag.expires} and exempts nothing")


def _told(error: DocumentError) -> ExitCode:
    for line in error.lines:
        _say(line)
    return error.code


def _say(text: str) -> None:
    typer.echo(f"vpc-guardrail: {one_line(text)}", err=True)
