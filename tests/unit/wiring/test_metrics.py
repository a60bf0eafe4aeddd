"""What is counted comes out as lines in CloudWatch's embedded metric format."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import NOW, a_job, a_job_without_vpc, a_network
from vpc_guardrail.app.settings_document import SettingsError
from vpc_guardrail.core.decision import failed_checks, judge
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.wiring.metrics import METRICS, NAMESPACE, Metrics, metered

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, TrainingJob

Line = dict[str, Any]
Lines = Callable[[], list[Line]]

ENVIRONMENT = {"GUARDRAIL_STACK": "prod"}


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """What was printed since the last look, each line by itself as JSON."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def inspected(metrics: Metrics, job: TrainingJob, network: Network | None = None) -> None:
    judgement = judge(job, network, Settings(), NOW)
    metrics.job_inspected(judgement, failed_checks(judgement.findings, Settings()))


def values(line: Line) -> dict[str, float]:
    """The metrics that CloudWatch takes from a line."""
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    return {metric["Name"]: sum(line[metric["Name"]]) for metric in directive["Metrics"]}


def dimensions(line: Line) -> dict[str, str]:
    """The one set of dimensions that CloudWatch gives a line's metrics."""
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    (names,) = directive["Dimensions"]
    return {name: line[name] for name in names}


def test_jobs_are_counted_by_their_verdict(lines: Lines) -> None:
    with metered(ENVIRONMENT) as metrics:
        inspected(metrics, a_job(), a_network())
        inspected(metrics, a_job_without_vpc())

    of_all, of_a_check = lines()
    assert values(of_all) == {"JobsInspected": 2, "Violations": 1, "UndeterminedJobs": 0}
    assert values(of_a_check) == {"FailedChecks": 1}


def test_every_metric_says_of_which_stack_it_is_and_no_more_than_it_must(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "job_inspector")
    with metered(ENVIRONMENT) as metrics:
        inspected(metrics, a_job_without_vpc())

    of_all, of_a_check = lines()
    assert dimensions(of_all) == {"Stack": "prod"}
    assert dimensions(of_a_check) == {
        "Stack": "prod",
        "Subject": "job",
        "Check": "vpc-config-present",
    }
    assert {line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in (of_all, of_a_check)} == {
        NAMESPACE
    }


def test_a_stop_is_counted(lines: Lines) -> None:
    with metered(ENVIRONMENT) as metrics:
        metrics.job_stopped()
        metrics.job_stopped()

    (line,) = lines()
    assert values(line) == {"JobsStopped": 2}


def test_the_checks_of_jobs_and_of_vpcs_are_counted_apart(lines: Lines) -> None:
    with metered(ENVIRONMENT) as metrics:
        inspected(metrics, a_job_without_vpc())
        metrics.vpc_scored("vpc-a", 0, ["vpc-config-present"])

    assert [line["Subject"] for line in lines() if "Subject" in line] == ["job", "vpc"]


def test_only_a_score_carries_the_vpc(lines: Lines) -> None:
    with metered(ENVIRONMENT) as metrics:
        metrics.vpc_scored("vpc-a", 87.5, ["s3-reachable"])
        metrics.vpc_scored("vpc-b", 100, [])
        metrics.vpc_scored("vpc-c", 40, ["s3-reachable", "dns-resolves-s3"])

    written = lines()
    assert {line["VpcId"]: values(line) for line in written if "VpcId" in line} == {
        "vpc-a": {"VpcScore": 87.5},
        "vpc-b": {"VpcScore": 100},
        "vpc-c": {"VpcScore": 40},
    }
    assert {line["Check"]: values(line) for line in written if "Check" in line} == {
        "s3-reachable": {"FailedChecks": 2},
        "dns-resolves-s3": {"FailedChecks": 1},
    }


def test_the_last_score_of_a_vpc_holds(lines: Lines) -> None:
    with metered(ENVIRONMENT) as metrics:
        metrics.vpc_scored("vpc-a", 40, [])
        metrics.vpc_scored("vpc-a", 100, [])

    (line,) = lines()
    assert values(line) == {"VpcScore": 100}


def test_a_thousand_vpcs_are_a_line_each(lines: Lines) -> None:
    with metered(ENVIRONMENT) as metrics:
        for number in range(1000):
            metrics.vpc_scored(f"vpc-{number}", 50, ["s3-reachable"])

    written = lines()
    assert len(written) == 1001
    assert [values(line) for line in written if "Check" in line] == [{"FailedChecks": 1000}]


def test_nothing_counted_is_nothing_written(lines: Lines) -> None:
    with metered(ENVIRONMENT):
        pass

    assert lines() == []


def test_what_was_counted_is_written_although_the_invocation_fails(lines: Lines) -> None:
    with pytest.raises(ZeroDivisionError), metered(ENVIRONMENT) as metrics:
        metrics.job_stopped()
        raise ZeroDivisionError

    assert [values(line) for line in lines()] == [{"JobsStopped": 1}]


def test_an_invocation_does_not_count_what_the_one_before_counted(lines: Lines) -> None:
    for _ in range(2):
        with metered(ENVIRONMENT) as metrics:
            metrics.job_stopped()

        assert [values(line) for line in lines()] == [{"JobsStopped": 1}]


def test_without_a_stack_nothing_begins() -> None:
    with pytest.raises(SettingsError, match="GUARDRAIL_STACK is not set"), metered({}):
        pass


def test_names_are_told_apart() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
