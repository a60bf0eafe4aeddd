"""Untrusted text made harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import patiently, wild_texts
from vpc_guardrail.report.plain import cut, cut_bytes, one_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain text, Übung 漢字 🔥", "plain text, Übung 漢字 🔥", id="plain"),
        pytest.param("one\r\ntwo\nthree\x0bfour\x0cfive", "one two three four five", id="lines"),
        pytest.param("one\u2028two\u2029three\x85four", "one two three four", id="Unicode lines"),
        pytest.param("  a \t\u00a0 b\u3000c  ", "a b c", id="blanks of all kinds"),
        pytest.param("a\x00b\x07c\x7fd\x9be", "abcde", id="control characters"),
        pytest.param("\x1b[31mred\x1b[0m", "[31mred[0m", id="colours of a terminal"),
        pytest.param("\x1b]8;;http://x\x1b\\link", "]8;;http://x\\link", id="a terminal's link"),
        pytest.param("job\u202egnp.exe", "jobgnp.exe", id="right to left override"),
        pytest.param("\u2066a\u2069\u200f\u061cb", "ab", id="other bidirectional marks"),
        pytest.param("a\u200bb\u200dc\ufeffd\u00ade", "abcde", id="characters without width"),
        pytest.param("a\ud800b\udfffc", "abc", id="lone surrogates"),
        pytest.param("a\ue000b\U000e0041c", "abc", id="private characters and tags"),
        pytest.param("", "", id="empty"),
        pytest.param("\n\x1b\u202e", "", id="nothing to see"),
    ],
)
def test_one_line(text: str, expected: str) -> None:
    assert one_line(text) == expected


def test_100_kilobytes_are_cut() -> None:
    line = one_line("x" * 100_000)

    assert len(line) == 1000
    assert line.endswith("x…")


@patiently
@given(wild_texts, st.integers(1, 50))
def test_one_line_is_printable_bounded_and_stable(text: str, limit: int) -> None:
    line = one_line(text, limit)

    assert line.isprintable()
    assert len(line) <= limit
    assert one_line(line, limit) == line


@patiently
@given(st.text(), st.integers(1, 50))
def test_cut_keeps_what_fits_and_marks_what_does_not(text: str, limit: int) -> None:
    kept = cut(text, limit)

    assert len(kept) <= limit
    assert kept == text or (text.startswith(kept[:-1]) and kept.endswith("…"))
    assert (kept == text) == (len(text) <= limit)


@patiently
@given(st.text() | st.text("aé漢🔥"), st.integers(3, 60))
def test_cut_bytes_keeps_whole_characters_within_so_many_bytes(text: str, limit: int) -> None:
    kept = cut_bytes(text, limit)

    assert len(kept.encode()) <= limit
    if len(text.encode()) <= limit:
        assert kept == text
    else:
        assert kept.endswith("…")
        assert text.startswith(kept[:-1])
        longer = text[: len(kept)]
        assert len((longer + "…").encode()) > limit, "it keeps as much as fits"
