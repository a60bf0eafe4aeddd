"""Whether a bucket is closed to whoever does not come through the job's VPC."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.policy.budget import Budget
from vpc_guardrail.core.policy.context import ABSENT, AnyOf, Context, Value, known
from vpc_guardrail.core.policy.decide import decide
from vpc_guardrail.core.policy.decision import Asked, Decision, Outcome, Requests, either
from vpc_guardrail.core.policy.journey import CHOSEN_BY_THE_CALLER, DIRECT, Journey
from vpc_guardrail.core.policy.named import OTHER_ROLE, named_principals
from vpc_guardrail.core.policy.names import bucket_arns, fresh_account, fresh_id, object_arns
from vpc_guardrail.core.policy.principals import Principal, a_role, anonymous
from vpc_guardrail.core.policy.regions import Space
from vpc_guardrail.core.policy.transfer import GET, LIST, NO_POLICY, PUT, Bucket
from vpc_guardrail.core.policy.tri import Tri

if TYPE_CHECKING:
    from vpc_guardrail.core.policy.glob import Glob
    from vpc_guardrail.core.policy.model import Policy


@dataclass(frozen=True, slots=True)
class Isolation:
    """What becomes of requests for a bucket that do not come through the job's VPC."""

    data: Decision
    """Reading and writing objects: `allowed` NO is what the guide wants."""
    listing: Decision
    exempt: Decision
    """The same as `data`, for those of the account whom the policy names: mostly left out on
    purpose."""
    reachable: Tri
    """Whether the job's role gets in from some VPC; NO: nobody does, so no VPC is preferred."""


def only_from_vpc(policy: Policy | None, journey: Journey, bucket: Bucket) -> Isolation:
    """Question 4: is every request that comes from no VPC, or an unnamed one, refused?

    Asked are the job's role, an identity of its account without tags, everyone whom the policy
    names, a stranger, and whoever does not sign; each directly, not by way of an AWS service.
    """
    policy = policy or NO_POLICY
    objects = object_arns(journey.partition, bucket.name)
    listed = bucket_arns(journey.partition, bucket.name)
    owner = journey.account if isinstance(bucket.owner, Unknown) else bucket.owner
    named = named_principals(policy, journey)
    insiders = _of_the_owners_account(journey, bucket)
    exempt = tuple(each for each in named if each.account == owner)
    foreign = tuple(each for each in named if each.account != owner)
    outsiders = (*foreign, journey.stranger(policy), anonymous())
    ask = partial(_from_elsewhere, policy, journey, bucket)
    return Isolation(
        data=ask((GET, PUT), objects, insiders, outsiders),
        listing=ask((LIST,), listed, insiders, outsiders),
        exempt=ask((GET, PUT), objects, exempt, ()),
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
    return decide(policy, requests, otherwise=granted, asked=Asked.ALLOWED).allowed


def _from_elsewhere(
    policy: Policy,
    journey: Journey,
    bucket: Bucket,
    actions: tuple[str, ...],
    resources: Glob,
    insiders: tuple[Principal, ...],
    outsiders: tuple[Principal, ...],
) -> Decision:
    found = Decision(Tri.NO, Tri.NO)
    if not (insiders or outsiders):
        return found
    space = Space(resources, (), Budget())
    granted = _granted_to_insiders(policy, journey, bucket, actions, space)
    for way in _other_ways(policy, journey):
        context = way.but(journey.owned_by(bucket.owner))
        inside = Requests(actions, resources, insiders, context)
        outside = replace(inside, principals=outsiders)
        for requests, otherwise in ((inside, granted), (outside, Tri.NO)):
            answer = decide(policy, requests, otherwise=otherwise, asked=Asked.ALLOWED, space=space)
            found = either(found, answer)
    return found


def _of_the_owners_account(journey: Journey, bucket: Bucket) -> tuple[Principal, ...]:
    """Those whom the bucket's account may have let in by policies of their own."""
    if isinstance(bucket.owner, Unknown) or bucket.owner == journey.account:
        return (journey.role, journey.identity(OTHER_ROLE, "another role of the account"))
    arn = f"arn:{journey.partition}:iam::{bucket.owner}:role/{OTHER_ROLE}"
    return (journey.role, a_role(arn, "a role of the bucket's account"))


def _granted_to_insiders(
    policy: Policy, journey: Journey, bucket: Bucket, actions: tuple[str, ...], space: Space
) -> Tri:
    """Whether policies of identities grant access to the bucket, which are not read.

    Where the bucket's policy does not admit the job's role, they must, or no job could use it.
    Where it does, they need not: it may be all there is. Those of another account cannot be known.
    """
    if bucket.owner != journey.account:
        return Tri.MAYBE
    context = journey.as_the_job().but(journey.owned_by(bucket.owner))
    admitted = [
        decide(policy, Requests((action,), space.language, (journey.role,), context), space=space)
        for action in actions
    ]
    return Tri.MAYBE if all(each.outcome is Outcome.ALL for each in admitted) else Tri.YES


def _other_ways(policy: Policy, journey: Journey) -> tuple[Context, Context]:
    """Requests from no VPC, and through an endpoint of a VPC that the policy does not name."""
    common: dict[str, Value] = {**DIRECT, **CHOSEN_BY_THE_CALLER}
    vpc, endpoint = fresh_id(policy, "vpc-"), fresh_id(policy, "vpce-")
    stranger = fresh_account(policy, journey.account)
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
        "aws:VpceAccount": AnyOf((known(journey.account), known(stranger))),
        "aws:VpcSourceIp": AnyOf(may_be_absent=False),
        "aws:SourceIp": ABSENT,
    }
    return (Context({**common, **from_internet}), Context({**common, **from_another_vpc}))
