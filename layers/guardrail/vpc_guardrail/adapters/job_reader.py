"""Training jobs from sagemaker:DescribeTrainingJob; never by a List over the jobs there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from vpc_guardrail.adapters import faults
from vpc_guardrail.app.errors import JobNotFoundError, JobNotReadableError
from vpc_guardrail.app.requests import described_job

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

    from vpc_guardrail.core.model import TrainingJob


class SageMakerJobReader:
    """The port `JobReader`."""

    def __init__(self, sagemaker: SageMakerClient) -> None:
        self._sagemaker = sagemaker

    def describe(self, name: str) -> TrainingJob:
        """The job of this name; raises `JobNotFoundError` and `JobNotReadableError`."""
        try:
            description = self._sagemaker.describe_training_job(TrainingJobName=name)
        except ClientError as error:
            if faults.is_missing_job(error):
                raise JobNotFoundError(f"training job {name} was not found") from error
            if faults.is_denied(error):
                raise JobNotReadableError(
                    "sagemaker:DescribeTrainingJob is denied to the guardrail"
                ) from error
            raise
        return described_job(description)
