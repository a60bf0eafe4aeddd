"""A job's tags, which whoever creates or may tag a job chooses."""

from dataclasses import replace

from vpc_guardrail.app.ports import TagReader
from vpc_guardrail.core.model import TrainingJob
from vpc_guardrail.core.settings import Settings


def with_tags(job: TrainingJob, settings: Settings, tags: TagReader) -> TrainingJob:
    """The job with its tags, which are read only where the settings let one exempt it."""
    if settings.exemptions_by_tag is None:
        return job
    return replace(job, tags=tags.tags_of(job.arn))
