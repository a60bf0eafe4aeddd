"""`vpc-guardrail score`: score the VPCs of the account of the user's environment."""

import json
import os
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated

import typer
from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError, InvalidRegionError
from rich.console import Console

from vpc_guardrail.adapters.account_reading import AccountInventory
from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.app.errors import AccountNotReadableError
from vpc_guardrail.app.score_vpcs import VpcScorer
from vpc_guardrail.cli.documents import DocumentError
from vpc_guardrail.cli.exit_codes import ExitCode, worst
from vpc_guardrail.cli.judged_by import DocumentOption, JudgedBy, ParameterOption, StackOption
from vpc_guardrail.cli.live import REGION_VARIABLE, Trouble
from vpc_guardrail.cli.progress import counted
from vpc_guardrail.cli.score_options import rule_of
from vpc_guardrail.core.score import VpcScore, VpcStatus
from vpc_guardrail.core.score_rule import ScoreRule
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.report.score_documents import score_document
from vpc_guardrail.report.score_text import scores_text, worst_first
from vpc_guardrail.wiring.clock import now

OF_STATUS = {
    VpcStatus.COMPLIANT: ExitCode.COMPLIANT,
    VpcStatus.NON_COMPLIANT: ExitCode.NONCOMPLIANT,
    VpcStatus.UNDETERMINED: ExitCode.UNDETERMINED,
    VpcStatus.NOT_APPLICABLE: ExitCode.COMPLIANT,
}

NO_REGION = "no Region is known; set AWS_REGION"


class Format(StrEnum):
    """How scores are printed."""

    TEXT = "text"
    JSON = "json"


def score(
    vpcs: Annotated[list[str] | None, typer.Argument(metavar="VPC...", help="Ids of VPCs.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Score every VPC of the Region.")] = False,
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TEXT,
    *,
    minimum_score: Annotated[
        str | None,
        typer.Option(metavar="0..100", help="A lower score is noncompliant; by default 80."),
    ] = None,
    failing_severity: Annotated[
        str | None,
        typer.Option(
            metavar="SEVERITY",
            help="A FAIL of at least this is noncompliant: CRITICAL, HIGH (the default), MEDIUM, "
            "LOW, or OFF for none.",
        ),
    ] = None,
    instance_type: Annotated[
        str | None, typer.Option(help="Of the reference job; by default ml.m5.xlarge.")
    ] = None,
    instance_count: Annotated[
        str | None, typer.Option(metavar="N", help="Of the reference job; by default 2.")
    ] = None,
    training_tags: Annotated[
        str | None,
        typer.Option(
            metavar="KEY=VALUE,...",
            help="Subnets and security groups of training; by default private subnets and the "
            "VPC's default group.",
        ),
    ] = None,
    included_vpc_tags: Annotated[
        str | None, typer.Option(metavar="KEY=VALUE,...", help="Score only VPCs tagged so.")
    ] = None,
    excluded_vpc_tags: Annotated[
        str | None, typer.Option(metavar="KEY=VALUE,...", help="Score no VPCs tagged so.")
    ] = None,
    required_services: Annotated[
        str | None, typer.Option(metavar="SERVICE,...", help="Such as sts,logs,ecr.api.")
    ] = None,
    internet_access: Annotated[
        str | None, typer.Option(metavar="ACCESS", help="forbidden, allowed or required.")
    ] = None,
    stack: StackOption = None,
    parameter: ParameterOption = None,
    document: DocumentOption = None,
) -> None:
    """Score VPCs by the same checks as jobs: will a reference job work there, and be private?

    Reads AWS with the credentials and the Region of your environment, and changes nothing.

    Exit codes: 0 compliant, 1 noncompliant, 2 bad input, 3 undetermined, 4 AWS error.
    """
    if bool(vpcs) == every:
        raise typer.BadParameter("name at least one VPC, or give --all")
    by = JudgedBy(stack, parameter, document)
    asked = {
        "minimumScore": minimum_score,
        "failingSeverity": failing_severity,
        "trainingSubnetTags": training_tags,
        "includedVpcTags": included_vpc_tags,
        "excludedVpcTags": excluded_vpc_tags,
        "instanceType": instance_type,
        "instanceCount": instance_count,
        "requiredServices": required_services,
        "internetAccess": internet_access,
    }
    try:
        rule = rule_of(asked, by)
    except DocumentError as error:
        for line in error.lines:
            typer.echo(f"vpc-guardrail: {one_line(line)}", err=True)
        raise typer.Exit(error.code) from error
    raise typer.Exit(print_scores(vpcs or [], rule, as_json=output is Format.JSON))


def print_scores(vpc_ids: Sequence[str], rule: ScoreRule, *, as_json: bool) -> ExitCode:
    """Print the scores of these VPCs, or of all for none; and the trouble with others."""
    outcomes = [*_outcomes(vpc_ids, rule)]
    scores = worst_first(each for each in outcomes if isinstance(each, VpcScore))
    if as_json:
        typer.echo(json.dumps([score_document(each) for each in scores], indent=2))
    elif scores:
        typer.echo(scores_text(scores), nl=False)
    if not outcomes:
        typer.echo("vpc-guardrail: the Region holds no VPC", err=True)
    for each in outcomes:
        if isinstance(each, Trouble):
            typer.echo(f"vpc-guardrail: {one_line(each.message)}", err=True)
    return worst(
        OF_STATUS[each.status] if isinstance(each, VpcScore) else each.code for each in outcomes
    )


def _outcomes(vpc_ids: Sequence[str], rule: ScoreRule) -> Iterator[VpcScore | Trouble]:
    """The scores, as far as AWS could be read."""
    try:
        configured = Session()
        region: str | None = os.environ.get(REGION_VARIABLE) or configured.region_name
        if region is None:
            yield Trouble(ExitCode.BAD_INPUT, NO_REGION)
            return
        session = Session(region_name=region)
        ec2 = Clients(session).ec2
    except (BotoCoreError, InvalidRegionError, ValueError) as error:
        yield Trouble(ExitCode.BAD_INPUT, f"{error} (AWS_REGION or AWS_ENDPOINT_URL)")
        return
    try:
        account = session.client("sts").get_caller_identity()["Account"]
        inventory = AccountInventory(ec2, region, account, now)
        scorer = VpcScorer(inventory, rule)
        wanted = vpc_ids or inventory.vpc_ids()
        missing = dict.fromkeys(vpc_ids)
        found = counted(scorer.score(wanted), len(wanted), "VPCs scored", Console(stderr=True))
        for each in found:
            missing.pop(each.vpc_id, None)
            yield each
    except AccountNotReadableError as error:
        yield Trouble(ExitCode.AWS_ERROR, f"VPCs cannot be listed: {error}")
    except (BotoCoreError, ClientError) as error:
        yield Trouble(ExitCode.AWS_ERROR, str(error))
    else:
        for vpc_id in missing:
            yield Trouble(ExitCode.BAD_INPUT, f"{vpc_id} was not found in {region}")
