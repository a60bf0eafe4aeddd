"""What became of a job is read off messages, logs and statuses."""

from __future__ import annotations

from demo.follow import Sight
from demo.outcome import Finding, Outcome
from tests.unit.demo.sights import ARN, a_call, a_stop_report, an_alert, an_inspection

ANOTHER = ARN.replace("no-vpc", "another")


def test_a_stopped_job_is_read_off_all_sources() -> None:
    sight = Sight(
        messages=[an_alert(), a_stop_report()],
        inspector_log=[an_inspection(), an_inspection()],
        recorded=[a_call("CreateTrainingJob"), a_call("StopTrainingJob")],
        statuses={"no-vpc": "Stopped"},
    )

    assert sight.outcome("no-vpc", ARN) == Outcome(
        verdict="noncompliant",
        findings=frozenset({Finding("vpc-config-present", "CRITICAL")}),
        inspections=2,
        alerts=1,
        stop_calls=1,
        stop_reports=1,
        status="Stopped",
    )


def test_the_verdict_on_a_compliant_job_is_in_the_log_alone() -> None:
    sight = Sight(
        inspector_log=[an_inspection(verdict="compliant")], statuses={"no-vpc": "InProgress"}
    )

    assert sight.outcome("no-vpc", ARN) == Outcome(verdict="compliant")


def test_what_is_about_another_job_does_not_count() -> None:
    sight = Sight(
        messages=[an_alert(ANOTHER), a_stop_report(ANOTHER)],
        inspector_log=[an_inspection(ANOTHER)],
        recorded=[a_call("StopTrainingJob", "another")],
    )

    assert sight.outcome("no-vpc", ARN) == Outcome(verdict="", inspections=0, status="")


def test_a_second_alert_and_a_verdict_that_disagrees_are_seen() -> None:
    sight = Sight(
        messages=[an_alert(), an_alert()], inspector_log=[an_inspection(verdict="compliant")]
    )

    outcome = sight.outcome("no-vpc", ARN)

    assert outcome.alerts == 2
    assert outcome.verdict == "noncompliant and compliant"


def test_a_finding_that_is_unknown_says_so() -> None:
    unknown = {**an_alert()["findings"][0], "status": "UNKNOWN"}
    sight = Sight(messages=[an_alert(findings=[unknown])])

    assert sight.outcome("no-vpc", ARN).findings == {
        Finding("vpc-config-present", "CRITICAL", "UNKNOWN")
    }


def test_the_enforcers_log_tells_how_often_an_order_came() -> None:
    order = {"level": "INFO", "job_arn": ARN, "outcome": "stopped"}
    sight = Sight(enforcer_log=[order, {**order, "job_arn": ANOTHER}, order])

    assert sight.orders_handled(ARN) == 2


def test_a_call_whose_request_iam_kept_from_the_trail_does_no_harm() -> None:
    sight = Sight(recorded=[a_call("StopTrainingJob", requestParameters=None)])

    assert sight.outcome("no-vpc", ARN).stop_calls == 0
