"""What is let in to the job's buckets: the job itself, and whoever comes from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from vpc_guardrail.core.model import Fact, Unknown
from vpc_guardrail.core.policy.context import (
    ABSENT,
    AnyOf,
    Context,
    Unknowable,
    Value,
    known,
)
from vpc_guardrail.core.policy.decide import decide
from vpc_guardrail.core.policy.decision import Decision, Outcome, Requests, Witness, either
from vpc_guardrail.core.policy.journey import CHOSEN_BY_THE_CALLER, DIRECT, Journey
from vpc_guardrail.core.policy.model import Effect, Policy, PrincipalKind
from vpc_guardrail.core.policy.names import bucket_arns, fresh_id, object_arn, object_arns
from vpc_guardrail.core.policy.principals import (
    ACCOUNT_ID,
    EVERYONE,
    ROOT_ARN,
    Principal,
    a_role,
    anonymous,
)
from vpc_guardrail.core.policy.tri import Tri

if TYPE_CHECKING:
    from vpc_guardrail.core.policy.address import Address
    from vpc_guardrail.core.policy.glob import Glob

GET, PUT, LIST = "s3:GetObject", "s3:PutObject", "s3:ListBucket"
NO_POLICY = Policy("2012-10-17", ())
"""A bucket without a policy: no statement allows or denies anything."""


class Keys(Enum):
    """Which keys a transfer touches."""

    PREFIX = "every key that begins so"
    """S3DataType S3Prefix: "a key name prefix".

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    ONE = "this one key"
    """A manifest, or the archive of a script."""
    FOLDER = "every key below"
    """Where a job writes."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Something that a job does with a place in S3, as "read channel train"."""

    purpose: str
    address: Address
    keys: Keys
    reads: bool = False
    lists: bool = False
    writes: bool = False

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions on objects that it takes."""
        return ((GET,) if self.reads else ()) + ((PUT,) if self.writes else ())


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket's owner and policy, each as far as it could be read; None: it has no policy."""

    name: str
    owner: Fact[str]
    policy: Fact[Policy | None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request of a transfer that does not, or may not, get through."""

    by: str
    """Whose policy: "the endpoint's policy", "the bucket's policy"."""
    action: str
    witness: Witness | None
    reason: str
    """A phrase that fits after "because"."""


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
    asked: list[Ask] = [(action, arns, {}) for action in transfer.actions]
    if transfer.lists:
        slashed = place.under("").key
        prefixes = tuple(known(each) for each in dict.fromkeys((place.key, slashed)))
        prefix = Unknowable("how SageMaker lists is not documented", prefixes)
        asked.append((LIST, (bucket_arns(partition, place.bucket),), {"s3:prefix": prefix}))
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
        return Tri.NO, Refusal(by, action, witness, reason)
    reasons = widest.reasons or ("only some of the keys are allowed",)
    return Tri.MAYBE, Refusal(by, action, widest.counterexample, "; ".join(reasons))


@dataclass(frozen=True, slots=True)
class Isolation:
    """What becomes of requests for a bucket that do not come through the job's VPC."""

    data: Decision
    """Reading and writing objects: `allowed` NO is what the guide wants."""
    listing: Decision


def only_from_vpc(policy: Policy | None, journey: Journey, bucket: Bucket) -> Isolation:
    """Question 4: is every request that comes from no VPC, or an unnamed one, refused?

    Asked are the job's role, an identity of its account without tags, everyone whom an Allow
    names, a stranger, and whoever does not sign; each directly, not by way of an AWS service.
    """
    policy = policy or NO_POLICY
    objects = object_arns(journey.partition, bucket.name)
    return Isolation(
        data=_from_elsewhere(policy, journey, bucket, (GET, PUT), objects),
        listing=_from_elsewhere(
            policy, journey, bucket, (LIST,), bucket_arns(journey.partition, bucket.name)
        ),
    )


def _from_elsewhere(
    policy: Policy, journey: Journey, bucket: Bucket, actions: tuple[str, ...], resources: Glob
) -> Decision:
    own = bucket.owner == journey.account
    insiders: tuple[Principal, ...] = (
        journey.role,
        journey.identity("another-role", "another role of the account"),
    )
    outsiders = (*_named_elsewhere(policy, journey), journey.stranger(policy), anonymous())
    found = Decision(Tri.NO, Tri.NO)
    for way in _other_ways(policy, journey):
        context = way.but(journey.owned_by(bucket.owner))
        inside = Requests(actions, resources, insiders, context)
        outside = replace(inside, principals=outsiders)
        granted = _granted_to_insiders(policy, journey, bucket, actions, resources)
        found = either(found, decide(policy, inside, otherwise=granted if own else Tri.NO))
        found = either(found, decide(policy, outside))
    return found


def _granted_to_insiders(
    policy: Policy, journey: Journey, bucket: Bucket, actions: tuple[str, ...], resources: Glob
) -> Tri:
    """Whether policies of identities grant access to the bucket, which are not read.

    Where the bucket's policy does not admit the job's role, they must, or no job could use it.
    Where it does, they need not: it may be all there is.
    """
    context = journey.as_the_job().but(journey.owned_by(bucket.owner))
    admitted = [
        decide(policy, Requests((action,), resources, (journey.role,), context))
        for action in actions
    ]
    return Tri.MAYBE if all(each.outcome is Outcome.ALL for each in admitted) else Tri.YES


def _other_ways(policy: Policy, journey: Journey) -> tuple[Context, Context]:
    """Requests from no VPC, and through an endpoint of a VPC that the policy does not name."""
    common: dict[str, Value] = {**DIRECT, **CHOSEN_BY_THE_CALLER}
    vpc, endpoint = fresh_id(policy, "vpc-"), fresh_id(policy, "vpce-")
    from_internet: dict[str, Value] = {
        "aws:SourceVpc": ABSENT,
        "aws:SourceVpcArn": ABSENT,
        "aws:SourceVpce": ABSENT,
        "aws:VpceAccount": ABSENT,
        "aws:VpceOrgID": ABSENT,
        "aws:VpceOrgPaths": ABSENT,
        "aws:VpcSourceIp": ABSENT,
        "aws:SourceIp": AnyOf(may_be_absent=False),
    }
    arn = f"arn:{journey.partition}:ec2:{journey.region}:{journey.account}:vpc/{vpc}"
    from_another_vpc: dict[str, Value] = {
        "aws:SourceVpc": known(vpc),
        "aws:SourceVpcArn": known(arn),
        "aws:SourceVpce": known(endpoint),
        "aws:VpcSourceIp": AnyOf(may_be_absent=False),
        "aws:SourceIp": ABSENT,
    }
    return (Context({**common, **from_internet}), Context({**common, **from_another_vpc}))


def _named_elsewhere(policy: Policy, journey: Journey) -> tuple[Principal, ...]:
    """Everyone of another account whom an Allow of the policy names."""
    found: dict[str, Principal] = {}
    for statement in policy.statements:
        if statement.effect is not Effect.ALLOW or statement.principals is None:
            continue
        for entry in statement.principals.entries:
            if entry.kind is not PrincipalKind.AWS or entry.value == EVERYONE:
                continue
            arn = entry.value
            root = ROOT_ARN.fullmatch(arn)
            account = root.group(1) if root else arn if ACCOUNT_ID.fullmatch(arn) else None
            if account is not None:
                arn = f"arn:{journey.partition}:iam::{account}:role/named"
            if arn.count(":") >= 5 and arn.split(":")[4] != journey.account:  # noqa: PLR2004 - an ARN has six parts.
                found[arn] = a_role(arn, f"{entry.value}, whom an Allow names")
    return tuple(found.values())
