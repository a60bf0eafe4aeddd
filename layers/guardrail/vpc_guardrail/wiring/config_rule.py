"""Builds the evaluator of VPCs from the function's environment, for each message of AWS Config."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from vpc_guardrail.adapters.account_reading import AccountInventory
from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.config_history import ConfigHistory
from vpc_guardrail.adapters.config_writer import ConfigWriter
from vpc_guardrail.adapters.reading_ledger import ReadingLedger
from vpc_guardrail.adapters.subnet_finder import SubnetFinder
from vpc_guardrail.app.evaluate_vpcs import VpcEvaluator
from vpc_guardrail.app.score_vpcs import VpcScorer
from vpc_guardrail.app.settings_in_force import SettingsInForce
from vpc_guardrail.app.vpc_changes import ResourceChange, Tick
from vpc_guardrail.core.score import VpcScore
from vpc_guardrail.core.score_rule import ScoreRule
from vpc_guardrail.report.annotation import annotation
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.wiring.clock import now
from vpc_guardrail.wiring.config_events import ConfigEvent, parse_config_event
from vpc_guardrail.wiring.events import Home
from vpc_guardrail.wiring.in_force import settings_in_force
from vpc_guardrail.wiring.logs import logger
from vpc_guardrail.wiring.metrics import Metrics, metered
from vpc_guardrail.wiring.rule_parameters import fingerprint, score_rule
from vpc_guardrail.wiring.settings import required

ANSWERED = "The message of AWS Config is answered"

TOLD = ("about", "as_of")
"""Keys of the log: what a message is about, and the time that it is as of."""


@cache
def _clients() -> Clients:
    return Clients()


@cache
def _in_force(parameters: str) -> SettingsInForce:
    """The document's settings over those of the rule's parameters, which are the stack's own."""
    return settings_in_force(score_rule(json.loads(parameters)).settings, _clients())


def _rule(parameters: Mapping[str, Any]) -> ScoreRule:
    """The rule as the settings of now have it; raises where they are out of reach."""
    in_force = _in_force(json.dumps(dict(parameters), sort_keys=True))
    return replace(score_rule(parameters), settings=in_force.now())


def evaluate(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one message of AWS Config; an error is told, and raised for Lambda to try again."""
    log = logger()
    try:
        with metered(os.environ) as metrics:
            home = Home.of_function(context.invoked_function_arn)
            asked = parse_config_event(event, home)
            log.append_keys(**_told_of(asked.trigger))
            receipt = _evaluator(asked, home, context, metrics).answer(asked.trigger)
        log.info(ANSWERED, vpc_ids=[*receipt.vpc_ids], evaluations=receipt.told)
    except Exception as error:
        # The outermost boundary: the reason is told here, and Lambda tries again.
        log.exception("The message of AWS Config failed", reason=str(error))
        raise
    finally:
        log.remove_keys([*TOLD])
    return {"vpc_ids": [*receipt.vpc_ids], "evaluations": receipt.told}


def _told_of(trigger: ResourceChange | Tick) -> dict[str, str]:
    """What each line of the log says of the message; a resource's id may be anything."""
    if isinstance(trigger, Tick):
        return dict(zip(TOLD, ("schedule", trigger.at.isoformat()), strict=True))
    resource = one_line(f"{trigger.state.type} {trigger.state.id}", 200)
    return dict(zip(TOLD, (resource, trigger.captured_at.isoformat()), strict=True))


def _evaluator(asked: ConfigEvent, home: Home, context: Any, metrics: Metrics) -> VpcEvaluator:
    clients = _clients()
    rule = _rule(asked.parameters)

    def tell_score(score: VpcScore) -> None:
        if score.points is not None:
            metrics.vpc_scored(score.vpc_id, score.points, score.failed_checks)
        logger().info(
            "The VPC is scored",
            vpc_id=score.vpc_id,
            status=score.status.value,
            score=score.points,
            failed_checks=[*score.failed_checks],
            unknown_checks=[*score.unknown_checks],
            reason=score.reason,
        )

    return VpcEvaluator(
        scores=VpcScorer(AccountInventory(clients.ec2, home.region, home.account, now), rule),
        history=ConfigHistory(clients.config),
        subnet_homes=SubnetFinder(clients.ec2),
        readings=ReadingLedger(
            clients.dynamodb, required(os.environ, "LEDGER_TABLE"), context, now
        ),
        evaluations=ConfigWriter(clients.config, asked.rule_name, asked.result_token),
        annotate=annotation,
        tell_score=tell_score,
        rule=f"{asked.rule_id} {fingerprint(rule)}",
        now=now,
    )
