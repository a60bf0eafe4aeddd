"""The parameters of the Config rule, as texts, into the rule that scores VPCs."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from vpc_guardrail.app.settings_document import SERVICE
from vpc_guardrail.core.finding import Severity
from vpc_guardrail.core.score_rule import HIGHEST_SCORE, ScoreRule, Tag
from vpc_guardrail.core.settings import InternetAccess, Settings
from vpc_guardrail.report.plain import one_line

OFF = "OFF"
"""The failing severity by which no single FAIL decides."""

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", OFF)

INSTANCE_TYPE = re.compile(r"ml\.[a-z0-9-]{1,40}\.[a-z0-9-]{1,20}")

MOST_INSTANCES = 10_000
"""Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html"""

MOST_TAGS = 20

LONGEST_KEY, LONGEST_VALUE = 128, 256
"""Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html"""


class RuleParameterError(ValueError):
    """A parameter of the rule has a value that cannot be; names the parameter."""


def score_rule(parameters: Mapping[str, Any]) -> ScoreRule:
    """The rule that the parameters make; those left out, or empty, keep their default."""
    unknown = sorted(parameters.keys() - PARAMETERS.keys())
    if unknown:
        raise RuleParameterError(
            f"{one_line(unknown[0], 100)} is no parameter of this rule; it takes "
            f"{', '.join(PARAMETERS)}"
        )
    values = {
        name: parse(name, text)
        for name, parse in PARAMETERS.items()
        if (text := _text(name, parameters.get(name)))
    }
    settings = {member: values.pop(name) for name, member in OF_SETTINGS.items() if name in values}
    rule = {OF_RULE[name]: value for name, value in values.items()}
    return ScoreRule(**rule, settings=Settings(**settings))


def fingerprint(rule: ScoreRule) -> str:
    """A short text that a rule of other parameters, or other settings, does not have."""
    return hashlib.sha256(repr(rule).encode(errors="replace")).hexdigest()[:16]


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RuleParameterError(f"{name} is no text")
    return value.strip()


def _refusal(name: str, text: str, wanted: str) -> RuleParameterError:
    return RuleParameterError(f"{name} is {one_line(text, 100)!r}; it must be {wanted}")


def _number(least: int, most: int) -> Callable[[str, str], int]:
    def parse(name: str, text: str) -> int:
        sound = text.isascii() and text.isdigit() and len(text) <= len(str(most))
        if not sound or not least <= int(text) <= most:
            raise _refusal(name, text, f"a number from {least} to {most}")
        return int(text)

    return parse


def _severity(name: str, text: str) -> Severity | None:
    if text not in SEVERITIES:
        raise _refusal(name, text, f"one of {', '.join(SEVERITIES)}")
    return None if text == OFF else Severity(text)


def _instance_type(name: str, text: str) -> str:
    if INSTANCE_TYPE.fullmatch(text) is None:
        raise _refusal(name, text, "a type such as ml.m5.xlarge")
    return text


def _tags(name: str, text: str) -> tuple[Tag, ...]:
    wanted = f"at most {MOST_TAGS} tags such as purpose=training, separated by commas"
    try:
        tags = tuple(Tag.parse(each) for each in text.split(","))
    except ValueError as error:
        raise _refusal(name, text, wanted) from error
    sound = all(
        len(tag.key) <= LONGEST_KEY and len(tag.value or "") <= LONGEST_VALUE for tag in tags
    )
    if not sound or len(tags) > MOST_TAGS:
        raise _refusal(name, text, wanted)
    return tuple(dict.fromkeys(tags))


def _services(name: str, text: str) -> tuple[str, ...]:
    services = [each.strip() for each in text.split(",")]
    if not all(re.fullmatch(SERVICE.pattern, each) for each in services):
        raise _refusal(name, text, "services such as sts or ecr.api, separated by commas")
    return tuple(dict.fromkeys(services))


def _internet_access(name: str, text: str) -> InternetAccess:
    allowed = {choice.value: choice for choice in InternetAccess}
    if text not in allowed:
        raise _refusal(name, text, f"one of {', '.join(allowed)}")
    return allowed[text]


PARAMETERS: Mapping[str, Callable[[str, str], Any]] = {
    "minimumScore": _number(0, HIGHEST_SCORE),
    "failingSeverity": _severity,
    "trainingSubnetTags": _tags,
    "includedVpcTags": _tags,
    "excludedVpcTags": _tags,
    "instanceType": _instance_type,
    "instanceCount": _number(1, MOST_INSTANCES),
    "requiredServices": _services,
    "internetAccess": _internet_access,
}
"""How each parameter is read, by its name."""

OF_RULE: Mapping[str, str] = {
    "minimumScore": "minimum_score",
    "failingSeverity": "failing_severity",
    "trainingSubnetTags": "training_tags",
    "includedVpcTags": "included_vpc_tags",
    "excludedVpcTags": "excluded_vpc_tags",
    "instanceType": "instance_type",
    "instanceCount": "instance_count",
}
OF_SETTINGS: Mapping[str, str] = {
    "requiredServices": "required_services",
    "internetAccess": "internet_access",
}
"""What each parameter is named in the rule, or in its settings."""
