"""One denied call at a time: UNKNOWN in the checks that need it, and no PASS that rests on it.

The network before moto is sound, and made so that every call of the inventory decides something.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    BUCKET,
    NOW,
    OWN_BUCKET_ONLY,
    a_job,
    a_policy,
    a_statement,
    of_bucket,
)
from tests.integration.networks import (
    add_acl,
    add_dhcp_options,
    add_efs,
    add_gateway_endpoint,
    add_group,
    add_interface_endpoint,
    add_internet_gateway,
    add_list_route,
    add_nat_gateway,
    add_prefix_list,
    add_route,
    add_subnet,
    add_table,
    associations,
    let_in,
    let_in_list,
)
from tests.integration.wire import ALWAYS, Wire
from vpc_guardrail.adapters.aws_calls import JOB_INSPECTOR
from vpc_guardrail.adapters.file_systems import FileSystemReader
from vpc_guardrail.adapters.inventory import Inventory
from vpc_guardrail.adapters.s3_reader import S3Reader
from vpc_guardrail.core.engine import findings_on
from vpc_guardrail.core.finding import Status
from vpc_guardrail.core.model import FileSystem
from vpc_guardrail.core.settings import InternetAccess, Settings

if TYPE_CHECKING:
    from vpc_guardrail.adapters.clients import Clients
    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import TrainingJob

OFFICES = "198.51.100.0/24"
"""A public block that is none of S3's: what is said about it matters until S3's are known."""

PARTNERS = "172.16.0.0/16"
"""A private block that the network ACL shuts out: it matters until S3's addresses are known."""

NOTHING_LEFT_OUT = Settings(internet_access=InternetAccess.REQUIRED, required_services=("sts",))

S3_CHECKS = {"s3-gateway-endpoint", "s3-reachable", "s3-traffic-allowed"}
POLICY_CHECKS = {
    "s3-endpoint-policy-restricted",
    "s3-policies-admit-job",
    "package-repositories-denied",
}
OF_BUCKETS = {"s3-policies-admit-job", "bucket-policy-vpc-only"}

BY_NAMED_LISTS = {"internet-access", "required-services-reachable"}
"""What a list named by a route, or by a rule of an endpoint's group, decides."""

NEEDED_BY = {
    "DescribeDhcpOptions": {"dns-resolves-s3", "required-services-reachable"},
    "DescribeInstanceTypes": {"security-group-efa", "subnet-ip-capacity"},
    "DescribeNatGateways": {"internet-access"},
    "DescribeNetworkAcls": {
        "internet-access",
        "required-services-reachable",
        "s3-traffic-allowed",
    },
    "DescribeNetworkInterfaces": {"required-services-reachable"},
    "DescribePrefixLists": {*S3_CHECKS, *POLICY_CHECKS, *BY_NAMED_LISTS},
    "DescribeRouteTables": {
        *POLICY_CHECKS,
        "internet-access",
        "s3-gateway-endpoint",
        "s3-reachable",
    },
    "DescribeSecurityGroupVpcAssociations": {"network-references-exist"},
    "DescribeSecurityGroups": {
        "internet-access",
        "network-references-exist",
        "required-services-reachable",
        "s3-traffic-allowed",
        "security-group-self-ingress",
    },
    "DescribeSubnets": {
        *S3_CHECKS,
        *POLICY_CHECKS,
        "bucket-policy-vpc-only",
        "dns-resolves-s3",
        "internet-access",
        "network-references-exist",
        "required-services-reachable",
        "security-group-self-ingress",
        "subnet-ip-capacity",
        "vpc-tenancy-default",
    },
    "DescribeVpcAttribute": {"dns-resolves-s3", "required-services-reachable"},
    "DescribeVpcEndpoints": {
        *S3_CHECKS,
        *POLICY_CHECKS,
        "internet-access",
        "required-services-reachable",
    },
    "DescribeVpcs": {
        "dns-resolves-s3",
        "internet-access",
        "required-services-reachable",
        "vpc-tenancy-default",
    },
    "GetBucketPolicy": OF_BUCKETS,
    "GetManagedPrefixListEntries": {
        "s3-gateway-endpoint",
        "s3-reachable",
        *POLICY_CHECKS,
        *BY_NAMED_LISTS,
    },
}
"""The checks that cannot be judged without a call."""

