"""The training jobs of the demo, each with what must become of it."""

from __future__ import annotations

from dataclasses import dataclass

from demo.outcome import Finding, Outcome

SOUND = "sound"
WITHOUT_S3_ENDPOINT = "without S3 endpoint"
PUBLIC = "public"

NO_WAY_TO_S3 = frozenset(
    {Finding("s3-reachable", "CRITICAL"), Finding("s3-gateway-endpoint", "HIGH")}
)


@dataclass(frozen=True)
class JobPlan:
    """A job to start, and its end if all goes as it should."""

    name: str
    why: str
    """What is special about it, in a few words."""
    expected: Outcome
    network: str = ""
    """The network it runs in; empty for a job without a VpcConfig."""
    instance_type: str = "ml.g5.2xlarge"
    instance_count: int = 1
    efa_egress: bool = True
    """Whether its security group lets all traffic out to itself, as EFA demands."""


SOUND_JOB = JobPlan(
    name="sound",
    why="2 instances, sound network",
    network=SOUND,
    instance_count=2,
    expected=Outcome(verdict="compliant"),
)

JOB_WITHOUT_VPC = JobPlan(
    name="no-vpc",
    why="no VPC; its event comes twice",
    expected=Outcome(
        verdict="noncompliant",
        findings=frozenset({Finding("vpc-config-present", "CRITICAL")}),
        inspections=2,  # Its event comes twice.
        alerts=1,
        stop_calls=1,
        stop_reports=1,
        status="Stopped",
    ),
)

FIRST_JOBS = (
    SOUND_JOB,
    JOB_WITHOUT_VPC,
    JobPlan(
        name="no-s3-endpoint",
        why="private subnets, no S3 endpoint",
        network=WITHOUT_S3_ENDPOINT,
        expected=Outcome(verdict="noncompliant", findings=NO_WAY_TO_S3, alerts=1),
    ),
    JobPlan(
        name="public-subnets",
        why="no way but an internet gateway",
        network=PUBLIC,
        expected=Outcome(verdict="noncompliant", findings=NO_WAY_TO_S3, alerts=1),
    ),
    JobPlan(
        name="efa-one-way",
        why="2 EFA instances, no self egress",
        network=SOUND,
        instance_type="ml.p4d.24xlarge",
        instance_count=2,
        efa_egress=False,
        expected=Outcome(
            verdict="noncompliant",
            findings=frozenset({Finding("security-group-efa", "HIGH")}),
            alerts=1,
        ),
    ),
)

LAST_JOB = JobPlan(
    name="sound-again",
    why="1 instance, sound network",
    network=SOUND,
    expected=Outcome(verdict="compliant"),
)
"""Started when all else is over: the guardrail still works, and nothing came in between."""

JOBS = (*FIRST_JOBS, LAST_JOB)

FAILED_CALL_ERROR = "ResourceInUse"
"""How SageMaker refuses a name that is taken."""

TOLD_IN_FULL = "efa-one-way"
"""The job whose alert is shown in full."""


@dataclass(frozen=True)
class VpcStep:
    """A step of mending a VPC, and what AWS Config must say of it then."""

    what: str
    compliance: str
    annotation: str
    """How the annotation begins."""


VPC_STEPS = (
    VpcStep("no S3 endpoint", "NON_COMPLIANT", "Score 69 of 100. CRITICAL s3-reachable: subnet-"),
    VpcStep(
        "an S3 endpoint",
        "NON_COMPLIANT",
        "Score 89 of 100. MEDIUM package-repositories-denied: vpce-",
    ),
    VpcStep("a tight policy on it", "COMPLIANT", "Score 100 of 100."),
)
"""The VPC of the network without S3 endpoint, after the jobs: its owner mends it."""

SCORING = {"ScoreVpcs": "true", "TrainingSubnetTags": "Name", "MinimumScore": "90"}
"""The rule's parameters: what bears a name is for training, and 90 points are asked for."""
