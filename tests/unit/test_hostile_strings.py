"""Hostile texts in names, tags, ARNs and policies: harmless in all that is told of them.

Each renderer has tests of its own form; here every text meets every renderer.
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from tests.builders import (
    NOW,
    a_bucket,
    a_finding,
    a_gateway_endpoint,
    a_job,
    a_network,
    a_policy,
    a_statement,
)
from tests.messages import HOME, a_judgement, a_stop_order, an_arn, an_enforcement, an_event
from tests.unit.report.test_news import DIGEST, ENTRY, NEWS
from tests.unit.report.test_news import MENDED as MENDED_PROBLEM
from vpc_guardrail.app.alert_book import Recurrence
from vpc_guardrail.app.digest import OpenProblem
from vpc_guardrail.app.enforcement import Outcome
from vpc_guardrail.core.engine import findings_on
from vpc_guardrail.core.exemptions import Exempted, Exemption
from vpc_guardrail.core.finding import Status
from vpc_guardrail.core.model import Starter
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.report.amazon_q import amazon_q_notification
from vpc_guardrail.report.asff import asff
from vpc_guardrail.report.console import console_url
from vpc_guardrail.report.html import judgements_html
from vpc_guardrail.report.markdown import judgements_markdown
from vpc_guardrail.report.messages import enforcement_message, judgement_message
from vpc_guardrail.report.news_messages import digest_message, mended_message
from vpc_guardrail.report.ocsf import ocsf
from vpc_guardrail.report.published_findings import security_findings
from vpc_guardrail.report.slack import slack_message
from vpc_guardrail.wiring.events import MalformedEventError, parse_event
from vpc_guardrail.wiring.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpc_guardrail.core.decision import Judgement
    from vpc_guardrail.report.messages import Message

Json = Any

HOSTILE = {
    "mention of all": "<!channel> <!here|here> <@U0123456> <!subteam^S0123456>",
    "mention without brackets": "@channel @here @everyone",
    "link in Slack": "<https://evil.example|Open the job in the SageMaker console>",
    "link in Markdown": "[Open the job](https://evil.example) ![x](https://evil.example/x.png)",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>\" onload='x'",
    "HTML, escaped already": "&lt;script&gt; &amp;lt;!channel&amp;gt; &#60;",
    "code": "``` ` ```*bold* _it_ ~gone~",
    "the end of code": "`````",
    "a finding of its own": "x\r\n\r\nPASS INFO all-is-well\n  Nothing is to be done.",
    "a header of mail": "x\r\nBcc: all@example.com\r\n\r\nbody",
    "a line of a log": 'x"}\n{"level":"INFO","message":"The job is compliant"}',
    "a terminal's colours": "\x1b[2J\x1b[31mred\x1b]8;;https://evil.example\x1b\\link\x07",
    "controls": "\x00\x08\x0b\x7f\x85\x9b\u2028\u2029",
    "text turned round": "\u202etnailpmoc\u202c \u2066x\u2069\u200f\u061c",
    "unseen": "a\u200bb\u200dc\ufeff\u00ad\U000e0041",
    "half a character": "\ud800 \udfff",
    "a template": "${AWS::AccountId} {{resolve:ssm:/x}} {0} %s %(x)s $(id) `id`",
    "100 KB": "x" * 100_000,
    "100 KB that grow": '<"\\' * 34_000,
    "100 KB of four bytes": "🔥" * 25_000,
    "100 KB of controls": "\x1b\x00\u202e\n" * 25_000,
}

every_text = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)

SNS_LIMIT = 262_144
"""Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""


def a_judgement_of(text: str) -> Judgement:
    """The hostile text in all that whoever starts a job, or owns what it uses, may name."""
    finding = replace(
        a_finding(Status.FAIL, check="s3-reachable", resource=text),
        message=text,
        remediation=text,
        evidence={text[:1000]: text, "statement": [text]},
        exempted=Exempted(no_longer_by=Exemption(text, text, NOW.date())),
    )
    job = replace(a_job(), name=f"j{text}", role_arn=f"arn:aws:iam::1:role/{text}")
    starter = Starter("AssumedRole", text, text, text, text, text)
    return a_judgement(finding, job=job, vpc_id=text, started_by=starter)


def a_verdict_of(text: str) -> Message:
    recurrence = Recurrence(2, (text, "b"), NOW)
    return judgement_message(a_judgement_of(text), recurrence=recurrence, for_amazon_q=True)


