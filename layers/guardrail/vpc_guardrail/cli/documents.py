"""Settings documents from where a user keeps them: a file, or an SSM parameter."""

import os
import sys
from pathlib import Path

from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from vpc_guardrail.adapters import faults
from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.app.settings_document import SettingsError, parse_settings
from vpc_guardrail.cli.exit_codes import ExitCode
from vpc_guardrail.cli.live import REGION_VARIABLE
from vpc_guardrail.core.settings import Settings

STANDARD_INPUT = "-"
PARAMETER_OF_STACK = "/vpc-guardrail/{stack}/settings"
GONE = frozenset({"ParameterNotFound", "ValidationException"})


class DocumentError(Exception):
    """A document that cannot be read or used; each line tells one problem, and where it is."""

    def __init__(self, code: ExitCode, where: str, problems: object) -> None:
        super().__init__(str(problems))
        self.code = code
        self.lines = [f"{where}: {each}" for each in str(problems).splitlines()]


def parameter_name(stack: str | None, parameter: str | None) -> str:
    """The SSM parameter with the document of an environment."""
    return PARAMETER_OF_STACK.format(stack=stack) if parameter is None else parameter


def text_in_file(file: str) -> str:
    """The text of a file; raises `DocumentError`."""
    try:
        return sys.stdin.read() if file == STANDARD_INPUT else Path(file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(ExitCode.BAD_INPUT, file, error) from error


def text_in_parameter(name: str) -> str:
    """The value of an SSM parameter in the Region of the environment; raises `DocumentError`."""
    try:
        region = os.environ.get(REGION_VARIABLE)
        client = Clients(Session(region_name=region)).ssm
    except (BotoCoreError, ValueError) as error:
        problem = f"{error} (AWS_REGION, AWS_PROFILE or AWS_ENDPOINT_URL)"
        raise DocumentError(ExitCode.BAD_INPUT, name, problem) from error
    try:
        answer = client.get_parameter(Name=name)  # type: ignore[attr-defined] # it comes without types
    except ClientError as error:
        code = ExitCode.BAD_INPUT if faults.code_of(error) in GONE else ExitCode.AWS_ERROR
        raise DocumentError(code, name, error) from error
    except ParamValidationError as error:
        raise DocumentError(ExitCode.BAD_INPUT, name, error) from error
    except BotoCoreError as error:
        raise DocumentError(ExitCode.AWS_ERROR, name, error) from error
    return str(answer["Parameter"]["Value"])


def settings_in(text: str, where: str, base: Settings) -> Settings:
    """The base with what the document sets; raises `DocumentError`, which names each field."""
    try:
        return parse_settings(text, base)
    except SettingsError as error:
        raise DocumentError(ExitCode.BAD_INPUT, where, error) from error
