"""Commands of the AWS CLI as text: one line for a shell, everything from outside quoted."""

from collections.abc import Iterable
from dataclasses import dataclass
from shlex import quote


@dataclass(frozen=True, slots=True)
class Expanded:
    """Text of our own that the shell expands, such as a variable."""

    text: str


def variable(name: str) -> Expanded:
    """The value of a shell variable."""
    return Expanded(f'"${name}"')


Value = str | int | bool | Expanded | Iterable[str]


def aws(service: str, operation: str, **options: Value) -> str:
    """A call: `aws("ec2", "delete-route", route_table_id="rtb-1")`; True makes a flag."""
    words = ["aws", service, operation]
    for name, value in options.items():
        words.append(f"--{name.replace('_', '-')}")
        words += _words(value)
    return " ".join(words)


def _words(value: Value) -> list[str]:
    if value is True:
        return []
    if isinstance(value, Expanded):
        return [value.text]
    if isinstance(value, (str, int)):
        return [quote(str(value))]
    return [quote(each) for each in value]


def in_turn(*commands: str) -> str:
    """One command after the other, as long as each succeeds."""
    return " && ".join(commands)


def kept_as(name: str, command: str) -> str:
    """Keep what a command prints in a shell variable."""
    return f"{name}=$({command})"


def asked_for(name: str, question: str) -> str:
    """Ask whoever runs it for the value of a shell variable, in any shell."""
    return f"printf {quote(f'{question}: ')} && read -r {name}"
