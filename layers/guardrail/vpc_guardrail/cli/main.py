"""The `vpc-guardrail` command."""

import sys
import traceback
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Column, Table

from vpc_guardrail import __version__
from vpc_guardrail.cli.check import (
    as_html,
    as_json,
    as_markdown,
    as_ocsf,
    as_text,
    check_jobs,
    print_snapshot,
)
from vpc_guardrail.cli.exit_codes import ExitCode
from vpc_guardrail.cli.generate import Asked, print_bucket_policy, print_endpoint_policy
from vpc_guardrail.cli.judged_by import DocumentOption, JudgedBy, ParameterOption, StackOption
from vpc_guardrail.cli.score import score
from vpc_guardrail.cli.settings import print_starting_document, show_document, validate_document
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.settings import Mode, Settings
from vpc_guardrail.report.check_page import check_page, checks_index

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Will a SageMaker training job work in its VPC, and is it as private as it should be?",
)


generate = typer.Typer(
    no_args_is_help=True, help="Make policies that close S3 to what a job does not need."
)
app.add_typer(generate, name="generate")

settings = typer.Typer(
    no_args_is_help=True, help="Check, show and begin the settings document of an environment."
)
app.add_typer(settings, name="settings")

JobOption = Annotated[
    str | None, typer.Option("--job", metavar="JOB", help="Name or ARN of a job: read from AWS.")
]
BucketOption = Annotated[
    list[str] | None, typer.Option("--bucket", metavar="NAME", help="Name of a bucket.")
]
AccountOption = Annotated[
    str | None, typer.Option("--account", help="The account, where no job is named.")
]
RegionOption = Annotated[
    str | None, typer.Option("--region", help="The Region; by default your environment's.")
]


WIDTH_OF_A_PIPE = 500
"""Characters that any row fits into: what reads it takes one line for one check."""


class Format(StrEnum):
    """How a verdict is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    OCSF = "ocsf"


FORMS = {
    Format.TEXT: as_text,
    Format.JSON: as_json,
    Format.MARKDOWN: as_markdown,
    Format.HTML: as_html,
    Format.OCSF: as_ocsf,
}


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
    jobs: Annotated[
        list[str] | None,
        typer.Argument(metavar="JOB...", help="Names or ARNs of jobs; of tuning jobs, their ARNs."),
    ] = None,
    snapshots: Annotated[
        list[Path] | None,
        typer.Option(
            "--snapshot", help="Judge by the facts in this file, offline; - is standard input."
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TEXT,
    stack: StackOption = None,
    parameter: ParameterOption = None,
    document: DocumentOption = None,
) -> None:
    """Judge training jobs by the live network; stops nothing and tells nobody.

    Reads AWS with the credentials and the Region of your environment. Unless you name others, the
    settings are those of your GUARDRAIL_ variables, and of a snapshot its own.

    Exit codes: 0 compliant, 1 noncompliant, 2 bad input, 3 undetermined, 4 AWS error.
    """
    if not jobs and not snapshots:
        raise typer.BadParameter("name at least one job, or give --snapshot FILE")
    by = JudgedBy(stack, parameter, document)
    code = check_jobs(jobs or [], snapshots or [], FORMS[output], by)
    raise typer.Exit(code)


@app.command()
def snapshot(
    job: Annotated[str, typer.Argument(metavar="JOB", help="Name or ARN of a job.")],
    stack: StackOption = None,
    parameter: ParameterOption = None,
    document: DocumentOption = None,
) -> None:
    """Print the facts that a judgement rests on as JSON, for `check --snapshot`.

    They hold neither the environment nor the hyperparameters of the job.
    """
    raise typer.Exit(print_snapshot(job, JudgedBy(stack, parameter, document)))


app.command()(score)


@app.command()
def checks() -> None:
    """List the checks: what each asks, how much it matters, and what follows from a FAIL."""
    name = Column("check", no_wrap=True)
    table = Table(name, "kind", "severity", "a FAIL", "what must hold", box=SIMPLE)
    for row in checks_index(SPECS, Settings(mode=Mode.ENFORCE)):
        table.add_row(*row)
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_OF_A_PIPE
    console.print(table)


@app.command()
def explain(
    check: Annotated[str, typer.Argument(metavar="CHECK", help="Name of a check.")],
) -> None:
    """Tell what a check asks, why, how it is decided, and how to mend what it finds."""
    for spec in SPECS:
        if spec.name == check:
            Console().print(Markdown(check_page(spec)))
            return
    names = ", ".join(spec.name for spec in SPECS)
    raise typer.BadParameter(f"{check} is no check; the checks are {names}")


@generate.command("endpoint-policy")
def generate_endpoint_policy(
    job: JobOption = None,
    buckets: BucketOption = None,
    account: AccountOption = None,
    region: RegionOption = None,
) -> None:
    """Print a policy for the S3 endpoint: the buckets of a job or those named, and no others."""
    asked = Asked(job, buckets or [], account=account, region=region)
    raise typer.Exit(print_endpoint_policy(asked))


@generate.command("bucket-policy")
def generate_bucket_policy(
    job: JobOption = None,
    buckets: BucketOption = None,
    vpc: Annotated[
        str | None, typer.Option("--vpc", metavar="VPC", help="The VPC, where no job is named.")
    ] = None,
    endpoints: Annotated[
        list[str] | None,
        typer.Option("--endpoint", metavar="VPCE", help="Name endpoints instead of the VPC."),
    ] = None,
    account: AccountOption = None,
    region: RegionOption = None,
) -> None:
    """Print a policy for a bucket that refuses whoever does not come through the VPC.

    With --job, what the bucket's policy says already is kept.
    """
    asked = Asked(job, buckets or [], vpc, endpoints or [], account, region)
    raise typer.Exit(print_bucket_policy(asked))


@settings.command("validate")
def validate_settings(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The document; - reads it here.")],
) -> None:
    """Tell all that is wrong with a settings document, each with its field.

    Exit codes: 0 right, 2 wrong.
    """
    raise typer.Exit(validate_document(file))


@settings.command("show")
def show_settings(
    stack: Annotated[
        str | None, typer.Option("--stack", metavar="NAME", help="The stack of the environment.")
    ] = None,
    parameter: Annotated[
        str | None, typer.Option("--parameter", metavar="NAME", help="Its SSM parameter instead.")
    ] = None,
) -> None:
    """Print every setting of an environment, with what is a default or the stack's marked.

    Exit codes: 0 right, 2 broken or not there, 4 AWS error.
    """
    if (stack is None) == (parameter is None):
        raise typer.BadParameter("give --stack or --parameter")
    raise typer.Exit(show_document(stack, parameter))


@settings.command("init")
def init_settings() -> None:
    """Print a settings document to begin with; its schema is docs/settings.schema.json."""
    raise typer.Exit(print_starting_document())


def main() -> None:
    """Run the command line; an error that nobody foresaw must not end as a verdict does."""
    try:
        app()
    except Exception:
        # The outermost boundary: Python's own exit code for a traceback would say noncompliant.
        traceback.print_exc()
        sys.exit(ExitCode.AWS_ERROR)