def a_stop_of(text: str) -> Message:
    order = replace(a_stop_order(checks=(text,), role_arn=text), job_name=f"j{text}", vpc_id=text)
    return enforcement_message(an_enforcement(Outcome.GONE, text, order=order), for_amazon_q=True)


def news_of(text: str) -> Iterator[Message]:
    gone = replace(MENDED_PROBLEM, resource=text)
    entry = replace(ENTRY, resource=text, message=text)
    yield mended_message(replace(NEWS, mended=(gone,), seen_with=text), for_amazon_q=True)
    yield digest_message(
        replace(
            DIGEST,
            open=(OpenProblem(text, entry, 1),),
            mended=((text, gone),),
            expired=(Exemption(text, text, NOW.date()),),
        ),
        for_amazon_q=True,
    )


@cache
def messages(text: str) -> list[Message]:
    return [a_verdict_of(text), a_stop_of(text), *news_of(text)]


def body_for(message: Message, protocol: str) -> str:
    body: str = json.loads(message.body)[protocol]
    return body


def texts_in(value: Json) -> Iterator[str]:
    """Every text of a JSON value; names of members as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def is_harmless(text: str) -> bool:
    """Nothing in it moves a cursor, turns the text round or is not seen."""
    return all(char.isprintable() or char == "\n" for char in text)


@every_text
class TestWhatIsPublished:
    def test_sns_takes_it(self, text: str) -> None:
        for message in messages(text):
            attributes = "".join(f"{name}String{told}" for name, told in message.attributes.items())
            size = len(message.body.encode()) + len(attributes.encode())
            assert size + len(message.subject) <= SNS_LIMIT

    def test_the_subject_is_one_line_of_ascii(self, text: str) -> None:
        for message in messages(text):
            assert re.fullmatch(r"\[VPC Guardrail\] [ -~]{1,83}", message.subject)

    def test_an_attribute_is_short_and_harmless(self, text: str) -> None:
        for message in messages(text):
            for name in {*message.attributes} & {"started_by", "role"}:
                told = message.attributes[name]
                assert isinstance(told, str)
                assert told.isprintable()
                assert 0 < len(told) <= 256

    def test_a_mail_holds_no_line_that_the_text_made(self, text: str) -> None:
        """Every line but ours is one that the harmless text has as well."""
        for message, harmless in zip(messages(text), messages("x"), strict=True):
            mail, same = body_for(message, "email"), body_for(harmless, "email")
            assert is_harmless(mail)
            assert len(mail.encode()) <= 32_768
            assert mail.count("\n") <= same.count("\n") + 1


@every_text
class TestWhoTellsItOn:
    def test_slack_is_told_no_mention_no_link_and_no_markup(self, text: str) -> None:
        for message in messages(text):
            told = slack_message(json.loads(body_for(message, "default")))
            assert len(json.dumps(told, ensure_ascii=False)) < 20_000
            for each in texts_in(told):
                assert is_harmless(each)
                own = re.sub(r"<https://[a-z0-9-]+\.console\.aws\.amazon\.com/[^<>|]+\|", "", each)
                assert "<" not in own
                assert not re.search("@(here|channel|everyone)", each, re.IGNORECASE)

    def test_amazon_q_is_told_none_either(self, text: str) -> None:
        for message in messages(text):
            notification = json.loads(body_for(message, "https"))
            assert notification == amazon_q_notification(json.loads(body_for(message, "default")))
            for each in texts_in(notification):
                assert is_harmless(each)
                assert not re.search("[<>]|@(here|channel|everyone)", each, re.IGNORECASE)

    def test_security_hub_and_ocsf_are_told_harmless_lines(self, text: str) -> None:
        document = json.loads(body_for(messages(text)[0], "default"))
        for finding in security_findings(document):
            for each in texts_in([asff(finding, NOW), ocsf(finding)]):
                assert is_harmless(each)
                assert "\n" not in each
                assert len(each) <= 4_000


def judgements_of(text: str) -> list[Judgement]:
    """As above; and the text also where AWS, or a snapshot that somebody sent, names the job."""
    finding = replace(
        a_finding(Status.UNKNOWN, check=text), exempted=Exempted(Exemption(text, text, NOW.date()))
    )
    passed = a_finding(Status.PASS, check=text)
    job = replace(a_job(), arn=text, account=text, region=text)
    return [a_judgement_of(text), a_judgement(finding, passed, job=job)]


class Elements(HTMLParser):
    """What a page is made of, and the text within."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[object, ...]] = []
        self.links: list[str | None] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *attrs))
        self.links += [value for name, value in attrs if name in ("href", "src", "action")]

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))

    def handle_pi(self, data: str) -> None:
        self.found.append(("processing instruction", data))

    def unknown_decl(self, data: str) -> None:
        self.found.append(("declaration", data))


