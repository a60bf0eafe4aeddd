"""Alerts as custom notifications of Amazon Q Developer in chat applications."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_job, a_tuning_job
from tests.laws import law
from tests.messages import ALICE, a_judgement, a_stop_order, an_arn, an_enforcement
from tests.strategies import findings, starters
from tests.unit.report.test_slack import HOSTILE, MENDED
from tests.unit.report.test_text import NO_PATH, SHORT
from vpc_guardrail.core.model import Starter
from vpc_guardrail.report.alert_document import MalformedAlertError
from vpc_guardrail.report.amazon_q import amazon_q_notification
from vpc_guardrail.report.documents import enforcement_document, verdict_document
from vpc_guardrail.report.messages import enforcement_message, judgement_message

if TYPE_CHECKING:
    from vpc_guardrail.core.finding import Finding

Json = Any


def texts(notification: Json) -> list[str]:
    content = notification["content"]
    return [
        content["title"],
        content["description"],
        *content["nextSteps"],
        *content["keywords"],
        *notification["metadata"].values(),
    ]


def assert_harmless(notification: Json) -> None:
    for text in texts(notification):
        assert all(char.isprintable() or char == "\n" for char in text)
        assert not re.search("[<>]|@(here|channel|everyone)", text, re.IGNORECASE)
    content = notification["content"]
    assert not re.search(r"[`\[\]*&]", content["title"] + content["description"])
    for step in content["nextSteps"]:
        assert re.fullmatch(r"`[^`]*`", step) or step.startswith("https://")
    assert len(json.dumps(notification)) < 80_000


def test_the_form_is_that_of_a_custom_notification() -> None:
    document = verdict_document(a_judgement(NO_PATH, SHORT, started_by=ALICE))

    assert amazon_q_notification(document) == {
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": "noncompliant: training job train-1",
            "description": (
                "The job was not stopped.\n"
                "Started by role Research, session alice@example.com, "
                "in 111122223333, eu-central-1.\n"
                "FAIL CRITICAL s3-reachable: No route of rtb-1 leads from subnet-a to S3.\n"
                "FAIL LOW subnet-ip-capacity: subnet-b has 3 free addresses; the job takes 4."
            ),
            "nextSteps": [
                f"`{NO_PATH.remediation}`",
                "https://eu-central-1.console.aws.amazon.com/sagemaker/home"
                "?region=eu-central-1#/jobs/train-1",
            ],
            "keywords": ["noncompliant", "CRITICAL"],
        },
        "metadata": {
            "threadId": an_arn(),
            "summary": "noncompliant: training job train-1",
            "eventType": "verdict",
        },
    }


def test_a_tuning_job_is_called_one() -> None:
    notification = amazon_q_notification(verdict_document(a_judgement(job=a_tuning_job())))

    assert notification["content"]["title"] == "noncompliant: tuning job tune-1"


def test_a_stop_goes_to_the_thread_of_its_verdict() -> None:
    verdict = amazon_q_notification(verdict_document(a_judgement(NO_PATH)))
    stop = amazon_q_notification(enforcement_document(an_enforcement()))

    assert stop["metadata"]["threadId"] == verdict["metadata"]["threadId"]
    assert stop["content"]["title"] == "stopped: training job train-1"
    assert stop["content"]["description"].startswith("train-1 was stopped, because of")
    assert_harmless(stop)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_texts_come_out_harmless(text: str) -> None:
    finding = replace(NO_PATH, message=text, remediation=text, check=text)
    starter = Starter("AssumedRole", text, text, text, text, text)
    job = replace(a_job(), name=f"j{text}", arn=text)
    document = verdict_document(a_judgement(*[finding] * 2, job=job, started_by=starter))

    assert_harmless(amazon_q_notification(json.loads(json.dumps(document))))


@law
@given(st.lists(findings, max_size=30), starters)
def test_any_findings_come_out_harmless(found: list[Finding], starter: Starter) -> None:
    assert_harmless(
        amazon_q_notification(verdict_document(a_judgement(*found, started_by=starter)))
    )


def test_what_is_no_alert_is_refused() -> None:
    with pytest.raises(MalformedAlertError):
        amazon_q_notification({"job": {"name": "x"}})


class TestThePublishedMessage:
    def test_only_subscribers_by_https_get_it_and_only_if_asked(self) -> None:
        plain = json.loads(judgement_message(a_judgement(NO_PATH)).body)
        asked = json.loads(judgement_message(a_judgement(NO_PATH), for_amazon_q=True).body)

        assert plain.keys() == {"default", "email"}
        assert asked.keys() == {"default", "email", "https"}
        assert asked["default"] == plain["default"]
        assert json.loads(asked["https"])["source"] == "custom"

    def test_an_enforcement_too(self) -> None:
        order = a_stop_order(started_by=ALICE)
        message = enforcement_message(an_enforcement(order=order), for_amazon_q=True)

        assert (
            json.loads(json.loads(message.body)["https"])["metadata"]["eventType"] == "enforcement"
        )

    @pytest.mark.parametrize("text", ['"', "漢", "🔥"])
    def test_it_stays_below_the_limit_of_sns(self, text: str) -> None:
        finding = replace(NO_PATH, message=text * 3000, remediation=text * 3000)
        starter = Starter("AssumedRole", *[text * 1024] * 5)
        judgement = a_judgement(*[finding] * 40, started_by=starter)

        body = judgement_message(judgement, for_amazon_q=True).body
        assert len(body.encode()) < 262_144 - 8_192


def test_news_are_notifications_too() -> None:
    notification = amazon_q_notification(MENDED)

    assert notification["content"]["title"] == "mended: 1 problem of vpc-1"
    assert "s3-reachable, subnet-a: was open since" in notification["content"]["description"]
    assert notification["metadata"]["eventType"] == "mended"
    assert_harmless(notification)
