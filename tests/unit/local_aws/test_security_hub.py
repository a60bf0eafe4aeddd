"""The stand-in for Security Hub: what it takes, what it ignores, what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from local_aws.account import ACCOUNT_ID, REGION
from local_aws.security_hub import SecurityHub
from local_aws.wire import read_call

Json = Any

FINDING = {
    "SchemaVersion": "2018-10-08",
    "Id": "a",
    "ProductArn": f"arn:aws:securityhub:{REGION}:{ACCOUNT_ID}:product/{ACCOUNT_ID}/default",
    "GeneratorId": "a-check",
    "AwsAccountId": ACCOUNT_ID,
    "CreatedAt": "2026-11-23T12:00:00.000Z",
    "UpdatedAt": "2026-11-23T12:00:00.000Z",
    "Title": "All is well.",
    "Description": "It is not.",
    "Resources": [{"Type": "Other", "Id": "a"}],
    "FindingProviderFields": {"Severity": {"Label": "HIGH"}},
}


def asked(hub: SecurityHub, operation: str, request: Json) -> Json:
    call = read_call({"headers": [], "method": "POST", "path": "/"}, json.dumps(request).encode())
    return json.loads(hub.answer(replace(call, operation=operation)).body)


def put(hub: SecurityHub, **members: Json) -> Json:
    return asked(hub, "BatchImportFindings", {"Findings": [FINDING | members]})


def held(hub: SecurityHub) -> Json:
    (finding,) = asked(hub, "GetFindings", {})["Findings"]
    return finding


def test_only_what_is_newer_changes_a_finding() -> None:
    hub = SecurityHub(REGION)
    put(hub, Title="First.")
    put(hub, Title="Same time.")
    assert held(hub)["Title"] == "First."

    put(hub, Title="Newer.", UpdatedAt="2026-11-23T12:00:00.001Z")
    put(hub, Title="Older.", UpdatedAt="2026-11-23T11:59:59.999Z")

    assert held(hub)["Title"] == "Newer."
    assert held(hub)["Severity"] == {"Label": "HIGH"}


@pytest.mark.parametrize(
    "members",
    [
        {"Title": ""},
        {"Title": "x" * 257},
        {"Resources": []},
        {"AwsAccountId": "999999999999"},
        {"ProductFields": {"name": ""}},
        {"FindingProviderFields": {}},
    ],
)
def test_what_is_beyond_the_documented_limits_is_refused(members: Json) -> None:
    hub = SecurityHub(REGION)

    answer = put(hub, **members)

    assert (answer["FailedCount"], answer["SuccessCount"]) == (1, 0)
    assert answer["FailedFindings"][0]["ErrorCode"] == "InvalidInput"
    assert asked(hub, "GetFindings", {})["Findings"] == []


def test_more_than_a_hundred_at_once_are_too_many() -> None:
    answer = asked(SecurityHub(REGION), "BatchImportFindings", {"Findings": [FINDING] * 101})

    assert answer["__type"] == "InvalidInputException"