@cache
def page_of(text: str) -> Elements:
    return Elements(judgements_html(judgements_of(text), [text]))


CODE = ("code_inline", "fence")
"""Tokens of Markdown in which nothing is markup."""


def outside_of_code(markdown: str) -> list[tuple[object, ...]]:
    """The structure of a text in Markdown, and what stands in it outside of code."""
    blocks = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    return [
        (each.type, each.tag, each.info, each.attrs, "" if each.type in CODE else each.content)
        for block in blocks
        for each in (block.children or [block])
    ]


@every_text
class TestPages:
    def test_the_text_makes_no_element_and_no_attribute_of_html(self, text: str) -> None:
        assert page_of(text).found == page_of("x").found

    def test_a_page_links_to_the_console_alone(self, text: str) -> None:
        (link,) = page_of(text).links
        assert link
        assert link.startswith("https://eu-central-1.console.aws.amazon.com/sagemaker/home?")

    def test_a_page_is_of_bounded_size_and_shows_all_that_is_in_it(self, text: str) -> None:
        assert is_harmless(page_of(text).text)
        assert len(page_of(text).text) < 100_000

    def test_markdown_holds_nothing_of_the_text_outside_of_code(self, text: str) -> None:
        """Where nothing is a link, an image, a mention, HTML, a table or a heading."""
        markdown = judgements_markdown(judgements_of(text), [text])

        harmless = judgements_markdown(judgements_of("x"), ["x"])
        assert outside_of_code(markdown) == outside_of_code(harmless)
        assert is_harmless(markdown)
        assert len(markdown) < 100_000


@every_text
def test_no_part_of_an_arn_leads_elsewhere_than_to_the_console(text: str) -> None:
    sound = ["arn", "aws", "sagemaker", "eu-central-1", "111122223333", "training-job/train-1"]
    for part in range(len(sound)):
        for hostile in (text, f"{sound[part]}{text}", f"training-job/{text}"):
            url = console_url(":".join([*sound[:part], hostile, *sound[part + 1 :]]))
            assert url is None or re.fullmatch(
                r"https://[a-z0-9-]{1,63}\.console\.aws\.amazon\.com/sagemaker/home"
                r"\?region=[a-z0-9-]{1,63}#/jobs/[a-zA-Z0-9-]{1,63}",
                url,
            )


@every_text
class TestTheLog:
    def test_a_line_of_it_is_one_line_of_json_in_ascii(self, text: str) -> None:
        stream = io.StringIO()
        handler = logger().registered_handler
        assert isinstance(handler, logging.StreamHandler)
        before = handler.setStream(stream)
        try:
            logger().error("The message failed", reason=text)
        finally:
            handler.setStream(before or sys.stdout)

        line = stream.getvalue()
        assert line.isascii()
        assert line.strip().isprintable()
        assert json.loads(line)["reason"] == text

    def test_the_reason_of_a_refusal_is_short_and_harmless(self, text: str) -> None:
        event = an_event(responseElements={"trainingJobArn": an_arn(text)})
        with pytest.raises(MalformedEventError) as refused:
            parse_event(json.dumps(event), HOME)

        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 1_000


def hostile_policies(text: str) -> list[str]:
    """A text in the place of a policy, and in each member of one."""
    sound = json.loads(a_policy(a_statement()))["Statement"][0]
    named = sound | {"Sid": text, "Resource": text}
    odd = [sound | {name: text} for name in ("Action", "Principal", text)]
    odd.append(sound | {"Condition": {text: {"a": "b"}}})
    named["Condition"] = {"StringEquals": {"aws:SourceVpc": text}}
    return [text, *(a_policy(each) for each in (named, *odd))]


@every_text
def test_policies_lead_to_findings_that_are_harmless_when_told(text: str) -> None:
    """Of the endpoint and of the bucket; whoever writes them is not whoever reads of them."""
    for policy in hostile_policies(text):
        network = a_network(
            endpoints=(a_gateway_endpoint(policy=policy),), buckets=(a_bucket(policy=policy),)
        )
        found = findings_on(a_job(), network, Settings())
        message = judgement_message(a_judgement(*found))

        mail = body_for(message, "email")
        told = slack_message(json.loads(body_for(message, "default")))
        assert all(map(is_harmless, [mail, *texts_in(told)]))
        assert len(message.body.encode()) < SNS_LIMIT
