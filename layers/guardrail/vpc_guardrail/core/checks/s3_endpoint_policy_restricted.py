"""The endpoint policy in force refuses buckets that nobody named, in foreign accounts."""

from collections.abc import Iterator

from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import Network, TrainingJob, Unknown
from vpc_guardrail.core.policy import (
    Decision,
    Journey,
    Policy,
    Restriction,
    Tri,
)
from vpc_guardrail.core.policy_answers import restriction
from vpc_guardrail.core.policy_remedies import mend_endpoint_policy
from vpc_guardrail.core.s3_policies import NO_ENDPOINT, Passage, evidence_of, passages, told
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="s3-endpoint-policy-restricted",
    kind=Kind.PRIVACY,
    severity=Severity.MEDIUM,
    stop=StopPolicy.NEVER,
    title="The S3 endpoint's policy refuses buckets that nobody named, in foreign accounts.",
    risk=(
        "With full access, which is what an endpoint's policy gives by default, code in the "
        "container can write your data to any bucket of anybody."
    ),
    how=(
        "The policy in force on each subnet's own way to S3 is asked: does a request to read, "
        "write or list a bucket that no statement mentions, in a foreign account, get through, "
        "whoever makes it? Statements of both effects, Not elements, wildcards and conditions "
        "are decided as IAM does. Other actions, foreign access points, and foreign buckets that "
        "merely fit a pattern such as sagemaker-*, are told at LOW."
    ),
    limits=(
        "The account's organization and the tags of the job's role are not read: a policy that "
        "rests on both is UNKNOWN. "
        "So is the policy of an endpoint that another account owns. An endpoint's policy does not "
        "bind traffic that takes a NAT gateway."
    ),
    sound_example=(
        "The policy allows s3:GetObject and s3:PutObject on arn:aws:s3:::my-data/* alone."
    ),
    faulty_example="The policy allows every action on every resource to everyone.",
    mend="Replace the policy by one that allows the buckets that the VPC uses.",
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-s3",
)


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding for each endpoint in force, and for each subnet without one."""
    found = passages(job, network, settings.allowed_buckets)
    for passage in found.through:
        question = passage.question(job)
        if isinstance(question, Unknown):
            yield SPEC.unknown(passage.endpoint.id, question.reason, passage.as_evidence())
        else:
            yield _judge(job, passage, *question)
    for subnet_id, reason in found.unseen:
        yield SPEC.unknown(subnet_id, reason)
    for subnet_id in found.past:
        yield SPEC.not_applicable(subnet_id, NO_ENDPOINT.format(subnet=subnet_id))


def _judge(job: TrainingJob, passage: Passage, policy: Policy, journey: Journey) -> Finding:
    name = passage.endpoint.id
    answer = restriction(policy, journey)
    if answer.data.allowed is Tri.MAYBE:
        return _undecided(passage, answer.data)
    if answer.data.allowed is Tri.NO:
        return _advice(job, passage, answer, journey)
    return SPEC.failed(
        name,
        f"The policy of endpoint {name} lets requests for buckets that nobody named, in foreign "
        f"accounts, through{told(answer.data.example)}.",
        evidence=_evidence(passage, answer.data),
        remediation=mend_endpoint_policy(job, passage, journey),
    )


def _advice(job: TrainingJob, passage: Passage, answer: Restriction, journey: Journey) -> Finding:
    """What is left where no data gets to a bucket that nobody named."""
    name = passage.endpoint.id
    if answer.by_pattern.allowed is Tri.YES:
        what = "a pattern lets requests for foreign buckets through that anybody may name so"
        leak = answer.by_pattern
    elif answer.by_access_point.allowed is Tri.YES:
        what = "requests for access points of foreign accounts get through"
        leak = answer.by_access_point
    elif answer.other.allowed is Tri.YES:
        what = "requests for foreign buckets that carry no objects still get through"
        leak = answer.other
    else:
        lesser = (answer.by_pattern, answer.by_access_point, answer.other)
        if any(each.allowed is Tri.MAYBE for each in lesser):
            return _undecided(passage, *lesser)
        message = f"The policy of endpoint {name} refuses buckets that nobody named."
        return SPEC.passed(name, message, passage.as_evidence())
    return SPEC.failed(
        name,
        f"The policy of endpoint {name} refuses buckets that nobody named, but {what}"
        f"{told(leak.example)}.",
        severity=Severity.LOW,
        evidence=_evidence(passage, leak),
        remediation=mend_endpoint_policy(job, passage, journey),
    )


def _undecided(passage: Passage, *answers: Decision) -> Finding:
    open_ones = [each for each in answers if each.allowed is Tri.MAYBE]
    reasons = dict.fromkeys(reason for each in open_ones for reason in each.reasons)
    reason = "; ".join(reasons) or "the policy is too involved to be decided"
    return SPEC.unknown(passage.endpoint.id, reason, _evidence(passage, open_ones[0]))


def _evidence(passage: Passage, decision: Decision) -> dict[str, object]:
    return {**passage.as_evidence(), "request": evidence_of(decision.example)}
