"""What was mended, and the digest: as JSON by its schema, as text, and as SNS messages."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.builders import ACCOUNT, NOW, REGION, VPC, a_finding
from tests.laws import law
from tests.messages import a_judgement
from tests.strategies import hostile_texts
from tests.template.cloudformation import ROOT
from vpc_guardrail.app.alert_book import AllMended, Entry, Mended, Recurrence
from vpc_guardrail.app.digest import Digest, OpenProblem
from vpc_guardrail.core.exemptions import Exemption
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.report.messages import MAXIMUM_BYTES, Message, judgement_message
from vpc_guardrail.report.news_messages import digest_message, mended_message
from vpc_guardrail.report.news_text import news_lines

Json = Any

MENDED = Mended("s3-reachable", "subnet-a", Severity.CRITICAL, NOW - timedelta(days=2), NOW, 7)
NEWS = AllMended(ACCOUNT, REGION, VPC, (MENDED,), "train-8", NOW)
ENTRY = Entry(
    check="dns-resolves-s3",
    resource=VPC,
    status=Status.FAIL,
    severity=Severity.HIGH,
    message="DNS support of vpc-1 is off.",
    since=NOW - timedelta(days=1),
    told_at=NOW,
)
DIGEST = Digest(
    account=ACCOUNT,
    region=REGION,
    since=NOW - timedelta(days=1),
    until=NOW,
    verdicts={"noncompliant": 3, "compliant": 8},
    stops_ordered=1,
    open=(OpenProblem(VPC, ENTRY, 3),),
    mended=((VPC, MENDED),),
    expired=(Exemption("platform team", "a trial", date(2026, 11, 1)),),
)
QUIET = replace(DIGEST, verdicts={}, stops_ordered=0, open=(), mended=(), expired=())

MESSAGES = {
    "mended": mended_message(NEWS),
    "digest": digest_message(DIGEST),
    "digest of a quiet day": digest_message(QUIET),
}


def document(message: Message) -> Json:
    return json.loads(json.loads(message.body)["default"])


def email(message: Message) -> str:
    return str(json.loads(message.body)["email"])


def assert_valid(message: Message) -> None:
    name = message.attributes["message_type"]
    schema = json.loads((ROOT / "docs" / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document(message))
    assert {*document(message)} == {*schema["required"]} | ({*document(message)} & {"left_out"})


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_follows_its_published_schema(name: str) -> None:
    assert_valid(MESSAGES[name])


def test_what_was_mended_reads_well() -> None:
    assert email(MESSAGES["mended"]) == (
        "What was told of vpc-1 is mended:\n"
        "\n"
        "  CRITICAL s3-reachable, subnet-a: was open since 2026-11-21 12:00 UTC, met by 7 jobs.\n"
        "\n"
        "Account 111122223333, eu-central-1\n"
        "Seen with train-8, at 2026-11-23 12:00 UTC\n"
    )
    assert MESSAGES["mended"].subject == "[VPC Guardrail] mended: 1 problem of vpc-1"


def test_what_a_second_look_saw_reads_well() -> None:
    message = mended_message(replace(NEWS, by_second_look=True))

    assert document(message)["second_look"] is True
    assert "Seen by a second look at train-8, at 2026-11-23 12:00 UTC\n" in email(message)
    assert_valid(message)


def test_news_of_an_earlier_version_can_be_read() -> None:
    before = document(MESSAGES["mended"])
    del before["second_look"]

    assert "Seen with train-8, at 2026-11-23 12:00 UTC" in [*news_lines(before)]


def test_the_digest_reads_well() -> None:
    assert email(MESSAGES["digest"]) == (
        "Account 111122223333, eu-central-1\n"
        "2026-11-22 12:00 UTC to 2026-11-23 12:00 UTC\n"
        "\n"
        "11 jobs inspected: 3 noncompliant, 0 undetermined, 0 exempted, 8 compliant; "
        "1 stop ordered.\n"
        "\n"
        "Open problems:\n"
        "  vpc-1\n"
        "    FAIL HIGH dns-resolves-s3, vpc-1: open since 2026-11-22 12:00 UTC, met by 3 jobs.\n"
        "\n"
        "Mended:\n"
        "  vpc-1: CRITICAL s3-reachable, subnet-a: was open since 2026-11-21 12:00 UTC, "
        "met by 7 jobs.\n"
        "\n"
        "Exemptions that hold no more:\n"
        "  until 2026-11-01, by platform team: a trial\n"
    )
    subject = "[VPC Guardrail] digest: 11 jobs inspected, 1 problem open"
    assert MESSAGES["digest"].subject == subject


def test_a_quiet_day_is_told_as_such() -> None:
    told = email(MESSAGES["digest of a quiet day"])

    assert "0 jobs inspected" in told
    assert "No problem is open." in told


@pytest.mark.parametrize(
    ("name", "severity", "vpc_id"), [("mended", "CRITICAL", VPC), ("digest", "HIGH", "none")]
)
def test_subscribers_can_filter_them(name: str, severity: str, vpc_id: str) -> None:
    assert MESSAGES[name].attributes == {
        "message_type": name,
        "action": "none",
        "severity": severity,
        "account": ACCOUNT,
        "vpc_id": vpc_id,
        "routes": ["default"],
    }


@law
@given(hostile_texts, hostile_texts, st.sampled_from([1, 100]))
def test_a_message_is_never_too_large_and_says_what_it_leaves_out(
    text: str, owner: str, count: int
) -> None:
    problem = OpenProblem(VPC, replace(ENTRY, resource=text, message=text), 1)
    exemption = replace(DIGEST.expired[0], owner=owner, reason=text)
    gone = replace(MENDED, resource=text)
    digest = replace(
        DIGEST,
        open=(problem,) * count,
        mended=((VPC, gone),) * count,
        expired=(exemption,) * count,
    )

    for message in (
        digest_message(digest),
        mended_message(replace(NEWS, mended=(gone,) * count, seen_with=text)),
    ):
        attributes = sum(len(name) + len(str(value)) for name, value in message.attributes.items())
        assert len(message.body.encode()) + attributes < MAXIMUM_BYTES
        assert_valid(message)
        told = document(message)
        lists = [told[name] for name in ("open", "mended", "expired_exemptions") if name in told]
        assert sum(map(len, lists)) + told["left_out"] == len(lists) * count
        assert all(line.isprintable() for line in email(message).splitlines())


def test_an_alert_that_is_told_again_says_how_many_met_the_same() -> None:
    again = Recurrence(99, tuple(f"job-{number}" for number in range(20)), NOW)

    message = judgement_message(a_judgement(a_finding(Status.FAIL)), recurrence=again)

    assert document(message)["since_last_told"] == {
        "jobs": 99,
        "job_names": [*again.job_names],
        "since": NOW.isoformat(),
    }
    assert email(message).startswith(
        "99 more jobs met the same since 2026-11-23 12:00 UTC: "
        "job-0, job-1, job-2, job-3, job-4, and 94 more.\n\nTraining job train-1: noncompliant\n"
    )
    assert "since_last_told" not in document(judgement_message(a_judgement()))


def test_a_vpc_that_is_not_known_is_told_as_such() -> None:
    message = mended_message(replace(NEWS, vpc_id="unknown"))

    assert message.subject == "[VPC Guardrail] mended: 1 problem of a VPC that is not known"
    assert email(message).startswith("What was told of a VPC that is not known is mended:")
