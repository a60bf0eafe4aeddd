"""The messages of AWS Config: what is read of them, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.config_messages import (
    ROUTE_TABLE,
    VPC,
    VPC_ID,
    a_change,
    a_tick,
    an_event,
    an_oversized_change,
)
from tests.messages import HOME
from vpc_guardrail.app.vpc_changes import RESOURCE_TYPES, ResourceChange, ResourceState, Tick
from vpc_guardrail.wiring.config_events import (
    MalformedConfigEventError,
    UnexpectedMessageError,
    parse_config_event,
)
from vpc_guardrail.wiring.events import Home
from vpc_guardrail.wiring.rule_parameters import score_rule

EVENTS = Path(__file__).parents[3] / "events"
SAMPLES_HOME = Home("123456789012", "us-east-1")

CAPTURED = datetime(2026, 3, 2, 9, 15, 27, 261000, tzinfo=UTC)


def the_change(event: dict[str, Any]) -> ResourceChange:
    trigger = parse_config_event(event, HOME).trigger
    assert isinstance(trigger, ResourceChange)
    return trigger


def sample(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def test_a_change_carries_its_item() -> None:
    change = the_change(an_event(a_change()))

    assert change.captured_at == CAPTURED
    assert not change.is_gone
    assert change.state == ResourceState(
        type=ROUTE_TABLE,
        id="rtb-0a1b2c3d",
        configuration={"routeTableId": "rtb-0a1b2c3d", "vpcId": VPC_ID, "routes": []},
        relationships=((VPC, VPC_ID),),
    )


def test_an_oversized_change_carries_neither_configuration_nor_relationships() -> None:
    change = the_change(an_event(an_oversized_change()))

    assert change == ResourceChange(
        ResourceState(ROUTE_TABLE, "rtb-0a1b2c3d", {}), CAPTURED, is_gone=False
    )


def test_the_schedule_carries_its_time() -> None:
    assert parse_config_event(an_event(a_tick()), HOME).trigger == Tick(CAPTURED)


def test_what_is_told_of_the_rule() -> None:
    event = parse_config_event(an_event(a_tick()), HOME)

    assert (event.rule_name, event.rule_id) == ("a-rule", "config-rule-0123456")
    assert event.result_token == "a-token"
    assert event.parameters == {"minimumScore": "90"}


@pytest.mark.parametrize("text", [None, "", "{}"])
def test_a_rule_may_have_no_parameters(text: str | None) -> None:
    assert parse_config_event(an_event(a_tick(), ruleParameters=text), HOME).parameters == {}


@pytest.mark.parametrize(
    ("status", "left_scope", "is_gone"),
    [
        ("OK", False, False),
        ("ResourceDiscovered", False, False),
        ("OK", True, True),
        ("ResourceDeleted", False, True),
        ("ResourceDeletedNotRecorded", False, True),
        ("ResourceNotRecorded", False, True),
    ],
)
def test_what_is_gone(status: str, left_scope: bool, is_gone: bool) -> None:
    event = an_event(a_change(configurationItemStatus=status), eventLeftScope=left_scope)

    assert the_change(event).is_gone is is_gone


def test_the_item_of_a_deleted_resource_may_be_bare() -> None:
    event = an_event(
        a_change(configurationItemStatus="ResourceDeleted", configuration=None, relationships=None)
    )

    assert the_change(event).state == ResourceState(ROUTE_TABLE, "rtb-0a1b2c3d", {})


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        pytest.param([], "the event is no structure", id="no structure"),
        pytest.param(an_event(a_tick(), accountId=None), "accountId", id="no account"),
        pytest.param(
            an_event(a_tick(), accountId="999999999999"), "accountId is not", id="another account"
        ),
        pytest.param(an_event(a_tick(), resultToken=""), "resultToken", id="no token"),
        pytest.param(an_event(a_tick(), configRuleName="a\nb"), "configRuleName", id="no name"),
        pytest.param(an_event(a_tick(), configRuleId=None), "configRuleId", id="no id"),
        pytest.param(an_event(a_tick(), ruleParameters="["), "ruleParameters", id="no JSON"),
        pytest.param(an_event(a_tick(), ruleParameters="[]"), "ruleParameters", id="a list"),
        pytest.param(an_event([]), "invokingEvent", id="no message"),
        pytest.param(an_event(a_tick(notificationCreationTime="soon")), "is no time", id="no time"),
        pytest.param(
            an_event(a_tick(notificationCreationTime="2026-03-02T09:15:27")), "zone", id="no zone"
        ),
        pytest.param(
            an_event(a_change(awsAccountId="999999999999")), "awsAccountId", id="item elsewhere"
        ),
        pytest.param(an_event(a_change(awsRegion="x")), "awsRegion", id="another Region"),
        pytest.param(an_event(a_change(resourceType=None)), "resourceType", id="no type"),
        pytest.param(an_event(a_change(resourceId="x" * 769)), "resourceId", id="endless id"),
        pytest.param(
            an_event(a_change(), eventLeftScope="no"), "eventLeftScope", id="no truth value"
        ),
        pytest.param(
            an_event({"messageType": "ConfigurationItemChangeNotification"}),
            "configurationItem",
            id="no item",
        ),
    ],
)
def test_what_is_malformed_is_refused_with_its_reason(event: Any, reason: str) -> None:
    with pytest.raises(MalformedConfigEventError, match=reason):
        parse_config_event(event, HOME)


@pytest.mark.parametrize("kind", ["ConfigurationSnapshotDeliveryCompleted", "\x1b[31mNo"])
def test_a_message_that_the_rule_has_not_asked_for_is_named(kind: str) -> None:
    with pytest.raises(UnexpectedMessageError, match=r"messages of type '[\w\[]+'"):
        parse_config_event(an_event({"messageType": kind}), HOME)


@pytest.mark.parametrize("name", ["config_change", "config_oversized_change", "config_schedule"])
def test_the_samples_are_understood(name: str) -> None:
    event = parse_config_event(sample(name), SAMPLES_HOME)

    assert score_rule(event.parameters).minimum_score == 80
    assert isinstance(event.trigger, Tick) or event.trigger.state.type in RESOURCE_TYPES


def test_builders_and_samples_have_the_same_members() -> None:
    """So that what is tested with the builders is tested with the samples' shape."""
    assert an_event(a_tick()).keys() == sample("config_schedule").keys()
    for name, message in (
        ("config_change", a_change()),
        ("config_oversized_change", an_oversized_change()),
        ("config_schedule", a_tick()),
    ):
        assert message.keys() == json.loads(sample(name)["invokingEvent"]).keys()
