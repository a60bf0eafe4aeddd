"""A stand-in for SageMaker's jobs: the API, with AWS's words where it refuses.

Faked: everything behind the API (see `jobs` and `tuning`). Not modelled: iam:PassRole, quotas,
whether the role, image, subnets and groups exist, a change of tags, and all other SageMaker APIs.
Texts that come from public reports and not from a live account are marked.
"""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Any

from local_aws.account import ACCOUNT_ID, PARTITION
from local_aws.jobs import ENDINGS, IN_PROGRESS, TrainingJob
from local_aws.tuning import TuningJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

REQUIRED = ("TrainingJobName", "RoleArn", "OutputDataConfig")
REQUIRED_FOR_TUNING = ("HyperParameterTuningJobName", "HyperParameterTuningJobConfig")
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
    """All training jobs of one account in one Region, and its tuning jobs.

    Names are unique without regard to case, because the ARN carries them in lower case.
    """

    def __init__(self, region: str, clock: Callable[[], float] = time.time) -> None:
        self._region = region
        self._clock = clock
        self._jobs: dict[str, TrainingJob] = {}
        self._tuning: dict[str, TuningJob] = {}
        self._lock = threading.Lock()

    def answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The response of an operation, or `SageMakerError`."""
        operations: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "CreateTrainingJob": self.create,
            "DescribeTrainingJob": self.describe,
            "StopTrainingJob": self.stop,
            "DeleteTrainingJob": self.delete,
            "ListTrainingJobs": self.list,
            "ListTags": self.list_tags,
            "CreateHyperParameterTuningJob": self.create_tuning,
            "DescribeHyperParameterTuningJob": self.describe_tuning,
            "StopHyperParameterTuningJob": self.stop_tuning,
            "ListTrainingJobsForHyperParameterTuningJob": self.list_children,
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
        _refuse_unless_in_progress("training job", job.status(self._clock()))
        job.stop_requested_at = self._clock()
        return {}

    def create_tuning(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Start a tuning job, and at once as many children as may run side by side."""
        _require(request, REQUIRED_FOR_TUNING)
        name = request["HyperParameterTuningJobName"]
        arn = self.arn(name, "hyper-parameter-tuning-job")
        if name.lower() in self._tuning:
            raise SageMakerError("ResourceInUse", f"A tuning job of this name exists ({arn})")
        tuning = TuningJob(dict(request), arn, self._clock())
        self._tuning[name.lower()] = tuning
        for child in tuning.first_children():
            child_arn = self.arn(child["TrainingJobName"])
            self._jobs[child["TrainingJobName"].lower()] = TrainingJob(
                child, child_arn, self._clock()
            )
        return {"HyperParameterTuningJobArn": arn}

    def describe_tuning(self, request: Mapping[str, Any]) -> dict[str, Any]:
        tuning, now = self._tuning_job(request), self._clock()
        return tuning.describe(now, [child.status(now) for child in self._children(tuning)])

    def list_children(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The training jobs of a tuning job, all on one page."""
        now, children = self._clock(), self._children(self._tuning_job(request))
        summaries = [{**child.summary(now), "TunedHyperParameters": {}} for child in children]
        return {"TrainingJobSummaries": summaries}

    def stop_tuning(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Begin to stop a tuning job and its children. The refusal's text is our own."""
        tuning, now = self._tuning_job(request), self._clock()
        _refuse_unless_in_progress("tuning job", tuning.status(now))
        tuning.stop_requested_at = now
        for child in self._children(tuning):
            if child.status(now) == IN_PROGRESS:
                child.stop_requested_at = now
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

    def list_tags(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The tags that a job was created with, all on one page."""
        kind, _, name = str(request.get("ResourceArn", "")).rpartition("/")
        if kind.endswith(":hyper-parameter-tuning-job"):
            tuning = self._tuning_job({"HyperParameterTuningJobName": name})
            return {"Tags": tuning.request.get("Tags", [])}
        return {"Tags": self._job({"TrainingJobName": name}).request.get("Tags", [])}

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
            self._tuning.clear()

    def arn(self, name: str, kind: str = "training-job") -> str:
        return f"arn:{PARTITION}:sagemaker:{self._region}:{ACCOUNT_ID}:{kind}/{name.lower()}"

    def _children(self, tuning: TuningJob) -> Sequence[TrainingJob]:
        jobs = self._jobs.values()
        return [job for job in jobs if job.request.get("TuningJobArn") == tuning.arn]

    def _tuning_job(self, request: Mapping[str, Any]) -> TuningJob:
        """The named tuning job; an unknown one is refused as an unknown training job."""
        name = request.get("HyperParameterTuningJobName")
        if name is None:
            raise _missing(["HyperParameterTuningJobName"])
        tuning = self._tuning.get(str(name).lower())
        if tuning is None:
            raise _validation("Requested resource not found.")
        return tuning

    def _job(self, request: Mapping[str, Any]) -> TrainingJob:
        """The named job. SageMaker's convention for an unknown one; the text is not verified."""
        name = request.get("TrainingJobName")
        if name is None:
            raise _missing(["TrainingJobName"])
        job = self._jobs.get(str(name).lower())
        if job is None:
            raise _validation("Requested resource not found.")
        return job


def _refuse_unless_in_progress(kind: str, status: str) -> None:
    if status != IN_PROGRESS:
        raise _validation(f"The request was rejected because the {kind} is in status {status}.")


def _require(request: Mapping[str, Any], members: tuple[str, ...] = REQUIRED) -> None:
    missing = [member for member in members if request.get(member) is None]
    if missing:
        raise _missing(missing)
    if members is not REQUIRED:
        return
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
