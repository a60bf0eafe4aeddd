"""A real first invocation: one new training job, and the answers that its inspection needs."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from benchmarks.emulator import BenchmarkError
from local_aws.account import ACCOUNT_ID, REGION
from local_aws.networks import TRAINING_BUCKET, open_bucket_to, public_network

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.client import AwsSession
    from local_aws.launch import LocalAws

EMULATORS_ACCOUNT = "012345678912"
"""The account in the function's own ARN, which the emulator does not let choose."""

REPLACED = {ACCOUNT_ID.encode(): EMULATORS_ACCOUNT.encode()}
"""What becomes of the local AWS's answers, so that job and function live in one account."""

JOB = "benchmark-job"
SETTINGS = "/vpc-guardrail/benchmark/settings"
DATA = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{TRAINING_BUCKET}/data"}
SECONDS_TO_EVENT = 10.0
SECONDS_BETWEEN_LOOKS = 0.05


@dataclass(frozen=True, slots=True)
class Invocation:
    """The event of an SQS batch with one message, and the variables that the function needs."""

    event: Mapping[str, Any]
    variables: Mapping[str, str]


def prepare(aws: LocalAws) -> Invocation:
    """A job with faults in its network: it is read in two waves, judged, recorded and told."""
    session = aws.session()
    ledger = _table(session, "ledger", {"id": "HASH"})
    book = _table(session, "alert-book", {"place": "HASH", "entry": "RANGE"})
    topic = session.client("sns").create_topic(Name="violations")["TopicArn"]
    queue = session.client("sqs").create_queue(QueueName="enforcement")["QueueUrl"]
    session.client("ssm").put_parameter(Name=SETTINGS, Value="{}", Type="String")
    network = public_network(session.client("ec2"))
    open_bucket_to(session.client("s3"), TRAINING_BUCKET, network.vpc_id)
    session.client("sagemaker").create_training_job(
        TrainingJobName=JOB,
        RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/training",
        AlgorithmSpecification={"TrainingImage": "image", "TrainingInputMode": "File"},
        InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": DATA}}],
        OutputDataConfig={"S3OutputPath": f"s3://{TRAINING_BUCKET}/models"},
        ResourceConfig={
            "InstanceType": "ml.m5.xlarge",
            "InstanceCount": 2,
            "VolumeSizeInGB": 30,
        },
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
        VpcConfig=network.vpc_config,
    )
    return Invocation(
        event={"Records": [_message(_event(aws))]},
        variables={
            "GUARDRAIL_MODE": "audit",
            "GUARDRAIL_STACK": "benchmark",
            "LEDGER_TABLE": ledger,
            "ALERT_BOOK_TABLE": book,
            "VIOLATIONS_TOPIC_ARN": topic,
            "ENFORCEMENT_QUEUE_URL": queue,
            "SETTINGS_PARAMETER": SETTINGS,
            "POWERTOOLS_SERVICE_NAME": "job_inspector",
            "POWERTOOLS_LOG_LEVEL": "INFO",
        },
    )


def _table(session: AwsSession, name: str, keys: Mapping[str, Literal["HASH", "RANGE"]]) -> str:
    """Create a table whose keys are texts; gives its name."""
    session.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def _event(aws: LocalAws) -> str:
    """The event of the job, as the rule hands it to the queue."""
    detail = _detail(aws)
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.sagemaker",
        "account": ACCOUNT_ID,
        "time": detail["eventTime"],
        "region": REGION,
        "resources": [],
        "detail": detail,
    }
    return json.dumps(event).replace(ACCOUNT_ID, EMULATORS_ACCOUNT)


def _detail(aws: LocalAws) -> dict[str, Any]:
    """What CloudTrail tells of the call; it follows the call's answer by a moment."""
    deadline = time.monotonic() + SECONDS_TO_EVENT
    while time.monotonic() < deadline:
        for entry in aws.controls.events():
            detail: dict[str, Any] = json.loads(entry["Detail"])
            if detail["eventName"] == "CreateTrainingJob":
                return detail
        time.sleep(SECONDS_BETWEEN_LOOKS)
    raise BenchmarkError("The local AWS told of no training job.")


def _message(body: str) -> dict[str, Any]:
    return {
        "messageId": str(uuid.uuid4()),
        "receiptHandle": "handle",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1700000000000"},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{EMULATORS_ACCOUNT}:inspections",
        "awsRegion": REGION,
    }
