"""Settings documents from where a user keeps them: a file, or an SSM parameter."""

import os
import sys
from collections.abc import Callable, Set
from pathlib import Path
from typing import Any, TypeVar

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

T = TypeVar("T")


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
    client = client_for(name, lambda session: Clients(session).ssm)
    answer = answer_of(name, lambda: client.get_parameter(Name=name), GONE)
    return str(answer["Parameter"]["Value"])


def client_for(where: str, make: Callable[[Session], Any]) -> Any:
    """A client in the Region of the environment; raises `DocumentError`."""
    try:
        return make(Session(region_name=os.environ.get(REGION_VARIABLE)))
    except (BotoCoreError, ValueError) as error:
        problem = f"{error} (AWS_REGION, AWS_PROFILE or AWS_ENDPOINT_URL)"
        raise DocumentError(ExitCode.BAD_INPUT, where, problem) from error


def answer_of(where: str, call: Callable[[], T], gone: Set[str]) -> T:
    """What AWS answers; raises `DocumentError`, for bad input where the code says it is gone."""
    try:
        return call()
    except ClientError as error:
        code = ExitCode.BAD_INPUT if faults.code_of(error) in gone else ExitCode.AWS_ERROR
        raise DocumentError(code, where, error) from error
    except ParamValidationError as error:
        raise DocumentError(ExitCode.BAD_INPUT, where, error) from error
    except BotoCoreError as error:
        raise DocumentError(ExitCode.AWS_ERROR, where, error) from error


def settings_in(text: str, where: str, base: Settings) -> Settings:
    """The base with what the document sets; raises `DocumentError`, which names each field."""
    try:
        return parse_settings(text, base)
    except SettingsError as error:
        raise DocumentError(ExitCode.BAD_INPUT, where, error) from error
