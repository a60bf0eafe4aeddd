"""Whether a job's own requests get through: by the endpoint's policy and by the bucket's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpc_guardrail.core.model import Fact, Unknown
from vpc_guardrail.core.policy.context import Unknowable, Value, known
from vpc_guardrail.core.policy.decide import decide
from vpc_guardrail.core.policy.decision import Decision, Outcome, Requests, Witness
from vpc_guardrail.core.policy.journey import SENT_WITH_WRITES, Journey
from vpc_guardrail.core.policy.names import bucket_arns, object_arn, object_arns
from vpc_guardrail.core.policy.transfer import LIST, NO_POLICY, PUT, Bucket, Keys, Transfer
from vpc_guardrail.core.policy.tri import Tri

if TYPE_CHECKING:
    from vpc_guardrail.core.policy.glob import Glob
    from vpc_guardrail.core.policy.model import Policy


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request of a transfer that does not, or may not, get through."""

    by: str
    """Whose policy: "the endpoint's policy", "the bucket's policy"."""
    action: str
    witness: Witness | None
    reason: str
    """A phrase that fits after "because"."""
    is_certain: bool = False
    """False where it only may not get through."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a transfer works, as far as the two policies have a say in it."""

    transfer: Transfer
    admitted: Tri
    refusals: tuple[Refusal, ...] = ()


def admits(
    endpoint: Fact[Policy], bucket: Bucket, journey: Journey, transfer: Transfer
) -> Admission:
    """Question 2: do the endpoint's and the bucket's policies let the job do this?

    The role's own policies are not read: what they must grant besides is taken as granted.
    """
    found = [
        each
        for action, resources, keys in _asked(transfer, journey.partition)
        for each in (
            _through_endpoint(endpoint, bucket, journey, action, resources, keys),
            _into_bucket(bucket, journey, action, resources, keys),
        )
    ]
    admitted = min((answer for answer, _ in found), default=Tri.YES)
    refusals = tuple(why for answer, why in found if why and answer is not Tri.YES)
    return Admission(transfer, admitted, refusals)


Ask = tuple[str, "tuple[Glob, ...]", dict[str, Value]]


def _asked(transfer: Transfer, partition: str) -> list[Ask]:
    """The requests of a transfer: each action, and the resources, the likeliest ones last."""
    place = transfer.address
    arns: tuple[Glob, ...] = (object_arns(partition, place.bucket, place.key),)
    if transfer.keys is Keys.ONE:
        arns = (object_arn(partition, place.bucket, place.key),)
    elif transfer.keys is Keys.FOLDER:
        arns = (object_arns(partition, place.bucket, place.under("").key),)
    elif place.key and not place.key.endswith("/"):
        arns += (object_arns(partition, place.bucket, place.key + "/"),)
        arns += (object_arn(partition, place.bucket, place.key),)
    asked: list[Ask] = [
        (action, arns, {**({} if action == PUT else SENT_WITH_WRITES), **transfer.sends})
        for action in transfer.actions
    ]
    if transfer.lists:
        slashed = place.under("").key
        prefixes = tuple(known(each) for each in dict.fromkeys((place.key, slashed)))
        prefix = Unknowable("how SageMaker lists is not documented", prefixes)
        asked.append(
            (
                LIST,
                (bucket_arns(partition, place.bucket),),
                {**SENT_WITH_WRITES, **transfer.sends, "s3:prefix": prefix},
            )
        )
    return asked


def _through_endpoint(
    endpoint: Fact[Policy],
    bucket: Bucket,
    journey: Journey,
    action: str,
    resources: tuple[Glob, ...],
    keys: dict[str, Value],
) -> tuple[Tri, Refusal | None]:
    by = "the endpoint's policy"
    if isinstance(endpoint, Unknown):
        return Tri.MAYBE, Refusal(by, action, None, endpoint.reason)
    context = journey.as_the_job().but({**journey.owned_by(bucket.owner), **keys})
    decisions = [
        decide(
            endpoint,
            Requests((action,), each, (journey.role,), context),
            matching=journey.matching,
        )
        for each in resources
    ]
    return _summed(by, action, decisions)


def _into_bucket(
    bucket: Bucket,
    journey: Journey,
    action: str,
    resources: tuple[Glob, ...],
    keys: dict[str, Value],
) -> tuple[Tri, Refusal | None]:
    """In the same account an identity's policy may grant; from another the bucket's must too.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
    """
    by = "the bucket's policy"
    if isinstance(bucket.policy, Unknown):
        return Tri.MAYBE, Refusal(by, action, None, bucket.policy.reason)
    if isinstance(bucket.owner, Unknown):
        otherwise = Tri.MAYBE
    else:
        otherwise = Tri.YES if bucket.owner == journey.account else Tri.NO
    context = journey.as_the_job().but({**journey.owned_by(bucket.owner), **keys})
    decisions = [
        decide(
            bucket.policy or NO_POLICY,
            Requests((action,), each, (journey.role,), context),
            otherwise=otherwise,
        )
        for each in resources
    ]
    return _summed(by, action, decisions)


def _summed(by: str, action: str, decisions: list[Decision]) -> tuple[Tri, Refusal | None]:
    """Of several readings of one place, any that is wholly admitted is enough."""
    widest = decisions[0]
    if any(each.outcome is Outcome.ALL for each in decisions):
        return Tri.YES, None
    if widest.outcome is Outcome.NONE:
        witness = widest.counterexample
        named = witness.statements if witness else ()
        reason = f"it is refused by {', '.join(named)}" if named else "no statement allows it"
        return Tri.NO, Refusal(by, action, witness, reason, is_certain=True)
    reasons = widest.reasons or ("only some of the keys are allowed",)
    return Tri.MAYBE, Refusal(by, action, widest.counterexample, "; ".join(reasons))
