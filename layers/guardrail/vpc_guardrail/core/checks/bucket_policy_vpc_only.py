"""Each of the job's buckets refuses whoever does not come through the VPC or its endpoint."""

from collections.abc import Iterator

from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import Network, TrainingJob, Unknown
from vpc_guardrail.core.policy import (
    Address,
    Bucket,
    Decision,
    Journey,
    Tri,
)
from vpc_guardrail.core.policy_answers import isolation
from vpc_guardrail.core.policy_remedies import mend_bucket_policy
from vpc_guardrail.core.s3_policies import (
    addresses,
    bucket,
    bucket_names,
    evidence_of,
    journey_of,
    told,
)
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="bucket-policy-vpc-only",
    kind=Kind.PRIVACY,
    severity=Severity.MEDIUM,
    stop=StopPolicy.NEVER,
    title="Each bucket of the job refuses requests that do not come through the VPC.",
    risk=(
        "Whoever gets hold of credentials of the account, or is let in by the bucket's policy, "
        "reads the training data and replaces the model from anywhere on the internet."
    ),
    how=(
        "The bucket's policy is asked about requests from no VPC, and through a VPC and an "
        "endpoint that no statement names: is each of them to read or write an object refused, by "
        "an explicit Deny or because nothing allows it? A policy that admits several named VPCs or "
        "endpoints is sound. Listing alone, and principals of the account whom the policy exempts "
        "by name, are told at LOW."
    ),
    limits=(
        "Block Public Access, access control lists and the policies of access points are not "
        "read, nor are those of identities: they are taken to grant what the bucket's policy "
        "leaves open. Buckets of other accounts and Regions are UNKNOWN, and so are policies that "
        "the guardrail may not read: one that denies s3:* from outside the VPC denies that too."
    ),
    sound_example=(
        "A statement denies s3:GetObject, s3:PutObject and s3:ListBucket to everyone whose "
        "aws:SourceVpc is not vpc-1."
    ),
    faulty_example="The bucket has no policy.",
    mend="Add a statement to the bucket's policy that denies requests from outside the VPC.",
    source=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html"
    ),
)


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding for each bucket that the job names."""
    for place, where in addresses(job):
        if not isinstance(where, Address):
            yield SPEC.unknown(place.uri, where.reason)
    names = bucket_names(job)
    if not job.s3_places:
        yield SPEC.not_applicable(job.arn, "The job names no bucket.")
    way = journey_of(job, network)
    for name in names:
        if isinstance(way, Unknown):
            yield SPEC.unknown(name, way.reason)
        else:
            yield _judge(job, network, bucket(job, network, name), way)


def _judge(job: TrainingJob, network: Network, target: Bucket, way: Journey) -> Finding:
    name, policy = target.name, target.policy
    if isinstance(policy, Unknown):
        return SPEC.unknown(name, policy.reason)
    evidence: dict[str, object] = {"bucket": name, "vpc": way.vpc_id}
    if policy is None:
        return SPEC.failed(
            name,
            f"Bucket {name} has no policy, so nothing refuses requests from outside {way.vpc_id}.",
            evidence=evidence,
            remediation=mend_bucket_policy(job, network, name, way),
        )
    answer = isolation(policy, way, target)
    if answer.data.allowed is Tri.YES:
        return _open(job, network, name, way, answer.data, "read or written")
    if answer.data.allowed is Tri.MAYBE:
        reason = "; ".join(answer.data.reasons) or "policies of identities are not read"
        evidence |= {"request": evidence_of(answer.data.example)}
        return SPEC.unknown(name, reason, evidence)
    for what, lesser in (("listed", answer.listing), ("read or written", answer.exempt)):
        if lesser.allowed is Tri.YES:
            return _open(job, network, name, way, lesser, what, severity=Severity.LOW)
    nobody = "" if answer.reachable is not Tri.NO else ", and to the job's role from any VPC"
    message = f"The policy of bucket {name} is closed to whoever comes from elsewhere{nobody}."
    return SPEC.passed(name, message, evidence)


def _open(
    job: TrainingJob,
    network: Network,
    name: str,
    way: Journey,
    decision: Decision,
    what: str,
    *,
    severity: Severity | None = None,
) -> Finding:
    return SPEC.failed(
        name,
        f"Bucket {name} can be {what} from outside {way.vpc_id}{told(decision.example)}.",
        severity=severity,
        evidence={
            "bucket": name,
            "vpc": way.vpc_id,
            "request": evidence_of(decision.example),
        },
        remediation=mend_bucket_policy(job, network, name, way),
    )
