"""Reading requests as AWS calls, and saying errors in each protocol."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import Shape
from botocore.parsers import create_parser

from local_aws.wire import AwsCall, Unreadable, error_reply, read_call


def a_call(
    service: str,
    body: bytes = b"",
    path: str = "/",
    *,
    method: str = "POST",
    query: str = "",
    **headers: str,
) -> AwsCall:
    credential = f"test/20260102/eu-west-1/{service}/aws4_request"
    every = {
        "authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    scope = {
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in every.items()],
    }
    return read_call(scope, body)


FORM = "application/x-www-form-urlencoded; charset=utf-8"


@pytest.mark.parametrize(
    ("call", "service", "operation"),
    [
        (
            a_call("ec2", b"Action=DescribeVpcs&Version=2016-11-15", content_type=FORM),
            "ec2",
            "DescribeVpcs",
        ),
        (
            a_call("sagemaker", b"{}", x_amz_target="SageMaker.StopTrainingJob"),
            "sagemaker",
            "StopTrainingJob",
        ),
        (
            a_call("sqs", b"{}", x_amz_target="AmazonSQS.SendMessage"),
            "sqs",
            "SendMessage",
        ),
        (a_call("s3", path="/bucket", query="policy", method="GET"), "s3", "GetBucketPolicy"),
        (a_call("s3", path="/bucket/key", query="policy", method="GET"), "s3", "GET /bucket/key"),
        (a_call("s3", path="/bucket", query="policy", method="PUT"), "s3", "PUT /bucket"),
        (a_call("s3", b"Action=DescribeVpcs", path="/bucket/key"), "s3", "POST /bucket/key"),
    ],
)
def test_service_and_operation(call: AwsCall, service: str, operation: str) -> None:
    assert (call.service, call.operation) == (service, operation)
    assert (call.access_key, call.region) == ("test", "eu-west-1")


def test_an_unsigned_request_is_nobodys_call() -> None:
    call = read_call({"method": "GET", "path": "/", "headers": []}, b"")

    assert (call.service, call.access_key) == ("", "")


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff"])
def test_a_body_that_is_no_json_object(body: bytes) -> None:
    call = a_call("sagemaker", body, x_amz_target="SageMaker.StopTrainingJob")

    with pytest.raises(Unreadable):
        _ = call.parameters


def test_members_of_either_protocol() -> None:
    form = a_call("ec2", b"Action=X&VpcId=vpc-1&Filter.1.Name=a%20b", content_type=FORM)
    document = a_call("sagemaker", b'{"TrainingJobName": "a"}', x_amz_target="SageMaker.X")

    assert form.parameters == {"Action": "X", "VpcId": "vpc-1", "Filter.1.Name": "a b"}
    assert document.parameters == {"TrainingJobName": "a"}


@pytest.mark.parametrize(
    ("protocol", "call"),
    [
        ("ec2", a_call("ec2", b"Action=DescribeVpcs", content_type=FORM)),
        ("query", a_call("sns", b"Action=Publish", content_type=FORM)),
        ("json", a_call("sagemaker", b"{}", x_amz_target="SageMaker.StopTrainingJob")),
    ],
)
def test_the_sdk_reads_our_errors(protocol: str, call: AwsCall) -> None:
    """Errors are parsed by botocore's own parser of the protocol."""
    reply = error_reply(call, "SomeCode", "Words with <, > and &.", 503)

    parsed: dict[str, Any] = create_parser(protocol).parse(
        {"status_code": reply.status, "headers": dict(reply.headers), "body": reply.body},
        Shape("AnyOutput", {"type": "structure", "members": {}}),
    )

    assert parsed["Error"]["Code"] == "SomeCode"
    assert parsed["Error"]["Message"] == "Words with <, > and &."
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == 503
