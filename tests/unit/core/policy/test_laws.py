"""What must hold for every policy and every question.

One statement more may make a sure answer a MAYBE, as where it compares a free key with a variable
that is open itself: so what the laws forbid is a sure answer of the wrong kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.policy.agreement import SetQuestion, set_questions, who_is
from tests.unit.core.policy.inventions import dear_law as law
from tests.unit.core.policy.inventions import policies, statements
from vpc_guardrail.core.policy import (
    ABSENT,
    AnyOf,
    Context,
    Decision,
    Known,
    Requests,
    Tri,
    Unknowable,
    decide,
    parse_policy,
)

if TYPE_CHECKING:
    from vpc_guardrail.core.policy.context import Value

Json = Any


def answer(document: Json, question: SetQuestion) -> Decision:
    values: dict[str, Value] = {key: Known(found) for key, found in question.known.items()}
    values |= {key: AnyOf() for key in question.free}
    values |= {key: Unknowable("it is a test") for key in question.unknowable}
    who = tuple(who_is(arn) for arn in question.arns)
    context = Context(values, others=ABSENT)
    return decide(
        parse_policy(document), Requests(question.actions, question.language, who, context)
    )


def with_statements(document: Json, *more: Json) -> Json:
    found = document["Statement"]
    listed = found if isinstance(found, list) else [found]
    return {**document, "Statement": [*listed, *more]}


@law
@given(policies(), statements(), set_questions())
def test_a_deny_more_never_widens(document: Json, more: Json, question: SetQuestion) -> None:
    before = answer(document, question)
    after = answer(with_statements(document, {**more, "Effect": "Deny"}), question)
    assert after.allowed is not Tri.YES or before.allowed is Tri.YES
    assert after.refused is not Tri.NO or before.refused is Tri.NO


@law
@given(policies(), statements(), set_questions())
def test_an_allow_more_never_narrows(document: Json, more: Json, question: SetQuestion) -> None:
    before = answer(document, question)
    after = answer(with_statements(document, {**more, "Effect": "Allow"}), question)
    assert after.allowed is not Tri.NO or before.allowed is Tri.NO
    assert after.refused is not Tri.YES or before.refused is Tri.YES


def split(document: Json, member: str) -> Json:
    """Each statement as several, one for each of what it lists."""
    parts = []
    for each in with_statements(document)["Statement"]:
        listed = each.get(member, [])
        if isinstance(listed, list) and listed:
            parts += [{**each, member: one} for one in listed]
        else:
            parts.append(each)
    return {**document, "Statement": parts}


@law
@given(policies(), set_questions(), st.sampled_from(["Resource", "Action"]))
def test_splitting_a_statement_changes_nothing(
    document: Json, question: SetQuestion, member: str
) -> None:
    before, after = answer(document, question), answer(split(document, member), question)
    assert (before.allowed, before.refused) == (after.allowed, after.refused)


@law
@given(policies(), set_questions(), st.text(min_size=1))
def test_renaming_a_statement_changes_nothing(
    document: Json, question: SetQuestion, sid: str
) -> None:
    found = with_statements(document)["Statement"]
    named = {**document, "Statement": [{**each, "Sid": sid} for each in found]}
    before, after = answer(document, question), answer(named, question)
    assert (before.allowed, before.refused) == (after.allowed, after.refused)


@law
@given(policies(), set_questions())
def test_the_order_of_statements_changes_nothing(document: Json, question: SetQuestion) -> None:
    found = with_statements(document)["Statement"]
    turned = {**document, "Statement": found[::-1]}
    before, after = answer(document, question), answer(turned, question)
    assert (before.allowed, before.refused) == (after.allowed, after.refused)


@law
@given(policies(), set_questions())
def test_knowing_more_never_contradicts(document: Json, question: SetQuestion) -> None:
    values: dict[str, Value] = {key: Known(found) for key, found in question.known.items()}
    who = tuple(who_is(arn) for arn in question.arns)
    policy = parse_policy(document)
    unread: dict[str, Value] = {key: Unknowable("it is a test") for key in values}
    informed, ignorant = (
        decide(policy, Requests(question.actions, question.language, who, Context(known, ABSENT)))
        for known in (values, unread)
    )
    for sure, unsure in (
        (informed.allowed, ignorant.allowed),
        (informed.refused, ignorant.refused),
    ):
        assert unsure is Tri.MAYBE or sure in (unsure, Tri.MAYBE)
