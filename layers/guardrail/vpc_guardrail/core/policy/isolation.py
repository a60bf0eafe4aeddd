"""Whether a bucket is closed to whoever does not come through the job's VPC."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.policy.context import ABSENT, AnyOf, Context, Value, known
from vpc_guardrail.core.policy.decide import decide
from vpc_guardrail.core.policy.decision import Decision, Outcome, Requests, either
from vpc_guardrail.core.policy.journey import CHOSEN_BY_THE_CALLER, DIRECT, Journey
from vpc_guardrail.core.policy.model import Effect, Policy, PrincipalKind
from vpc_guardrail.core.policy.names import bucket_arns, fresh_id, object_arns
from vpc_guardrail.core.policy.principals import (
    ACCOUNT_ID,
    EVERYONE,
    ROOT_ARN,
    Principal,
    a_role,
    anonymous,
)
from vpc_guardrail.core.policy.transfer import GET, LIST, NO_POLICY, PUT, Bucket
from vpc_guardrail.core.policy.tri import Tri

if TYPE_CHECKING:
    from vpc_guardrail.core.policy.glob import Glob


@dataclass(frozen=True, slots=True)
class Isolation:
    """What becomes of requests for a bucket that do not come through the job's VPC."""

    data: Decision
    """Reading and writing objects: `allowed` NO is what the guide wants."""
    listing: Decision
    reachable: Tri
    """Whether the job's role gets in from some VPC; NO: nobody does, so no VPC is preferred."""


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
        reachable=_from_some_vpc(policy, journey, bucket, objects),
    )


def _from_some_vpc(policy: Policy, journey: Journey, bucket: Bucket, objects: Glob) -> Tri:
    any_vpc: dict[str, Value] = {
        "aws:SourceVpc": AnyOf(may_be_absent=False),
        "aws:SourceVpce": AnyOf(may_be_absent=False),
    }
    context = journey.as_the_job().but({**journey.owned_by(bucket.owner), **any_vpc})
    requests = Requests((GET, PUT), objects, (journey.role,), context)
    granted = Tri.YES if bucket.owner == journey.account else Tri.MAYBE
    return decide(policy, requests, otherwise=granted).allowed


def _from_elsewhere(
    policy: Policy, journey: Journey, bucket: Bucket, actions: tuple[str, ...], resources: Glob
) -> Decision:
    granted = _granted_to_insiders(policy, journey, bucket, actions, resources)
    insiders = _of_the_owners_account(journey, bucket)
    outsiders = (*_named_elsewhere(policy, journey), journey.stranger(policy), anonymous())
    found = Decision(Tri.NO, Tri.NO)
    for way in _other_ways(policy, journey):
        context = way.but(journey.owned_by(bucket.owner))
        inside = Requests(actions, resources, insiders, context)
        found = either(found, decide(policy, inside, otherwise=granted))
        found = either(found, decide(policy, replace(inside, principals=outsiders)))
    return found


def _of_the_owners_account(journey: Journey, bucket: Bucket) -> tuple[Principal, ...]:
    """Those whom the bucket's account may have let in by policies of their own."""
    if isinstance(bucket.owner, Unknown) or bucket.owner == journey.account:
        return (journey.role, journey.identity("another-role", "another role of the account"))
    arn = f"arn:{journey.partition}:iam::{bucket.owner}:role/another-role"
    return (journey.role, a_role(arn, "a role of the bucket's account"))


def _granted_to_insiders(
    policy: Policy, journey: Journey, bucket: Bucket, actions: tuple[str, ...], resources: Glob
) -> Tri:
    """Whether policies of identities grant access to the bucket, which are not read.

    Where the bucket's policy does not admit the job's role, they must, or no job could use it.
    Where it does, they need not: it may be all there is. Those of another account cannot be known.
    """
    if bucket.owner != journey.account:
        return Tri.MAYBE
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
