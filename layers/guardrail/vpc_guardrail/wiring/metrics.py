"""What the functions count: CloudWatch metrics in its embedded format, by Powertools.

The dashboard and the alarms in `template.yaml` name these metrics; a test compares them. The lines
are printed as they are, so that Lambda's JSON log format and its log level leave them alone:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from vpc_guardrail.core.decision import Judgement, Verdict
from vpc_guardrail.wiring.settings import required

NAMESPACE: Final = "VpcGuardrail"

STACK: Final = "Stack"
"""The dimension that every metric has, so that two environments side by side never mix."""
SUBJECT: Final = "Subject"
CHECK: Final = "Check"
VPC_ID: Final = "VpcId"

JOB: Final = "job"
VPC: Final = "vpc"
"""The subjects: what a check was judged for."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric, and the dimensions that it has beside the stack."""

    name: str
    unit: MetricUnit = MetricUnit.Count
    dimensions: tuple[str, ...] = ()


JOBS_INSPECTED: Final = Metric("JobsInspected")
VIOLATIONS: Final = Metric("Violations")
"""Jobs that are noncompliant."""
UNDETERMINED_JOBS: Final = Metric("UndeterminedJobs")
JOBS_STOPPED: Final = Metric("JobsStopped")
FAILED_CHECKS: Final = Metric("FailedChecks", dimensions=(SUBJECT, CHECK))
"""The jobs, or the scorings of VPCs, in which a check fails."""
VPC_SCORE: Final = Metric("VpcScore", MetricUnit.Percent, dimensions=(VPC_ID,))
"""Alone in having a VPC's id as a dimension: each VPC is a metric that is paid for."""

METRICS: Final = (
    JOBS_INSPECTED,
    VIOLATIONS,
    UNDETERMINED_JOBS,
    JOBS_STOPPED,
    FAILED_CHECKS,
    VPC_SCORE,
)


class Metrics:
    """The metrics of one invocation; the port `Meter`, and the scores of VPCs."""

    def __init__(self, stack: str) -> None:
        self._stack = stack
        self._values: dict[tuple[str, ...], dict[Metric, float]] = {}
        """By the values of the metrics' own dimensions: one line each."""

    def job_inspected(self, judgement: Judgement, failed_checks: Iterable[str]) -> None:
        """Count a job that was judged just now."""
        self._count(JOBS_INSPECTED)
        self._count(VIOLATIONS, judgement.verdict is Verdict.NONCOMPLIANT)
        self._count(UNDETERMINED_JOBS, judgement.verdict is Verdict.UNDETERMINED)
        self._count_failed(JOB, failed_checks)

    def job_stopped(self) -> None:
        """Count a job that was stopped just now."""
        self._count(JOBS_STOPPED)

    def vpc_scored(self, vpc_id: str, score: float, failed_checks: Iterable[str]) -> None:
        """Keep the score of a VPC, from 0 to 100, and count the checks that fail in it."""
        self._values.setdefault((vpc_id,), {})[VPC_SCORE] = score
        self._count_failed(VPC, failed_checks)

    def write(self) -> None:
        """Print one line for each set of dimensions, and begin anew."""
        written, self._values = self._values, {}
        for values, metrics in written.items():
            # Without a service, which Powertools would add as one more dimension.
            line = EphemeralMetrics(namespace=NAMESPACE, service="")
            line.add_dimension(STACK, self._stack)
            for metric, number in metrics.items():
                for dimension, value in zip(metric.dimensions, values, strict=True):
                    line.add_dimension(dimension, value)
                line.add_metric(metric.name, metric.unit, number)
            line.flush_metrics()

    def _count_failed(self, subject: str, checks: Iterable[str]) -> None:
        for check in checks:
            self._count(FAILED_CHECKS, of=(subject, check))

    def _count(self, metric: Metric, number: int = 1, *, of: tuple[str, ...] = ()) -> None:
        counts = self._values.setdefault(of, {})
        counts[metric] = counts.get(metric, 0) + number


@contextmanager
def metered(environment: Mapping[str, str]) -> Iterator[Metrics]:
    """The metrics of an invocation, written once when the context ends, also by an error."""
    metrics = Metrics(required(environment, "GUARDRAIL_STACK"))
    try:
        yield metrics
    finally:
        metrics.write()
