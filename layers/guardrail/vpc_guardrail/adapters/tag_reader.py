"""The tags of training jobs, from sagemaker:ListTags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from vpc_guardrail.adapters import faults
from vpc_guardrail.core.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sagemaker import SageMakerClient

    from vpc_guardrail.core.model import Fact

GONE = "ResourceNotFound"
PAGES = 5
"""A job has at most 50 tags, and a page holds at least 50."""


class SageMakerTagReader:
    """The port `TagReader`."""

    def __init__(self, sagemaker: SageMakerClient) -> None:
        self._sagemaker = sagemaker

    def tags_of(self, job_arn: str) -> Fact[Mapping[str, str]]:
        """The tags, or `Unknown` where they may not be read; faults of AWS raise."""
        tags: dict[str, str] = {}
        page: dict[str, str] = {}
        try:
            for _ in range(PAGES):
                answer = self._sagemaker.list_tags(ResourceArn=job_arn, **page)  # type: ignore[arg-type] # a keyword more on later pages
                tags |= {tag["Key"]: tag["Value"] for tag in answer["Tags"]}
                if "NextToken" not in answer:
                    return tags
                page = {"NextToken": answer["NextToken"]}
        except ClientError as error:
            if faults.is_denied(error):
                return Unknown("sagemaker:ListTags is denied to the guardrail")
            if faults.code_of(error) == GONE or faults.is_missing_job(error):
                return Unknown("the job does not exist any more")
            raise
        return Unknown(f"the job has more than {len(tags)} tags")
