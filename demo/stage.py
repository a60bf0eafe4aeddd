"""Brings the scenario onto the local AWS: networks, jobs, and the two unkind events."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from demo.scenario import PUBLIC, SOUND, WITHOUT_S3_ENDPOINT, JobPlan
from local_aws import networks
from local_aws.account import ACCOUNT_ID, PARTITION, REGION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_aws.client import AwsSession, Controls

ROLE = f"arn:{PARTITION}:iam::{ACCOUNT_ID}:role/training"
IMAGE = f"{ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com/training:latest"
OUTPUT = f"s3://{networks.TRAINING_BUCKET}/output"


class Stage:
    """The networks and the jobs that were started in them."""

    def __init__(self, session: AwsSession, controls: Controls) -> None:
        self._ec2 = session.client("ec2")
        self._s3 = session.client("s3")
        self._sagemaker = session.client("sagemaker")
        self._controls = controls
        self._vpc_configs: dict[tuple[str, bool], dict[str, list[str]]] = {}
        self._unserved: networks.TrainingNetwork | None = None
        self.arns: dict[str, str] = {}
        """ARN of each job that was started, by its name."""

    def build_networks(self) -> None:
        """Three networks and a bucket; in the sound one a second group, without EFA."""
        sound = networks.sound_network(self._ec2, self._s3, name=SOUND)
        one_way = networks.training_group(self._ec2, sound.vpc_id, "one-way", efa_self_egress=False)
        self._unserved = networks.network_without_s3_endpoint(self._ec2)
        self._vpc_configs = {
            (SOUND, True): sound.vpc_config,
            (SOUND, False): {**sound.vpc_config, "SecurityGroupIds": [one_way]},
            (WITHOUT_S3_ENDPOINT, True): self._unserved.vpc_config,
            (PUBLIC, True): networks.public_network(self._ec2).vpc_config,
        }

    @property
    def unserved(self) -> networks.TrainingNetwork:
        """The network without S3 endpoint, until its owner makes one."""
        if self._unserved is None:
            raise LookupError("The networks are not built yet.")
        return self._unserved

    def add_s3_endpoint(self) -> str:
        """Create an S3 endpoint in the network without one, with EC2's own policy; gives its id."""
        endpoint = self._ec2.create_vpc_endpoint(
            VpcId=self.unserved.vpc_id,
            ServiceName=networks.S3_SERVICE,
            VpcEndpointType="Gateway",
            RouteTableIds=[self.unserved.route_table_id],
        )["VpcEndpoint"]
        self._unserved = replace(self.unserved, s3_endpoint_id=endpoint["VpcEndpointId"])
        return self.unserved.s3_endpoint_id

    def tighten_endpoint_policy(self) -> str:
        """Let the endpoint admit the training bucket alone; gives the endpoint's id."""
        policy = networks.restricted_policy(networks.TRAINING_BUCKET)
        self._ec2.modify_vpc_endpoint(
            VpcEndpointId=self.unserved.s3_endpoint_id, PolicyDocument=json.dumps(policy)
        )
        return self.unserved.s3_endpoint_id

    def start(self, plan: JobPlan) -> None:
        """Start a job through SageMaker's API, as its owner would."""
        vpc_config = self._vpc_configs[plan.network, plan.efa_egress] if plan.network else None
        request = job_request(plan, vpc_config)
        self.arns[plan.name] = self._sagemaker.create_training_job(**request)["TrainingJobArn"]

    def start_in_vain(self, plan: JobPlan) -> str:
        """Ask for a job without a VPC under the name of one that is there; gives the error code."""
        try:
            self._sagemaker.create_training_job(**job_request(plan, None))
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""

    def repeat_event_of(self, plan: JobPlan) -> None:
        """Put the event of a job's creation on the bus once more, letter for letter."""
        arn = self.arns[plan.name]
        event = next(each for each in self._controls.events() if creates(each, arn))
        self._controls.put_event(event)

    def status(self, name: str) -> str:
        """TrainingJobStatus of a job."""
        described = self._sagemaker.describe_training_job(TrainingJobName=name)
        return str(described["TrainingJobStatus"])

    def recorded_calls(self) -> list[dict[str, Any]]:
        """SageMaker's calls as CloudTrail records them: the `detail` of each event."""
        return [json.loads(event["Detail"]) for event in self._controls.events()]


def job_request(plan: JobPlan, vpc_config: Mapping[str, list[str]] | None) -> dict[str, Any]:
    """The request of CreateTrainingJob for a plan."""
    request: dict[str, Any] = {
        "TrainingJobName": plan.name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": OUTPUT},
        "ResourceConfig": {
            "InstanceType": plan.instance_type,
            "InstanceCount": plan.instance_count,
            "VolumeSizeInGB": 100,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    return {**request, "VpcConfig": vpc_config} if vpc_config else request


def creates(event: Mapping[str, Any], arn: str) -> bool:
    """Whether an event on the bus tells that this job was created."""
    detail = json.loads(event["Detail"])
    answer = detail.get("responseElements") or {}
    return detail["eventName"] == "CreateTrainingJob" and answer.get("trainingJobArn") == arn


def failed_calls(recorded: Iterable[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """The recorded calls of CreateTrainingJob for this name that failed."""
    return [
        detail
        for detail in recorded
        if detail["eventName"] == "CreateTrainingJob"
        and "errorCode" in detail
        and (detail["requestParameters"] or {}).get("trainingJobName") == name
    ]
