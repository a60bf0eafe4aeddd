"""Faults on order."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.faults import ALWAYS, BadFault, Fault, FaultBook
from local_aws.wire import AwsCall, read_call

INSPECTOR = "arn:aws:sts::123456789012:assumed-role/stack-JobInspectorRole-1/function"
ROOT = "arn:aws:iam::123456789012:root"


def a_call(service: str = "ec2", operation: str = "DescribeVpcs") -> AwsCall:
    authorization = f"AWS4-HMAC-SHA256 Credential=test/20260102/us-east-1/{service}/aws4_request"
    headers = [(b"authorization", authorization.encode())]
    body = b""
    if service == "sagemaker":
        headers.append((b"x-amz-target", f"SageMaker.{operation}".encode()))
    else:
        headers.append((b"content-type", b"application/x-www-form-urlencoded"))
        body = f"Action={operation}".encode()
    return read_call({"method": "POST", "path": "/", "headers": headers}, body)


def a_book(**order: Any) -> FaultBook:
    book = FaultBook()
    document = {"service": "ec2", "operation": "DescribeVpcs", "error_code": "RequestLimitExceeded"}
    book.add(Fault.of({**document, **order}))
    return book


def hits(book: FaultBook, calls: int, call: AwsCall | None = None, principal: str = ROOT) -> int:
    return sum(book.take(call or a_call(), principal) is not None for _ in range(calls))


@pytest.mark.parametrize(("times", "expected"), [(0, 0), (1, 1), (3, 3), (ALWAYS, 5)])
def test_as_many_calls_fail_as_were_ordered(times: int, expected: int) -> None:
    assert hits(a_book(times=times), 5) == expected


@pytest.mark.parametrize(
    ("order", "call", "principal", "expected"),
    [
        ({}, a_call("ec2", "DescribeSubnets"), ROOT, 0),
        ({}, a_call("sagemaker", "DescribeVpcs"), ROOT, 0),
        ({"operation": "*"}, a_call("ec2", "DescribeSubnets"), ROOT, 1),
        ({"principal": "JobInspectorRole"}, a_call(), ROOT, 0),
        ({"principal": "JobInspectorRole"}, a_call(), INSPECTOR, 1),
    ],
)
def test_only_the_calls_meant_fail(
    order: dict[str, Any], call: AwsCall, principal: str, expected: int
) -> None:
    assert hits(a_book(**order), 1, call, principal) == expected


def test_orders_are_served_one_after_the_other() -> None:
    book = a_book()
    book.add(Fault("ec2", "DescribeVpcs", "InternalError"))

    codes = [fault.error_code for _ in range(3) if (fault := book.take(a_call(), ROOT))]

    assert codes == ["RequestLimitExceeded", "InternalError"]


def test_a_cleared_book_lets_everything_through() -> None:
    book = a_book(times=ALWAYS)
    book.clear()

    assert hits(book, 3) == 0


@pytest.mark.parametrize(
    ("fault", "call", "status", "words"),
    [
        (
            Fault("ec2", "DescribeVpcs", "RequestLimitExceeded"),
            a_call(),
            503,
            b"<Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message>",
        ),
        (
            Fault("ec2", "DescribeVpcs", "UnauthorizedOperation"),
            a_call(),
            403,
            b"<Code>UnauthorizedOperation</Code>",
        ),
        (
            Fault("sagemaker", "StopTrainingJob", "ThrottlingException"),
            a_call("sagemaker", "StopTrainingJob"),
            400,
            b'{"__type": "ThrottlingException", "message": "Rate exceeded"}',
        ),
        (
            Fault("sagemaker", "StopTrainingJob", "Odd", message="Told so.", status=418),
            a_call("sagemaker", "StopTrainingJob"),
            418,
            b'{"__type": "Odd", "message": "Told so."}',
        ),
    ],
)
def test_an_error_as_its_service_says_it(
    fault: Fault, call: AwsCall, status: int, words: bytes
) -> None:
    reply = fault.reply(call)

    assert reply.status == status
    assert words in reply.body


@pytest.mark.parametrize("document", [{"service": "ec2"}, {"service": "ec2", "wrong": 1}])
def test_an_order_that_cannot_be_understood(document: dict[str, Any]) -> None:
    with pytest.raises(BadFault):
        Fault.of(document)
