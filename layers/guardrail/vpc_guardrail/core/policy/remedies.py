"""Policies that mend: one whole document for the job's buckets, checked by our own reasoner.

The guide page shows two documents that only deny. An endpoint holds one policy, and one that only
denies grants nothing, so pasted as it stands it would cut S3 off; what is made here allows as well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vpc_guardrail.core.policy.decide import decide
from vpc_guardrail.core.policy.decision import Outcome, Requests
from vpc_guardrail.core.policy.isolation import only_from_vpc
from vpc_guardrail.core.policy.names import bucket_arns, object_arns
from vpc_guardrail.core.policy.outbound import REPOSITORIES, package_requests, restricts
from vpc_guardrail.core.policy.parse import LATEST, parse_policy
from vpc_guardrail.core.policy.transfer import GET, LIST, PUT, Bucket
from vpc_guardrail.core.policy.tri import Tri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vpc_guardrail.core.policy.journey import Journey
    from vpc_guardrail.core.policy.model import Policy

Json = dict[str, Any]
LONGEST_ENDPOINT_POLICY = 20_480
"""Characters, without white space.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""
MULTIPART = "s3:AbortMultipartUpload"
"""Lets the job take back what an upload in parts left behind."""


class UnsoundRemedyError(AssertionError):
    """A policy that was made does not do what it was made for: a fault of ours."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A policy to be put in place as it stands, and what it leaves open."""

    document: Json
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The document, laid out for reading."""
        return json.dumps(self.document, indent=2)

    @property
    def compact(self) -> str:
        """The document without white space, as its length is counted."""
        return json.dumps(self.document, separators=(",", ":"))


def endpoint_policy(journey: Journey, buckets: Sequence[str]) -> Remedy:
    """One endpoint policy that lets principals of the account use these buckets, and no others."""
    remedy = draft_of_endpoint_policy(journey, buckets)
    _check_endpoint_policy(parse_policy(remedy.document), journey, sorted(set(buckets)))
    return remedy


def draft_of_endpoint_policy(journey: Journey, buckets: Sequence[str]) -> Remedy:
    """The same, before it is checked: to see how long it gets."""
    names = sorted(set(buckets))
    arn = f"arn:{journey.partition}:s3:::"
    allow = {
        "Sid": "TrainingBuckets",
        "Effect": "Allow",
        "Principal": "*",
        "Action": [GET, PUT, LIST, MULTIPART],
        "Resource": [each for name in names for each in (arn + name, f"{arn}{name}/*")],
        "Condition": {"StringEquals": {"aws:PrincipalAccount": journey.account}},
    }
    deny = {
        "Sid": "AmazonLinuxRepositories",
        "Effect": "Deny",
        "Principal": "*",
        "Action": GET,
        "Resource": [f"{arn}{each.name.format(region='*')}/*" for each in REPOSITORIES],
    }
    document = {"Version": LATEST, "Statement": [allow, deny]}
    remedy = Remedy(document, _what_else(journey))
    if len(remedy.compact) > LONGEST_ENDPOINT_POLICY:
        raise UnsoundRemedyError(f"{len(names)} buckets do not fit into one endpoint policy")
    return remedy


def _what_else(journey: Journey) -> tuple[str, ...]:
    return (
        "It replaces the endpoint's policy: whatever else in the VPC uses S3 through the endpoint "
        "needs its own buckets added.",
        f"Images and examples that SageMaker keeps in S3, such as "
        f"jumpstart-cache-prod-{journey.region}, have to be added where a job reads them.",
        "With a route to a NAT gateway, packages come from elsewhere too: an endpoint policy "
        "does not bind that way.",
    )


def _check_endpoint_policy(policy: Policy, journey: Journey, names: Sequence[str]) -> None:
    """The job gets through, strangers' buckets and packages do not."""
    for name in names:
        for action, resources in _uses(journey, name):
            context = journey.as_the_job().but(journey.owned_by(journey.account))
            requests = Requests((action,), resources, (journey.role,), context)
            decision = decide(policy, requests, matching=journey.matching)
            _insist(decision.outcome is Outcome.ALL, f"{action} on {name} is not allowed")
    restriction = restricts(policy, journey)
    _insist(restriction.by_pattern.allowed is Tri.NO, "a foreign bucket is let through")
    for answer in package_requests(policy, journey):
        closed = answer.unsigned.allowed is Tri.NO and answer.signed.allowed is Tri.NO
        _insist(closed, f"{answer.bucket} is let through")


def _uses(journey: Journey, name: str) -> tuple[tuple[str, Any], ...]:
    objects = object_arns(journey.partition, name)
    return ((GET, objects), (PUT, objects), (LIST, bucket_arns(journey.partition, name)))


def bucket_policy(
    journey: Journey,
    bucket: str,
    endpoints: Sequence[str] = (),
    existing: str | Json | None = None,
) -> Remedy:
    """A bucket policy that refuses reading, writing and listing from anywhere but the VPC.

    Given endpoints, it names them instead of the VPC. The statements of an existing policy stay.
    """
    arn = f"arn:{journey.partition}:s3:::{bucket}"
    key, ids = "aws:SourceVpc", [journey.vpc_id]
    if endpoints:
        key, ids = "aws:SourceVpce", sorted(set(endpoints))
    statement = {
        "Sid": SID_OF_BUCKETS,
        "Effect": "Deny",
        "Principal": "*",
        "Action": [GET, PUT, LIST],
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"StringNotEquals": {key: ids[0] if len(ids) == 1 else ids}},
    }
    document = _beside(existing, statement)
    policy = parse_policy(document)
    isolation = only_from_vpc(policy, journey, Bucket(bucket, journey.account, policy))
    _insist(isolation.data.allowed is Tri.NO, "requests from elsewhere are let through")
    _insist(isolation.listing.allowed is Tri.NO, "listing from elsewhere is let through")
    if existing is None:
        _check_bucket_policy(policy, journey, bucket)
    return Remedy(document, BUCKET_NOTES)


def _beside(existing: str | Json | None, statement: Json) -> Json:
    """The existing document with one statement more; one of the same Sid is replaced."""
    if existing is None:
        return {"Version": LATEST, "Statement": [statement]}
    parse_policy(existing)
    document: Json = json.loads(existing) if isinstance(existing, str) else dict(existing)
    name = next(key for key in document if key.lower() == "statement")
    found = document[name]
    kept = found if isinstance(found, list) else [found]
    kept = [each for each in kept if each.get("Sid") != SID_OF_BUCKETS]
    return {**document, name: [*kept, statement]}


def _check_bucket_policy(policy: Policy, journey: Journey, bucket: str) -> None:
    context = journey.as_the_job().but(journey.owned_by(journey.account))
    for action, resources in _uses(journey, bucket):
        requests = Requests((action,), resources, (journey.role,), context)
        decision = decide(policy, requests, otherwise=Tri.YES)
        _insist(decision.outcome is Outcome.ALL, f"{action} is refused to the job")


SID_OF_BUCKETS = "OnlyFromTheTrainingVpc"
BUCKET_NOTES = (
    "It also refuses the console, and services that read the bucket from outside the VPC.",
)


def _insist(condition: bool, problem: str) -> None:
    if not condition:
        raise UnsoundRemedyError(problem)
