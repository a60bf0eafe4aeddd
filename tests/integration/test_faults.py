"""What each error code means: a fact that cannot be known, or a fault that is raised."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from vpc_guardrail.adapters import faults
from vpc_guardrail.core.model import Unknown


def an_error(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeVpcs")


def failing_with(error: Exception) -> object:
    def read() -> object:
        raise error

    return faults.fact("ec2:DescribeVpcs", read)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("UnauthorizedOperation", "ec2:DescribeVpcs is denied to the guardrail"),
        ("AccessDenied", "ec2:DescribeVpcs is denied to the guardrail"),
        ("AccessDeniedException", "ec2:DescribeVpcs is denied to the guardrail"),
        ("AuthorizationError", "ec2:DescribeVpcs is denied to the guardrail"),
        ("AuthorizationErrorException", "ec2:DescribeVpcs is denied to the guardrail"),
        ("OptInRequired", "the account is not subscribed to the service of ec2:DescribeVpcs"),
        ("InvalidAction", "ec2:DescribeVpcs is not offered here (InvalidAction)"),
        ("UnsupportedOperation", "ec2:DescribeVpcs is not offered here (UnsupportedOperation)"),
        (
            "InvalidVpcID.NotFound",
            "ec2:DescribeVpcs did not find what it was asked for (InvalidVpcID.NotFound)",
        ),
    ],
)
def test_what_may_not_be_known_is_unknown(code: str, reason: str) -> None:
    assert failing_with(an_error(code)) == Unknown(reason)


@pytest.mark.parametrize(
    "code",
    [
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "InternalError",
        "InternalFailure",
        "ServiceUnavailable",
        "Unavailable",
        "AuthFailure",
        "ExpiredToken",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "RequestExpired",
        "InvalidParameterValue",
        "ACodeOfNextYear",
        "",
    ],
)
def test_a_fault_is_never_a_verdict_in_fault_5(code: str) -> None:
    """Fault 5 of the peers: what could not be read because of throttling was taken for empty."""
    with pytest.raises(ClientError):
        failing_with(an_error(code))


def test_a_broken_connection_is_a_fault() -> None:
    with pytest.raises(ConnectTimeoutError):
        failing_with(ConnectTimeoutError(endpoint_url="https://ec2.invalid"))


def test_what_is_read_comes_back_as_it_is() -> None:
    assert faults.fact("ec2:DescribeVpcs", lambda: []) == []


@pytest.mark.parametrize(
    ("code", "message", "missing"),
    [
        ("ValidationException", "Requested resource not found.", True),
        ("ValidationException", "Could not find: Not Found", True),
        ("ResourceNotFound", "", True),
        ("ResourceNotFoundException", "", True),
        ("ValidationException", "1 validation error detected", False),
        ("ThrottlingException", "Rate exceeded, retry token not found", False),
    ],
)
def test_a_missing_job_is_told_in_several_ways(code: str, message: str, missing: bool) -> None:
    assert faults.is_missing_job(an_error(code, message)) is missing