OF_THE_BORDER = {"s3-traffic-allowed": 1}
"""The finding on the network ACL, beside the one on the groups' rules."""

OF_THE_RULES = {"s3-traffic-allowed": 1}
"""The finding on the groups' rules, which let everything out, beside the one on the ACL."""

OF_THE_SUBNET = {"network-references-exist": 1}
OF_THE_SUBNET_AND_THE_OWN_GROUP = {"network-references-exist": 2}

OF_THE_SERVICE = OF_THE_FILE_SYSTEM = {"required-services-reachable": 1}

PASSES_STILL = {
    "DescribeDhcpOptions": OF_THE_FILE_SYSTEM,
    "DescribeNetworkAcls": OF_THE_RULES,
    "DescribeNetworkInterfaces": OF_THE_SERVICE,
    "DescribeVpcAttribute": OF_THE_FILE_SYSTEM,
    "DescribeVpcEndpoints": OF_THE_FILE_SYSTEM,
    "DescribeVpcs": OF_THE_FILE_SYSTEM,
    "DescribePrefixLists": OF_THE_RULES,
    "DescribeSecurityGroupVpcAssociations": OF_THE_SUBNET_AND_THE_OWN_GROUP,
    "DescribeSecurityGroups": {**OF_THE_SUBNET, **OF_THE_BORDER},
}
"""How many findings of such checks pass all the same, because they rest on other calls."""


@dataclass(frozen=True)
class Judged:
    """A sound job that is judged by what EC2 answers."""

    job: TrainingJob
    clients: Clients
    wire: Wire
    s3_wire: Wire

    def findings(self) -> tuple[Finding, ...]:
        network = self.inventory().read(self.job)
        return findings_on(self.job, network, NOTHING_LEFT_OUT)

    def inventory(self) -> Inventory:
        reader = FileSystemReader(self.clients)
        buckets = S3Reader(lambda: self.clients.s3)
        return Inventory(self.clients.ec2, lambda: NOW, file_systems=reader, buckets=buckets)

    def without(self, action: str) -> tuple[Finding, ...]:
        """The findings where this action alone is denied."""
        if action in JOB_INSPECTOR["s3"]:
            self.s3_wire.fails(action, "AccessDenied", status=403, times=ALWAYS)
        else:
            self.wire.forget(action)
            self.wire.fails(action, "UnauthorizedOperation", status=403, times=ALWAYS)
        return self.findings()


@pytest.fixture
def sound(clients: Clients) -> Judged:
    """In a private subnet that holds the job only if its instances carry no EFA."""
    ec2 = clients.ec2
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    add_dhcp_options(ec2, vpc)
    private, public = add_subnet(ec2, vpc, "10.0.0.0/28"), add_subnet(ec2, vpc, "10.0.1.0/24")
    table, nat = add_table(ec2, vpc, private), add_nat_gateway(ec2, public)
    add_route(ec2, table, nat=nat)
    add_list_route(ec2, table, add_prefix_list(ec2, "offices", OFFICES), nat=nat)
    s3_endpoint = add_gateway_endpoint(ec2, vpc, table, "s3")
    ec2.modify_vpc_endpoint(VpcEndpointId=s3_endpoint, PolicyDocument=OWN_BUCKET_ONLY)
    add_bucket(clients, vpc)
    add_route(ec2, add_table(ec2, vpc, public), gateway=add_internet_gateway(ec2, vpc))
    add_acl(ec2, vpc, private, closed_to=PARTNERS)
    own, of_endpoint = add_group(ec2, vpc, "own"), add_group(ec2, vpc, "of-endpoint")
    let_in(ec2, own, members_of=own)
    let_in_list(ec2, of_endpoint, add_prefix_list(ec2, "clients", "10.0.0.0/24"))
    add_interface_endpoint(ec2, vpc, public, "sts", of_endpoint)
    another_vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    shared = add_group(ec2, another_vpc, "shared")
    wire = Wire(ec2)
    body = associations((shared, vpc, "associated"))
    wire.answers("DescribeSecurityGroupVpcAssociations", body, times=ALWAYS)
    groups = [own, shared]
    mounted = FileSystem("EFS", add_efs(clients, public, of_endpoint))
    job = a_job(
        subnets=[private],
        groups=groups,
        instance_type="ml.t2.nano",
        instance_count=3,
        file_systems=[mounted],
    )
    wire.calls.clear()
    return Judged(job, clients, wire, Wire(clients.s3))


