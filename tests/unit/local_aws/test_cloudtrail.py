"""The CloudTrail events that the stand-in leaves."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_aws.cloudtrail import (
    MAPS,
    MAX_REQUEST_BYTES,
    Caller,
    Failure,
    entry,
    event_detail,
    lower_first,
    user_identity,
)

ROOT = Caller("arn:aws:iam::123456789012:root", "test", user_agent="Boto3/1.43")
ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/example"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
REQUEST = {
    "TrainingJobName": "example",
    "HyperParameters": {"Epochs": "1"},
    "Environment": {"MODE": "fast", "Other": "x"},
    "InputDataConfig": [
        {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://b"}}}
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out", "KmsKeyId": ""},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1},
    "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
    "EnableNetworkIsolation": True,
    "Tags": [{"Key": "Team", "Value": "ML"}],
}


def request_shape(operation: str = "CreateTrainingJob") -> Shape:
    service = botocore.session.Session().get_service_model("sagemaker")
    shape = service.operation_model(operation).input_shape
    assert shape is not None
    return shape


def filled(shape: Shape) -> Any:
    """A value with every member of the shape; keys of maps start with a capital letter."""
    if isinstance(shape, StructureShape):
        return {name: filled(member) for name, member in shape.members.items()}
    if isinstance(shape, ListShape):
        return [filled(shape.member)]
    if isinstance(shape, MapShape):
        return {"KeyOfTheCaller": filled(shape.value)}
    return "Value"


def map_members(shape: Shape) -> set[str]:
    if isinstance(shape, ListShape):
        return map_members(shape.member)
    if not isinstance(shape, StructureShape):
        return set()
    found = {name for name, member in shape.members.items() if isinstance(member, MapShape)}
    return found.union(*(map_members(member) for member in shape.members.values()))


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys(member) for member in value.values()))
    if isinstance(value, list):
        return set().union(*(keys(member) for member in value))
    return set()


def test_the_maps_are_those_of_the_service_model() -> None:
    shapes = [request_shape(), request_shape("CreateHyperParameterTuningJob")]

    assert {name for shape in shapes for name in map_members(shape)} == MAPS


def test_every_member_of_a_structure_begins_lower_case_and_no_key_of_a_map_does() -> None:
    spelled = keys(lower_first(filled(request_shape())))

    assert {key for key in spelled if key[0].isupper()} == {"KeyOfTheCaller"}


def test_a_request_as_published_records_spell_it() -> None:
    detail = event_detail("CreateTrainingJob", REQUEST, {"TrainingJobArn": ARN}, ROOT, "us-east-1")

    parameters = detail["requestParameters"]
    assert parameters["hyperParameters"] == {"Epochs": "1"}
    assert parameters["environment"] == {"MODE": "fast", "Other": "x"}
    assert parameters["inputDataConfig"][0]["dataSource"]["s3DataSource"]["s3Uri"] == "s3://b"
    assert parameters["outputDataConfig"] == {"s3OutputPath": "s3://bucket/out", "kmsKeyId": ""}
    assert parameters["resourceConfig"]["volumeSizeInGB"] == 1
    assert parameters["vpcConfig"] == {"securityGroupIds": ["sg-1"], "subnets": ["subnet-1"]}
    assert parameters["tags"] == [{"key": "Team", "value": "ML"}]
    assert parameters["enableNetworkIsolation"] is True
    assert parameters["disableEFA"] is False
    assert parameters["trainingJobArn"] == ARN
    assert detail["responseElements"] == {"trainingJobArn": ARN}
    assert "errorCode" not in detail


def test_the_envelope_of_a_call() -> None:
    detail = event_detail(
        "CreateTrainingJob", REQUEST, {"TrainingJobArn": ARN}, ROOT, "us-east-1", AT
    )

    assert detail["eventSource"] == "sagemaker.amazonaws.com"
    assert detail["eventName"] == "CreateTrainingJob"
    assert detail["eventTime"] == "2026-01-02T03:04:05Z"
    assert detail["readOnly"] is False
    assert detail["userIdentity"]["type"] == "Root"
    assert detail["userAgent"] == "Boto3/1.43"


def test_a_failed_call() -> None:
    failure = Failure("ResourceInUse", "Training job names must be unique.")

    detail = event_detail("CreateTrainingJob", REQUEST, failure, ROOT, "us-east-1")

    assert detail["errorCode"] == "ResourceInUse"
    assert detail["errorMessage"] == "Training job names must be unique."
    assert detail["responseElements"] is None
    assert detail["requestParameters"]["trainingJobName"] == "example"
    assert "trainingJobArn" not in detail["requestParameters"]


def test_a_call_that_iam_refused_has_null_parameters() -> None:
    failure = Failure("AccessDenied", "User is not authorized.", denied=True)

    detail = event_detail("CreateTrainingJob", REQUEST, failure, ROOT, "us-east-1")

    assert detail["errorCode"] == "AccessDenied"
    assert detail["requestParameters"] is None


def test_an_empty_response_is_null() -> None:
    detail = event_detail("StopTrainingJob", {"TrainingJobName": "example"}, {}, ROOT, "us-east-1")

    assert detail["responseElements"] is None
    assert detail["requestParameters"] == {"trainingJobName": "example"}


@pytest.mark.parametrize(("size", "omitted"), [(1_000, False), (MAX_REQUEST_BYTES, True)])
def test_long_parameters_are_left_out(size: int, omitted: bool) -> None:
    request = {**REQUEST, "HyperParameters": {"long": "x" * size}}

    detail = event_detail("CreateTrainingJob", request, {"TrainingJobArn": ARN}, ROOT, "us-east-1")

    assert (detail["requestParameters"] == {"omitted": True}) is omitted


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::123456789012:root", {"type": "Root"}),
        ("arn:aws:iam::123456789012:user/ann", {"type": "IAMUser", "userName": "ann"}),
        (
            "arn:aws:sts::123456789012:assumed-role/Scientist/session",
            {"type": "AssumedRole", "principalId": "AROALOCALAWS:session"},
        ),
    ],
)
def test_who_called(arn: str, expected: dict[str, str]) -> None:
    identity = user_identity(Caller(arn, "AKIAEXAMPLE"))

    assert expected.items() <= identity.items()
    assert identity["arn"] == arn


def test_the_issuer_of_a_session_is_its_role() -> None:
    identity = user_identity(Caller("arn:aws:sts::123456789012:assumed-role/Scientist/s", "ASIA"))

    issuer = identity["sessionContext"]["sessionIssuer"]
    assert issuer["arn"] == "arn:aws:iam::123456789012:role/Scientist"


def test_the_entry_of_put_events() -> None:
    put = entry({"eventName": "CreateTrainingJob"})

    assert put["Source"] == "aws.sagemaker"
    assert put["DetailType"] == "AWS API Call via CloudTrail"
    assert json.loads(put["Detail"]) == {"eventName": "CreateTrainingJob"}
