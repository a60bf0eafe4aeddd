"""SNS notifications as a queue carries them, and what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from tests.strategies import json_values, patiently, wild_texts
from vpc_guardrail.app.notification import MalformedNotificationError, notification_of

Json = Any


def an_envelope(**members: Json) -> str:
    """A notification as SNS documents it."""
    envelope = {
        "Type": "Notification",
        "MessageId": "da41e39f-ea4d-435a-b922-c6aae3915ebe",
        "TopicArn": "arn:aws:sns:eu-central-1:111122223333:violations",
        "Subject": "noncompliant",
        "Message": '{"verdict": "noncompliant"}',
        "Timestamp": "2026-11-23T12:00:00.000Z",
        "MessageAttributes": {"severity": {"Type": "String", "Value": "HIGH"}},
    }
    return json.dumps(envelope | members)


def test_its_id_and_what_was_published_are_read() -> None:
    notification = notification_of(an_envelope())

    assert notification.id == "da41e39f-ea4d-435a-b922-c6aae3915ebe"
    assert notification.document == {"verdict": "noncompliant"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "the message is not JSON"),
        ("[" * 100_000, "the message is not JSON"),
        ("[]", "the message is not a JSON structure"),
        ('{"verdict": "noncompliant"}', "not an SNS notification"),
        (an_envelope(MessageId=None), "not an SNS notification"),
        (an_envelope(MessageId=""), "not an SNS notification"),
        (an_envelope(Message={"verdict": "x"}), "not an SNS notification"),
        (an_envelope(Message="Dear reader,"), "what was published is not JSON"),
        (an_envelope(Message="5"), "what was published is not a JSON structure"),
    ],
)
def test_what_is_none_is_refused_with_its_reason(body: str, reason: str) -> None:
    with pytest.raises(MalformedNotificationError, match=reason):
        notification_of(body)


def read_or_refused(body: str) -> None:
    """Any other error than the named one fails the test."""
    try:
        notification_of(body)
    except MalformedNotificationError:
        return


@patiently
@given(wild_texts)
def test_no_text_raises_anything_else(text: str) -> None:
    read_or_refused(text)
    read_or_refused(an_envelope(Message=text))


@patiently
@given(json_values)
def test_no_json_raises_anything_else(value: Json) -> None:
    read_or_refused(json.dumps(value))
    read_or_refused(an_envelope(Message=value, MessageId=value))
