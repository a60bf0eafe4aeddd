"""What one policy makes of a set of requests: do some get through, are some refused?

Both answers are three-valued and come with a request as a witness. Deny beats Allow, and what no
statement allows is refused:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.budget import Budget, OutOfBudget
from vpc_guardrail.core.policy.cases import assignments, mentions
from vpc_guardrail.core.policy.context import AnyOf, Unknowable
from vpc_guardrail.core.policy.decision import (
    Asked,
    Decision,
    Requests,
    Witness,
    either,
    in_every_world,
)
from vpc_guardrail.core.policy.glob import glob_of
from vpc_guardrail.core.policy.languages import kinds
from vpc_guardrail.core.policy.model import Effect
from vpc_guardrail.core.policy.principals import Matching, Principal, means
from vpc_guardrail.core.policy.regions import Space
from vpc_guardrail.core.policy.tri import Tri
from vpc_guardrail.core.policy.weighed import Weighed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vpc_guardrail.core.policy.cases import Mentions
    from vpc_guardrail.core.policy.context import Context, Value
    from vpc_guardrail.core.policy.model import Policy, Statement

TOO_INTRICATE = "the patterns of the policy are too intricate to be decided in bounded time"
IDENTITY_UNSEEN = "the policies of the principal himself are not read"


def decide(
    policy: Policy,
    requests: Requests,
    *,
    matching: Matching = Matching.RESOURCE,
    otherwise: Tri = Tri.NO,
    asked: Asked = Asked.BOTH,
    budget: Budget | None = None,
    space: Space | None = None,
) -> Decision:
    """Decide a set of requests by one policy.

    `otherwise` is what becomes of a request that no statement speaks of: NO for an endpoint, or for
    a bucket of another account; for a bucket of the principal's own account his identity policies
    decide, so YES if they grant it and MAYBE if they are not known.

    Questions about the same policy and resources may share a space, and with it what was worked
    out, and its budget.
    """
    space = space or Space(requests.resource, requests.excluded, budget or Budget())
    budget = space.budget
    answer = Decision(Tri.NO, Tri.NO)
    try:
        by_action = list(_actions(policy.statements, requests.actions, budget))
        for who in requests.principals:
            judge = _Judge(who, requests, matching, otherwise, space, asked)
            answer = either(answer, judge.over_worlds(by_action))
            if judge.is_out(answer):
                break
    except OutOfBudget:
        unsure = Decision(Tri.MAYBE, Tri.MAYBE, reasons=(TOO_INTRICATE,))
        answer = either(answer, unsure)
    return answer


def _actions(
    statements: Sequence[Statement], actions: Sequence[str], budget: Budget
) -> Iterator[tuple[str, list[Statement]]]:
    """One action for each set of statements that speak of the same ones."""
    patterns = list(dict.fromkeys(p for each in statements for p in each.actions.patterns))
    globs = [glob_of(pattern) for pattern in patterns]
    done: set[tuple[int, ...]] = set()
    for asked in actions:
        glob = glob_of(asked.lower())
        if glob.literal is None:
            found = {text: set(which) for which, text in kinds(glob, globs, budget).items()}
        else:
            text = asked.lower()
            found = {asked: {index for index, each in enumerate(globs) if each.matches(text)}}
        for action, which in found.items():
            matched = {patterns[index] for index in which}
            able = [
                each
                for each in statements
                if matched.isdisjoint(each.actions.patterns) is each.actions.negated
            ]
            signature = tuple(each.index for each in able)
            if signature not in done:
                done.add(signature)
                yield action, able


@dataclass(frozen=True, slots=True)
class _Judge:
    """Decides the requests of one principal."""

    who: Principal
    requests: Requests
    matching: Matching
    otherwise: Tri
    space: Space
    asked: Asked

    def is_out(self, found: Decision) -> bool:
        """True if no further request can change what is asked."""
        everything = self.asked is Asked.ALLOWED or found.refused is Tri.YES
        return found.allowed is Tri.YES and everything

    def _is_settled(self, found: Decision) -> bool:
        both = self.asked is Asked.BOTH
        return found.allowed is not Tri.MAYBE and not (both and found.refused is Tri.MAYBE)

    def over_worlds(self, by_action: Sequence[tuple[str, list[Statement]]]) -> Decision:
        """What is so in every world that may be the real one."""
        context = self.requests.context.but(self.who.context)
        meant = [
            (action, [each for each in able if self._meant(each) is not Tri.NO])
            for action, able in by_action
        ]
        keys = mentions({each.index: each for _, able in meant for each in able}.values())
        free = assignments(context, keys, AnyOf)
        found = self._in_world(context, free, meant, keys)
        if self._is_settled(found):
            return found
        worlds = assignments(context, keys, Unknowable)
        if len(worlds) > 1:
            found = in_every_world(
                [self._in_world(context.but(each), free, meant, keys) for each in worlds]
            )
        if self._is_settled(found):
            return found
        return replace(found, reasons=self._reasons(context, keys))

    def _meant(self, statement: Statement) -> Tri:
        return means(statement.principals, self.who, self.matching)

    def _reasons(self, context: Context, keys: dict[str, Mentions]) -> tuple[str, ...]:
        open_keys = [
            f"{value.reason} ({key})"
            for key in keys
            if isinstance(value := context.get(key), Unknowable)
        ]
        if self.otherwise is Tri.MAYBE:
            open_keys.append(IDENTITY_UNSEEN)
        return tuple(open_keys)

    def _in_world(
        self,
        context: Context,
        free: Sequence[dict[str, Value]],
        meant: Sequence[tuple[str, list[Statement]]],
        keys: dict[str, Mentions],
    ) -> Decision:
        """The decision on every action and every free choice of the context."""
        answer = Decision(Tri.NO, Tri.NO)
        for settled in free:
            chosen = context.but(settled) if settled else context
            for action, able in meant:
                answer = either(answer, self._ruling(action, able, chosen, keys))
                if self.is_out(answer):
                    return answer
        return answer

    def _ruling(
        self, action: str, able: Sequence[Statement], context: Context, keys: dict[str, Mentions]
    ) -> Decision:
        """The decision on one action in one context."""
        weighed = Weighed.of(self.space, able, context, self._meant, self.otherwise)
        self.space.budget.take(len(able))
        allowed = Tri.YES
        passes = self.space.allowed(weighed.sure_allows, weighed.denies)
        if passes is None:
            allowed = Tri.NO
        if passes is None and weighed.has_doubts:
            passes = self.space.allowed(weighed.allows, weighed.sure_denies)
            allowed = Tri.NO if passes is None else Tri.MAYBE
        stuck = None
        if self.asked is Asked.ALLOWED:
            refused = Tri.MAYBE
        else:
            refused, stuck = self._refused(weighed)
        said = {key: context.get(key) for key in keys}

        def witness(resource: str | None, effect: Effect) -> Witness | None:
            if resource is None:
                return None
            is_sure = (allowed if effect is Effect.ALLOW else refused) is Tri.YES
            names = weighed.names(self.space, resource, effect, is_sure=is_sure)
            return Witness(action, resource, self.who, said, names)

        return Decision(
            allowed, refused, witness(passes, Effect.ALLOW), witness(stuck, Effect.DENY)
        )

    def _refused(self, weighed: Weighed) -> tuple[Tri, str | None]:
        """Whether some resource is refused, and one that is, or may be."""
        stuck = self.space.refused(weighed.allows, weighed.sure_denies)
        if stuck is not None:
            return Tri.YES, stuck
        if weighed.has_doubts:
            stuck = self.space.refused(weighed.sure_allows, weighed.denies)
        return (Tri.NO if stuck is None else Tri.MAYBE), stuck
