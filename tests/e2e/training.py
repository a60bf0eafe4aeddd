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

NAMED_BY = {
    "CreateTrainingJob": "trainingJobName",
    "CreateHyperParameterTuningJob": "hyperParameterTuningJobName",
}
"""The calls whose events are waited for, and where their request names the job."""

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
        tags: Mapping[str, str] | None = None,
        inputs: Sequence[str] = (),
    ) -> Job:
        """Start a job in a network, or in none, and wait until its event was on the bus.

        `inputs` are the S3 URIs that it reads.
        """
        unique = f"{name}-{uuid.uuid4().hex[:8]}"
        request = a_request(unique, network, instance_type, instance_count)
        if tags:
            request["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        if inputs:
            request["InputDataConfig"] = [a_channel(uri, n) for n, uri in enumerate(inputs)]
        arn = self._sagemaker().create_training_job(**request)["TrainingJobArn"]
        return Job(unique, arn, self.wait_for_entry(unique))

    def start_tuning(self, *networks: TrainingNetwork | None, parallel: int = 2) -> Job:
        """Start a tuning job with a training definition in each network, and wait for its event."""
        unique = f"tune-{uuid.uuid4().hex[:8]}"
        request = a_tuning_request(unique, networks, parallel)
        answer = self._sagemaker().create_hyper_parameter_tuning_job(**request)
        arn = answer["HyperParameterTuningJobArn"]
        return Job(unique, arn, self.wait_for_entry(unique))

    def children_of(self, tuning: Job) -> list[Job]:
        """The training jobs that a tuning job has started; no event tells of them."""
        page = self._sagemaker().list_training_jobs_for_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=tuning.name
        )
        return [
            Job(each["TrainingJobName"], each["TrainingJobArn"], tuning.entry)
            for each in page["TrainingJobSummaries"]
        ]

    def tuning_status_of(self, tuning: Job) -> str:
        status: str = self._tuning_job(tuning)["HyperParameterTuningJobStatus"]
        return status

    def tuning_created_at(self, tuning: Job) -> Any:
        return self._tuning_job(tuning)["CreationTime"]

    def _tuning_job(self, tuning: Job) -> Mapping[str, Any]:
        described: Mapping[str, Any] = self._sagemaker().describe_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=tuning.name
        )
        return described

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


def a_tuning_request(
    name: str, networks: Sequence[TrainingNetwork | None], parallel: int
) -> dict[str, Any]:
    """The members of CreateHyperParameterTuningJob."""
    definitions = []
    for number, network in enumerate(networks, 1):
        members = a_request("", network, "ml.m5.xlarge", 2)
        del members["TrainingJobName"]
        members["StaticHyperParameters"] = members.pop("HyperParameters")
        definitions.append({**members, "DefinitionName": f"definition-{number}"})
    asked = (
        {"TrainingJobDefinition": definitions[0]}
        if len(definitions) == 1
        else {"TrainingJobDefinitions": definitions}
    )
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "ResourceLimits": {"MaxParallelTrainingJobs": parallel, "MaxNumberOfTrainingJobs": 9},
        },
        **asked,
    }


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
    member = NAMED_BY.get(detail["eventName"])
    return member is not None and parameters.get(member) == name
