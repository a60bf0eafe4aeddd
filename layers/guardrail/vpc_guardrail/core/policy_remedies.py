"""Commands that put a mended policy in place, made and checked by the policy reasoner."""

from shlex import quote

from vpc_guardrail.core.command import Expanded, asked_for, aws, in_turn, variable
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
from vpc_guardrail.core.s3_policies import Passage, addresses, bucket_names, transfer

LONGEST_COMMAND = 2_000
"""Characters that a remediation may take; for a longer policy it names the command that makes it,
since alerts cut what is longer."""

BUCKET = "BUCKET"
"""The shell variable that holds what is asked for."""

FILE = "policy.json"
FROM_FILE = Expanded(f"file://{FILE}")

REPLACES = "This replaces the whole policy: add what else in the VPC uses the endpoint."


def mend_endpoint_policy(job: TrainingJob, passage: Passage, journey: Journey) -> str:
    """Let the job's buckets and those that the owner allows through, and nothing else."""
    endpoint = passage.endpoint
    names = bucket_names(job)
    if not names:
        return _with_bucket_asked_for(job, endpoint)
    names = tuple(dict.fromkeys((*names, *passage.allowed_buckets)))
    try:
        command = _put_on(endpoint, draft_of_endpoint_policy(journey, names).compact)
        if len(command) <= LONGEST_COMMAND:
            return _put_on(endpoint, made_endpoint_policy(journey, names).compact)
    except UnsoundRemedyError as error:
        read = aws(
            "ec2",
            "describe-vpc-endpoints",
            vpc_endpoint_ids=endpoint.id,
            query="VpcEndpoints[0].PolicyDocument",
            output="text",
        )
        return _by_hand(f"Of a made policy, {error}", read, _put_file_on(endpoint))
    beside = (
        "".join(f" --bucket {quote(name)}" for name in names) if passage.allowed_buckets else ""
    )
    made = f"vpc-guardrail generate endpoint-policy --job {quote(job.called)}{beside}"
    return in_turn(_said(REPLACES), f"{made} > {FILE}", _put_file_on(endpoint))


def _put_on(endpoint: Endpoint, policy: str) -> str:
    put = aws("ec2", "modify-vpc-endpoint", vpc_endpoint_id=endpoint.id, policy_document=policy)
    return in_turn(_said(REPLACES), put)


def _put_file_on(endpoint: Endpoint) -> str:
    return aws("ec2", "modify-vpc-endpoint", vpc_endpoint_id=endpoint.id, policy_document=FROM_FILE)


def _with_bucket_asked_for(job: TrainingJob, endpoint: Endpoint) -> str:
    """A policy for the bucket that whoever runs it names: the job names none."""
    made = (
        f"vpc-guardrail generate endpoint-policy --bucket {variable(BUCKET).text} "
        f"--account {quote(job.account)} --region {quote(job.region)} > {FILE}"
    )
    return in_turn(
        asked_for(BUCKET, "Bucket that jobs may use"), _said(REPLACES), made, _put_file_on(endpoint)
    )


def let_into_bucket(job: TrainingJob, network: Network, name: str, journey: Journey) -> str:
    """Let the job's role use a bucket from its VPC, where the bucket's policy refuses it."""
    found = network.bucket(name)
    existing = found if isinstance(found, Unknown) else found.policy
    wanted = f"Let {journey.role_arn} through, from {journey.vpc_id}"
    if isinstance(existing, Unknown) or existing is None:
        return _bucket_by_hand(wanted, name)
    try:
        made = reopened_bucket_policy(journey, name, existing, _transfers_in(job, name)).compact
    except (PolicyError, UnsoundRemedyError) as error:
        return _bucket_by_hand(f"{wanted}; of a made policy, {error}", name)
    command = aws("s3api", "put-bucket-policy", bucket=name, policy=made)
    return command if len(command) <= LONGEST_COMMAND else _bucket_by_hand(wanted, name)


def _bucket_by_hand(wanted: str, name: str) -> str:
    query = {"query": "Policy", "output": "text"}
    read = aws("s3api", "get-bucket-policy", bucket=name, **query)
    put = aws("s3api", "put-bucket-policy", bucket=name, policy=FROM_FILE)
    return _by_hand(wanted, read, put)


def _by_hand(wanted: str, read: str, put: str) -> str:
    """Say what is wanted, and let whoever runs it change what there is."""
    return in_turn(_said(f"{wanted}."), f"{read} > {FILE}", f"vi {FILE}", put)


def _said(sentence: str) -> str:
    return f"printf '%s\\n' {quote(sentence)}"


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
    wanted = f"Close bucket {name} to other networks, beside what its policy says already"
    if isinstance(existing, Unknown):
        return _bucket_by_hand(wanted, name)
    try:
        made = made_bucket_policy(journey, name, existing=existing).compact
    except (PolicyError, UnsoundRemedyError) as error:
        return _bucket_by_hand(f"{wanted}; of a made policy, {error}", name)
    command = aws("s3api", "put-bucket-policy", bucket=name, policy=made)
    if len(command) <= LONGEST_COMMAND:
        return command
    generated = (
        f"vpc-guardrail generate bucket-policy --job {quote(job.called)} --bucket {quote(name)}"
    )
    put = aws("s3api", "put-bucket-policy", bucket=name, policy=FROM_FILE)
    return in_turn(f"{generated} > {FILE}", put)
