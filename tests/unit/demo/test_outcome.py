"""Where two outcomes differ is said to the letter."""

from __future__ import annotations

from dataclasses import replace

from demo.outcome import Finding, Outcome, counted, differences, status_word

STOPPED = Outcome(
    verdict="noncompliant",
    findings=frozenset({Finding("vpc-config-present", "CRITICAL")}),
    alerts=1,
    stop_calls=1,
    stop_reports=1,
    status="Stopped",
)


def test_equal_outcomes_do_not_differ() -> None:
    assert differences(STOPPED, replace(STOPPED)) == []


def test_each_field_that_differs_is_told() -> None:
    observed = replace(STOPPED, alerts=2, status="InProgress")

    assert differences(STOPPED, observed) == [
        "alerts 2 instead of 1",
        "status InProgress instead of Stopped",
    ]


def test_findings_are_told_with_their_severity() -> None:
    observed = replace(STOPPED, findings=frozenset({Finding("vpc-config-present", "LOW")}))

    assert differences(STOPPED, observed) == [
        "findings LOW vpc-config-present instead of CRITICAL vpc-config-present"
    ]


def test_a_job_that_nobody_inspected_differs() -> None:
    unseen = Outcome(verdict="", inspections=0)

    assert differences(Outcome(verdict="compliant"), unseen) == [
        "verdict none instead of compliant",
        "inspections 0 instead of 1",
    ]


def test_a_job_in_progress_is_running() -> None:
    assert status_word(Outcome("compliant")) == "running"
    assert status_word(STOPPED) == "stopped"
    assert status_word(Outcome("", status="")) == "unknown"


def test_numbers_go_with_their_noun() -> None:
    assert [counted(count, "alert") for count in (0, 1, 2)] == ["no alerts", "1 alert", "2 alerts"]
