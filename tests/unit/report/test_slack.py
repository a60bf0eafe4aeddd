"""Alerts as Slack messages: within Slack's limits, and harmless whatever a job is called."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.slack import checked
from tests.builders import a_finding, a_job, a_tuning_job
from tests.laws import law
from tests.messages import ALICE, a_judgement, a_stop_order, an_arn, an_enforcement
from tests.strategies import findings, json_values, starters, wild_texts
from tests.unit.report.test_text import NO_PATH, PASSED, SHORT, UNREAD
from vpc_guardrail.app.enforcement import Outcome
from vpc_guardrail.core.decision import Action
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.core.model import Starter
from vpc_guardrail.report.alert_document import AlertDocument, MalformedAlertError
from vpc_guardrail.report.documents import enforcement_document, verdict_document
from vpc_guardrail.report.slack import length_of, slack_message, text_objects
from vpc_guardrail.report.slack_text import escaped, fenced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpc_guardrail.core.decision import Judgement

Json = Any

HOSTILE = [
    "<!channel>",
    "<!here|here>",
    "@here @channel @everyone",
    "<https://evil.example|Open the job in the SageMaker console>",
    "<@U0123456> <#C0123456> <!subteam^S0123456>",
    "*bold* _italic_ ~gone~ `code` ```code```",
    "&lt;!channel&gt; &amp;lt;!channel&amp;gt;",
    "\x1b[31m\u202eevil\u2066\x00\r\n> quoted\n• FAIL CRITICAL",
    ":rotating_light: <script>alert(1)</script>",
    "\ud800",
    "x" * 100_000,
    "<" * 100_000,
    "🔥" * 100_000,
]

OWN_LINK = re.compile(r"<https://[a-z0-9-]+\.console\.aws\.amazon\.com/sagemaker/[^<>|]+\|[^<>|]+>")


def on(judgement: Judgement) -> Json:
    return slack_message(json.loads(json.dumps(verdict_document(judgement))))


def texts(message: Json) -> Iterator[Json]:
    """Every text object of a message."""
    for block in message["blocks"]:
        yield from text_objects(block)


def said(message: Json) -> str:
    return "\n".join(each["text"] for each in texts(message))


def assert_harmless(message: Json) -> None:
    """Slack takes it, and nothing in it is markup but our own."""
    assert checked(message).body == "ok"
    assert len(json.dumps(message, ensure_ascii=False)) < 20_000
    for each in texts(message):
        assert each.get("emoji") is False or each.get("verbatim") is True
        assert_without_markup(each["text"])
        if each["type"] == "mrkdwn":
            unfenced = re.sub(r"```[^`]*```", "", OWN_LINK.sub("", each["text"]))
            assert unfenced.strip() in ("", "Mend:")
    assert_without_markup(message["text"])


def assert_without_markup(text: str) -> None:
    own = OWN_LINK.sub("", text)
    assert not re.search("[<>]", own)
    assert not re.search("&(?!amp;|lt;|gt;)", own)
    assert not re.search("@(here|channel|everyone)", own, re.IGNORECASE)
    assert all(char.isprintable() or char == "\n" for char in own)


class TestWhatItSays:
    def test_a_tuning_job_is_called_one_and_linked_to_its_own_page(self) -> None:
        message = on(a_judgement(NO_PATH, job=a_tuning_job()))

        assert message["blocks"][0]["text"]["text"] == "CRITICAL noncompliant: tuning job tune-1"
        assert "#/hyper-tuning-jobs/tune-1|" in said(message)

    def test_job_starter_verdict_findings_action_and_link_are_there(self) -> None:
        message = on(a_judgement(PASSED, SHORT, UNREAD, NO_PATH, started_by=ALICE))

        told = said(message)
        assert message["blocks"][0]["text"]["text"] == "CRITICAL noncompliant: training job train-1"
        assert "Started by\nrole Research, session alice@example.com" in told
        assert "Role of the job\ntraining" in told
        assert "The job was not stopped." in told
        assert "FAIL CRITICAL, subnet-a: No route of rtb-1 leads from subnet-a to S3." in told
        assert f"```{NO_PATH.remediation}```" in told
        assert "UNKNOWN HIGH, sg-1" in told
        assert PASSED.check not in told
        assert_harmless(message)

    def test_the_worst_check_comes_first_and_each_only_once(self) -> None:
        again = replace(NO_PATH, severity=Severity.LOW, resource="subnet-b")
        blocks = on(a_judgement(SHORT, again, UNREAD, NO_PATH))["blocks"]

        titles = [
            block["text"]["text"].split("\n")[0]
            for block in blocks
            if block["type"] == "section" and "\n•" in block.get("text", {}).get("text", "")
        ]
        assert titles == ["s3-reachable", "subnet-ip-capacity", "security-group-efa"]

    def test_people_see_who_and_what_in_a_notification(self) -> None:
        fallback = on(a_judgement(NO_PATH, started_by=ALICE))["text"]

        assert fallback == (
            "CRITICAL noncompliant: training job train-1, "
            "started by role Research, session alice@example.com"
        )

    def test_a_stop_that_was_ordered_is_said(self) -> None:
        assert "A stop of the job was ordered." in said(on(a_judgement(action=Action.STOP)))

    @pytest.mark.parametrize("outcome", Outcome)
    def test_an_enforcement_says_what_came_of_it(self, outcome: Outcome) -> None:
        order = a_stop_order(started_by=ALICE)
        enforcement = an_enforcement(outcome, "This came of it.", order=order)
        message = slack_message(enforcement_document(enforcement))

        stopped = "Stopped" if outcome is Outcome.STOPPED else "Not stopped"
        assert message["blocks"][0]["text"]["text"] == f"{stopped}: training job train-1"
        assert "This came of it." in said(message)
        assert "Because of\nvpc-config-present" in said(message)
        assert "role Research" in said(message)
        assert_harmless(message)

    def test_what_is_left_out_is_counted(self) -> None:
        many = [
            replace(a_finding(Status.FAIL), check=f"check-{number}", message="m" * 900)
            for number in range(60)
        ]
        message = on(a_judgement(*many))

        shown = said(message).count("• FAIL")
        assert 5 < shown < 60
        assert f"and {60 - shown} more findings. All of them: vpc-guardrail check train-1" in said(
            message
        )
        assert_harmless(message)

    def test_many_components_of_one_check_are_counted_too(self) -> None:
        many = [replace(NO_PATH, resource=f"subnet-{number}") for number in range(12)]

        assert "and 7 more findings." in said(on(a_judgement(*many)))

    def test_a_cut_message_is_told_as_such(self) -> None:
        document = verdict_document(a_judgement(NO_PATH)) | {"findings_left_out": 7}

        assert "leaves findings out" in said(slack_message(document))


class TestTheLink:
    @pytest.mark.parametrize(
        ("partition", "region", "url"),
        [
            (
                "aws",
                "eu-central-1",
                "https://eu-central-1.console.aws.amazon.com/sagemaker/home?region=eu-central-1#/jobs/j",
            ),
            (
                "aws-cn",
                "cn-north-1",
                "https://cn-north-1.console.amazonaws.cn/sagemaker/home?region=cn-north-1#/jobs/j",
            ),
            (
                "aws-us-gov",
                "us-gov-west-1",
                "https://us-gov-west-1.console.amazonaws-us-gov.com/sagemaker/home?region=us-gov-west-1#/jobs/j",
            ),
        ],
    )
    def test_it_leads_to_the_console_of_the_partition(
        self, partition: str, region: str, url: str
    ) -> None:
        arn = f"arn:{partition}:sagemaker:{region}:111122223333:training-job/j"
        document = {"verdict": "noncompliant", "job": {"name": "j", "arn": arn}}

        assert AlertDocument(document).console_url == url

    @pytest.mark.parametrize(
        "arn",
        ["", an_arn("x|evil>"), an_arn() + "\n", an_arn().replace("arn:aws:", "arn:aws-iso:")],
    )
    def test_there_is_none_of_what_is_no_arn_or_has_no_public_console(self, arn: str) -> None:
        document = {"verdict": "noncompliant", "job": {"name": "j", "arn": arn}}

        assert AlertDocument(document).console_url is None
        assert_harmless(slack_message(document))


class TestHostileTexts:
    @pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
    def test_they_come_out_harmless_wherever_they_stand(self, text: str) -> None:
        finding = replace(NO_PATH, resource=text, message=text, remediation=text, check=text)
        starter = Starter("AssumedRole", text, text, text, text, text)
        job = replace(a_job(), name=f"j{text}", role_arn=f"arn:aws:iam::1:role/{text}")
        judgement = a_judgement(*[finding] * 2, job=job, vpc_id=text, started_by=starter)

        assert_harmless(on(judgement))

    @pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
    def test_an_enforcement_too(self, text: str) -> None:
        order = replace(a_stop_order(checks=(text,)), job_name=f"j{text}", vpc_id=text)
        enforcement = an_enforcement(Outcome.GONE, text, order=order)

        assert_harmless(slack_message(json.loads(json.dumps(enforcement_document(enforcement)))))

    @law
    @given(st.lists(findings, max_size=20), starters)
    def test_any_findings_fit(self, found: list[Finding], starter: Starter) -> None:
        assert_harmless(on(a_judgement(*found, started_by=starter)))

    @law
    @given(st.dictionaries(st.sampled_from(["job", "verdict", "outcome", "findings"]), json_values))
    def test_any_document_is_told_or_refused(self, document: dict[str, Json]) -> None:
        try:
            message = slack_message(document)
        except MalformedAlertError:
            return
        assert_harmless(message)

    @law
    @given(
        st.dictionaries(
            st.sampled_from(["check", "status", "severity", "resource", "message", "remediation"]),
            json_values | st.just("FAIL"),
        )
    )
    def test_any_finding_is_told_or_left_out(self, finding: dict[str, Json]) -> None:
        document = {"verdict": "x", "job": {"name": "j"}, "findings": [finding, 5, None]}

        assert_harmless(slack_message(document))


class TestEscaping:
    @law
    @given(wild_texts, st.integers(1, 60))
    def test_it_never_outgrows_its_limit_nor_cuts_an_entity(self, text: str, limit: int) -> None:
        out = escaped(text, limit)

        assert len(out.encode("utf-16-le")) // 2 <= limit
        assert_without_markup(out)

    def test_what_fits_is_left_as_it_is_read(self) -> None:
        assert escaped("a & b < c", 100) == "a &amp; b &lt; c"

    def test_code_cannot_be_left(self) -> None:
        assert fenced("a``` *b*", 100) == "```a''' *b*```"


def test_a_message_of_the_longest_findings_is_below_what_slack_is_known_to_take() -> None:
    longest = replace(NO_PATH, resource="r" * 999, message="m" * 9999, remediation="c" * 9999)
    many = [replace(longest, check=f"check-{number}") for number in range(60)]

    assert 3_000 < length_of(on(a_judgement(*many))["blocks"]) <= 9_000


MENDED: dict[str, Any] = {
    "message_type": "mended",
    "account": "111122223333",
    "region": "eu-central-1",
    "vpc_id": "vpc-1",
    "severity": "HIGH",
    "mended": [
        {
            "check": "s3-reachable",
            "resource": "subnet-a",
            "severity": "HIGH",
            "since": "2026-11-22T12:00:00+00:00",
            "at": "2026-11-23T12:00:00+00:00",
            "jobs": 3,
        }
    ],
    "seen_with": "train-2",
    "second_look": False,
    "at": "2026-11-23T12:00:00+00:00",
}


class TestWhatIsNoSingleJobs:
    """What was mended, a digest, and how many more jobs met the same."""

    def test_what_was_mended_is_told(self) -> None:
        message = slack_message(MENDED)

        assert message["text"] == "mended: 1 problem of vpc-1"
        assert "HIGH s3-reachable, subnet-a: was open since 2026-11-22 12:00 UTC" in said(message)
        assert_harmless(message)

    @pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
    def test_hostile_news_come_out_harmless(self, text: str) -> None:
        one = {**MENDED["mended"][0], "resource": text}
        document = {**MENDED, "vpc_id": text, "seen_with": text, "mended": [one] * 40}

        assert_harmless(slack_message(document))

    def test_what_does_not_fit_is_counted(self) -> None:
        many = {**MENDED, "mended": [*MENDED["mended"]] * 80}

        assert "more lines." in said(slack_message(many))

    @pytest.mark.parametrize("kind", ["mended", "digest"])
    @law
    @given(document=st.dictionaries(st.sampled_from(["mended", "jobs", "open"]), json_values))
    def test_news_of_another_form_are_told_or_refused(
        self, kind: str, document: dict[str, Json]
    ) -> None:
        try:
            message = slack_message({**document, "message_type": kind})
        except MalformedAlertError:
            return
        assert_harmless(message)

    def test_how_many_more_met_the_same_is_told(self) -> None:
        again = {"jobs": 2, "job_names": ["a", "b<"], "since": "2026-11-23T12:00:00+00:00"}
        document = verdict_document(a_judgement(NO_PATH)) | {"since_last_told": again}

        assert "2 more jobs met the same since 2026-11-23 12:00 UTC: a, b&lt;." in said(
            slack_message(document)
        )

    def test_an_exemption_is_told_and_comes_last(self) -> None:
        document = json.loads(json.dumps(verdict_document(a_judgement(NO_PATH, SHORT))))
        exemption = {"owner": "ml<", "reason": "r", "expires": "2027-01-01"}
        document["findings"][0]["exemption"] = exemption
        document["findings"][1]["expired_exemption"] = exemption

        told = said(slack_message(document))
        assert "Exempted until 2027-01-01, by ml&lt;." in told
        assert "No longer exempted since the end of 2027-01-01, by ml&lt;." in told
        assert told.index("subnet-ip-capacity") < told.index("s3-reachable")

    def test_a_tuning_job_is_called_one_and_its_page_is_linked(self) -> None:
        arn = an_arn().replace("training-job", "hyper-parameter-tuning-job")
        document = {"verdict": "noncompliant", "job": {"name": "tune-1", "arn": arn}}

        message = slack_message(document)
        assert "noncompliant: tuning job tune-1" in message["text"]
        assert "#/hyper-tuning-jobs/train-1|" in said(message)
