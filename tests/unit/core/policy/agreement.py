"""What it means that the reasoner and the second evaluator agree; the benchmark uses it as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.unit.core.policy.brute_force import NotSaid, Request, evaluate
from tests.unit.core.policy.inventions import ACTIONS, HEAD, ROLES, VALUES, contexts
from vpc_guardrail.core.policy.context import (
    ABSENT,
    Absent,
    AnyOf,
    Context,
    Known,
    Unknowable,
    Value,
)
from vpc_guardrail.core.policy.decide import decide
from vpc_guardrail.core.policy.decision import Decision, Outcome, Requests, Witness
from vpc_guardrail.core.policy.glob import Glob, glob_of, literally
from vpc_guardrail.core.policy.parse import parse_policy
from vpc_guardrail.core.policy.principals import Principal
from vpc_guardrail.core.policy.tri import Tri

if TYPE_CHECKING:
    from random import Random

Json = Any

SAMPLES = 8


def who_is(arn: str | None) -> Principal:
    """A principal who brings no keys of his own."""
    return Principal("someone", arn.split(":")[4] if arn else None, arn, is_named=False)


def verdict(document: Json, request: Request) -> str | None:
    """What the second evaluator says, or None where the guide does not say."""
    try:
        return evaluate(document, request)
    except NotSaid:
        return None


def check_one(document: Json, request: Request) -> None:
    """One request: the same verdict, and the same statements behind it."""
    values: dict[str, Value] = {key: Known(found) for key, found in request.context.items()}
    decision = decide(
        parse_policy(document),
        Requests(
            (request.action,),
            literally(request.resource),
            (who_is(request.arn),),
            Context(values, others=ABSENT),
        ),
    )
    expected = verdict(document, request)
    if expected is None:
        return
    if expected == "Allow":
        assert decision.outcome is Outcome.ALL, decision
        return
    assert decision.outcome is Outcome.NONE, decision
    assert decision.counterexample is not None
    assert bool(decision.counterexample.statements) is (expected == "Deny"), decision


@dataclass(frozen=True)
class SetQuestion:
    """A set of requests over the invented names."""

    actions: tuple[str, ...]
    resource: str
    """A pattern."""
    arns: tuple[str | None, ...]
    known: dict[str, tuple[str, ...]]
    free: tuple[str, ...]
    unknowable: tuple[str, ...]

    @property
    def language(self) -> Glob:
        return glob_of(self.resource)


@st.composite
def set_questions(draw: st.DrawFn) -> SetQuestion:
    """Sets of requests: patterns instead of actions and resources, and open keys."""
    patterns = st.builds(lambda tail: HEAD + tail, st.text("ab/*?", min_size=1, max_size=5))
    several = st.lists(st.sampled_from([*ACTIONS, "s3:*", "s3:Get*"]), min_size=1, max_size=2)
    keys = draw(st.permutations([each.lower() for each in VALUES]))
    return SetQuestion(
        tuple(draw(several)),
        draw(patterns),
        tuple(draw(st.lists(st.sampled_from([None, *ROLES]), min_size=1, max_size=2))),
        draw(contexts()),
        tuple(keys[: draw(st.integers(0, 2))]),
        tuple(keys[5 : 5 + draw(st.integers(0, 2))]),
    )


def check_set(document: Json, question: SetQuestion, random: Random) -> None:
    """Sure answers hold for samples of the set; witnesses are what they are said to be."""
    values: dict[str, Value] = {key: Known(found) for key, found in question.known.items()}
    values |= {key: AnyOf() for key in question.free}
    values |= {key: Unknowable("it is a test") for key in question.unknowable}
    decision = decide(
        parse_policy(document),
        Requests(
            question.actions,
            question.language,
            tuple(who_is(arn) for arn in question.arns),
            Context(values, others=ABSENT),
        ),
    )
    for _ in range(SAMPLES):
        found = verdict(document, _sample(question, random))
        if found is not None and decision.allowed is Tri.NO:
            assert found != "Allow", decision
        if found is not None and decision.refused is Tri.NO:
            assert found == "Allow", decision
    _check_witnesses(document, question, decision, random)


def _check_witnesses(
    document: Json, question: SetQuestion, decision: Decision, random: Random
) -> None:
    if decision.allowed is Tri.YES:
        assert decision.example is not None
        _check_witness(document, question, decision.example, "Allow", random)
    if decision.refused is Tri.YES:
        assert decision.counterexample is not None
        _check_witness(document, question, decision.counterexample, "", random)


def _check_witness(
    document: Json, question: SetQuestion, witness: Witness, effect: str, random: Random
) -> None:
    assert question.language.matches(witness.resource)
    context = dict(question.known)
    for key in (*question.free, *question.unknowable):
        context.pop(key, None)
    for key, value in witness.context.items():
        if isinstance(value, Known):
            context[key] = value.values
        elif isinstance(value, Absent):
            context.pop(key, None)
        elif random.random() < 1 / 2:
            # Still open: whatever it is, the witness holds, if the answer is sure.
            context[key] = (random.choice(_values_of(key)),)
    request = Request(witness.action, witness.resource, witness.principal.arn, context)
    found = verdict(document, request)
    if found is not None and (effect or found == "Allow"):
        assert found == effect, (witness, request)


def _values_of(key: str) -> list[str]:
    return next(values for name, values in VALUES.items() if name.lower() == key)


def _sample(question: SetQuestion, random: Random) -> Request:
    context = dict(question.known)
    for key in (*question.free, *question.unknowable):
        context.pop(key, None)
        if random.random() < 3 / 4:
            context[key] = (random.choice(_values_of(key)),)
    action = random.choice(question.actions)
    if "*" in action:
        action = random.choice([each for each in ACTIONS if glob_of(action).matches(each)])
    return Request(
        action, _text_like(question.resource, random), random.choice(question.arns), context
    )


def _text_like(pattern: str, random: Random) -> str:
    fillings = {
        "*": lambda: "".join(random.choices("ab/x", k=random.randrange(4))),
        "?": lambda: random.choice("ab/x"),
    }
    return "".join(fillings[char]() if char in fillings else char for char in pattern)
