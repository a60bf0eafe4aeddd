"""What travels: CloudTrail events in the shape of real ones, stop orders and judgements."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.builders import ACCOUNT, NOW, REGION, VPC, a_job
from vpc_guardrail.app.enforcement import Enforcement, Outcome, StopOrder
from vpc_guardrail.core.decision import Action, Judgement, Verdict
from vpc_guardrail.core.model import Starter
from vpc_guardrail.core.model.job import NO_ROLE, TAGS_NOT_READ
from vpc_guardrail.core.model.starter import NOBODY_TOLD
from vpc_guardrail.wiring.events import Home

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import Fact, TrainingJob

Json = Any

HOME: Final = Home(ACCOUNT, REGION)

ALICE: Final = Starter(
    "AssumedRole",
    "Research",
    arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/Research/alice@example.com",
    session_name="alice@example.com",
)
"""Who starts jobs, where a test says so: a person in the session of a role."""

ABSENT: Final = object()
"""The value of a member that shall not be there."""


def an_arn(name: str = "train-1", *, account: str = ACCOUNT, region: str = REGION) -> str:
    """The ARN of a training job."""
    return f"arn:aws:sagemaker:{region}:{account}:training-job/{name}"


def a_request(name: str = "train-1", **members: Json) -> dict[str, Json]:
    """requestParameters of a CreateTrainingJob call, with what the service adds to them."""
    request = {
        "trainingJobName": name,
        "hyperParameters": {"epochs": "1", "Subnets": "not a subnet"},
        "algorithmSpecification": {
            "trainingImage": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/example:latest",
            "trainingInputMode": "File",
            "enableSageMakerMetricsTimeSeries": False,
        },
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/SageMakerExecutionRole",
        "inputDataConfig": [
            {
                "channelName": "train",
                "dataSource": {
                    "s3DataSource": {
                        "s3DataType": "S3Prefix",
                        "s3Uri": "s3://example-bucket/train/",
                        "s3DataDistributionType": "FullyReplicated",
                    }
                },
                "contentType": "",
                "compressionType": "None",
                "recordWrapperType": "None",
                "enableFFM": False,
            }
        ],
        "outputDataConfig": {
            "kmsKeyId": "",
            "s3OutputPath": "s3://example-bucket/out/",
            "removeJobNameFromS3OutputPath": False,
            "disableModelUpload": False,
        },
        "resourceConfig": {
            "instanceType": "ml.m5.xlarge",
            "instanceCount": 1,
            "volumeSizeInGB": 100,
            "volumeKmsKeyId": "",
            "keepAlivePeriodInSeconds": 0,
            "useReservedCapacity": False,
        },
        "vpcConfig": {"securityGroupIds": ["sg-1"], "subnets": ["subnet-a", "subnet-b"]},
        "stoppingCondition": {"maxRuntimeInSeconds": 86400},
        "tags": [{"key": "team", "value": "ml"}],
        "environment": {"A": "b"},
        "enableNetworkIsolation": False,
        "enableInterContainerTrafficEncryption": False,
        "enableManagedSpotTraining": False,
        "disableEFA": False,
        "withWarmPoolValidationError": False,
        "trainingJobArn": an_arn(name),
    }
    return _present(request | members)


def a_tuning_arn(name: str = "tune-1") -> str:
    """The ARN of a tuning job."""
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:hyper-parameter-tuning-job/{name}"


def a_definition(**members: Json) -> dict[str, Json]:
    """A training definition of a tuning job, as CloudTrail writes it."""
    definition = a_request(
        definitionName="forest",
        staticHyperParameters={"epochs": "1", "VpcConfig": "none"},
        tuningObjective={"type": "Minimize", "metricName": "loss"},
        trainingJobName=ABSENT,
        hyperParameters=ABSENT,
        trainingJobArn=ABSENT,
    )
    return _present(definition | members)


def a_tuning_request(name: str = "tune-1", **members: Json) -> dict[str, Json]:
    """requestParameters of a CreateHyperParameterTuningJob call."""
    request = {
        "hyperParameterTuningJobName": name,
        "hyperParameterTuningJobConfig": {
            "strategy": "Bayesian",
            "resourceLimits": {"maxNumberOfTrainingJobs": 20, "maxParallelTrainingJobs": 4},
        },
        "trainingJobDefinition": a_definition(),
        "tags": [{"key": "team", "value": "ml"}],
    }
    return _present(request | members)


def a_tuning_event(name: str = "tune-1", **detail: Json) -> dict[str, Json]:
    """The EventBridge event of a CreateHyperParameterTuningJob call that went well."""
    told = {
        "eventName": "CreateHyperParameterTuningJob",
        "requestParameters": a_tuning_request(name),
        "responseElements": {"hyperParameterTuningJobArn": a_tuning_arn(name)},
    }
    return an_event(name, **(told | detail))


def an_event(name: str = "train-1", **detail: Json) -> dict[str, Json]:
    """The EventBridge event of a CreateTrainingJob call that went well; `detail` replaces."""
    record = {
        "eventVersion": "1.11",
        "userIdentity": {"type": "AssumedRole", "accountId": ACCOUNT},
        "eventTime": "2026-11-23T12:00:00Z",
        "eventSource": "sagemaker.amazonaws.com",
        "eventName": "CreateTrainingJob",
        "awsRegion": REGION,
        "sourceIPAddress": "203.0.113.10",
        "userAgent": "Boto3/1.44.5",
        "requestParameters": a_request(name),
        "responseElements": {"trainingJobArn": an_arn(name)},
        "requestID": "6b1b42b9-0000-0000-0000-000000000000",
        "eventID": "a6f85b21-0000-0000-0000-000000000000",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    return {
        "version": "0",
        "id": "11111111-2222-3333-4444-555555555555",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.sagemaker",
        "account": ACCOUNT,
        "time": "2026-11-23T12:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": _present(record | detail),
    }


def a_message(name: str = "train-1", **detail: Json) -> str:
    """The same event as the text of a queue message."""
    return json.dumps(an_event(name, **detail))


def a_stop_order(
    name: str = "train-1",
    *,
    created_at: datetime = NOW,
    vpc_id: str | None = None,
    checks: tuple[str, ...] = ("vpc-config-present",),
    started_by: Fact[Starter] = NOBODY_TOLD,
    role_arn: Fact[str] = NO_ROLE,
    facts_read_at: datetime | None = NOW,
    routes: tuple[str, ...] = ("default",),
    tags: Fact[Mapping[str, str]] = TAGS_NOT_READ,
) -> StopOrder:
    """An order to stop the job that `a_job` builds."""
    return StopOrder(
        job_name=name,
        job_arn=an_arn(name),
        account=ACCOUNT,
        created_at=created_at,
        vpc_id=vpc_id,
        checks=checks,
        severity="CRITICAL",
        rule_set="0.1.0",
        started_by=started_by,
        role_arn=role_arn,
        facts_read_at=facts_read_at,
        routes=routes,
        tags=tags,
    )


def an_enforcement(
    outcome: Outcome = Outcome.STOPPED,
    message: str = "train-1 was stopped, because of vpc-config-present.",
    *,
    order: StopOrder | None = None,
) -> Enforcement:
    """What became of an order."""
    return Enforcement(order or a_stop_order(), outcome, message)


def a_judgement(
    *findings: Finding,
    verdict: Verdict = Verdict.NONCOMPLIANT,
    action: Action = Action.NOTIFY,
    job: TrainingJob | None = None,
    vpc_id: str | None = VPC,
    stopping_checks: Iterable[str] = (),
    started_by: Fact[Starter] = NOBODY_TOLD,
) -> Judgement:
    """A judgement on a job, with these findings."""
    return Judgement(
        job=job or a_job(),
        vpc_id=vpc_id,
        verdict=verdict,
        action=action,
        findings=findings,
        stopping_checks=tuple(stopping_checks),
        facts_read_at=NOW,
        rule_set="0.1.0",
        started_by=started_by,
    )


def _present(members: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in members.items() if value is not ABSENT}
