"""The endpoint's and the buckets' policies let the job read its inputs and write its outputs."""

from collections.abc import Iterator
from dataclasses import dataclass

from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import Fact, Network, TrainingJob, Unknown
from vpc_guardrail.core.policy import (
    Admission,
    Journey,
    Policy,
    Tri,
)
from vpc_guardrail.core.policy_remedies import let_into_bucket, mend_endpoint_policy
from vpc_guardrail.core.s3_policies import (
    NO_ENDPOINT,
    Passage,
    addresses,
    admission,
    bucket,
    evidence_of,
    passages,
    told,
)
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="s3-policies-admit-job",
    kind=Kind.READINESS,
    severity=Severity.HIGH,
    stop=StopPolicy.ALLOWED,
    title="The S3 endpoint's and the buckets' policies let the job use the S3 URIs it names.",
    risk=(
        "The job fails with AccessDenied when it downloads its data, or hours later when it "
        "uploads what it made."
    ),
    how=(
        "For each channel, the output, the checkpoints and what else the job names in S3, at its "
        "exact place: can the job's role, through the endpoint in force on each subnet's own way, "
        "list, read or write there, by the endpoint's policy and the bucket's policy together? "
        "Only what is refused for certain is a FAIL."
    ),
    limits=(
        "The role's own policies, permission boundaries and those of the organization are not "
        "read, nor what a manifest lists, nor policies of KMS keys. What encryption SageMaker asks "
        "S3 for is only known of the output of a job that names a key. Hyperparameters are never "
        "read, so a script that sagemaker_submit_directory names is not judged. Access points, "
        "directory buckets, buckets of other accounts and of other Regions are UNKNOWN. Without an "
        "S3 endpoint on the way nothing is judged."
    ),
    sound_example=(
        "The endpoint's policy allows s3:GetObject, s3:PutObject and s3:ListBucket on my-data, "
        "which holds the input and takes the output."
    ),
    faulty_example="The output goes to my-models, which the endpoint's policy does not name.",
    mend="Let the policy that refuses allow the job's role at the place it names.",
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-s3",
)


@dataclass(frozen=True, slots=True)
class _Way:
    """What the job's requests pass: an endpoint, and what is known of its policy."""

    job: TrainingJob
    network: Network
    passage: Passage
    policy: Fact[Policy]
    journey: Journey


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """For each endpoint in force what it holds up; a PASS if nothing."""
    if not job.s3_places:
        yield SPEC.not_applicable(job.arn, "The job names no place in S3.")
        return
    found = passages(job, network, settings.allowed_buckets)
    for passage in found.through:
        journey = passage.journey(job)
        if isinstance(journey, Unknown):
            yield SPEC.unknown(passage.endpoint.id, journey.reason, passage.as_evidence())
        else:
            yield from _judge(_Way(job, network, passage, passage.policy, journey))
    for subnet_id, reason in found.unseen:
        yield SPEC.unknown(subnet_id, reason)
    for subnet_id in found.past:
        yield SPEC.not_applicable(subnet_id, NO_ENDPOINT.format(subnet=subnet_id))


def _judge(way: _Way) -> Iterator[Finding]:
    admitted: list[str] = []
    for place, where in addresses(way.job):
        if isinstance(where, Unknown):
            yield SPEC.unknown(place.uri, where.reason, way.passage.as_evidence())
            continue
        target = bucket(way.job, way.network, where.bucket)
        outcome = admission(way.policy, target, way.journey, place, where)
        if outcome.admitted is Tri.YES:
            admitted.append(outcome.transfer.purpose)
        else:
            yield _held_up(way, outcome, place.uri)
    if len(admitted) == len(way.job.s3_places):
        name = way.passage.endpoint.id
        yield SPEC.passed(
            name,
            f"The policies of endpoint {name} and of the buckets let the job "
            f"{', '.join(admitted)}.",
            {**way.passage.as_evidence(), "admitted": admitted},
        )


def _held_up(way: _Way, outcome: Admission, uri: str) -> Finding:
    name = way.passage.endpoint.id
    purpose = outcome.transfer.purpose
    evidence = {
        **way.passage.as_evidence(),
        "uri": uri,
        "purpose": purpose,
        "refusals": [
            {"by": each.by, "action": each.action, "because": each.reason}
            | evidence_of(each.witness)
            for each in outcome.refusals
        ],
    }
    if outcome.admitted is Tri.MAYBE:
        whys = dict.fromkeys(f"of {each.by} {each.reason}" for each in outcome.refusals)
        reason = "; ".join(whys) or "the policies are too involved to be decided"
        reason = f"whether the job can {purpose} is not known: {reason}"
        return SPEC.unknown(name, reason, evidence)
    refusal = next(each for each in outcome.refusals if each.is_certain)
    by_endpoint = refusal.by == "the endpoint's policy"
    return SPEC.failed(
        name if by_endpoint else outcome.transfer.address.bucket,
        f"The job cannot {purpose}: {refusal.by} does not let {refusal.action} on {uri} through, "
        f"because {refusal.reason}{told(refusal.witness)}.",
        evidence=evidence,
        remediation=_remediation(way, outcome, by_endpoint=by_endpoint),
    )


def _remediation(way: _Way, outcome: Admission, *, by_endpoint: bool) -> str:
    if by_endpoint:
        return mend_endpoint_policy(way.job, way.passage, way.journey)
    return let_into_bucket(way.job, way.network, outcome.transfer.address.bucket, way.journey)
