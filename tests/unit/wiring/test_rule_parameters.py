"""The parameters of the Config rule: all of them read, and each bad one named."""

from __future__ import annotations

import re
from typing import Any

import pytest

from vpc_guardrail.core.finding import Severity
from vpc_guardrail.core.score_rule import ScoreRule, Tag
from vpc_guardrail.core.settings import InternetAccess, Settings
from vpc_guardrail.wiring.rule_parameters import (
    PARAMETERS,
    RuleParameterError,
    fingerprint,
    score_rule,
)

WHOLE = {
    "minimumScore": "95",
    "failingSeverity": "CRITICAL",
    "trainingSubnetTags": "purpose=training, gpu",
    "includedVpcTags": "team=ml",
    "excludedVpcTags": "sandbox,owner=",
    "instanceType": "ml.p4d.24xlarge",
    "instanceCount": "16",
    "requiredServices": "sts,ecr.api",
    "internetAccess": "forbidden",
}


def test_no_parameters_make_the_default_rule() -> None:
    assert score_rule({}) == ScoreRule()


def test_empty_parameters_are_as_none() -> None:
    assert score_rule(dict.fromkeys(PARAMETERS, " ")) == ScoreRule()


def test_all_parameters_are_read() -> None:
    assert WHOLE.keys() == PARAMETERS.keys()
    assert score_rule(WHOLE) == ScoreRule(
        minimum_score=95,
        failing_severity=Severity.CRITICAL,
        training_tags=(Tag("purpose", "training"), Tag("gpu")),
        included_vpc_tags=(Tag("team", "ml"),),
        excluded_vpc_tags=(Tag("sandbox"), Tag("owner", "")),
        instance_type="ml.p4d.24xlarge",
        instance_count=16,
        settings=Settings(
            internet_access=InternetAccess.FORBIDDEN, required_services=("sts", "ecr.api")
        ),
    )


def test_no_severity_need_fail() -> None:
    assert score_rule({"failingSeverity": "OFF"}).failing_severity is None


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("minimumScore", "101", "0 to 100"),
        ("minimumScore", "-1", "0 to 100"),
        ("minimumScore", "8\u0660", "0 to 100"),
        ("minimumScore", "9" * 5000, "0 to 100"),
        ("minimumScore", 80, "no text"),
        ("failingSeverity", "high", "CRITICAL"),
        ("trainingSubnetTags", "=training", "purpose=training"),
        ("includedVpcTags", "a,,b", "purpose=training"),
        ("includedVpcTags", ",".join(f"k{n}" for n in range(21)), "at most 20"),
        ("excludedVpcTags", "k" * 129, "purpose=training"),
        ("instanceType", "m5.xlarge", "ml.m5.xlarge"),
        ("instanceCount", "0", "1 to 10000"),
        ("instanceCount", "two", "1 to 10000"),
        ("requiredServices", "STS", "ecr.api"),
        ("internetAccess", "denied", "forbidden, allowed, required"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_right(name: str, value: Any, told: str) -> None:
    with pytest.raises(RuleParameterError, match=rf"^{name} is .*{re.escape(told)}|{name} is no"):
        score_rule({name: value})


def test_an_unknown_parameter_is_named_with_those_that_there_are() -> None:
    with pytest.raises(RuleParameterError, match=r"minScore is no parameter .* minimumScore"):
        score_rule({"minScore": "80"})


def test_a_fingerprint_tells_parameters_apart_whatever_their_order() -> None:
    turned = dict(reversed(WHOLE.items()))
    others = [{}, {**WHOLE, "minimumScore": "94"}, {**WHOLE, "excludedVpcTags": ""}]

    assert fingerprint(score_rule(turned)) == fingerprint(score_rule(WHOLE))
    found = {fingerprint(score_rule(each)) for each in (WHOLE, *others)}
    assert len(found) == 1 + len(others)


def test_a_fingerprint_tells_settings_apart() -> None:
    stricter = Settings(severities={"internet-access": Severity.CRITICAL})

    assert fingerprint(ScoreRule(settings=stricter)) != fingerprint(ScoreRule())
