"""S3's name resolves in the VPC: DNS support is on, and the servers are Amazon's."""

from collections.abc import Iterator

from vpc_guardrail.core.command import aws, in_turn, kept_as, variable
from vpc_guardrail.core.dns import amazon_answers, dhcp_options_of
from vpc_guardrail.core.finding import CheckSpec, Evidence, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import DhcpOptions, Fact, Network, Subnet, TrainingJob, Unknown, Vpc
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="dns-resolves-s3",
    kind=Kind.READINESS,
    severity=Severity.HIGH,
    stop=StopPolicy.NEVER,
    title="S3's name resolves in the VPC: DNS support is on, and its DNS servers are Amazon's.",
    risk=(
        "SageMaker refuses a VPC whose DHCP options lack a domain name or DNS servers, and a job "
        "that cannot resolve S3's name cannot load its data."
    ),
    how=(
        "enableDnsSupport must be on, and the VPC's DHCP option set must carry both domain-name "
        "and domain-name-servers. AmazonProvidedDNS, 169.254.169.253, fd00:ec2::253 and the base "
        "of the VPC's primary block plus two are Amazon's servers."
    ),
    limits=(
        "Whether servers of your own resolve S3's name cannot be seen: UNKNOWN, and so is a VPC "
        "without an option set."
    ),
    sound_example="DNS support is on; the DHCP options carry ec2.internal and AmazonProvidedDNS.",
    faulty_example="The DHCP option set carries domain-name-servers, but no domain-name.",
    mend="Associate a DHCP option set that carries both domain-name and domain-name-servers.",
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-route-table",
)


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding for each VPC that the job's subnets belong to."""
    judged: set[str] = set()
    for subnet_id in job.subnet_ids:
        subnet = network.subnet(subnet_id)
        if not isinstance(subnet, Subnet):
            yield SPEC.unknown(subnet_id, subnet.reason)
        elif subnet.vpc_id not in judged:
            judged.add(subnet.vpc_id)
            vpc = network.vpc(subnet.vpc_id)
            if isinstance(vpc, Unknown):
                yield SPEC.unknown(subnet.vpc_id, vpc.reason)
            else:
                yield _judge(vpc, dhcp_options_of(network, vpc), network.region)


def _judge(vpc: Vpc, options: Fact[DhcpOptions], region: str) -> Finding:
    evidence: dict[str, object] = {
        "vpc": vpc.id,
        "dhcp_options": vpc.dhcp_options_id,
        "dns_support": _told(vpc.dns_support),
        "dns_hostnames": _told(vpc.dns_hostnames),
    }
    if isinstance(options, DhcpOptions):
        evidence["domain_name"] = [*options.domain_name]
        evidence["domain_name_servers"] = [*options.domain_name_servers]
        if not options.domain_name or not options.domain_name_servers:
            return _incomplete(vpc, options, region, evidence)
    answers = amazon_answers(options, vpc)
    if isinstance(answers, Unknown):
        return SPEC.unknown(vpc.id, answers.reason, evidence)
    if isinstance(vpc.dns_support, Unknown):
        return SPEC.unknown(vpc.id, vpc.dns_support.reason, evidence)
    if not vpc.dns_support:
        return SPEC.failed(
            vpc.id,
            f"DNS support of {vpc.id} is off, so Amazon's DNS server does not answer.",
            evidence=evidence,
            remediation=aws(
                "ec2", "modify-vpc-attribute", vpc_id=vpc.id, enable_dns_support="Value=true"
            ),
        )
    return SPEC.passed(vpc.id, f"Amazon's DNS server answers in {vpc.id}.", evidence)


def _incomplete(vpc: Vpc, options: DhcpOptions, region: str, evidence: Evidence) -> Finding:
    lacking = [
        key
        for key, values in (
            ("domain-name", options.domain_name),
            ("domain-name-servers", options.domain_name_servers),
        )
        if not values
    ]
    return SPEC.failed(
        vpc.id,
        f"DHCP option set {options.id} lacks {' and '.join(lacking)}, which SageMaker demands.",
        evidence=evidence,
        remediation=_give_options(vpc, options, region),
    )


def _give_options(vpc: Vpc, options: DhcpOptions, region: str) -> str:
    """Make an option set that keeps what the present one says, and associate it."""
    names = options.domain_name or (_amazons_domain(region),)
    servers = options.domain_name_servers or (AMAZONS_SERVERS,)
    made = aws(
        "ec2",
        "create-dhcp-options",
        dhcp_configurations=(
            f"Key=domain-name,Values={','.join(names)}",
            f"Key=domain-name-servers,Values={','.join(servers)}",
        ),
        query="DhcpOptions.DhcpOptionsId",
        output="text",
    )
    associated = aws(
        "ec2", "associate-dhcp-options", vpc_id=vpc.id, dhcp_options_id=variable("OPTIONS")
    )
    return in_turn(kept_as("OPTIONS", made), associated)


AMAZONS_SERVERS = "AmazonProvidedDNS"


def _amazons_domain(region: str) -> str:
    """Source: https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html"""
    return "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"


def _told(value: Fact[bool]) -> bool | str:
    return f"not known, because {value.reason}" if isinstance(value, Unknown) else value
