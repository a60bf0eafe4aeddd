"""No request for an Amazon Linux package gets through the S3 endpoint."""

from collections.abc import Iterator, Sequence

from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import Network, TrainingJob, Unknown
from vpc_guardrail.core.policy import Journey, Policy, RepositoryAnswer, Tri
from vpc_guardrail.core.policy_answers import packages
from vpc_guardrail.core.policy_remedies import mend_endpoint_policy
from vpc_guardrail.core.s3_policies import NO_ENDPOINT, Passage, evidence_of, passages, told
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="package-repositories-denied",
    kind=Kind.PRIVACY,
    severity=Severity.MEDIUM,
    stop=StopPolicy.NEVER,
    title="The S3 endpoint's policy refuses packages from the Amazon Linux repositories.",
    risk="Code in the container can install software that nobody looked at.",
    how=(
        "The policy in force on each subnet's own way to S3 is asked: does a GetObject on any key "
        "of the repositories that the guide names, in the VPC's Region, get through? Unsigned, as "
        "yum asks: MEDIUM; only signed: LOW. The current repositories of Amazon Linux 2 and 2023, "
        "which the guide does not name, are told apart, at LOW."
    ),
    limits=(
        "Packages from elsewhere, such as PyPI, are not in S3. A NAT gateway leads past the "
        "endpoint's policy, which the finding says. The policy of an endpoint that another account "
        "owns is UNKNOWN."
    ),
    sound_example="The policy allows s3:GetObject on arn:aws:s3:::my-data/* alone.",
    faulty_example="The policy allows every action on every resource to everyone.",
    mend=(
        "Replace the policy by one that allows your buckets and denies the repositories; the "
        "guide's own documents only deny, and alone would cut S3 off."
    ),
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-s3",
)


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """For each endpoint in force a finding on the guide's repositories, and one on the current."""
    found = passages(job, network, settings.allowed_buckets)
    for passage in found.through:
        question = passage.question(job)
        if isinstance(question, Unknown):
            yield SPEC.unknown(passage.endpoint.id, question.reason, passage.as_evidence())
        else:
            yield from _judge(job, passage, *question)
    for subnet_id, reason in found.unseen:
        yield SPEC.unknown(subnet_id, reason)
    for subnet_id in found.past:
        yield SPEC.not_applicable(subnet_id, NO_ENDPOINT.format(subnet=subnet_id))


def _judge(
    job: TrainingJob, passage: Passage, policy: Policy, journey: Journey
) -> Iterator[Finding]:
    answers = packages(policy, journey)
    of_guide = [each for each in answers if each.repository.on_guide_page]
    current = [each for each in answers if not each.repository.on_guide_page]
    yield _on_guide_page(job, passage, of_guide, journey)
    yield _current(job, passage, current, journey)


def _on_guide_page(
    job: TrainingJob, passage: Passage, answers: Sequence[RepositoryAnswer], journey: Journey
) -> Finding:
    opened = [each for each in answers if each.unsigned.allowed is Tri.YES]
    if opened:
        return _open(job, passage, opened, journey, Severity.MEDIUM)
    if any(each.unsigned.allowed is Tri.MAYBE for each in answers):
        return _undecided(passage, answers)
    return _at_low(job, passage, answers, journey, "that the guide names")


def _current(
    job: TrainingJob, passage: Passage, answers: Sequence[RepositoryAnswer], journey: Journey
) -> Finding:
    return _at_low(job, passage, answers, journey, "that are current")


def _at_low(
    job: TrainingJob,
    passage: Passage,
    answers: Sequence[RepositoryAnswer],
    journey: Journey,
    which: str,
) -> Finding:
    """What gets through, signed or not, is advice; what may is not known."""
    opened = [each for each in answers if Tri.YES in (each.unsigned.allowed, each.signed.allowed)]
    if opened:
        return _open(job, passage, opened, journey, Severity.LOW)
    if any(Tri.MAYBE in (each.unsigned.allowed, each.signed.allowed) for each in answers):
        return _undecided(passage, answers)
    name = passage.endpoint.id
    return SPEC.passed(
        name,
        f"The policy of endpoint {name} refuses the Amazon Linux repositories {which}"
        f"{_by_nat(passage)}.",
        {**_evidence(passage), "refused": [each.bucket for each in answers]},
    )


def _open(
    job: TrainingJob,
    passage: Passage,
    opened: Sequence[RepositoryAnswer],
    journey: Journey,
    severity: Severity,
) -> Finding:
    name, first = passage.endpoint.id, opened[0]
    unsigned = any(each.unsigned.allowed is Tri.YES for each in opened)
    example = (first.unsigned if unsigned else first.signed).example
    systems = dict.fromkeys(each.repository.system for each in opened)
    return SPEC.failed(
        name,
        f"The policy of endpoint {name} lets {'' if unsigned else 'signed '}requests for packages "
        f"of {', '.join(systems)} through{told(example)}{_by_nat(passage)}.",
        severity=severity,
        evidence={
            **_evidence(passage),
            "open": [each.bucket for each in opened],
            "request": evidence_of(example),
        },
        remediation=mend_endpoint_policy(job, passage, journey),
    )


def _undecided(passage: Passage, answers: Sequence[RepositoryAnswer]) -> Finding:
    reasons = {
        reason
        for each in answers
        for decision in (each.unsigned, each.signed)
        for reason in decision.reasons
    }
    reason = "; ".join(sorted(reasons)) or "the policy is too involved to be decided"
    return SPEC.unknown(passage.endpoint.id, reason, _evidence(passage))


def _by_nat(passage: Passage) -> str:
    """What an endpoint's policy does not bind."""
    if not passage.nat_subnet_ids:
        return ""
    subnets = ", ".join(passage.nat_subnet_ids)
    return f"; from {subnets} a NAT gateway leads to packages too, and no endpoint policy binds it"


def _evidence(passage: Passage) -> dict[str, object]:
    return {**passage.as_evidence(), "subnets_with_nat": [*passage.nat_subnet_ids]}
