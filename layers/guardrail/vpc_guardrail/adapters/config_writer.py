"""Evaluations over config:PutEvaluations, and what was told of VPCs before."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from vpc_guardrail.app.errors import EvaluationsRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from vpc_guardrail.app.evaluation import Evaluation

BATCH = 100
"""Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html"""

NAMED = 10
"""Of what was refused; of the rest the number is told."""

TOLD = ["COMPLIANT", "NON_COMPLIANT"]
"""What is not told as NOT_APPLICABLE already."""


class ConfigWriter:
    """The port `Evaluations`, over the rule and the token of one invocation."""

    def __init__(self, config: Any, rule_name: str, result_token: str) -> None:
        self._config = config
        self._rule_name = rule_name
        self._token = result_token

    def put(self, evaluations: Iterable[Evaluation], at: datetime) -> int:
        """Tell Config, in batches, as of a time: Config keeps the latest; gives how many.

        What Config refuses is an error, whatever it took beside, but holds up no other.
        """
        remaining = iter(evaluations)
        told = 0
        refused: list[str] = []
        while batch := [*islice(remaining, BATCH)]:
            answer = self._config.put_evaluations(
                Evaluations=[_item(each, at) for each in batch], ResultToken=self._token
            )
            failed = answer.get("FailedEvaluations") or ()
            refused += [str(each.get("ComplianceResourceId")) for each in failed]
            told += len(batch)
        if refused:
            raise EvaluationsRefusedError(_refusal(refused))
        return told

    def evaluated(self, resource_type: str) -> Iterator[str]:
        """The ids of the resources of a type that the rule told a compliance of, page by page."""
        pages = self._config.get_paginator("get_compliance_details_by_config_rule").paginate(
            ConfigRuleName=self._rule_name,
            ComplianceTypes=TOLD,
            PaginationConfig={"PageSize": BATCH},
        )
        for page in pages:
            for result in page["EvaluationResults"]:
                about = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
                if about["ResourceType"] == resource_type:
                    yield about["ResourceId"]


def _refusal(refused: list[str]) -> str:
    further = len(refused) - NAMED
    more = f" and {further} more" if further > 0 else ""
    return f"AWS Config did not take the evaluation of {', '.join(refused[:NAMED])}{more}"


def _item(evaluation: Evaluation, at: datetime) -> dict[str, Any]:
    return {
        "ComplianceResourceType": evaluation.resource_type,
        "ComplianceResourceId": evaluation.resource_id,
        "ComplianceType": evaluation.compliance.value,
        "Annotation": evaluation.annotation,
        "OrderingTimestamp": at,
    }
