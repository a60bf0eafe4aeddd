"""No event of AWS Config, however malformed, raises anything but `MalformedConfigEventError`."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.config_messages import a_change, a_tick, an_event, an_oversized_change
from tests.messages import HOME
from tests.strategies import json_values, patiently, wild_texts
from vpc_guardrail.app.vpc_changes import RESOURCE_TYPES, ResourceChange, ResourceState, bearing_of
from vpc_guardrail.wiring.config_events import MalformedConfigEventError, parse_config_event

Json = Any

MESSAGES = [a_change(), an_oversized_change(), a_tick()]


def parsed_or_refused(event: Json) -> None:
    """Any other error than the named one fails the test; what is parsed can be followed up."""
    try:
        trigger = parse_config_event(event, HOME).trigger
    except MalformedConfigEventError:
        return
    if isinstance(trigger, ResourceChange):
        bearing_of(trigger.state)


@st.composite
def mutated(draw: st.DrawFn, whole: Json) -> Json:
    """A structure of which some members are replaced, removed or added."""
    changed = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(changed)) | wild_texts) if changed else draw(wild_texts)
        if isinstance(changed.get(name), dict) and draw(st.booleans()):
            changed[name] = draw(mutated(changed[name]))
        elif draw(st.booleans()):
            changed.pop(name, None)
        else:
            changed[name] = draw(json_values | wild_texts)
    return changed


@settings(patiently, max_examples=200)
@given(st.sampled_from(MESSAGES).flatmap(mutated))
def test_mutated_messages_raise_nothing_else(message: Json) -> None:
    parsed_or_refused(an_event(message))


@patiently
@given(mutated(an_event(a_change())))
def test_mutated_events_raise_nothing_else(event: Json) -> None:
    parsed_or_refused(event)


@patiently
@given(json_values)
def test_arbitrary_json_raises_nothing_else(value: Json) -> None:
    parsed_or_refused(value)
    parsed_or_refused(an_event(value))
    parsed_or_refused(an_event(a_tick(), ruleParameters=json.dumps(value)))


@patiently
@given(wild_texts | st.text('{}[]",:0123456789.eE+-truefalsn\\ué'))
def test_arbitrary_text_raises_nothing_else(text: str) -> None:
    parsed_or_refused(an_event(a_tick(), invokingEvent=text))
    parsed_or_refused(an_event(a_tick(), ruleParameters=text))


@settings(patiently, max_examples=30)
@given(st.integers(0, 12_000))
def test_deep_nesting_raises_nothing_else(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    for member in ("messageType", "awsAccountId", "configurationItem", "notificationCreationTime"):
        message = f'{{"messageType": "ScheduledNotification", "{member}": {deep}}}'
        parsed_or_refused(an_event(a_tick(), invokingEvent=message))
    parsed_or_refused(an_event(a_tick(), ruleParameters=deep))


@patiently
@given(
    st.sampled_from(RESOURCE_TYPES),
    wild_texts,
    st.dictionaries(
        st.sampled_from(["vpcId", "VpcId", "subnetId", "attachments", "attachmentSet"]),
        json_values | st.lists(st.fixed_dictionaries({"vpcId": json_values})),
    ),
    json_values | st.lists(st.dictionaries(st.sampled_from(["resourceType"]), json_values)),
)
def test_whatever_a_state_holds_only_ids_come_of_it(
    kind: str, name: str, configuration: Json, relationships: Json
) -> None:
    item = {"configuration": configuration, "relationships": relationships}
    bearing = bearing_of(ResourceState.read(kind, name, item))

    assert all(each.startswith("vpc-") for each in bearing.vpc_ids)
    assert all(each.startswith("subnet-") for each in bearing.subnet_ids)
