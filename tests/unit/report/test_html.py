"""Judgements as a page of HTML: whole in itself, the worst first, legible without its colours.

Where the golden page is meant to change, write its body anew from `judgements_html`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from tests.builders import NOW, a_finding, a_job
from tests.messages import a_judgement
from tests.unit.report.test_text import JUDGEMENTS, NO_PATH, PASSED, SHORT, UNREAD
from vpc_guardrail.core.decision import Action, Judgement, Verdict
from vpc_guardrail.core.exemptions import Exempted, Exemption
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.report.html import judgements_html

EXPECTED = Path(__file__).parent / "expected"

SOUND = a_judgement(PASSED, verdict=Verdict.COMPLIANT, action=Action.NONE)
FETCHING = {"script", "img", "link", "iframe", "object", "embed", "form", "base", "svg", "audio"}


class Page(HTMLParser):
    """The elements of a page, each with its attributes and the text directly within."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], str]] = []
        self.open: list[int] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), ""))
        if tag != "meta":
            self.open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            tag, attributes, text = self.elements[self.open[-1]]
            self.elements[self.open[-1]] = (tag, attributes, text + data)

    def texts(self, tag: str) -> list[str]:
        return [text for name, _, text in self.elements if name == tag]

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]


def page_of(*judgements: Judgement) -> Page:
    return Page(judgements_html(judgements))


def test_the_page_is_the_stored_one() -> None:
    page = judgements_html([*JUDGEMENTS.values(), SOUND], ["train-9: it is gone"])

    body = page[page.index("<body>") :]
    assert body == (EXPECTED / "jobs.body.html").read_text(encoding="utf-8")


class TestAlone:
    def test_its_policy_allows_its_own_style_and_nothing_else(self) -> None:
        page = page_of(SOUND)

        (style,) = page.texts("style")
        digest = b64encode(sha256(style.encode()).digest()).decode()
        (policy,) = [each["content"] for each in page.attributes("meta") if each.get("http-equiv")]
        assert policy == (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        )
        assert {"name": "referrer", "content": "no-referrer"} in page.attributes("meta")

    def test_it_runs_nothing_and_fetches_nothing(self) -> None:
        page = page_of(*JUDGEMENTS.values())

        assert not FETCHING & {tag for tag, _, _ in page.elements}
        assert not [
            name
            for _, attributes, _ in page.elements
            for name in attributes
            if name in ("style", "src") or name.startswith("on")
        ]
        assert not re.search("url\\(|@import", page.texts("style")[0])

    def test_it_is_ascii_whatever_it_tells(self) -> None:
        told = replace(a_job(), name="wörk-日本-🔥")

        text = judgements_html([a_judgement(job=told)])

        assert text.isascii()
        assert "wörk-日本-🔥" in Page(text).texts("bdi")


class TestAccessible:
    def test_headings_go_down_step_by_step(self) -> None:
        page = page_of(*JUDGEMENTS.values(), SOUND)

        levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_it_tells_its_language_and_its_title(self) -> None:
        page = page_of(*JUDGEMENTS.values(), SOUND)

        assert page.attributes("html") == [{"lang": "en"}]
        assert page.texts("title") == ["VPC Guardrail: 1 noncompliant, 1 undetermined, 1 compliant"]

    def test_what_a_colour_says_stands_in_words(self) -> None:
        page = page_of(JUDGEMENTS["noncompliant"])

        tags = [text for tag, given, text in page.elements if "tag" in (given.get("class") or "")]
        assert tags == ["noncompliant", "FAIL CRITICAL", "FAIL LOW", "UNKNOWN HIGH"]

    def test_every_cell_of_a_heading_says_what_it_heads(self) -> None:
        scopes = [each.get("scope") for each in page_of(SOUND, SOUND).attributes("th")]

        assert scopes == ["col", "col", "col", "row", "row"]


def test_jobs_and_findings_come_worst_first() -> None:
    low = a_judgement(
        a_finding(Status.FAIL, severity=Severity.MEDIUM), job=replace(a_job(), name="low")
    )
    high = a_judgement(
        a_finding(Status.FAIL, severity=Severity.CRITICAL), job=replace(a_job(), name="high")
    )
    unknown = a_judgement(
        UNREAD, verdict=Verdict.UNDETERMINED, job=replace(a_job(), name="unknown")
    )

    page = page_of(SOUND, unknown, low, high)

    assert page.texts("th")[3:] == ["high", "low", "unknown", "train-1"]


def test_a_finding_is_told_with_its_evidence_and_its_remedy() -> None:
    page = page_of(a_judgement(NO_PATH))

    assert page.texts("pre") == [NO_PATH.remediation, '{\n  "route_table": "rtb-1"\n}']
    assert NO_PATH.message in page.texts("p")
    assert page.attributes("details") == [{}]


def test_a_finding_without_either_has_no_room_for_them() -> None:
    page = page_of(a_judgement(SHORT))

    assert page.texts("pre") == page.texts("details") == []


def test_text_is_shown_as_it_is_not_as_markup() -> None:
    marked = replace(NO_PATH, message="<b>x</b> & &lt;", remediation="a 'b' \"c\" <d>")

    page = page_of(a_judgement(marked))

    assert "<b>x</b> & &lt;" in page.texts("p")
    assert page.texts("pre")[0] == "a 'b' \"c\" <d>"


@pytest.mark.parametrize("length", [30_000, 30_001])
def test_a_command_of_the_largest_policy_is_whole(length: int) -> None:
    page = page_of(a_judgement(replace(NO_PATH, remediation="x" * length)))

    assert page.texts("pre")[0].endswith("…") == (length > 30_000)


def test_an_exemption_is_told_with_who_why_and_until_when() -> None:
    one = Exemption("network team", "moves in May", NOW.date())
    exempted = replace(NO_PATH, exempted=Exempted(by=one))

    page = page_of(a_judgement(exempted, UNREAD, verdict=Verdict.UNDETERMINED))

    assert "Exempted until 2026-11-23, by network team: moves in May" in page.texts("p")
    assert [each["class"] for each in page.attributes("article")] == [
        "UNKNOWN HIGH",
        "FAIL CRITICAL set-aside",
    ]


def test_what_could_not_be_judged_is_told_and_no_page_without_jobs_calls_anything_sound() -> None:
    page = Page(judgements_html([], ["train-1: <denied>"]))

    assert page.texts("li") == ["train-1: <denied>"]
    assert page.texts("title") == ["VPC Guardrail: 1 not judged"]
    assert Page(judgements_html([])).texts("title") == ["VPC Guardrail: no jobs"]
