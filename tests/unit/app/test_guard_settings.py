"""What CloudFormation is told about a settings document."""

from __future__ import annotations

from typing import Any

import pytest

from vpc_guardrail.app.guard_settings import REASON_CHARACTERS, Answer, checked, response


def a_request(kind: str = "Create", **properties: Any) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "CheckedSettings",
        "ResourceProperties": properties,
    }


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_right_document_may_be_deployed(kind: str) -> None:
    assert checked(a_request(kind, Settings='{"mode": "enforce"}')) == Answer(succeeded=True)


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_wrong_one_fails_and_every_wrong_field_is_named(kind: str) -> None:
    answer = checked(a_request(kind, Settings='{"mode": 1, "threshold": "x"}'))

    assert not answer.succeeded
    assert answer.reason.startswith("Settings: mode: is 1; it must be audit, enforce; threshold: ")


ROUTED = '{"alerts": {"routes": [{"name": "research", "role": "research-*"}]}}'


@pytest.mark.parametrize("names", ["", "research", "default", "default,research"])
def test_subscribers_of_routes_that_are_there_may_be_deployed(names: str) -> None:
    assert checked(a_request(Settings=ROUTED, SlackRoutes=names)).succeeded


@pytest.mark.parametrize("name", ["AlertEmailRoutes", "SlackRoutes", "SlackUrgentRoutes"])
def test_a_subscriber_of_a_route_that_is_not_there_fails(name: str) -> None:
    answer = checked(a_request(Settings=ROUTED, **{name: "research,researh"}))

    assert answer == Answer(
        succeeded=False,
        reason=f"{name}: 'researh' is no route of the settings document; it has research, default",
    )


def test_a_request_without_a_document_fails() -> None:
    assert not checked(a_request()).succeeded
    assert not checked({"RequestType": "Create"}).succeeded


def test_a_stack_with_a_wrong_document_can_be_deleted() -> None:
    assert checked(a_request("Delete", Settings="[")).succeeded


def test_a_long_reason_is_cut() -> None:
    names = ",".join(f'"x{number}": 1' for number in range(100))

    assert len(checked(a_request(Settings=f"{{{names}}}")).reason) == REASON_CHARACTERS


def test_the_response_is_what_cloudformation_wants() -> None:
    assert response(a_request(), Answer(succeeded=False, reason="why")) == {
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "CheckedSettings",
        "PhysicalResourceId": "settings",
        "Status": "FAILED",
        "Reason": "why",
    }


def test_an_update_keeps_the_id_of_the_resource() -> None:
    request = a_request("Update") | {"PhysicalResourceId": "settings"}

    assert response(request, Answer(succeeded=True))["PhysicalResourceId"] == "settings"
