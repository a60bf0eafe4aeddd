"""The VPC's tenancy is default: SageMaker training runs on shared hardware only."""

from collections.abc import Iterator

from vpc_guardrail.core.command import aws
from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import Network, Subnet, TrainingJob, Unknown
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="vpc-tenancy-default",
    kind=Kind.READINESS,
    severity=Severity.HIGH,
    stop=StopPolicy.ALLOWED,
    title="The VPC of the job has default tenancy.",
    risk="SageMaker training supports subnets of default-tenancy VPCs only; the job cannot run.",
    how="InstanceTenancy of DescribeVpcs, for the VPC of each subnet.",
    limits="None known.",
    sound_example="InstanceTenancy of vpc-1 is default.",
    faulty_example="InstanceTenancy of vpc-1 is dedicated.",
    mend="Set the tenancy to default; instances that run already keep theirs.",
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html",
)

DEFAULT_TENANCY = "default"
"""Source: https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html (the note on top)."""


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding for each VPC that the job's subnets belong to."""
    judged: set[str] = set()
    for subnet_id in job.subnet_ids:
        subnet = network.subnet(subnet_id)
        if not isinstance(subnet, Subnet):
            yield SPEC.unknown(subnet_id, subnet.reason)
        elif subnet.vpc_id not in judged:
            judged.add(subnet.vpc_id)
            yield _judge(subnet.vpc_id, network)


def _judge(vpc_id: str, network: Network) -> Finding:
    vpc = network.vpc(vpc_id)
    if isinstance(vpc, Unknown):
        return SPEC.unknown(vpc_id, vpc.reason)
    evidence = {"vpc": vpc.id, "instance_tenancy": vpc.tenancy}
    if vpc.tenancy == DEFAULT_TENANCY:
        return SPEC.passed(vpc.id, f"The tenancy of {vpc.id} is default.", evidence)
    return SPEC.failed(
        vpc.id,
        f"The tenancy of {vpc.id} is {vpc.tenancy}, and SageMaker training needs default.",
        evidence=evidence,
        remediation=aws(
            "ec2", "modify-vpc-tenancy", vpc_id=vpc.id, instance_tenancy=DEFAULT_TENANCY
        ),
    )
