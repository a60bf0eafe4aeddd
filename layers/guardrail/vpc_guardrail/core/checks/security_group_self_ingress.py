"""Instances of a distributed job may reach each other."""

from collections.abc import Iterator
from dataclasses import dataclass

from vpc_guardrail.core import remedies
from vpc_guardrail.core.demand import Likelihood, is_distributed
from vpc_guardrail.core.filtering import (
    ALL_TCP,
    ENCAPSULATED,
    KEY_EXCHANGE,
    Admission,
    Means,
    Traffic,
    admits_members,
)
from vpc_guardrail.core.finding import CheckSpec, Evidence, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import (
    Direction,
    Fact,
    Network,
    SecurityGroup,
    Subnet,
    TrainingJob,
    Unknown,
)
from vpc_guardrail.core.routing import EVERYWHERE
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="security-group-self-ingress",
    kind=Kind.READINESS,
    severity=Severity.HIGH,
    stop=StopPolicy.ALLOWED,
    title="The instances of a distributed job may reach each other through its security groups.",
    risk="The containers of the job cannot connect, and training hangs until it times out.",
    how=(
        "More than one instance: the rules of all attached groups add up; inbound and outbound "
        "TCP must pass between members, by a reference to an attached group or by CIDR blocks "
        "that cover the subnet. A part of the ports passes with a note, since which ports the "
        "framework uses is not known. With inter-container encryption, ESP and UDP 500 must pass "
        "as well."
    ),
    limits=(
        "Middlebox routing between the subnets of a VPC, which breaks group references, is not "
        "seen. That encryption needs UDP 500 is not verified: its lack alone is MEDIUM."
    ),
    sound_example="sg-1 allows all inbound traffic from sg-1, and all outbound traffic.",
    faulty_example="Two instances carry sg-1, which allows inbound TCP 443 from elsewhere only.",
    mend="Let the group admit all traffic from itself.",
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-groups",
)

Answer = Fact[Admission | None]


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding for each kind of traffic that the members of the job need."""
    distributed = is_distributed(job)
    if isinstance(distributed, Likelihood) and not distributed.in_some_plan:
        yield SPEC.not_applicable(job.arn, "The job runs on one instance.")
        return
    judgement = _Judgement(job, network, distributed)
    yield judgement.of(ALL_TCP, SPEC.severity)
    if job.encrypts_inter_container_traffic:
        yield judgement.of(ENCAPSULATED, SPEC.severity)
        yield judgement.of(KEY_EXCHANGE, Severity.MEDIUM)


@dataclass(frozen=True, slots=True)
class _Judgement:
    job: TrainingJob
    network: Network
    distributed: Fact[Likelihood]

    def of(self, traffic: Traffic, severity: Severity) -> Finding:
        """Whether this traffic passes between members, in whichever subnet they land."""
        facts = [self.network.security_group(name) for name in self.job.security_group_ids]
        groups = [fact for fact in facts if isinstance(fact, SecurityGroup)]
        unread = next((fact for fact in facts if isinstance(fact, Unknown)), None)
        answers: dict[tuple[str, Direction], Answer] = {
            (subnet_id, direction): self._answer(groups, direction, traffic, subnet_id)
            for subnet_id in self.job.subnet_ids
            for direction in Direction
        }
        if unread is not None:
            answers = {place: answer or unread for place, answer in answers.items()}
        return self._finding(traffic, severity, answers)

    def _answer(
        self, groups: list[SecurityGroup], direction: Direction, traffic: Traffic, subnet_id: str
    ) -> Answer:
        subnet = self.network.subnet(subnet_id)
        block = subnet.cidr if isinstance(subnet, Subnet) else None
        answer = admits_members(
            groups, direction, traffic, block or EVERYWHERE, self.network.prefix_lists
        )
        if block or (isinstance(answer, Admission) and answer.means is Means.GROUP):
            return answer
        if isinstance(subnet, Unknown):
            return subnet
        return Unknown(f"{subnet_id} is IPv6-only, and rules by CIDR block are judged for IPv4")

    def _finding(
        self, traffic: Traffic, severity: Severity, answers: dict[tuple[str, Direction], Answer]
    ) -> Finding:
        groups = ", ".join(self.job.security_group_ids)
        evidence = {
            "security_groups": [*self.job.security_group_ids],
            "traffic": traffic.name,
            "answers": [
                {"subnet": subnet_id, "direction": direction.value, "passes": _told(answer)}
                for (subnet_id, direction), answer in answers.items()
            ],
        }
        in_part = {place for place, answer in answers.items() if _in_part(answer)}
        refused = {place for place, answer in answers.items() if answer is None} | in_part
        unknown = [answer for answer in answers.values() if isinstance(answer, Unknown)]
        if refused and isinstance(self.distributed, Unknown):
            return SPEC.unknown(groups, self.distributed.reason, evidence)
        if refused:
            if in_part == refused:
                return self._refused(f"all {traffic.name}", Severity.MEDIUM, refused, evidence)
            return self._refused(traffic.name, severity, refused, evidence)
        if unknown:
            return SPEC.unknown(groups, unknown[0].reason, evidence)
        means = {answer.means for answer in answers.values() if isinstance(answer, Admission)}
        note = "; ".join(sorted(NOTES[each] for each in means if each in NOTES))
        message = f"{groups} let {traffic.name} pass between the instances of the job"
        return SPEC.passed(groups, f"{message}; {note}." if note else f"{message}.", evidence)

    def _refused(
        self,
        what: str,
        severity: Severity,
        refused: set[tuple[str, Direction]],
        evidence: Evidence,
    ) -> Finding:
        directions = [each for each in Direction if any(each is place[1] for place in refused)]
        subnets = sorted({place[0] for place in refused})
        everywhere = len(subnets) == len(self.job.subnet_ids)
        certain = isinstance(self.distributed, Likelihood) and self.distributed.in_every_plan
        where = "" if everywhere else f" in {', '.join(subnets)}"
        ways = " and ".join(each.value for each in directions)
        groups = ", ".join(self.job.security_group_ids)
        return SPEC.failed(
            groups,
            f"{groups} do not let {ways} {what} pass between the instances of the job{where}.",
            severity=severity if everywhere and certain else Severity.MEDIUM,
            evidence=evidence,
            remediation=" && ".join(
                remedies.allow_all_from_itself(self.job.security_group_ids[0], each)
                for each in directions
            ),
        )


NOTES = {
    Means.CIDR: "the rule names CIDR blocks, where the AWS guide names the group itself",
    Means.PART_OF_PORTS: (
        "only a part of the ports passes, which is enough if the framework keeps to them"
    ),
}


def _in_part(answer: Answer) -> bool:
    """True if only instances at some addresses reach each other; all may land at those."""
    return isinstance(answer, Admission) and answer.means is Means.PART_OF_ADDRESSES


def _told(answer: Answer) -> str:
    if answer is None:
        return "no"
    if isinstance(answer, Unknown):
        return f"not known, because {answer.reason}"
    return f"by {answer.means.value} in {', '.join(answer.group_ids)}"
