"""A bucket's policy that lets the job in where it refused: from the job's VPC, and in no other way.

Each Deny that refuses the job is split in two: one for requests from outside the VPC, one for
everyone but the job's role. Together they deny all that the one did, but the job in its VPC.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from vpc_guardrail.core.policy.admission import admits
from vpc_guardrail.core.policy.isolation import only_from_vpc
from vpc_guardrail.core.policy.parse import parse_policy
from vpc_guardrail.core.policy.remedies import Remedy, UnsoundRemedyError
from vpc_guardrail.core.policy.transfer import Bucket

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vpc_guardrail.core.policy.journey import Journey
    from vpc_guardrail.core.policy.model import Policy
    from vpc_guardrail.core.policy.transfer import Transfer
    from vpc_guardrail.core.policy.tri import Tri

Json = dict[str, Any]
EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
HEADERS = "s3:x-amz-"
"""Conditions on what a request carries: to exempt the job from them would weaken the bucket."""


def reopened_bucket_policy(
    journey: Journey, bucket: str, existing: str, transfers: Sequence[Transfer]
) -> Remedy:
    """The existing policy, which refuses none of these for certain, and nobody else less."""
    before = parse_policy(existing)
    refusing = _refusing(before, journey, bucket, transfers)
    document: Json = json.loads(existing)
    name = _member(document, "Statement")
    found = document[name]
    listed = found if isinstance(found, list) else [found]
    statements = [
        part
        for index, each in enumerate(listed)
        for part in (_split(each, journey) if index in refusing else (each,))
    ]
    remedy = Remedy({**document, name: statements})
    _check(before, parse_policy(remedy.document), journey, bucket, transfers)
    return remedy


def _refusing(
    policy: Policy, journey: Journey, bucket: str, transfers: Sequence[Transfer]
) -> set[int]:
    """Where the statements stand that refuse the job."""
    names = {
        name
        for transfer in transfers
        for refusal in _asked(policy, journey, bucket, transfer)
        for name in refusal
    }
    refusing = [each for each in policy.statements if each.name in names]
    if any(condition.key.startswith(HEADERS) for each in refusing for condition in each.conditions):
        raise UnsoundRemedyError("what refuses the job asks for headers that it does not send")
    return {each.index for each in refusing}


def _asked(
    policy: Policy, journey: Journey, bucket: str, transfer: Transfer
) -> Iterator[tuple[str, ...]]:
    target = Bucket(bucket, journey.account, policy)
    open_endpoint = parse_policy({"Statement": EVERYTHING})
    for refusal in admits(open_endpoint, target, journey, transfer).refusals:
        if refusal.is_certain:
            yield refusal.witness.statements if refusal.witness else ()


def _split(statement: Json, journey: Journey) -> Iterator[Json]:
    for ending, operator, key, value in (
        ("FromElsewhere", "StringNotEquals", "aws:SourceVpc", journey.vpc_id),
        ("ForOthers", "ArnNotEquals", "aws:PrincipalArn", journey.role_arn),
    ):
        part: Json = json.loads(json.dumps(statement))
        conditions = part.setdefault(_member(part, "Condition"), {})
        keys = conditions.setdefault(_member(conditions, operator), {})
        found = keys.get(_member(keys, key), [])
        keys[_member(keys, key)] = [*(found if isinstance(found, list) else [found]), value]
        sid = _member(part, "Sid")
        if part.get(sid):
            part[sid] += ending
        yield part


def _member(members: Json, name: str) -> str:
    """A member's name as the document spells it."""
    return next((each for each in members if each.lower() == name.lower()), name)


def _check(
    before: Policy, after: Policy, journey: Journey, bucket: str, transfers: Sequence[Transfer]
) -> None:
    """The job gets in, and who comes from elsewhere no more than before."""
    if any([*_asked(after, journey, bucket, each)] for each in transfers):
        raise UnsoundRemedyError("the job would still be refused")
    then, now = (_reach(each, journey, bucket) for each in (before, after))
    if any(wider > narrower for wider, narrower in zip(now, then, strict=True)):
        raise UnsoundRemedyError("it would let others in from elsewhere")


def _reach(policy: Policy, journey: Journey, bucket: str) -> tuple[Tri, Tri]:
    found = only_from_vpc(policy, journey, Bucket(bucket, journey.account, policy))
    return (found.data.allowed, found.listing.allowed)
