"""What an endpoint policy lets out: to buckets that nobody named, and to Amazon's packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.context import ABSENT, Unknowable, Value, known
from vpc_guardrail.core.policy.decide import decide
from vpc_guardrail.core.policy.decision import Decision, Requests, either
from vpc_guardrail.core.policy.glob import Glob, glob_of
from vpc_guardrail.core.policy.journey import Journey, foreign_bucket
from vpc_guardrail.core.policy.names import (
    BUCKET_NAMES,
    bucket_arns,
    bucket_patterns,
    fresh_account,
    fresh_bucket,
    fresh_id,
    object_arns,
)
from vpc_guardrail.core.policy.principals import anonymous

if TYPE_CHECKING:
    from vpc_guardrail.core.policy.model import Policy

OBJECT_DATA = ("s3:PutObject", "s3:GetObject")
BUCKET_DATA = ("s3:ListBucket",)
"""What carries data out of a VPC or into it."""
OTHER_OBJECT_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:DeleteObjectVersionTagging",
    "s3:GetObjectAcl",
    "s3:GetObjectAttributes",
    "s3:GetObjectLegalHold",
    "s3:GetObjectRetention",
    "s3:GetObjectTagging",
    "s3:GetObjectTorrent",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionTagging",
    "s3:ListMultipartUploadParts",
    "s3:PutObjectAcl",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectVersionTagging",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
    "s3:RestoreObject",
)
OTHER_BUCKET_ACTIONS = (
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "s3:GetBucketTagging",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutBucketTagging",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)
"""Further actions on objects and buckets; the service authorization reference lists them all.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""
AMAZON_LINUX_OWNER = "137112412989"
"""Amazon's account that owns the repositories, as public reports have it."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """What becomes of requests for buckets that nobody named, in an account that nobody named."""

    data: Decision
    """Reading, writing and listing: what the guide wants refused."""
    other: Decision
    """Every other action, such as asking where a bucket lies."""
    by_pattern: Decision
    """The same as `data`, for any bucket that is not named in full: whoever finds a free name that
    fits a pattern such as `sagemaker-*` can make such a bucket."""


def restricts(policy: Policy, journey: Journey) -> Restriction:
    """Question 1: can a request for a bucket nobody named, in a foreign account, get through?"""
    name = fresh_bucket(policy)
    fresh = BUCKET_NAMES if name is None else glob_of(name)
    literal = bucket_patterns(policy, literal=True)
    return Restriction(
        data=_reach(policy, journey, fresh, OBJECT_DATA, BUCKET_DATA),
        other=_reach(policy, journey, fresh, OTHER_OBJECT_ACTIONS, OTHER_BUCKET_ACTIONS),
        by_pattern=_reach(policy, journey, BUCKET_NAMES, OBJECT_DATA, BUCKET_DATA, literal),
    )


def _reach(
    policy: Policy,
    journey: Journey,
    buckets: Glob,
    on_objects: tuple[str, ...],
    on_buckets: tuple[str, ...],
    named: list[str] | None = None,
) -> Decision:
    """What becomes of these actions on such buckets, whoever in the VPC asks."""
    context = journey.as_anyone_inside().but(foreign_bucket(policy, journey))
    who, partition = journey.everyone(policy), journey.partition
    both = [
        Requests(
            actions,
            resources(partition, buckets),
            who,
            context,
            tuple(resources(partition, name) for name in named or ()),
        )
        for actions, resources in ((on_objects, object_arns), (on_buckets, bucket_arns))
    ]
    objects, listing = (decide(policy, each, matching=journey.matching) for each in both)
    return either(objects, listing)


@dataclass(frozen=True, slots=True)
class Repository:
    """A bucket of packages that an instance of Amazon Linux installs from."""

    name: str
    """With `{region}` for the Region that it serves."""
    system: str
    on_guide_page: bool

    def bucket(self, region: str) -> str:
        """The bucket that serves a Region."""
        return self.name.format(region=region)


REPOSITORIES = (
    Repository("packages.{region}.amazonaws.com", "Amazon Linux 1", on_guide_page=True),
    Repository("repo.{region}.amazonaws.com", "Amazon Linux 1", on_guide_page=True),
    Repository("amazonlinux.{region}.amazonaws.com", "Amazon Linux 2", on_guide_page=True),
    Repository("amazonlinux-2-repos-{region}", "Amazon Linux 2", on_guide_page=False),
    Repository("al2023-repos-{region}-de612dc2", "Amazon Linux 2023", on_guide_page=False),
    Repository("al2023-{region}", "Amazon Linux 2023 live patches", on_guide_page=False),
)
"""The first three stand on the guide page, the others serve what is current.

https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
"""


@dataclass(frozen=True, slots=True)
class RepositoryAnswer:
    """What becomes of requests for the packages of one repository."""

    repository: Repository
    bucket: str
    unsigned: Decision
    """As yum and dnf ask: nobody signs."""
    signed: Decision
    """With the job's credentials, or with any others."""


def package_requests(policy: Policy, journey: Journey) -> tuple[RepositoryAnswer, ...]:
    """Question 3: does a GetObject on some package get through, for the VPC's own Region?"""
    context = journey.as_anyone_inside().but(_of_amazon(policy, journey))
    answers: list[RepositoryAnswer] = []
    for repository in REPOSITORIES:
        bucket = repository.bucket(journey.region)
        packages = object_arns(journey.partition, bucket)
        signers = (journey.role, journey.stranger(policy))
        unsigned, signed = (
            decide(
                policy,
                Requests(("s3:GetObject",), packages, who, context),
                matching=journey.matching,
            )
            for who in ((anonymous(),), signers)
        )
        answers.append(RepositoryAnswer(repository, bucket, unsigned, signed))
    return tuple(answers)


def _of_amazon(policy: Policy, journey: Journey) -> dict[str, Value]:
    owners = (known(AMAZON_LINUX_OWNER), known(fresh_account(policy, journey.account)))
    owner = Unknowable("which account of Amazon owns the repository is not documented", owners)
    of_nobody = (known(fresh_id(policy, "o-")), ABSENT)
    return {
        "aws:ResourceAccount": owner,
        "s3:ResourceAccount": owner,
        "aws:ResourceOrgID": Unknowable("Amazon's organization is not documented", of_nobody),
        "aws:ResourceOrgPaths": Unknowable("Amazon's organization is not documented"),
    }
