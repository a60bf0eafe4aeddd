"""The ARN of a training job, or of a tuning job."""

import re
from dataclasses import dataclass

from vpc_guardrail.core.model import JobKind

NAME = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
"""What a job may be called; names of tuning jobs are shorter still: of 32 characters at most.

Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

_PATTERN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):sagemaker:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12})"
    rf":(?P<kind>training-job|hyper-parameter-tuning-job)/(?P<name>{NAME})"
)


class MalformedArnError(ValueError):
    """A text that is not the ARN of a training job, nor of a tuning job."""


@dataclass(frozen=True, slots=True)
class JobArn:
    """The parts of a job's ARN; `name` may be in lower case, unlike the job's own."""

    text: str
    partition: str
    region: str
    account: str
    name: str
    kind: JobKind = JobKind.TRAINING

    @classmethod
    def parse(cls, text: str) -> "JobArn":
        """Take an ARN apart; raises `MalformedArnError`."""
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise MalformedArnError(f"not the ARN of a training or tuning job: {text[:200]!r}")
        parts = match.groupdict()
        return cls(
            text,
            parts["partition"],
            parts["region"],
            parts["account"],
            parts["name"],
            JobKind(parts["kind"]),
        )

    def __str__(self) -> str:
        return self.text
