"""The jobs of one batch: each is described once."""

from vpc_guardrail.app.ports import JobReader
from vpc_guardrail.core.model import TrainingJob


class RememberingJobReader:
    """A `JobReader` that describes each job once; for one batch only, since jobs change."""

    def __init__(self, reader: JobReader) -> None:
        self._reader = reader
        self._described: dict[str, TrainingJob] = {}

    def describe(self, name: str) -> TrainingJob:
        """The job of this name, as it was when it was first asked for."""
        if name not in self._described:
            self._described[name] = self._reader.describe(name)
        return self._described[name]
