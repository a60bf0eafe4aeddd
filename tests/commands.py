"""Whether a remedy can be executed as it stands: a shell line whose AWS calls exist.

Services, operations, options and required members are held against botocore's own models. What
the AWS CLI adds to them by itself is listed here.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import OperationModel, ServiceModel

CLI_NAMES = {"s3api": "s3"}
"""Services that the AWS CLI calls by another name than botocore."""

CLI_OPTIONS = {"query", "output", "cli-input-json", "region"}
"""What every command of the AWS CLI takes."""

CLI_SHORTCUTS = {
    "authorize-security-group-ingress": {"protocol", "port", "cidr", "source-group"},
    "authorize-security-group-egress": {"protocol", "port", "cidr", "source-group"},
    "create-network-acl-entry": {"ingress"},
    "replace-network-acl-entry": {"ingress"},
}
"""Options that the AWS CLI adds to one operation."""

OTHER_PROGRAMS = {"vpc-guardrail", "printf", "read", "sed", "[", "cat", "vi"}
KEYWORDS = {"{", "}", "if", "then", "else", "fi", "!"}
BETWEEN = set("();|&<>")
"""The characters that part commands; no command of ours needs another."""


def problems(text: str) -> list[str]:
    """What keeps a remedy from being executed as it stands; empty if nothing does."""
    return [*_problems(text)]


@cache
def _problems(text: str) -> list[str]:
    if not text.strip():
        return ["there is none"]
    found = [f"placeholder {each}" for each in _placeholders(text)]
    if "\n" in text:
        found.append("it has several lines, and texts show it on one")
    if complaint := _of_shell(text):
        return [*found, f"bash: {complaint}"]
    commands = [*commands_of(text)]
    if not commands:
        return [*found, "it holds no command"]
    return found + [problem for command in commands for problem in _of_command(command)]


def _of_shell(text: str) -> str:
    """What bash says against a text that it reads, and does not run."""
    read = ["/bin/bash", "-n", "-c", text]
    return subprocess.run(read, capture_output=True, text=True, check=False).stderr.strip()


def _placeholders(text: str) -> Iterator[str]:
    """Words that stand for something to be filled in."""
    yield from re.findall(r"<[^<>|&;]*>|\.\.\.|…", text)
    set_here = set(re.findall(r"\b([A-Z_]+)=|\bread -r ([A-Z_]+)", text))
    assigned = {name for pair in set_here for name in pair if name}
    named = re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", text) + re.findall(r"\$\{?([A-Z_]+)", text)
    yield from sorted({*named} - assigned)


def commands_of(text: str) -> Iterator[list[str]]:
    """The words of each simple command, those within $( ) as well."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="".join(sorted(BETWEEN)))
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    for token in lexer:
        if token == "#":  # A comment ends the line.
            break
        if set(token) <= BETWEEN:
            if words and not token.startswith((">", "<")):
                yield words
                words = []
        elif words or not _leads_in(token):
            words.append(token)
    if words:
        yield words


def _leads_in(token: str) -> bool:
    """True of what may stand before a command: a keyword, or the start of NAME=$( )."""
    return token in KEYWORDS or bool(re.fullmatch(r"[A-Z_]+=\$?", token))


def _of_command(words: list[str]) -> Iterator[str]:
    program, *rest = words
    if not rest and re.match(r"[A-Z_]+=", program):
        return
    if program != "aws":
        if program not in OTHER_PROGRAMS:
            yield f"{program} is no command"
        return
    if len(rest) < 2:
        yield "aws without an operation"
        return
    service, operation, *arguments = rest
    model = _service(CLI_NAMES.get(service, service))
    if model is None:
        yield f"AWS has no service {service}"
    elif operation == "wait":
        yield from _of_waiter(service, arguments)
    elif (known := _operation(model, operation)) is None:
        yield f"{service} has no operation {operation}"
    else:
        yield from _of_arguments(known, operation, arguments)


def _of_waiter(service: str, arguments: list[str]) -> Iterator[str]:
    waiters = _session().get_waiter_model(CLI_NAMES.get(service, service))
    names = {xform_name(each, "-"): each for each in waiters.waiter_names}
    name, *rest = arguments
    if name not in names:
        yield f"{service} has no waiter {name}"
        return
    model = _service(CLI_NAMES.get(service, service))
    assert model is not None
    operation = model.operation_model(waiters.get_waiter(names[name]).operation)
    yield from _of_arguments(operation, name, rest)


def _of_arguments(model: OperationModel, operation: str, arguments: list[str]) -> Iterator[str]:
    """What is wrong with the options: unknown, without a value, or lacking."""
    shape: Any = model.input_shape
    members = {xform_name(name, "-"): member for name, member in shape.members.items()}
    options = options_of(arguments)
    of_cli = CLI_OPTIONS | CLI_SHORTCUTS.get(operation, set())
    for name, values in options.items():
        if name not in of_cli:
            member = members.get(name) or members.get(name.removeprefix("no-"))
            yield from _of_option(f"--{name} of {operation}", member, values)
    if "cli-input-json" not in options:
        given = {*options} | ({"egress"} if "ingress" in options else set())
        for name in shape.required_members:
            if xform_name(name, "-") not in given:
                yield f"{operation} lacks --{xform_name(name, '-')}"


def _of_option(option: str, member: Any, values: list[str]) -> Iterator[str]:
    if member is None:
        yield f"there is no {option}"
    elif member.type_name == "boolean":
        if values:
            yield f"{option} takes no value"
    elif not values or "" in values:
        yield f"{option} lacks its value"
    elif member.type_name not in ("list", "structure", "map") and len(values) > 1:
        yield f"{option} takes one value"


def options_of(arguments: list[str]) -> dict[str, list[str]]:
    options: dict[str, list[str]] = {}
    name = ""
    for word in arguments:
        if re.match(r"--[a-z]", word):
            name = word[2:]
            options[name] = []
        else:
            options.setdefault(name, []).append(word)
    return options


@cache
def _session() -> Any:
    return botocore.session.get_session()


@cache
def _service(name: str) -> ServiceModel | None:
    try:
        model: ServiceModel = _session().get_service_model(name)
    except UnknownServiceError:
        return None
    return model


def _operation(model: ServiceModel, name: str) -> OperationModel | None:
    for known in model.operation_names:
        if xform_name(known, "-") == name:
            return model.operation_model(known)
    return None
