"""Whether a statement's conditions hold in a context, in three values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.context import Absent, Known
from vpc_guardrail.core.policy.glob import ANYTHING, NO_COLON, Glob, Token, either_case, literally
from vpc_guardrail.core.policy.model import Quantifier
from vpc_guardrail.core.policy.operators import Family, holds
from vpc_guardrail.core.policy.tri import Tri, every, some, tri

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpc_guardrail.core.policy.context import Context, Texts
    from vpc_guardrail.core.policy.model import Condition
    from vpc_guardrail.core.policy.template import Template

ARN_SEGMENTS = 6
"""ArnLike compares "each of the six colon-delimited components"; the last may hold colons."""


def condition_holds(condition: Condition, context: Context) -> Tri:
    """Whether one condition holds; MAYBE where an unknowable value decides."""
    value = context.get(condition.key)
    if isinstance(value, Absent) or (isinstance(value, Known) and not value.values):
        return _without_key(condition, context)
    if isinstance(value, Known):
        return _with_key(condition, value.values, context)
    never_absent = not value.may_be_absent
    if condition.operator.family is Family.NULL and never_absent:
        return _null(condition, present=True)
    return Tri.MAYBE


def _without_key(condition: Condition, context: Context) -> Tri:
    """The key is not there: false, but true for negated operators, IfExists and ForAllValues."""
    if condition.operator.family is Family.NULL:
        return _null(condition, present=False)
    if condition.if_exists or condition.quantifier is Quantifier.FOR_ALL:
        return Tri.YES
    if condition.quantifier is Quantifier.FOR_ANY or not condition.operator.negated:
        return Tri.NO
    if any(unresolved(value, context) for value in condition.values):
        return Tri.MAYBE
    return Tri.YES


def _null(condition: Condition, *, present: bool) -> Tri:
    """`Null: true` holds where the key is absent; with a set quantifier AWS documents nothing."""
    if condition.quantifier is not Quantifier.NONE:
        return Tri.MAYBE
    answer = "false" if present else "true"
    return some(tri(holds(condition.operator, answer, value.source)) for value in condition.values)


def _with_key(condition: Condition, values: Texts, context: Context) -> Tri:
    if condition.operator.family is Family.NULL:
        return _null(condition, present=True)
    if condition.quantifier is not Quantifier.NONE and values == ("",):
        # "If the key values in the request resolve to an empty data set (for example, an empty
        # string)": https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html
        return tri(condition.quantifier is Quantifier.FOR_ALL)
    each = [_one_value(condition, value, context) for value in values]
    if condition.quantifier is Quantifier.FOR_ALL:
        return every(each)
    if condition.quantifier is Quantifier.FOR_ANY:
        return some(each)
    # Several values without a quantifier: AWS says to use one, and not what happens otherwise.
    return each[0] if len(set(each)) == 1 else Tri.MAYBE


def _one_value(condition: Condition, value: str, context: Context) -> Tri:
    """Whether one value of the request matches one of the policy's, or, negated, none of them."""
    found = some(_matches(condition, value, wanted, context) for wanted in condition.values)
    return found.opposite if condition.operator.negated else found


def _matches(condition: Condition, value: str, wanted: Template, context: Context) -> Tri:
    family = condition.operator.family
    if family in (Family.NUMERIC, Family.DATE, Family.IP, Family.BINARY):
        return tri(holds(condition.operator, value, wanted.source))
    if unresolved(wanted, context):
        # A variable without value makes the statement invalid: it matches nothing, and what a
        # negated operator makes of that AWS does not say.
        return Tri.MAYBE if condition.operator.negated else Tri.NO
    resolved = resolve(wanted, context)
    if None in resolved.values():
        widest = value_language(family, wanted, resolved)
        return Tri.MAYBE if widest.matches(value) else Tri.NO
    if family is Family.BOOL:
        texts = {key: text for key, text in resolved.items() if text is not None}
        return tri(holds(condition.operator, value, wanted.text(texts)))
    return tri(value_language(family, wanted, resolved).matches(value))


def unresolved(wanted: Template, context: Context) -> bool:
    """True if some variable has neither value nor default."""
    return any(
        variable.default is None and isinstance(context.get(variable.key), Absent)
        for variable in wanted.variables
    )


def resolve(wanted: Template, context: Context) -> dict[str, str | None]:
    """The value of each variable; None where it is not known."""
    found: dict[str, str | None] = {}
    for variable in wanted.variables:
        value = context.get(variable.key)
        if isinstance(value, Absent):
            found[variable.key] = variable.default
        elif isinstance(value, Known) and len(value.values) == 1:
            found[variable.key] = value.values[0]
        else:
            # Not known, or several values: "you cannot use a multivalued context key as a policy
            # variable".
            found[variable.key] = None
    return found


def value_language(family: Family, wanted: Template, values: dict[str, str | None]) -> Glob:
    """The texts that a value of the policy stands for under a textual operator."""
    if family is Family.LIKE:
        return wanted.glob(values)
    if family is Family.ARN:
        return by_segments(wanted.glob(values))
    texts = {key: text for key, text in values.items() if text is not None}
    if len(texts) < len(values):
        return Glob((Token(ANYTHING, star=True),))
    exact = literally(wanted.text(texts))
    return exact if family is Family.STRING else either_case(exact)


@lru_cache(maxsize=1024)
def by_segments(glob: Glob) -> Glob:
    """An ARN pattern: in its first five segments, `*` and `?` do not match a colon."""
    colons = 0
    tokens: list[Token] = []
    for token in glob.tokens:
        colons += token.symbol.only == ":"
        narrow = colons < ARN_SEGMENTS - 1 and token.symbol == ANYTHING
        tokens.append(Token(NO_COLON, token.star) if narrow else token)
    return Glob(tuple(tokens))


def all_hold(conditions: Iterable[Condition], context: Context) -> Tri:
    """Whether all conditions of a statement hold."""
    worst = Tri.YES
    for condition in conditions:
        worst = min(worst, condition_holds(condition, context))
        if worst is Tri.NO:
            break
    return worst
