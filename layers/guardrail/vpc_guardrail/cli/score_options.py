"""The rule of `vpc-guardrail score`: its options are the parameters of the Config rule."""

from collections.abc import Mapping
from dataclasses import replace

import typer

from vpc_guardrail.cli.judged_by import NOWHERE, JudgedBy, settings_of_variables
from vpc_guardrail.core.score_rule import ScoreRule
from vpc_guardrail.wiring.rule_parameters import PARAMETERS, RuleParameterError, score_rule

OPTIONS = {
    "minimumScore": "--minimum-score",
    "failingSeverity": "--failing-severity",
    "trainingSubnetTags": "--training-tags",
    "includedVpcTags": "--included-vpc-tags",
    "excludedVpcTags": "--excluded-vpc-tags",
    "instanceType": "--instance-type",
    "instanceCount": "--instance-count",
    "requiredServices": "--required-services",
    "internetAccess": "--internet-access",
}
"""The option that stands for each parameter of the Config rule."""


def rule_of(given: Mapping[str, str | None], by: JudgedBy = NOWHERE) -> ScoreRule:
    """The rule by the parameters given; the settings hold where none is.

    Raises typer.BadParameter, which names the option, and `DocumentError`.
    """
    texts = {name: text for name, text in given.items() if text is not None}
    for name, text in texts.items():
        try:
            PARAMETERS[name](OPTIONS[name], text)
        except RuleParameterError as error:
            raise typer.BadParameter(str(error)) from error
    settings = by.settings() or settings_of_variables()
    rule = score_rule(texts)
    if texts.get("requiredServices"):
        settings = replace(settings, required_services=rule.settings.required_services)
    if texts.get("internetAccess"):
        settings = replace(settings, internet_access=rule.settings.internet_access)
    return replace(rule, settings=settings)
