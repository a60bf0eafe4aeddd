"""`vpc-guardrail settings`: check a settings document, look at one in force, begin a new one."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import typer
from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

from vpc_guardrail.adapters import faults
from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.app.settings_document import SettingsError, parse_settings
from vpc_guardrail.cli.exit_codes import ExitCode
from vpc_guardrail.cli.live import REGION_VARIABLE
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.report.settings_text import effective_lines, starting_document

STANDARD_INPUT = "-"
PARAMETER_OF_STACK = "/vpc-guardrail/{stack}/settings"
PARAMETER_BYTES = 4096
"""The most that a stack's parameter takes.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

GONE = frozenset({"ParameterNotFound", "ValidationException"})


def validate_document(file: str) -> ExitCode:
    """Tell all that is wrong with a document, or that it is right."""
    try:
        text = sys.stdin.read() if file == STANDARD_INPUT else Path(file).read_text()
        settings = parse_settings(text, Settings())
    except SettingsError as error:
        return _told(ExitCode.BAD_INPUT, file, str(error))
    except (OSError, UnicodeDecodeError) as error:
        return _told(ExitCode.BAD_INPUT, file, str(error))
    _note_the_expired(settings)
    if len(text.encode()) > PARAMETER_BYTES:
        _say(f"it takes more than {PARAMETER_BYTES} bytes: too much for the stack's parameter")
    typer.echo(f"{file} is right.")
    return ExitCode.COMPLIANT


def show_document(stack: str | None, parameter: str | None) -> ExitCode:
    """Print every setting of an environment, with the defaults marked."""
    name = parameter or PARAMETER_OF_STACK.format(stack=stack)
    try:
        region = os.environ.get(REGION_VARIABLE)
        client = Clients(Session(region_name=region)).ssm
        text = client.get_parameter(Name=name)["Parameter"]["Value"]  # type: ignore[attr-defined] # it comes without types
    except ClientError as error:
        code = ExitCode.BAD_INPUT if faults.code_of(error) in GONE else ExitCode.AWS_ERROR
        return _told(code, name, str(error))
    except (BotoCoreError, ValueError) as error:
        return _told(ExitCode.AWS_ERROR, name, str(error))
    try:
        settings = parse_settings(text, Settings())
    except SettingsError as error:
        _say(f"{name} is broken; the last good document is in force, or audit mode")
        return _told(ExitCode.BAD_INPUT, name, str(error))
    typer.echo("\n".join(effective_lines(json.loads(text))))
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


def _told(code: ExitCode, where: str, problems: str) -> ExitCode:
    for problem in problems.splitlines():
        _say(f"{where}: {problem}")
    return code


def _say(text: str) -> None:
    typer.echo(f"vpc-guardrail: {one_line(text)}", err=True)
