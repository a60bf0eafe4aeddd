"""The reasoner and the second evaluator agree, on requests one by one and on sets of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.core.policy.agreement import SetQuestion, check_one, check_set, set_questions
from tests.unit.core.policy.inventions import dear_law, policies, requests

if TYPE_CHECKING:
    from tests.unit.core.policy.brute_force import Request

    Json = Any

differential = settings(dear_law, max_examples=150)


@differential
@given(policies(), requests)
def test_a_concrete_request_is_decided_as_the_guide_says(document: Json, request: Request) -> None:
    check_one(document, request)


@differential
@given(policies(), set_questions(), st.randoms(use_true_random=False))
def test_the_answer_on_a_set_agrees_with_samples_of_it(
    document: Json, question: SetQuestion, random: Any
) -> None:
    check_set(document, question, random)
