"""What an endpoint policy lets out: to buckets that nobody named, and to Amazon's packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.budget import DEFAULT_BUDGET, Budget
from vpc_guardrail.core.policy.context import ABSENT, AnyOf, Unknowable, Value, known
from vpc_guardrail.core.policy.decide import decide
from vpc_guardrail.core.policy.decision import Asked, Decision, Requests, either
from vpc_guardrail.core.policy.glob import Glob, glob_of, literally
from vpc_guardrail.core.policy.journey import Journey, foreign_bucket
from vpc_guardrail.core.policy.names import (
    BUCKET_NAMES,
    bucket_arns,
    bucket_patterns,
    contents,
    fresh_account,
    fresh_bucket,
    fresh_id,
    object_arns,
)
from vpc_guardrail.core.policy.regions import Space

if TYPE_CHECKING:
    from vpc_guardrail.core.policy.model import Policy

OBJECT_DATA = ("s3:PutObject", "s3:GetObject", "s3:GetObjectVersion")
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
    by_access_point: Decision
    """Reading and writing by way of an access point of such an account."""


def restricts(policy: Policy, journey: Journey) -> Restriction:
    """Question 1: can a request for a bucket nobody named, in a foreign account, get through?"""
    name = fresh_bucket(policy)
    fresh = BUCKET_NAMES if name is None else glob_of(name)
    literal = bucket_patterns(policy, literal=True)
    taken = literal if name is None else []
    return Restriction(
        data=_reach(policy, journey, fresh, OBJECT_DATA, BUCKET_DATA, taken),
        other=_reach(policy, journey, fresh, OTHER_OBJECT_ACTIONS, OTHER_BUCKET_ACTIONS, taken),
        by_pattern=_reach(policy, journey, BUCKET_NAMES, OBJECT_DATA, BUCKET_DATA, literal),
        by_access_point=_by_access_point(policy, journey),
    )


def _by_access_point(policy: Policy, journey: Journey) -> Decision:
    """A request for an access point has the access point's ARN as its resource.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
    """
    account = fresh_account(policy, journey.account)
    arn = f"arn:{journey.partition}:s3:{journey.region}:{account}:accesspoint/nobody-named"
    origins = AnyOf((known("Internet"), known("VPC")))
    keys: dict[str, Value] = {
        "s3:DataAccessPointArn": known(arn),
        "s3:DataAccessPointAccount": known(account),
        "s3:AccessPointNetworkOrigin": origins,
    }
    context = journey.as_anyone_inside().but({**foreign_bucket(policy, journey), **keys})
    objects = literally(f"{arn}/object/") + glob_of("?*")
    requests = Requests(OBJECT_DATA, objects, journey.everyone(policy), context)
    return decide(policy, requests, matching=journey.matching, asked=Asked.ALLOWED)


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
            tuple(left_out(partition, name) for name in named or ()),
        )
        for actions, resources, left_out in (
            (on_objects, object_arns, contents),
            (on_buckets, bucket_arns, bucket_arns),
        )
    ]
    objects, listing = (
        decide(policy, each, matching=journey.matching, asked=Asked.ALLOWED) for each in both
    )
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


BUDGET_FOR_PACKAGES = 2 * DEFAULT_BUDGET
"""What all repositories may cost together: an ordinary policy takes a hundredth of it."""


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
    everyone = journey.everyone(policy)
    nobody = tuple(who for who in everyone if who.is_anonymous)
    signers = tuple(who for who in everyone if not who.is_anonymous)
    left = BUDGET_FOR_PACKAGES
    answers: list[RepositoryAnswer] = []
    for repository in REPOSITORIES:
        bucket = repository.bucket(journey.region)
        packages = object_arns(journey.partition, bucket)
        budget = Budget(min(DEFAULT_BUDGET, left))
        left -= budget.left
        space = Space(packages, (), budget)
        unsigned, signed = (
            decide(
                policy,
                Requests(("s3:GetObject",), packages, who, context),
                matching=journey.matching,
                asked=Asked.ALLOWED,
                space=space,
            )
            for who in (nobody, signers)
        )
        left += max(budget.left, 0)
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
