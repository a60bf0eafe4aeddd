"""Jobs from DescribeTrainingJob and DescribeHyperParameterTuningJob; never by a List over all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from vpc_guardrail.adapters import faults
from vpc_guardrail.app.errors import JobNotFoundError, JobNotReadableError
from vpc_guardrail.app.requests import described_job
from vpc_guardrail.app.tuning_requests import described_tuning_job
from vpc_guardrail.core.model import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_sagemaker import SageMakerClient

    from vpc_guardrail.core.model import TrainingJob


class SageMakerJobReader:
    """The port `JobReader`."""

    def __init__(self, sagemaker: SageMakerClient) -> None:
        self._sagemaker = sagemaker

    def describe(self, name: str, kind: JobKind = JobKind.TRAINING) -> TrainingJob:
        """The job of this name and kind; raises `JobNotFoundError` and `JobNotReadableError`."""
        if kind is JobKind.TUNING:
            return described_tuning_job(
                _asked(
                    f"tuning job {name}",
                    "sagemaker:DescribeHyperParameterTuningJob",
                    lambda: self._sagemaker.describe_hyper_parameter_tuning_job(
                        HyperParameterTuningJobName=name
                    ),
                )
            )
        return described_job(
            _asked(
                f"training job {name}",
                "sagemaker:DescribeTrainingJob",
                lambda: self._sagemaker.describe_training_job(TrainingJobName=name),
            )
        )


def _asked(job: str, action: str, ask: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    try:
        return ask()
    except ClientError as error:
        if faults.is_missing_job(error):
            raise JobNotFoundError(f"{job} was not found") from error
        if faults.is_denied(error):
            raise JobNotReadableError(f"{action} is denied to the guardrail") from error
        raise
