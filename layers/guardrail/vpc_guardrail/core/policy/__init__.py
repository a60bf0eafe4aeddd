"""IAM policies decided, not pattern-matched.

    policy = parse_policy(document)            # PolicyError says where a document is wrong
    journey = Journey(account, region, role_arn, vpc_id, endpoint_id)

    restricts(policy, journey)                 # can a bucket that nobody named be reached?
    admits(policy, bucket, journey, transfer)  # can the job do what it must?
    package_requests(policy, journey)          # do Amazon Linux packages come through?
    only_from_vpc(policy, journey, bucket)     # is the bucket closed to all other networks?
    endpoint_policy(journey, buckets)          # a policy that mends, checked by the above

Each answer is made of `Decision`s. `decision.allowed` says whether some request of the set that was
asked about gets through, `decision.refused` whether some is refused; both are `Tri`: YES with a
witness, NO for all of them, MAYBE where it hangs on a value that cannot be known (`reasons` names
it). `decide(policy, requests)` is the question behind all of them, for any set of requests.

How it works: patterns are regular languages, and a statement is a set of requests. Open values of
the context become the finitely many cases that the policy can tell apart (`cases`). In each case
the resources allowed, minus those denied, are searched for one text (`search`). Costs are bounded
(`budget`), and what is given up is MAYBE. The guide's page is linked where a rule is written down.
"""

from vpc_guardrail.core.policy.address import Address, address
from vpc_guardrail.core.policy.admission import Admission, Refusal, admits
from vpc_guardrail.core.policy.budget import Budget
from vpc_guardrail.core.policy.context import (
    ABSENT,
    Absent,
    AnyOf,
    Context,
    Known,
    Unknowable,
    known,
)
from vpc_guardrail.core.policy.decide import decide
from vpc_guardrail.core.policy.decision import Asked, Decision, Outcome, Requests, Witness
from vpc_guardrail.core.policy.isolation import Isolation, only_from_vpc
from vpc_guardrail.core.policy.journey import Journey
from vpc_guardrail.core.policy.model import Policy, PolicyError
from vpc_guardrail.core.policy.outbound import (
    REPOSITORIES,
    Repository,
    RepositoryAnswer,
    Restriction,
    package_requests,
    restricts,
)
from vpc_guardrail.core.policy.parse import parse_policy
from vpc_guardrail.core.policy.principals import Matching, Principal, a_role, anonymous
from vpc_guardrail.core.policy.remedies import (
    Remedy,
    UnsoundRemedyError,
    bucket_policy,
    draft_of_endpoint_policy,
    endpoint_policy,
)
from vpc_guardrail.core.policy.reopening import reopened_bucket_policy
from vpc_guardrail.core.policy.transfer import Bucket, Keys, Transfer, encrypted_with
from vpc_guardrail.core.policy.tri import Tri

__all__ = [
    "ABSENT",
    "REPOSITORIES",
    "Absent",
    "Address",
    "Admission",
    "AnyOf",
    "Asked",
    "Bucket",
    "Budget",
    "Context",
    "Decision",
    "Isolation",
    "Journey",
    "Keys",
    "Known",
    "Matching",
    "Outcome",
    "Policy",
    "PolicyError",
    "Principal",
    "Refusal",
    "Remedy",
    "Repository",
    "RepositoryAnswer",
    "Requests",
    "Restriction",
    "Transfer",
    "Tri",
    "Unknowable",
    "UnsoundRemedyError",
    "Witness",
    "a_role",
    "address",
    "admits",
    "anonymous",
    "bucket_policy",
    "decide",
    "draft_of_endpoint_policy",
    "encrypted_with",
    "endpoint_policy",
    "known",
    "only_from_vpc",
    "package_requests",
    "parse_policy",
    "reopened_bucket_policy",
    "restricts",
]
