"""sagemaker:StopTrainingJob and StopHyperParameterTuningJob.

They are the only calls of the guardrail that change anything of others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from vpc_guardrail.adapters import faults
from vpc_guardrail.app.errors import JobAlreadyEndedError, JobNotFoundError
from vpc_guardrail.core.model import JobKind

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

REFUSED_BY_STATUS = "in status"
"""Part of the ValidationException about a job that is not in progress:

"The request was rejected because the training job is in status Stopped." It has no code of its
own. Source: https://github.com/awslabs/benchmark-ai/issues/928
A tuning job that ends meanwhile may be refused in other words: that is a fault, which is tried
again, and then the job is described as ended.
"""


class SageMakerStopper:
    """The port `Stopper`."""

    def __init__(self, sagemaker: SageMakerClient) -> None:
        self._sagemaker = sagemaker

    def stop(self, name: str, kind: JobKind = JobKind.TRAINING) -> None:
        """Stop the job; raises `JobAlreadyEndedError` and `JobNotFoundError`."""
        try:
            if kind is JobKind.TUNING:
                self._sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
            else:
                self._sagemaker.stop_training_job(TrainingJobName=name)
        except ClientError as error:
            if faults.is_missing_job(error):
                raise JobNotFoundError(f"{kind.spoken} {name} was not found") from error
            if _has_ended(error):
                reason = faults.message_of(error).rstrip(".")
                raise JobAlreadyEndedError(reason) from error
            raise


def _has_ended(error: ClientError) -> bool:
    is_refusal = faults.code_of(error) == "ValidationException"
    return is_refusal and REFUSED_BY_STATUS in faults.message_of(error).lower()
