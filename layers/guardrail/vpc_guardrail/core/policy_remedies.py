"""Commands that put a mended policy in place, made and checked by the policy reasoner."""

from shlex import quote

from vpc_guardrail.core.model import Network, TrainingJob, Unknown
from vpc_guardrail.core.policy import (
    Journey,
    PolicyError,
    UnsoundRemedyError,
)
from vpc_guardrail.core.policy_answers import made_bucket_policy, made_endpoint_policy
from vpc_guardrail.core.s3_policies import Passage, bucket_names

LONGEST_COMMAND = 2_000
"""Characters that a remediation may take; for a longer policy it names the command that makes it,
since alerts cut what is longer."""

REPLACES = "  # Replaces the whole policy: add what else in the VPC uses the endpoint."


def mend_endpoint_policy(job: TrainingJob, passage: Passage, journey: Journey) -> str:
    """Let the job's buckets and those that the owner allows through, and nothing else."""
    endpoint = passage.endpoint
    put = f"aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint.id} --policy-document "
    names = bucket_names(job)
    if not names:
        return f"{_generate_for_buckets(job)} > policy.json && {put}file://policy.json{REPLACES}"
    names = tuple(dict.fromkeys((*names, *passage.allowed_buckets)))
    try:
        command = f"{put}{quote(made_endpoint_policy(journey, names).compact)}{REPLACES}"
    except UnsoundRemedyError as error:
        return f"Write a policy for endpoint {endpoint.id} by hand: of a made one, {error}."
    if len(command) <= LONGEST_COMMAND:
        return command
    beside = "".join(f" --bucket {name}" for name in names) if passage.allowed_buckets else ""
    made = f"vpc-guardrail generate endpoint-policy --job {quote(job.called)}{beside}"
    return f"{made} > policy.json && {put}file://policy.json{REPLACES}"


def _generate_for_buckets(job: TrainingJob) -> str:
    return (
        "vpc-guardrail generate endpoint-policy --bucket NAME_OF_YOUR_BUCKET "
        f"--account {job.account} --region {job.region}"
    )


def mend_bucket_policy(job: TrainingJob, network: Network, name: str, journey: Journey) -> str:
    """Refuse to whoever comes from elsewhere, beside what the bucket's policy says already."""
    found = network.bucket(name)
    existing = found if isinstance(found, Unknown) else found.policy
    put = f"aws s3api put-bucket-policy --bucket {name} --policy "
    try:
        kept = None if isinstance(existing, Unknown) else existing
        command = f"{put}{quote(made_bucket_policy(journey, name, existing=kept).compact)}"
    except (PolicyError, UnsoundRemedyError) as error:
        return f"Close bucket {name} to other networks by hand: of a made policy, {error}."
    if len(command) <= LONGEST_COMMAND:
        return command
    made = f"vpc-guardrail generate bucket-policy --job {quote(job.called)} --bucket {name}"
    return f"{made} > policy.json && {put}file://policy.json"
