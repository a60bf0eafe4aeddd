"""Stop orders as messages: what is encoded comes back, and nothing else is taken for an order."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from tests.messages import ALICE, a_stop_order
from tests.strategies import json_values, orders, patiently, wild_texts
from vpc_guardrail.app.order_codec import MalformedOrderError, decode, encode
from vpc_guardrail.core.model import Unknown

if TYPE_CHECKING:
    from vpc_guardrail.app.enforcement import StopOrder

Json = Any


@patiently
@given(orders)
def test_what_is_encoded_comes_back(order: StopOrder) -> None:
    decoded = decode(encode(order))

    assert decoded.created_at - order.created_at.astimezone(UTC) == timedelta(0)
    assert encode(decoded) == encode(order)


def test_the_creation_time_comes_back_to_the_microsecond() -> None:
    order = a_stop_order(created_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC))

    assert decode(encode(order)) == order


def test_the_message_is_one_json_structure_of_a_version() -> None:
    message = json.loads(encode(a_stop_order(vpc_id="vpc-1")))

    assert message == {
        "schema_version": "1",
        "job_name": "train-1",
        "job_arn": "arn:aws:sagemaker:eu-central-1:111122223333:training-job/train-1",
        "account": "111122223333",
        "created_at": "2026-11-23T12:00:00+00:00",
        "vpc_id": "vpc-1",
        "checks": ["vpc-config-present"],
        "severity": "CRITICAL",
        "rule_set": "0.1.0",
        "started_by": None,
        "role_arn": None,
        "facts_read_at": "2026-11-23T12:00:00+00:00",
        "routes": ["default"],
        "tags": None,
    }


def test_members_of_the_future_are_ignored() -> None:
    message = json.loads(encode(a_stop_order())) | {"reason": {"new": 1}}

    assert decode(json.dumps(message)) == a_stop_order()


TOLD_ALONG = {"started_by", "role_arn", "routes", "tags"}
"""Nothing rests on these: an order without them, from an older version, is obeyed."""

READ = "facts_read_at"
MEMBERS = json.loads(encode(a_stop_order())).keys() - {"schema_version", *TOLD_ALONG, READ}


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_an_order_without_a_member_is_malformed(member: str) -> None:
    message = json.loads(encode(a_stop_order()))
    del message[member]

    with pytest.raises(MalformedOrderError, match=member):
        decode(json.dumps(message))


@pytest.mark.parametrize(
    "routes", [None, [], "ml", [1], ["ml", "@channel"], ["x" * 25], ["a"] * 12, {"ml": 1}]
)
def test_routes_that_cannot_be_are_not_told_under(routes: Json) -> None:
    message = json.loads(encode(a_stop_order(routes=("ml",)))) | {"routes": routes}

    assert decode(json.dumps(message)).routes == ("default",)


@pytest.mark.parametrize("tags", [None, [], "x", {"team": 1}, {"team": None}])
def test_tags_that_cannot_be_were_not_read(tags: Json) -> None:
    message = json.loads(encode(a_stop_order(tags={"team": "ml"}))) | {"tags": tags}

    assert isinstance(decode(json.dumps(message)).tags, Unknown)


def test_an_order_of_an_older_version_does_not_tell_when_the_network_was_read() -> None:
    message = json.loads(encode(a_stop_order()))
    del message[READ]

    assert decode(json.dumps(message)) == a_stop_order(facts_read_at=None)
    assert decode(encode(a_stop_order(facts_read_at=None))).facts_read_at is None


def test_who_started_the_job_comes_back() -> None:
    role = "arn:aws:iam::111122223333:role/training"
    order = a_stop_order(started_by=ALICE, role_arn=role)

    assert decode(encode(order)) == order


@pytest.mark.parametrize("member", sorted(TOLD_ALONG - {"tags"}))
@pytest.mark.parametrize("value", [None, "", 5, [], {}, {"type": "Root"}, {"type": 1, "name": 2}])
def test_what_is_told_along_may_be_unsound(member: str, value: Json) -> None:
    message = json.loads(encode(a_stop_order())) | {member: value}

    assert decode(json.dumps(message)) == a_stop_order()
    del message[member]
    assert decode(json.dumps(message)) == a_stop_order()


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("job_name", ""),
        ("job_name", None),
        ("job_name", ["train-1"]),
        ("job_arn", 5),
        ("account", 111122223333),
        ("severity", ""),
        ("rule_set", None),
        ("created_at", "yesterday"),
        ("created_at", "2026-11-23T12:00:00"),
        ("created_at", None),
        ("created_at", 1_700_000_000),
        ("checks", "vpc-config-present"),
        ("checks", None),
        ("checks", []),
        ("checks", [""]),
        ("checks", [1]),
        ("facts_read_at", "yesterday"),
        ("facts_read_at", "2026-11-23T12:00:00"),
        ("facts_read_at", 1_700_000_000),
        ("vpc_id", 5),
        ("vpc_id", ["vpc-1"]),
    ],
)
def test_an_unsound_member_is_malformed(member: str, value: Json) -> None:
    message = json.loads(encode(a_stop_order())) | {member: value}

    with pytest.raises(MalformedOrderError):
        decode(json.dumps(message))


@pytest.mark.parametrize("version", ["2", 1, None, ["1"]])
def test_an_order_of_another_version_is_malformed(version: Json) -> None:
    message = json.loads(encode(a_stop_order())) | {"schema_version": version}

    with pytest.raises(MalformedOrderError, match="version 1"):
        decode(json.dumps(message))


def refused_or_decoded(text: str) -> None:
    """Any other error than the named one fails the test."""
    try:
        decode(text)
    except MalformedOrderError:
        return


@patiently
@given(wild_texts)
def test_arbitrary_text_raises_nothing_else(text: str) -> None:
    refused_or_decoded(text)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5_000, "NaN", "", "{}", "null", "[]"])
def test_odd_texts_raise_nothing_else(text: str) -> None:
    with pytest.raises(MalformedOrderError):
        decode(text)


@patiently
@given(json_values)
def test_arbitrary_json_raises_nothing_else(value: Json) -> None:
    refused_or_decoded(json.dumps(value))


@pytest.mark.parametrize("member", sorted(MEMBERS))
@patiently
@given(value=json_values)
def test_arbitrary_json_in_any_member_raises_nothing_else(member: str, value: Json) -> None:
    message = json.loads(encode(a_stop_order())) | {member: value}

    refused_or_decoded(json.dumps(message))
