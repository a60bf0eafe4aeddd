"""The `vpc-guardrail` command."""

import sys
import traceback
from enum import StrEnum
from typing import Annotated

import typer

from vpc_guardrail import __version__
from vpc_guardrail.cli.check import check_jobs
from vpc_guardrail.cli.exit_codes import ExitCode

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Will a SageMaker training job work in its VPC, and is it as private as it should be?",
)


class Format(StrEnum):
    """How a verdict is printed."""

    TEXT = "text"
    JSON = "json"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vpc-guardrail {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """VPC Guardrail for SageMaker training."""


@app.command()
def check(
    jobs: Annotated[list[str], typer.Argument(metavar="JOB...", help="Names or ARNs of jobs.")],
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TEXT,
) -> None:
    """Judge training jobs by the live network; stops nothing and tells nobody.

    Reads AWS with the credentials and the Region of your environment.

    Exit codes: 0 compliant, 1 noncompliant, 2 bad input, 3 undetermined, 4 AWS error.
    """
    raise typer.Exit(check_jobs(jobs, as_json=output is Format.JSON))


def main() -> None:
    """Run the command line; an error that nobody foresaw must not end as a verdict does."""
    try:
        app()
    except Exception:
        # The outermost boundary: Python's own exit code for a traceback would say noncompliant.
        traceback.print_exc()
        sys.exit(ExitCode.AWS_ERROR)
