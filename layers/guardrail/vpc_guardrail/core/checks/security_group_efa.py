"""EFA instances: one attached group allows all traffic from itself and to itself."""

from collections.abc import Iterator

from vpc_guardrail.core import remedies
from vpc_guardrail.core.demand import Likelihood, uses_efa_between_instances
from vpc_guardrail.core.finding import CheckSpec, Evidence, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import Direction, Network, SecurityGroup, TrainingJob, Unknown
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="security-group-efa",
    kind=Kind.READINESS,
    severity=Severity.HIGH,
    stop=StopPolicy.ALLOWED,
    title="A security group of an EFA job allows all traffic from itself and all to itself.",
    risk=(
        "EFA traffic is not IP traffic: without both self rules the instances cannot talk over "
        "EFA, and collective operations hang or fail."
    ),
    how=(
        "More than one instance with EFA: ONE attached group must allow protocol -1 from itself "
        "inbound and to itself outbound. 0.0.0.0/0 outbound does not count, since EFA traffic "
        "has no IP address. Types that can carry EFA but may not: LOW."
    ),
    limits=(
        "SageMaker does not say which instance types get EFA; the table of certain types is "
        "AWS's own training toolkit's, with the newer types of the same families."
    ),
    sound_example="sg-1 allows all traffic from sg-1 inbound and all traffic to sg-1 outbound.",
    faulty_example="sg-1 allows all traffic from sg-1 inbound, and outbound only 0.0.0.0/0.",
    mend="Add the self rule that is missing, with protocol -1.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html#efa-start-security",
)


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """One finding on the groups of the job."""
    efa = uses_efa_between_instances(job, network)
    if isinstance(efa, Likelihood) and not efa.in_some_plan:
        yield SPEC.not_applicable(job.arn, "The job does not run EFA between instances.")
        return
    facts = [network.security_group(group_id) for group_id in job.security_group_ids]
    groups = [fact for fact in facts if isinstance(fact, SecurityGroup)]
    unread = next((fact for fact in facts if isinstance(fact, Unknown)), None)
    resource = ", ".join(job.security_group_ids)
    evidence = {"groups": {group.id: _told(group) for group in groups}}
    complete = [group.id for group in groups if all(_to_itself(group, each) for each in Direction)]
    if complete:
        message = f"{complete[0]} allows all traffic from itself and to itself."
        yield SPEC.passed(resource, message, evidence)
    elif unread or isinstance(efa, Unknown):
        reason = efa.reason if isinstance(efa, Unknown) else unread.reason if unread else ""
        yield SPEC.unknown(resource, reason, evidence)
    else:
        yield _failed(job, groups, efa, evidence)


def _failed(
    job: TrainingJob, groups: list[SecurityGroup], efa: Likelihood, evidence: Evidence
) -> Finding:
    group = max(groups, key=lambda each: sum(_to_itself(each, way) for way in Direction))
    lacking = [each for each in Direction if not _to_itself(group, each)]
    across_groups = all(any(_to_itself(each, way) for each in groups) for way in Direction)
    message = (
        f"No security group of the job allows all traffic from itself and to itself: {group.id} "
        f"lacks the {' and the '.join(each.value for each in lacking)} rule."
    )
    if across_groups:
        message += " Two groups together allow both ways, which may do."
    return SPEC.failed(
        ", ".join(job.security_group_ids),
        message,
        severity=None if efa.in_every_plan and not across_groups else Severity.LOW,
        evidence=evidence,
        remediation=" && ".join(remedies.allow_all_from_itself(group.id, each) for each in lacking),
    )


def _to_itself(group: SecurityGroup, direction: Direction) -> bool:
    """Whether a rule of the group allows all traffic and names the group itself."""
    return any(
        rule.all_traffic and group.id in rule.peers.group_ids for rule in group.rules(direction)
    )


def _told(group: SecurityGroup) -> dict[str, bool]:
    return {each.value: _to_itself(group, each) for each in Direction}
