"""Questions about patterns, against a look at every short text."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws import law
from vpc_guardrail.core.policy.bank import Bank
from vpc_guardrail.core.policy.budget import Budget, OutOfBudget
from vpc_guardrail.core.policy.conditions import by_segments
from vpc_guardrail.core.policy.glob import Glob, Symbol, Token, either_case, glob_of, literally
from vpc_guardrail.core.policy.languages import kinds, outside, overlap
from vpc_guardrail.core.policy.search import escape

LONGEST = 5
TEXTS = ["".join(each) for length in range(LONGEST + 1) for each in product("abx", repeat=length)]
patterns = st.text("ab*?", max_size=5)


def matching(pattern: str) -> set[str]:
    """The short texts that a pattern matches, by regular expression."""
    regex = re.compile("".join({"*": ".*", "?": "."}.get(char, char) for char in pattern))
    return {text for text in TEXTS if regex.fullmatch(text)}


MATCHES = {
    "the text itself": ("arn:aws:s3:::b/k", "arn:aws:s3:::b/k", True),
    "another text": ("arn:aws:s3:::b/k", "arn:aws:s3:::b/kk", False),
    "a star takes slashes and colons": ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z", True),
    "a star takes nothing": ("b/*", "b/", True),
    "a question mark takes one": ("b/?", "b/", False),
    "a question mark takes any one": ("b/?", "b/\n", True),
    "stars in a row are one": ("**a**", "a", True),
    "the last star mends": ("*ab*ab", "abxabab", True),
    "nothing": ("", "", True),
    "brackets are themselves": ("[ab].+", "[ab].+", True),
}


@pytest.mark.parametrize(("pattern", "text", "expected"), MATCHES.values(), ids=MATCHES)
def test_matches(pattern: str, text: str, expected: bool) -> None:
    assert glob_of(pattern).matches(text) is expected


def test_a_hard_pattern_is_matched_in_bounded_time() -> None:
    assert not glob_of("*a" * 50 + "b").matches("a" * 2000)


def test_without_regard_to_case() -> None:
    assert either_case(literally("Straße")).matches("STRAßE")
    assert not either_case(literally("abc")).matches("abd")


ARNS = {
    "within a segment": ("arn:aws:s3:::*", "arn:aws:s3:::a:b", True),
    "no colon in the first five": ("arn:*:b", "arn:aws:s3:::b", False),
    "five colons": ("arn:*:*:*:*:b", "arn:aws:s3:::b", True),
    "a question mark is no colon": ("arn?aws:s3:::b", "arn:aws:s3:::b", False),
}


@pytest.mark.parametrize(("pattern", "text", "expected"), ARNS.values(), ids=ARNS)
def test_arn_patterns_match_segment_by_segment(pattern: str, text: str, expected: bool) -> None:
    assert by_segments(glob_of(pattern)).matches(text) is expected


@law
@given(patterns)
def test_every_short_text_is_matched_as_by_a_regular_expression(pattern: str) -> None:
    glob, expected = glob_of(pattern), matching(pattern)
    assert {text for text in TEXTS if glob.matches(text)} == expected
    bank = Bank([glob])
    for text in TEXTS[:200]:
        state = bank.start
        for char in text:
            state = bank.step(state, char)
        assert bool(bank.matched(state)) is (text in expected)
    assert glob.matches(glob.sample())


@law
@given(patterns, patterns)
def test_overlap_is_exact(one: str, other: str) -> None:
    found = overlap(glob_of(one), glob_of(other))
    if found is None:
        assert not matching(one) & matching(other)
    else:
        assert glob_of(one).matches(found)
        assert glob_of(other).matches(found)


@law
@given(patterns, st.lists(patterns, max_size=4))
def test_inclusion_in_a_union_is_exact(one: str, union: list[str]) -> None:
    globs = [glob_of(each) for each in union]
    found = outside(glob_of(one), globs)
    if found is None:
        assert matching(one) <= set().union(*map(matching, union))
    else:
        assert glob_of(one).matches(found)
        assert not any(each.matches(found) for each in globs)


@law
@given(
    st.lists(patterns, min_size=1, max_size=2),
    st.lists(st.lists(patterns, min_size=1, max_size=3), max_size=2),
    st.lists(patterns, max_size=3),
)
def test_difference_of_intersections_is_exact(
    wanted: list[str], confined: list[list[str]], avoided: list[str]
) -> None:
    language = glob_of(wanted[0])
    banks = [Bank(map(glob_of, union), language.head) for union in confined]
    refused = Bank(map(glob_of, avoided), language.head)
    found = escape([[glob_of(each)] for each in wanted], [refused], Budget(10**7), banks)
    if found is None:
        rest = set(TEXTS).intersection(*map(matching, wanted))
        for union in confined:
            rest &= set().union(*map(matching, union))
        assert not rest.difference(*map(matching, avoided))
    else:
        assert all(glob_of(each).matches(found) for each in wanted)
        assert all(any(glob_of(each).matches(found) for each in union) for union in confined)
        assert not any(glob_of(each).matches(found) for each in avoided)


@law
@given(patterns, st.lists(patterns, max_size=3))
def test_kinds_are_all_there_are(one: str, others: list[str]) -> None:
    globs = [glob_of(each) for each in others]
    found = kinds(glob_of(one), globs)
    for text in matching(one):
        kind = tuple(index for index, each in enumerate(globs) if each.matches(text))
        assert kind in found
    for kind, text in found.items():
        assert glob_of(one).matches(text)
        assert kind == tuple(index for index, each in enumerate(globs) if each.matches(text))


def test_several_patterns_may_cover_only_together() -> None:
    letters = Glob((Token(Symbol(frozenset("abc"))),)) + glob_of("*")
    assert outside(letters, [glob_of("a*"), glob_of("b*"), glob_of("c*")]) is None
    assert outside(letters, [glob_of("a*"), glob_of("c*")]) == "b"


def test_a_question_that_costs_too_much_is_given_up() -> None:
    hard = [glob_of("*a" + "?" * length) for length in range(60)]
    with pytest.raises(OutOfBudget):
        outside(glob_of("*a*a*a*a*a*"), hard, Budget(500))
