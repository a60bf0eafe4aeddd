"""Commands that put a mended policy in place, made and checked by the policy reasoner."""

from shlex import quote

from vpc_guardrail.core.model import Endpoint, Network, TrainingJob, Unknown
from vpc_guardrail.core.policy import (
    Address,
    Journey,
    PolicyError,
    Transfer,
    UnsoundRemedyError,
    draft_of_endpoint_policy,
    reopened_bucket_policy,
)
from vpc_guardrail.core.policy_answers import made_bucket_policy, made_endpoint_policy
from vpc_guardrail.core.s3_policies import addresses, bucket_names, transfer

LONGEST_COMMAND = 2_000
"""Characters that a remediation may take; for a longer policy it names the command that makes it,
since alerts cut what is longer."""

REPLACES = "  # Replaces the whole policy: add what else in the VPC uses the endpoint."


def mend_endpoint_policy(job: TrainingJob, endpoint: Endpoint, journey: Journey) -> str:
    """Let the job's buckets through, and nothing else."""
    put = f"aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint.id} --policy-document "
    names = bucket_names(job)
    if not names:
        return f"{_generate_for_buckets(job)} > policy.json && {put}file://policy.json{REPLACES}"
    try:
        draft = draft_of_endpoint_policy(journey, names).compact
        if len(put) + len(quote(draft)) + len(REPLACES) <= LONGEST_COMMAND:
            return f"{put}{quote(made_endpoint_policy(journey, names).compact)}{REPLACES}"
    except UnsoundRemedyError as error:
        return f"Write a policy for endpoint {endpoint.id} by hand: of a made one, {error}."
    made = f"vpc-guardrail generate endpoint-policy --job {quote(job.name)}"
    return f"{made} > policy.json && {put}file://policy.json{REPLACES}"


def _generate_for_buckets(job: TrainingJob) -> str:
    return (
        "vpc-guardrail generate endpoint-policy --bucket NAME_OF_YOUR_BUCKET "
        f"--account {job.account} --region {job.region}"
    )


def let_into_bucket(job: TrainingJob, network: Network, name: str, journey: Journey) -> str:
    """Let the job's role use a bucket from its VPC, where the bucket's policy refuses it."""
    found = network.bucket(name)
    existing = found if isinstance(found, Unknown) else found.policy
    by_hand = (
        f"Let {journey.role_arn} through in the policy of bucket {name}, from {journey.vpc_id}"
    )
    if isinstance(existing, Unknown) or existing is None:
        return f"{by_hand}."
    try:
        made = reopened_bucket_policy(journey, name, existing, _transfers_in(job, name)).compact
    except (PolicyError, UnsoundRemedyError) as error:
        return f"{by_hand}; of a made policy, {error}."
    command = f"aws s3api put-bucket-policy --bucket {name} --policy {quote(made)}"
    return command if len(command) <= LONGEST_COMMAND else f"{by_hand}."


def _transfers_in(job: TrainingJob, name: str) -> list[Transfer]:
    return [
        transfer(place, where)
        for place, where in addresses(job)
        if isinstance(where, Address) and where.bucket == name
    ]


def mend_bucket_policy(job: TrainingJob, network: Network, name: str, journey: Journey) -> str:
    """Refuse to whoever comes from elsewhere, beside what the bucket's policy says already."""
    found = network.bucket(name)
    existing = found if isinstance(found, Unknown) else found.policy
    if isinstance(existing, Unknown):
        return f"Close bucket {name} to other networks beside what its policy says already."
    put = f"aws s3api put-bucket-policy --bucket {name} --policy "
    try:
        command = f"{put}{quote(made_bucket_policy(journey, name, existing=existing).compact)}"
    except (PolicyError, UnsoundRemedyError) as error:
        return f"Close bucket {name} to other networks by hand: of a made policy, {error}."
    if len(command) <= LONGEST_COMMAND:
        return command
    made = f"vpc-guardrail generate bucket-policy --job {quote(job.name)} --bucket {name}"
    return f"{made} > policy.json && {put}file://policy.json"
