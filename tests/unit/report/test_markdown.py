"""Judgements as Markdown: our own words with all that is told in code.

Where the golden text is meant to change, write it anew from `judgements_markdown`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.strategies import patiently
from tests.unit.report.test_html import SOUND
from tests.unit.report.test_text import JUDGEMENTS
from vpc_guardrail.report.markdown import NOTHING, code, code_block, judgements_markdown

EXPECTED = Path(__file__).parent / "expected"


def test_the_text_is_the_stored_one() -> None:
    told = judgements_markdown([SOUND, *JUDGEMENTS.values()], ["train-9: it is gone"])

    assert told == (EXPECTED / "jobs.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("vpc-1", "`vpc-1`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("a ``b`", "``` a ``b` ```"),
        ("", f"`{NOTHING}`"),
        ("a|b \\", "`a|b \\`"),
    ],
)
def test_a_code_span_is_longer_than_any_run_in_it(text: str, span: str) -> None:
    assert code(text) == span


lines = st.text(st.sampled_from("`` ab\\<>[]()*_|~@#:!&$-"), max_size=30)


@patiently
@given(lines)
def test_a_code_span_is_read_as_the_text_and_nothing_else(text: str) -> None:
    (paragraph,) = [
        each
        for each in MarkdownIt("gfm-like", {"linkify": False}).parse(f"It says {code(text)}.")
        if each.children
    ]

    before, span, after = paragraph.children or []
    assert (before.content, after.content) == ("It says ", ".")
    assert (span.type, span.content) == ("code_inline", text.strip() or NOTHING)


@patiently
@given(lines)
def test_a_code_block_is_read_as_the_text_and_nothing_else(text: str) -> None:
    (block,) = MarkdownIt("gfm-like", {"linkify": False}).parse("\n".join(code_block(text, "sh")))

    assert (block.type, block.content) == ("fence", f"{text}\n")
