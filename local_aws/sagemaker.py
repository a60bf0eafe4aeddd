"""A stand-in for SageMaker's training jobs: the API, with AWS's words where it refuses.

Faked: everything behind the API (see `jobs`). Not modelled: iam:PassRole, quotas, whether the
role, image, subnets and groups exist, tags, ListTagsForResource, and all other SageMaker APIs.
Texts that come from public reports and not from a live account are marked.
"""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Any

from local_aws.account import ACCOUNT_ID, PARTITION
from local_aws.jobs import ENDINGS, IN_PROGRESS, TrainingJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REQUIRED = ("TrainingJobName", "RoleArn", "OutputDataConfig")
NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
"""Pattern of TrainingJobName in SageMaker's service model."""

PAGE = 10
"""Jobs that ListTrainingJobs gives when MaxResults is silent."""

SORT_KEYS = {
    "CreationTime": "CreationTime",
    "Name": "TrainingJobName",
    "Status": "TrainingJobStatus",
}


class SageMakerError(Exception):
    """The API refuses a request; all refusals here are HTTP 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def _validation(message: str) -> SageMakerError:
    return SageMakerError("ValidationException", message)


class TrainingJobs:
    """All training jobs of one account in one Region.

    Names are unique without regard to case, because the ARN carries them in lower case.
    """

    def __init__(self, region: str, clock: Callable[[], float] = time.time) -> None:
        self._region = region
        self._clock = clock
        self._jobs: dict[str, TrainingJob] = {}
        self._lock = threading.Lock()

    def answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The response of an operation, or `SageMakerError`."""
        operations: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "CreateTrainingJob": self.create,
            "DescribeTrainingJob": self.describe,
            "StopTrainingJob": self.stop,
            "DeleteTrainingJob": self.delete,
            "ListTrainingJobs": self.list,
        }
        if operation not in operations:
            message = f"The local stand-in for SageMaker does not know {operation}."
            raise SageMakerError("UnknownOperationException", message)
        with self._lock:
            return operations[operation](request)

    def create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        _require(request)
        name = request["TrainingJobName"]
        if name.lower() in self._jobs:
            raise SageMakerError(
                "ResourceInUse",
                "Training job names must be unique within an AWS account and region, and a "
                f"training job with this name already exists ({self.arn(name)})",
            )
        self._jobs[name.lower()] = TrainingJob(dict(request), self.arn(name), self._clock())
        return {"TrainingJobArn": self.arn(name)}

    def describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._job(request).describe(self._clock())

    def stop(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Begin to stop a job; refused in the words that awslabs/benchmark-ai#928 reports."""
        job = self._job(request)
        status = job.status(self._clock())
        if status != IN_PROGRESS:
            raise _validation(
                f"The request was rejected because the training job is in status {status}."
            )
        job.stop_requested_at = self._clock()
        return {}

    def delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Forget a job that has ended, so that its name is free again. The text is our own."""
        job = self._job(request)
        if job.status(self._clock()) not in ENDINGS:
            raise SageMakerError("ResourceInUse", "The training job has not ended.")
        del self._jobs[job.name.lower()]
        return {}

    def list(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of jobs; as on AWS the status filter empties a page after it was cut."""
        now = self._clock()
        wanted = str(request.get("NameContains", "")).lower()
        summaries = [job.summary(now) for name, job in self._jobs.items() if wanted in name]
        key = SORT_KEYS[request.get("SortBy", "CreationTime")]
        backwards = request.get("SortOrder") == "Descending"
        summaries.sort(key=lambda summary: summary[key], reverse=backwards)
        start = int(request.get("NextToken", 0))
        end = start + int(request.get("MaxResults", PAGE))
        status = request.get("StatusEquals")
        page: dict[str, Any] = {
            "TrainingJobSummaries": [
                summary
                for summary in summaries[start:end]
                if status in (None, summary["TrainingJobStatus"])
            ]
        }
        if end < len(summaries):
            page["NextToken"] = str(end)
        return page

    def finish(self, name: str, ending: str) -> None:
        """Let a job end by itself, as a test says; not an AWS operation."""
        if ending not in ENDINGS:
            raise _validation(f"{ending} is no way for a training job to end.")
        with self._lock:
            job = self._job({"TrainingJobName": name})
            job.ended_at, job.ending = self._clock(), ending

    def clear(self) -> None:
        with self._lock:
            self._jobs.clear()

    def arn(self, name: str) -> str:
        return f"arn:{PARTITION}:sagemaker:{self._region}:{ACCOUNT_ID}:training-job/{name.lower()}"

    def _job(self, request: Mapping[str, Any]) -> TrainingJob:
        """The named job. SageMaker's convention for an unknown one; the text is not verified."""
        name = request.get("TrainingJobName")
        if name is None:
            raise _missing(["TrainingJobName"])
        job = self._jobs.get(str(name).lower())
        if job is None:
            raise _validation("Requested resource not found.")
        return job


def _require(request: Mapping[str, Any]) -> None:
    missing = [member for member in REQUIRED if request.get(member) is None]
    if missing:
        raise _missing(missing)
    name = request["TrainingJobName"]
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _validation(
            f"1 validation error detected: Value '{name}' at 'trainingJobName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: "
            "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
        )


def _missing(members: list[str]) -> SageMakerError:
    """AWS's general form of the refusal of a null member."""
    count = f"{len(members)} validation error{'s' if len(members) > 1 else ''} detected: "
    return _validation(
        count
        + "; ".join(
            f"Value null at '{member[0].lower() + member[1:]}' failed to satisfy constraint: "
            "Member must not be null"
            for member in members
        )
    )
