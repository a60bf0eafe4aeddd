"""The jobs of one batch: each is described once."""

from vpc_guardrail.app.ports import JobReader
from vpc_guardrail.core.model import JobKind, TrainingJob


class RememberingJobReader:
    """A `JobReader` that describes each job once; for one batch only, since jobs change."""

    def __init__(self, reader: JobReader) -> None:
        self._reader = reader
        self._described: dict[tuple[JobKind, str], TrainingJob] = {}

    def describe(self, name: str, kind: JobKind = JobKind.TRAINING) -> TrainingJob:
        """The job of this name and kind, as it was when it was first asked for."""
        if (kind, name) not in self._described:
            self._described[kind, name] = self._reader.describe(name, kind)
        return self._described[kind, name]
