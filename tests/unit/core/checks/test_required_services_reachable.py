"""Every service that the settings or the job itself require can be reached."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    ANOTHER_ACCOUNT,
    DENIED,
    GROUP,
    OPEN_ACL,
    S3_LIST,
    S3_ROUTE,
    a_gateway_endpoint,
    a_job,
    a_mount_point,
    a_nat_gateway,
    a_network,
    a_network_acl,
    a_network_with_routes,
    a_route,
    a_rule,
    a_security_group,
    a_subnet,
    a_vpc,
    an_acl_entry,
    an_interface_endpoint,
    internet_gateway,
    nat,
    transit_gateway,
    virtual_private_gateway,
)
from tests.findings import outcome, outcomes
from vpc_guardrail.core.checks.required_services_reachable import evaluate
from vpc_guardrail.core.model import Direction, FileSystem, MountPoint, Unknown
from vpc_guardrail.core.model.groups import TCP
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import (
        Endpoint,
        Network,
        NetworkAcl,
        Route,
        SecurityGroupRule,
        Vpc,
    )

NEEDS_STS = Settings(required_services=("sts",))
STS = an_interface_endpoint("vpce-sts", service="com.amazonaws.eu-central-1.sts")
OTHER = an_interface_endpoint("vpce-logs", service="com.amazonaws.eu-central-1.logs")
TO_NAT = a_route("0.0.0.0/0", to=nat())
TO_IGW = a_route("0.0.0.0/0", to=internet_gateway())
HTTPS_OUT = (a_rule(protocol=TCP, ports=(443, 443), cidrs=("0.0.0.0/0",)),)
JOB = a_job(subnets=("subnet-a",))


def sts(network: Network) -> Finding:
    """What is said of STS from the one subnet."""
    (found,) = evaluate(JOB, network, NEEDS_STS)
    return found


def with_endpoint(
    *endpoints: Endpoint,
    egress: Iterable[SecurityGroupRule] | None = None,
    ingress: Iterable[SecurityGroupRule] | None = None,
    acls: Iterable[NetworkAcl] | Unknown = OPEN_ACL,
    vpc: Vpc | None = None,
) -> Network:
    return a_network(
        endpoints=(a_gateway_endpoint(), *(endpoints or (STS,))),
        security_groups=(a_security_group(egress=egress, ingress=ingress),),
        network_acls=acls,
        vpcs=(vpc or a_vpc(),),
    )


def without_endpoint(*routes: Route, egress: Iterable[SecurityGroupRule] = HTTPS_OUT) -> Network:
    network = a_network_with_routes(*routes, nat_gateways=(a_nat_gateway(),), nat_routes=(TO_IGW,))
    return replace(network, security_groups={GROUP: a_security_group(egress=egress)})


PUBLIC = a_route("8.8.8.0/24", to=virtual_private_gateway(), state="blackhole")


class TestEndpoint:
    @pytest.mark.parametrize(
        ("network", "expected"),
        [
            pytest.param(with_endpoint(), "PASS", id="that carries the job's own group"),
            pytest.param(
                with_endpoint(replace(STS, subnet_ids=frozenset({"subnet-b"}))),
                "PASS",
                id="in another subnet",
            ),
            pytest.param(
                with_endpoint(replace(STS, private_dns_enabled=False)),
                "FAIL MEDIUM",
                id="without private DNS",
            ),
            pytest.param(
                with_endpoint(vpc=a_vpc(dns_hostnames=False)),
                "FAIL MEDIUM",
                id="whose private DNS does not work, for DNS hostnames are off",
            ),
            pytest.param(
                with_endpoint(vpc=a_vpc(dns_support=DENIED)), "UNKNOWN", id="DNS support unread"
            ),
            pytest.param(with_endpoint(replace(STS, state="pending")), "UNKNOWN", id="pending"),
            pytest.param(with_endpoint(replace(STS, state="failed")), "FAIL MEDIUM", id="failed"),
            pytest.param(
                with_endpoint(replace(STS, vpc_id="vpc-2")), "FAIL MEDIUM", id="in another VPC"
            ),
            pytest.param(with_endpoint(OTHER), "FAIL MEDIUM", id="of another service"),
            pytest.param(
                with_endpoint(replace(STS, service_name="com.amazonaws.eu-central-1.sts-fips")),
                "FAIL MEDIUM",
                id="of a service whose name begins alike",
            ),
            pytest.param(
                with_endpoint(ingress=()), "FAIL MEDIUM", id="whose group shuts the job out"
            ),
            pytest.param(
                with_endpoint(ingress=(a_rule(protocol=TCP, ports=(80, 80), groups=(GROUP,)),)),
                "FAIL MEDIUM",
                id="whose group lets in port 80 only",
            ),
            pytest.param(with_endpoint(egress=()), "FAIL MEDIUM", id="the job lets nothing out"),
            pytest.param(
                with_endpoint(replace(STS, group_ids=frozenset({"sg-gone"}))),
                "FAIL MEDIUM",
                id="the job lets nothing out to the group that is out of sight",
            ),
            pytest.param(
                with_endpoint(replace(STS, group_ids=frozenset({"sg-gone"})), egress=HTTPS_OUT),
                "UNKNOWN",
                id="whose group is out of sight",
            ),
            pytest.param(
                with_endpoint(
                    replace(STS, subnet_ids=frozenset({"subnet-b"})),
                    acls=(a_network_acl(an_acl_entry(1, Direction.EGRESS)),),
                ),
                "FAIL MEDIUM",
                id="in another subnet, whence no answer comes through the ACL",
            ),
            pytest.param(
                with_endpoint(acls=(a_network_acl(an_acl_entry(1, Direction.EGRESS)),)),
                "PASS",
                id="in the same subnet, where no ACL applies",
            ),
            pytest.param(a_network(endpoints=DENIED), "UNKNOWN", id="endpoints unread"),
            pytest.param(a_network(subnets=(a_subnet(cidr=None),)), "UNKNOWN", id="IPv6-only"),
            pytest.param(a_network(subnets=()), "UNKNOWN", id="a subnet that is gone"),
        ],
    )
    def test_table(self, network: Network, expected: str) -> None:
        assert outcome(sts(network)) == expected

    @pytest.mark.parametrize("prefix", ["", "cn."])
    def test_names_in_china_may_begin_with_cn(self, prefix: str) -> None:
        service = f"{prefix}com.amazonaws.cn-north-1.sts"
        network = replace(with_endpoint(replace(STS, service_name=service)), region="cn-north-1")

        assert outcome(sts(network)) == "PASS"

    def test_the_endpoints_group_is_told_to_let_the_job_in(self) -> None:
        found = sts(with_endpoint(ingress=()))

        assert found.evidence["endpoint"] == "vpce-sts"
        assert found.remediation == (
            "aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions "
            "'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{GroupId=sg-1}]'"
        )

    def test_an_acl_that_holds_traffic_up_is_told_to_let_it_pass(self) -> None:
        shut = a_network_acl(an_acl_entry(1, Direction.EGRESS))

        found = sts(with_endpoint(replace(STS, subnet_ids=frozenset({"subnet-b"})), acls=(shut,)))

        assert "acl-1, rule * (inbound, deny)" in found.message
        assert found.remediation.startswith(
            "aws ec2 create-network-acl-entry --network-acl-id acl-1 "
        )


class TestInternet:
    @pytest.mark.parametrize(
        ("network", "expected"),
        [
            pytest.param(without_endpoint(TO_NAT), "PASS", id="a NAT gateway"),
            pytest.param(without_endpoint(S3_ROUTE, TO_NAT), "PASS", id="beside S3's endpoint"),
            pytest.param(without_endpoint(), "FAIL MEDIUM", id="no route"),
            pytest.param(without_endpoint(S3_ROUTE), "FAIL MEDIUM", id="S3's endpoint only"),
            pytest.param(without_endpoint(TO_IGW), "FAIL MEDIUM", id="an internet gateway alone"),
            pytest.param(
                without_endpoint(a_route("0.0.0.0/0", to=transit_gateway())),
                "UNKNOWN",
                id="a transit gateway",
            ),
            pytest.param(
                without_endpoint(TO_NAT, PUBLIC), "UNKNOWN", id="some public addresses are lost"
            ),
            pytest.param(
                without_endpoint(a_route("8.8.8.0/24", to=nat())),
                "UNKNOWN",
                id="some public addresses only",
            ),
            pytest.param(
                without_endpoint(TO_NAT, egress=()), "FAIL MEDIUM", id="the job lets nothing out"
            ),
            pytest.param(
                without_endpoint(TO_NAT, egress=(a_rule(cidrs=("8.8.8.0/24",)),)),
                "UNKNOWN",
                id="the job lets something out, and where the service is, is not known",
            ),
            pytest.param(
                without_endpoint(
                    TO_NAT, egress=(a_rule(protocol=TCP, ports=(443, 443), lists=(S3_LIST,)),)
                ),
                "UNKNOWN",
                id="the job lets S3 traffic out only",
            ),
            pytest.param(
                replace(without_endpoint(TO_NAT), security_groups=DENIED), "UNKNOWN", id="unread"
            ),
            pytest.param(
                replace(without_endpoint(TO_NAT), nat_gateways=DENIED),
                "UNKNOWN",
                id="NAT gateways unread",
            ),
            pytest.param(
                replace(without_endpoint(TO_NAT), route_tables=DENIED),
                "UNKNOWN",
                id="tables unread",
            ),
            pytest.param(
                replace(
                    without_endpoint(),
                    subnets={"subnet-a": a_subnet(owner=ANOTHER_ACCOUNT)},
                ),
                "UNKNOWN",
                id="no way in sight, but the VPC is shared",
            ),
        ],
    )
    def test_table(self, network: Network, expected: str) -> None:
        assert outcome(sts(network)) == expected

    def test_a_pass_names_the_way_that_the_service_takes(self) -> None:
        found = sts(without_endpoint(S3_ROUTE, TO_NAT))

        assert "NAT gateway nat-1" in found.message
        assert "S3" not in found.message

    def test_the_remedy_makes_an_endpoint(self) -> None:
        found = sts(without_endpoint())

        assert found.evidence["route_table"] == "rtb-1"
        assert found.evidence["route"] == "none"
        assert found.remediation == (
            "aws ec2 create-vpc-endpoint --vpc-id vpc-1 --vpc-endpoint-type Interface "
            "--service-name com.amazonaws.eu-central-1.sts --subnet-ids subnet-a "
            "--security-group-ids sg-1 --private-dns-enabled"
        )


ECR = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
ECR_ENDPOINTS = tuple(
    an_interface_endpoint(f"vpce-{name}", service=f"com.amazonaws.eu-central-1.{name}")
    for name in ("ecr.api", "ecr.dkr")
)


class TestRegistry:
    def said(self, registry: str, *endpoints: Endpoint) -> list[str]:
        job = replace(JOB, vpc_registry=registry)
        return outcomes(evaluate(job, with_endpoint(*endpoints), Settings()))

    def test_ecr_needs_two_endpoints(self) -> None:
        both = ["ecr.api from subnet-a: PASS", "ecr.dkr from subnet-a: PASS"]
        one = ["ecr.api from subnet-a: PASS", "ecr.dkr from subnet-a: FAIL MEDIUM"]

        assert self.said(ECR, *ECR_ENDPOINTS) == both
        assert self.said(ECR, ECR_ENDPOINTS[0]) == one

    @pytest.mark.parametrize(
        "registry",
        [
            pytest.param("registry.example", id="one's own"),
            pytest.param(ECR.replace("eu-central-1", "us-east-1"), id="ECR in another Region"),
            pytest.param(f"{ECR}.evil.example", id="a name that begins like ECR's"),
            pytest.param("public.ecr.aws", id="the public registry"),
        ],
    )
    def test_other_registries_are_out_of_sight(self, registry: str) -> None:
        assert self.said(registry, *ECR_ENDPOINTS) == [f"{JOB.arn}: UNKNOWN"]

    def test_a_service_that_is_required_twice_is_judged_once(self) -> None:
        job = replace(JOB, vpc_registry=ECR)
        settings = Settings(required_services=("ecr.api",))

        found = outcomes(evaluate(job, with_endpoint(*ECR_ENDPOINTS), settings))

        assert found == ["ecr.api from subnet-a: PASS", "ecr.dkr from subnet-a: PASS"]


EFS, LUSTRE = FileSystem("EFS", "fs-1"), FileSystem("FSxLustre", "fs-2")


class TestFileSystems:
    def said(self, file_system: FileSystem, network: Network) -> list[str]:
        job = replace(JOB, file_systems=(file_system,))
        return outcomes(evaluate(job, network, Settings()))

    @pytest.mark.parametrize(
        ("file_system", "port"), [(EFS, 2049), (LUSTRE, 988)], ids=["EFS", "FSx for Lustre"]
    )
    def test_a_shut_port_is_a_fail_and_an_open_one_proves_nothing(
        self, file_system: FileSystem, port: int
    ) -> None:
        for delta, expected in ((0, "UNKNOWN"), (1, "FAIL MEDIUM"), (-1, "FAIL MEDIUM")):
            rule = a_rule(protocol=TCP, ports=(port + delta, port + delta), cidrs=("10.0.0.0/16",))
            network = with_endpoint(egress=(rule,))
            assert self.said(file_system, network) == [
                f"{file_system.id} from subnet-a: {expected}"
            ]

    @pytest.mark.parametrize(
        "network",
        [
            pytest.param(a_network(security_groups=DENIED), id="groups unread"),
            pytest.param(a_network(security_groups=()), id="a group that is gone"),
            pytest.param(
                a_network(
                    subnets=(a_subnet(cidr=None),),
                    security_groups=(a_security_group(egress=()),),
                ),
                id="an IPv6-only subnet",
            ),
        ],
    )
    def test_what_is_not_known_is_no_fail(self, network: Network) -> None:
        assert self.said(EFS, network) == ["fs-1 from subnet-a: UNKNOWN"]

    def test_a_kind_that_is_not_known_here_is_out_of_sight(self) -> None:
        network = with_endpoint(egress=())

        assert self.said(FileSystem("New", "fs-3"), network) == ["fs-3 from subnet-a: UNKNOWN"]

    def test_the_remedy_opens_the_port_to_the_subnet(self) -> None:
        job = replace(JOB, file_systems=(EFS,))

        (found,) = evaluate(job, with_endpoint(egress=()), Settings())

        assert found.remediation == (
            "aws ec2 authorize-security-group-egress --group-id sg-1 --ip-permissions "
            "'IpProtocol=tcp,FromPort=2049,ToPort=2049,IpRanges=[{CidrIp=10.0.0.0/24}]'"
        )


NFS = a_rule(protocol=TCP, ports=(2049, 2049), groups=("sg-fs",))
NFS_IN = a_rule(protocol=TCP, ports=(2049, 2049), groups=(GROUP,))
OTHER_ZONE = a_mount_point("fsmt-2", subnet="subnet-b", zone="eu-central-1b", address="10.0.1.9")
SAME_ZONE = a_mount_point(subnet="subnet-c", address="10.0.2.9")
"""In another subnet of the zone, where network ACLs matter."""
SHUT_TO_JOB = a_network_acl(
    an_acl_entry(1, Direction.INGRESS, allows=False, block="10.0.0.0/24"),
    *(an_acl_entry(100, direction) for direction in Direction),
    id="acl-2",
    subnets=("subnet-c",),
)
OPEN_ACLS = (*OPEN_ACL, a_network_acl(id="acl-2", subnets=("subnet-c",)))


def mounted(
    *points: MountPoint,
    egress: Iterable[SecurityGroupRule] = (NFS,),
    ingress: Iterable[SecurityGroupRule] = (NFS_IN,),
    acls: Iterable[NetworkAcl] | Unknown = OPEN_ACLS,
) -> Network:
    """A job in sg-1 and file systems in sg-fs, which let NFS out and in."""
    found = tuple(
        point if isinstance(point.group_ids, Unknown) else replace(point, group_ids=SG_FS)
        for point in points
    )
    return a_network(
        security_groups=(
            a_security_group(egress=egress, ingress=()),
            a_security_group("sg-fs", ingress=ingress, egress=()),
        ),
        network_acls=acls,
        file_systems={EFS.key: found},
    )


SG_FS = frozenset({"sg-fs"})
TO_SUBNET = a_rule(protocol=TCP, ports=(2049, 2049), cidrs=("10.0.0.0/24",))


class TestMountPoints:
    def found(self, network: Network, file_system: FileSystem = EFS) -> Finding:
        (found,) = evaluate(replace(JOB, file_systems=(file_system,)), network, Settings())
        return found

    @pytest.mark.parametrize(
        ("network", "expected"),
        [
            pytest.param(mounted(a_mount_point()), "PASS", id="in the subnet"),
            pytest.param(mounted(SAME_ZONE), "PASS", id="in another subnet of the zone"),
            pytest.param(mounted(OTHER_ZONE, a_mount_point()), "PASS", id="in both zones"),
            pytest.param(mounted(a_mount_point(), egress=(TO_SUBNET,)), "PASS", id="by its block"),
            pytest.param(mounted(a_mount_point(), ingress=(TO_SUBNET,)), "PASS", id="in by block"),
            pytest.param(
                mounted(SAME_ZONE, egress=(TO_SUBNET,)), "FAIL MEDIUM", id="to the wrong block"
            ),
            pytest.param(mounted(), "FAIL MEDIUM", id="nowhere"),
            pytest.param(mounted(OTHER_ZONE), "FAIL MEDIUM", id="in another zone only"),
            pytest.param(mounted(a_mount_point(state="error")), "FAIL MEDIUM", id="in error"),
            pytest.param(mounted(a_mount_point(state="deleting")), "FAIL MEDIUM", id="leaving"),
            pytest.param(mounted(a_mount_point(state="creating")), "UNKNOWN", id="on its way"),
            pytest.param(
                mounted(a_mount_point(state="creating"), egress=()),
                "FAIL MEDIUM",
                id="on its way, and the job lets nothing out",
            ),
            pytest.param(mounted(a_mount_point(), egress=()), "FAIL MEDIUM", id="nothing let out"),
            pytest.param(mounted(a_mount_point(), ingress=()), "FAIL MEDIUM", id="none let in"),
            pytest.param(
                mounted(SAME_ZONE, acls=(*OPEN_ACL, SHUT_TO_JOB)), "FAIL MEDIUM", id="ACL denies"
            ),
            pytest.param(
                mounted(a_mount_point(), acls=DENIED), "PASS", id="in the subnet, ACLs unread"
            ),
            pytest.param(mounted(SAME_ZONE, acls=DENIED), "UNKNOWN", id="ACLs unread"),
            pytest.param(mounted(a_mount_point(groups=DENIED)), "UNKNOWN", id="interfaces unread"),
            pytest.param(
                mounted(a_mount_point(groups=DENIED), egress=()),
                "FAIL MEDIUM",
                id="interfaces unread, and the job lets nothing out",
            ),
            pytest.param(mounted(a_mount_point(address=None)), "UNKNOWN", id="no IPv4 address"),
            pytest.param(mounted(a_mount_point(vpc="vpc-2")), "UNKNOWN", id="in another VPC"),
            pytest.param(
                replace(mounted(), file_systems={EFS.key: DENIED}), "UNKNOWN", id="not read"
            ),
            pytest.param(
                replace(mounted(), file_systems={"FSxLustre fs-1": (a_mount_point(),)}),
                "UNKNOWN",
                id="an FSx of the same id",
            ),
            pytest.param(
                replace(mounted(a_mount_point()), subnets={"subnet-a": a_subnet(zone="")}),
                "UNKNOWN",
                id="the subnet's zone is not told",
            ),
            pytest.param(
                replace(
                    mounted(a_mount_point()),
                    security_groups={GROUP: a_security_group(egress=(NFS,))},
                    unread_groups={"sg-fs": DENIED},
                ),
                "UNKNOWN",
                id="its group may not be read",
            ),
        ],
    )
    def test_table(self, network: Network, expected: str) -> None:
        assert outcome(self.found(network)) == expected

    @pytest.mark.parametrize(
        ("network", "remedy"),
        [
            pytest.param(
                mounted(OTHER_ZONE),
                "aws efs create-mount-target --file-system-id fs-1 --subnet-id subnet-a "
                "--security-groups sg-1",
                id="no mount target in the zone",
            ),
            pytest.param(
                mounted(a_mount_point(), egress=()),
                "aws ec2 authorize-security-group-egress --group-id sg-1 --ip-permissions "
                "'IpProtocol=tcp,FromPort=2049,ToPort=2049,UserIdGroupPairs=[{GroupId=sg-fs}]'",
                id="nothing let out",
            ),
            pytest.param(
                mounted(a_mount_point(), ingress=()),
                "aws ec2 authorize-security-group-ingress --group-id sg-fs --ip-permissions "
                "'IpProtocol=tcp,FromPort=2049,ToPort=2049,UserIdGroupPairs=[{GroupId=sg-1}]'",
                id="none let in",
            ),
            pytest.param(
                mounted(SAME_ZONE, acls=(*OPEN_ACL, SHUT_TO_JOB)),
                "aws ec2 create-network-acl-entry --network-acl-id acl-2 --ingress "
                "--rule-number 2 --rule-action deny --cidr-block 10.0.0.0/24 --protocol -1 && "
                "aws ec2 replace-network-acl-entry --network-acl-id acl-2 --ingress "
                "--rule-number 1 --rule-action allow --cidr-block 10.0.0.0/24 --protocol tcp "
                "--port-range From=2049,To=2049",
                id="an ACL denies",
            ),
        ],
    )
    def test_the_remedy_names_what_lacks(self, network: Network, remedy: str) -> None:
        assert self.found(network).remediation == remedy

    def test_the_evidence_names_the_zone_the_port_and_the_mount_points(self) -> None:
        assert self.found(mounted(a_mount_point())).evidence == {
            "subnet": "subnet-a",
            "zone": "eu-central-1a",
            "port": 2049,
            "mount_points": "fsmt-1",
        }

    def test_every_interface_of_lustre_in_the_zone_must_be_reached(self) -> None:
        lustre = a_rule(protocol=TCP, ports=(988, 988), cidrs=("10.0.0.9/32",))
        here, there = a_mount_point("eni-1"), a_mount_point("eni-2", address="10.0.0.10")
        group = a_security_group(egress=(lustre,))

        def outcome_with(*points: MountPoint) -> str:
            network = a_network(security_groups=(group,), file_systems={LUSTRE.key: points})
            return outcome(self.found(network, LUSTRE))

        assert outcome_with(here) == "PASS"
        assert outcome_with(here, there) == "FAIL MEDIUM"

    def test_lustre_stays_where_it_is(self) -> None:
        network = a_network(
            security_groups=(a_security_group(egress=(a_rule(cidrs=("10.0.0.0/8",)),)),),
            file_systems={LUSTRE.key: (OTHER_ZONE,)},
        )
        found = self.found(network, LUSTRE)

        assert outcome(found) == "FAIL MEDIUM"
        assert found.remediation.startswith("aws fsx describe-file-systems --file-system-ids fs-2 ")


def test_each_subnet_and_service_is_judged() -> None:
    settings = Settings(required_services=("sts", "logs"))

    found = evaluate(a_job(), with_endpoint(), settings)

    assert outcomes(found) == [
        "sts from subnet-a: PASS",
        "logs from subnet-a: FAIL MEDIUM",
        "sts from subnet-b: PASS",
        "logs from subnet-b: FAIL MEDIUM",
    ]


def test_without_a_requirement_it_does_not_apply() -> None:
    assert outcomes(evaluate(JOB, a_network(), Settings())) == [f"{JOB.arn}: NOT_APPLICABLE"]
