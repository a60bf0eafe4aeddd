"""Training jobs as their owner starts them, and the events that CloudTrail leaves about them."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.account import ACCOUNT_ID, REGION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.client import AwsSession
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork

SECONDS_TO_EVENT = 20.0
SECONDS_BETWEEN_LOOKS = 0.05

ENDED_BY_STOP = ("Stopping", "Stopped")


@dataclass(frozen=True)
class Job:
    """A job that was started, and the event that told of it, as an entry of PutEvents."""

    name: str
    arn: str
    entry: Mapping[str, Any]

    @property
    def event(self) -> dict[str, Any]:
        """The event as a rule hands it to its target; each time with its own copy."""
        return delivered(self.entry)


@dataclass(frozen=True)
class Owner:
    """Whoever trains: starts jobs, and looks what became of them."""

    aws: LocalAws
    session: AwsSession

    def start(
        self,
        network: TrainingNetwork | None = None,
        *,
        name: str = "job",
        instance_type: str = "ml.m5.xlarge",
        instance_count: int = 2,
        inputs: Sequence[str] = (),
    ) -> Job:
        """Start a job in a network, or in none, and wait until its event was on the bus.

        `inputs` are the S3 URIs that it reads.
        """
        unique = f"{name}-{uuid.uuid4().hex[:8]}"
        request = a_request(unique, network, instance_type, instance_count)
        if inputs:
            request["InputDataConfig"] = [a_channel(uri, n) for n, uri in enumerate(inputs)]
        arn = self._sagemaker().create_training_job(**request)["TrainingJobArn"]
        return Job(unique, arn, self.wait_for_entry(unique))

    def start_again(self, job: Job, network: TrainingNetwork | None = None) -> Mapping[str, Any]:
        """Try to start another job under the same name, which must fail; gives its event."""
        sagemaker = self._sagemaker()
        try:
            sagemaker.create_training_job(**a_request(job.name, network, "ml.m5.xlarge", 1))
        except sagemaker.exceptions.ResourceInUse:
            return self.wait_for_entry(job.name, count=2)
        raise AssertionError(f"A second {job.name} could be started.")

    def status_of(self, job: Job) -> str:
        status: str = self._sagemaker().describe_training_job(TrainingJobName=job.name)[
            "TrainingJobStatus"
        ]
        return status

    def created_at(self, job: Job) -> Any:
        return self._sagemaker().describe_training_job(TrainingJobName=job.name)["CreationTime"]

    def wait_for_entry(self, name: str, *, count: int = 1) -> Mapping[str, Any]:
        """The last of so many events about jobs of this name, once it was on the bus."""
        deadline = time.monotonic() + SECONDS_TO_EVENT
        while True:
            found = [entry for entry in self.aws.controls.events() if _names(entry, name)]
            if len(found) >= count:
                return found[count - 1]
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} of {count} events about {name} came: {found}")
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _sagemaker(self) -> Any:
        return self.session.client("sagemaker")


def a_request(
    name: str, network: TrainingNetwork | None, instance_type: str, instance_count: int
) -> dict[str, Any]:
    """The members of CreateTrainingJob."""
    request: dict[str, Any] = {
        "TrainingJobName": name,
        "RoleArn": f"arn:aws:iam::{ACCOUNT_ID}:role/training",
        "AlgorithmSpecification": {
            "TrainingImage": f"{ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com/example:latest",
            "TrainingInputMode": "File",
        },
        "HyperParameters": {"epochs": "1"},
        "OutputDataConfig": {"S3OutputPath": "s3://example-training-data/models"},
        "ResourceConfig": {
            "InstanceType": instance_type,
            "InstanceCount": instance_count,
            "VolumeSizeInGB": 10,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    if network is not None:
        request["VpcConfig"] = network.vpc_config
    return request


def a_channel(uri: str, number: int) -> dict[str, Any]:
    """A member of InputDataConfig."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}
    return {"ChannelName": f"channel-{number}", "DataSource": source}


def delivered(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of PutEvents as a target of a rule gets it."""
    detail: dict[str, Any] = json.loads(entry["Detail"])
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": ACCOUNT_ID,
        "time": detail["eventTime"],
        "region": REGION,
        "resources": [],
        "detail": detail,
    }


def _names(entry: Mapping[str, Any], name: str) -> bool:
    detail = json.loads(entry["Detail"])
    parameters = detail.get("requestParameters") or {}
    return detail["eventName"] == "CreateTrainingJob" and parameters.get("trainingJobName") == name
