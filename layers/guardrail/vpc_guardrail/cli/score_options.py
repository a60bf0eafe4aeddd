"""The rule of `vpc-guardrail score`: its options are the parameters of the Config rule."""

import os
from collections.abc import Mapping
from dataclasses import replace

import typer

from vpc_guardrail.app.settings_document import SettingsError
from vpc_guardrail.core.score_rule import ScoreRule
from vpc_guardrail.wiring.rule_parameters import PARAMETERS, RuleParameterError, score_rule
from vpc_guardrail.wiring.settings import settings_from

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


def rule_of(given: Mapping[str, str | None]) -> ScoreRule:
    """The rule by the parameters given; what the environment sets holds where none is.

    Raises typer.BadParameter, which names the option or the variable.
    """
    texts = {name: text for name, text in given.items() if text is not None}
    for name, text in texts.items():
        try:
            PARAMETERS[name](OPTIONS[name], text)
        except RuleParameterError as error:
            raise typer.BadParameter(str(error)) from error
    try:
        settings = settings_from(os.environ)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error
    rule = score_rule(texts)
    if texts.get("requiredServices"):
        settings = replace(settings, required_services=rule.settings.required_services)
    if texts.get("internetAccess"):
        settings = replace(settings, internet_access=rule.settings.internet_access)
    return replace(rule, settings=settings)
