"""Judgements as text for people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, a_finding, a_job
from tests.messages import ALICE, a_judgement, a_stop_order, an_enforcement
from tests.strategies import findings, patiently
from vpc_guardrail.app.enforcement import Outcome
from vpc_guardrail.core.decision import Action, Judgement, Verdict
from vpc_guardrail.core.exemptions import Exempted, Exemption
from vpc_guardrail.core.finding import Finding, Kind, Severity, Status
from vpc_guardrail.core.model import JobSource, Starter
from vpc_guardrail.report.text import enforcement_text, judgement_text, worst_first

EXPECTED = Path(__file__).parent / "expected"

NO_PATH = Finding(
    check="s3-reachable",
    kind=Kind.READINESS,
    status=Status.FAIL,
    severity=Severity.CRITICAL,
    resource="subnet-a",
    message="No route of rtb-1 leads from subnet-a to S3.",
    evidence={"route_table": "rtb-1"},
    remediation="aws ec2 create-vpc-endpoint --vpc-id vpc-1 --route-table-ids rtb-1",
)
SHORT = Finding(
    check="subnet-ip-capacity",
    kind=Kind.READINESS,
    status=Status.FAIL,
    severity=Severity.LOW,
    resource="subnet-b",
    message="subnet-b has 3 free addresses; the job takes 4.",
)
UNREAD = Finding(
    check="security-group-efa",
    kind=Kind.READINESS,
    status=Status.UNKNOWN,
    severity=Severity.HIGH,
    resource="sg-1",
    message="Cannot be judged, because ec2:DescribeSecurityGroups is denied to the guardrail.",
)
PASSED = a_finding(Status.PASS, check="vpc-config-present")
NOT_ITS_BUSINESS = a_finding(Status.NOT_APPLICABLE, check="security-group-self-ingress")

JUDGEMENTS = {
    "noncompliant": a_judgement(
        PASSED,
        SHORT,
        UNREAD,
        NOT_ITS_BUSINESS,
        NO_PATH,
        verdict=Verdict.NONCOMPLIANT,
        action=Action.STOP,
        stopping_checks=["s3-reachable"],
        started_by=ALICE,
    ),
    "undetermined": a_judgement(
        PASSED,
        PASSED,
        UNREAD,
        verdict=Verdict.UNDETERMINED,
        vpc_id=None,
        job=a_job(source=JobSource.EVENT, status=""),
    ),
}


@pytest.mark.parametrize("name", JUDGEMENTS)
def test_the_text_is_the_stored_one(name: str) -> None:
    expected = (EXPECTED / f"{name}.txt").read_text(encoding="utf-8")

    assert judgement_text(JUDGEMENTS[name]) == expected


def test_no_text_claims_that_a_job_runs() -> None:
    ended = a_judgement(NO_PATH, job=a_job(status="Completed"))

    assert "The job was not stopped." in judgement_text(ended)
    assert "running" not in judgement_text(ended)


def test_a_compliant_job_asks_for_nothing() -> None:
    text = judgement_text(a_judgement(PASSED, verdict=Verdict.COMPLIANT, action=Action.NONE))

    assert "Nothing needs to be done." in text
    assert "0 to look at, 1 passed." in text


def test_the_time_is_told_in_utc() -> None:
    in_new_york = NOW.astimezone(timezone(timedelta(hours=-5)))
    judgement = replace(a_judgement(), facts_read_at=in_new_york)

    assert "Read at  2026-11-23 12:00:00 UTC" in judgement_text(judgement)


def test_failures_come_first_and_each_status_by_falling_severity() -> None:
    unknown_critical = a_finding(Status.UNKNOWN, severity=Severity.CRITICAL)
    unknown_low = a_finding(Status.UNKNOWN, severity=Severity.LOW)
    fail_info = a_finding(Status.FAIL, severity=Severity.INFO)
    fail_high = a_finding(Status.FAIL, severity=Severity.HIGH)
    mixed = [unknown_low, PASSED, fail_info, unknown_critical, NOT_ITS_BUSINESS, fail_high]

    assert worst_first(mixed) == [fail_high, fail_info, unknown_critical, unknown_low]


def test_findings_of_one_rank_keep_their_order() -> None:
    same = [a_finding(Status.FAIL, resource=resource) for resource in "cab"]

    assert worst_first(same) == same


def said(judgement: Judgement) -> list[str]:
    return judgement_text(judgement).split("\n")


@patiently
@given(st.lists(findings, max_size=5))
def test_each_line_is_printable_and_bounded_whatever_was_found(found: list[Finding]) -> None:
    lines = said(a_judgement(*found))

    assert all(line.isprintable() and len(line) < 2100 for line in lines)
    told = sum(each.status in (Status.FAIL, Status.UNKNOWN) for each in found)
    assert f"{told} to look at" in lines[-2]


def test_a_job_cannot_draw_lines_of_its_own() -> None:
    job = replace(a_job(), name="x\n\nTraining job y: compliant\x1b[2J\u202e", arn="a\nb")
    lines = said(a_judgement(job=job))

    assert lines[0] == "Training job x Training job y: compliant[2J: noncompliant"
    assert "  ARN      a b" in lines


def test_an_enforcement_says_what_came_of_it() -> None:
    assert enforcement_text(an_enforcement()) == (
        "train-1 was stopped, because of vpc-config-present.\n"
        "\n"
        "  ARN      arn:aws:sagemaker:eu-central-1:111122223333:training-job/train-1\n"
        "  Account  111122223333\n"
        "  Role     not known\n"
        "  Started  by whom is not known\n"
        "  Because  vpc-config-present\n"
    )


def test_an_enforcement_cannot_draw_lines_of_its_own() -> None:
    order = replace(
        a_stop_order(checks=("a\n\x1b[2J", "b\ud800"), role_arn="a/train\ning"),
        job_arn="a\nb",
        account="1\u202e",
        started_by=Starter("AssumedRole", "a\nb", session_name="x\r\x07\u202ey"),
    )
    lines = enforcement_text(an_enforcement(Outcome.GONE, "x\ny\x00.", order=order)).split("\n")

    assert lines[:4] == ["x y.", "", "  ARN      a b", "  Account  1"]
    assert lines[4:] == [
        "  Role     train ing",
        "  Started  by role a b, session x y",
        "  Because  a [2J, b",
        "",
    ]


class TestExemptions:
    ONE = Exemption("network\nteam", "moves in May", NOW.date(), check="s3-reachable")

    def test_an_exempted_finding_comes_last_and_says_who_why_and_until_when(self) -> None:
        exempted = replace(NO_PATH, exempted=Exempted(by=self.ONE))

        lines = judgement_text(a_judgement(exempted, UNREAD)).splitlines()

        assert "  Exempted until 2026-11-23, by network team: moves in May" in lines
        assert lines.index("UNKNOWN HIGH security-group-efa") < lines.index(
            "FAIL CRITICAL s3-reachable"
        )
        assert lines[-1] == "1 to look at, 1 exempted, 0 passed."

    def test_an_expired_exemption_is_told_as_such(self) -> None:
        expired = replace(NO_PATH, exempted=Exempted(no_longer_by=self.ONE))

        lines = judgement_text(a_judgement(expired)).splitlines()

        assert (
            "  No longer exempted since the end of 2026-11-23, by network team: moves in May"
            in lines
        )
        assert lines[-1] == "1 to look at, 0 passed."