def add_bucket(clients: Clients, vpc: str) -> None:
    """The job's bucket, closed to other networks than the VPC, that names it."""
    clients.s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    elsewhere = {"StringNotEquals": {"aws:SourceVpc": vpc}}
    policy = a_policy(a_statement("Deny", "s3:*", of_bucket(), condition=elsewhere))
    clients.s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)


def by_what_decides(finding: Finding) -> Finding:
    """A finding without the evidence that is told along and decides nothing.

    A VPC's DNS hostnames are asked for only where the endpoints are known, and need them.
    """
    decides = {key: value for key, value in finding.evidence.items() if key != "dns_hostnames"}
    return replace(finding, evidence=decides)


def checks(findings: tuple[Finding, ...], status: Status) -> set[str]:
    return {finding.check for finding in findings if finding.status is status}


def test_every_call_is_denied_once_below() -> None:
    assert {*NEEDED_BY} == {*JOB_INSPECTOR["ec2"], *JOB_INSPECTOR["s3"]}


def test_all_is_well_while_nothing_is_denied(sound: Judged) -> None:
    findings = sound.findings()
    assert checks(findings, Status.FAIL) | checks(findings, Status.UNKNOWN) == set()
    assert checks(findings, Status.NOT_APPLICABLE) == {"security-group-efa"}
    assert {*sound.wire.calls, *sound.s3_wire.calls} == {*NEEDED_BY}


def test_every_check_of_the_network_needs_some_call(sound: Judged) -> None:
    of_the_request = {"vpc-config-present"}
    every = {finding.check for finding in sound.findings()}
    assert {check for needing in NEEDED_BY.values() for check in needing} == every - of_the_request


@pytest.mark.parametrize("denied", NEEDED_BY)
def test_a_denied_call_is_unknown_in_the_checks_that_need_it_and_changes_no_other(
    sound: Judged, denied: str
) -> None:
    before = sound.findings()
    after = sound.without(denied)

    assert checks(after, Status.UNKNOWN) == NEEDED_BY[denied]
    assert checks(after, Status.FAIL) == set()
    kept = [by_what_decides(finding) for finding in after]
    for finding in before:
        assert by_what_decides(finding) in kept or finding.check in NEEDED_BY[denied]


@pytest.mark.parametrize("denied", NEEDED_BY)
def test_no_pass_rests_on_a_denied_call(sound: Judged, denied: str) -> None:
    after = sound.without(denied)

    passing = Counter(finding.check for finding in after if finding.status is Status.PASS)
    of_those = {check: passing[check] for check in NEEDED_BY[denied] if passing[check]}
    assert of_those == PASSES_STILL.get(denied, {})


@pytest.mark.parametrize("denied", NEEDED_BY)
def test_the_denied_call_is_named(sound: Judged, denied: str) -> None:
    unknown = [each for each in sound.without(denied) if each.status is Status.UNKNOWN]
    service = "s3" if denied in JOB_INSPECTOR["s3"] else "ec2"
    told = f"{service}:{denied} is denied to the guardrail"
    assert any(told in each.message for each in unknown)


def test_of_a_bucket_in_another_region_nothing_passes_and_nothing_fails(sound: Judged) -> None:
    sound.s3_wire.fails("GetBucketPolicy", "PermanentRedirect", status=301, times=ALWAYS)
    after = sound.findings()

    assert checks(after, Status.UNKNOWN) == OF_BUCKETS
    assert checks(after, Status.FAIL) == set()
    assert not OF_BUCKETS & checks(after, Status.PASS)


def test_the_groups_of_an_endpoint_denied_alone_leave_the_jobs_own_judged(sound: Judged) -> None:
    before = sound.findings()
    sound.wire.passes("DescribeSecurityGroups")
    sound.wire.fails("DescribeSecurityGroups", "UnauthorizedOperation", status=403)
    after = sound.findings()

    assert checks(after, Status.UNKNOWN) == {"required-services-reachable"}
    others = [each for each in before if each.check != "required-services-reachable"]
    assert [each for each in after if each.check != "required-services-reachable"] == others
