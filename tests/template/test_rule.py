"""The rule catches training jobs that were created, and nothing else."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest
from moto.events.models import EventPattern

from tests.template.cloudformation import ROOT, Template, ref

Event = dict[str, Any]


def sample(name: str) -> Event:
    event: Event = json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return event


def with_member(event: Event, path: str, value: object) -> Event:
    """The event with one member changed; the path's parts are parted by slashes."""
    changed = deepcopy(event)
    *outer, last = path.split("/")
    node = changed
    for part in outer:
        node = node[part]
    node[last] = value
    return changed


@dataclass(frozen=True)
class Rule:
    """The rule, deployed with a setting of its event sources."""

    pattern: Event
    sources: str

    def catches(self, event: Event) -> bool:
        deployed = {**self.pattern, "source": self.sources.split(",")}
        matcher: Any = EventPattern.load(json.dumps(deployed))
        return bool(matcher.matches_event(event))


@pytest.fixture
def rule(template: Template) -> Rule:
    """The rule with the template's own default."""
    pattern = template.resource("TrainingJobCreatedRule").properties["EventPattern"]
    assert pattern["source"] == ref("EventSources")
    return Rule(pattern, template.parameters["EventSources"]["Default"])


def test_a_created_job_is_caught(rule: Rule) -> None:
    assert rule.catches(sample("create_training_job"))


def test_fault_12_a_created_tuning_job_is_caught(rule: Rule) -> None:
    """peers.md, fault 12: children of tuning jobs were never seen.

    They come with no call of their own, so that of their tuning job must be caught.
    """
    assert rule.catches(sample("create_hyper_parameter_tuning_job"))


def test_a_failed_call_for_a_tuning_job_is_not_caught(rule: Rule) -> None:
    event = sample("create_hyper_parameter_tuning_job")

    assert not rule.catches(with_member(event, "detail/errorCode", "ResourceInUse"))


def test_a_failed_call_is_not_caught(rule: Rule) -> None:
    """A failed call may carry the name of a sound job that runs."""
    assert not rule.catches(sample("create_training_job_failed"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param("source", "aws.ec2", id="another service's event"),
        pytest.param("source", "somebody", id="somebody else's event"),
        pytest.param("detail-type", "AWS Service Event via CloudTrail", id="no API call"),
        pytest.param("detail/eventSource", "ec2.amazonaws.com", id="another service's call"),
        pytest.param("detail/eventName", "StopTrainingJob", id="the guardrail's own stop"),
        pytest.param("detail/eventName", "CreateProcessingJob", id="another kind of job"),
        pytest.param(
            "detail/eventName", "StopHyperParameterTuningJob", id="the stop of a tuning job"
        ),
        pytest.param("detail/errorCode", "AccessDenied", id="a call that was refused"),
    ],
)
def test_nothing_else_is_caught(rule: Rule, path: str, value: str) -> None:
    created = sample("create_training_job")

    assert not rule.catches(with_member(created, path, value))


def test_the_owner_may_add_a_source(rule: Rule) -> None:
    event = with_member(sample("create_training_job"), "source", "test.sagemaker")

    assert not rule.catches(event)
    assert replace(rule, sources="aws.sagemaker,test.sagemaker").catches(event)


def test_the_rule_is_on_and_listens_to_the_default_bus(template: Template) -> None:
    properties = template.resource("TrainingJobCreatedRule").properties

    assert properties["State"] == "ENABLED"
    assert "EventBusName" not in properties


@pytest.mark.parametrize(
    "name",
    [
        "create_hyper_parameter_tuning_job",
        "create_training_job",
        "create_training_job_failed",
    ],
)
def test_samples_name_no_real_account(name: str) -> None:
    event = sample(name)

    assert event["account"] == "123456789012"
    assert event["detail"]["recipientAccountId"] == event["account"]
