"""Security groups and network ACLs let TCP 443 out to S3, and the answers back in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    DENIED,
    GROUP,
    OPEN_ACL,
    S3_LIST,
    S3_PREFIX_LIST,
    a_customer_list,
    a_gateway_endpoint,
    a_job,
    a_network,
    a_network_acl,
    a_prefix_list,
    a_rule,
    a_security_group,
    a_subnet,
    an_acl_entry,
    an_interface_endpoint,
)
from tests.findings import outcome, outcomes
from vpc_guardrail.core.checks.s3_traffic_allowed import evaluate
from vpc_guardrail.core.model import Direction, Endpoint
from vpc_guardrail.core.model.groups import TCP, UDP
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import (
        AclEntry,
        Network,
        NetworkAcl,
        PrefixList,
        SecurityGroupRule,
        Unknown,
    )

IN, OUT = Direction.INGRESS, Direction.EGRESS
HTTPS = (443, 443)
BORDERS_PASS = ["subnet-a: PASS", "subnet-b: PASS"]
BORDERS_SHUT = ["subnet-a: FAIL HIGH", "subnet-b: FAIL HIGH"]
BORDERS_HALF = ["subnet-a: FAIL MEDIUM", "subnet-b: FAIL MEDIUM"]
BORDERS_UNKNOWN = ["subnet-a: UNKNOWN", "subnet-b: UNKNOWN"]
ALL_OUT, ALL_IN = an_acl_entry(100, OUT), an_acl_entry(100, IN)
UNREAD_S3 = (a_prefix_list(entries=DENIED),)


def judged(network: Network, groups: Iterable[str] = (GROUP,)) -> list[Finding]:
    return [*evaluate(a_job(groups=groups), network, Settings())]


def of_groups(network: Network, groups: Iterable[str] = (GROUP,)) -> str:
    """What is said of the outbound rules, which comes first."""
    return outcome(judged(network, groups)[0])


def of_borders(network: Network) -> list[str]:
    return outcomes(judged(network)[1:])


def letting_out(
    *rules: SecurityGroupRule, lists: Iterable[PrefixList] | Unknown = S3_PREFIX_LIST
) -> Network:
    return a_network(security_groups=(a_security_group(egress=rules),), prefix_lists=lists)


def https(
    *cidrs: str, lists: Iterable[str] = (), protocol: str = TCP, ports: tuple[int, int] = HTTPS
) -> SecurityGroupRule:
    return a_rule(protocol=protocol, ports=ports, cidrs=cidrs, lists=lists)


class TestOutboundRules:
    @pytest.mark.parametrize(
        ("network", "expected"),
        [
            pytest.param(a_network(), "PASS", id="S3's prefix list"),
            pytest.param(letting_out(a_rule(cidrs=("0.0.0.0/0",))), "PASS", id="all to everyone"),
            pytest.param(letting_out(https("0.0.0.0/0")), "PASS", id="HTTPS to everyone"),
            pytest.param(
                letting_out(https("0.0.0.0/1"), https("128.0.0.0/1")), "PASS", id="in two halves"
            ),
            pytest.param(
                letting_out(https("52.219.0.0/20", "3.5.128.0/21")), "PASS", id="S3's very blocks"
            ),
            pytest.param(letting_out(https("0.0.0.0/0", ports=(443, 500))), "PASS", id="from 443"),
            pytest.param(letting_out(https("0.0.0.0/0", ports=(80, 443))), "PASS", id="to 443"),
            pytest.param(
                letting_out(
                    https(lists=("pl-x",)),
                    lists=(*S3_PREFIX_LIST, a_customer_list("pl-x", ("52.0.0.0/8", "3.0.0.0/8"))),
                ),
                "PASS",
                id="a list of one's own around S3",
            ),
            pytest.param(letting_out(), "FAIL HIGH", id="no rule"),
            pytest.param(letting_out(a_rule(groups=(GROUP,))), "FAIL HIGH", id="itself only"),
            pytest.param(letting_out(https("10.0.0.0/8")), "FAIL HIGH", id="private blocks"),
            pytest.param(letting_out(https("::/0")), "FAIL HIGH", id="everyone over IPv6"),
            pytest.param(
                letting_out(https("0.0.0.0/0", ports=(444, 65535))), "FAIL HIGH", id="from 444"
            ),
            pytest.param(
                letting_out(https("0.0.0.0/0", ports=(0, 442))), "FAIL HIGH", id="to port 442"
            ),
            pytest.param(letting_out(https("0.0.0.0/0", protocol=UDP)), "FAIL HIGH", id="UDP 443"),
            pytest.param(letting_out(https("52.219.0.0/20")), "FAIL MEDIUM", id="one block of two"),
            pytest.param(
                letting_out(https("52.219.0.0/21", "3.5.128.0/21")), "FAIL MEDIUM", id="half of one"
            ),
            pytest.param(
                letting_out(
                    https(lists=("pl-x",)),
                    lists=(*S3_PREFIX_LIST, a_customer_list("pl-x", DENIED)),
                ),
                "UNKNOWN",
                id="a list of one's own, unread",
            ),
            pytest.param(
                letting_out(https(lists=("pl-x",))), "UNKNOWN", id="a list that is not there"
            ),
            pytest.param(
                letting_out(
                    https("0.0.0.0/0", lists=("pl-x",)),
                    lists=(*S3_PREFIX_LIST, a_customer_list("pl-x", DENIED)),
                ),
                "PASS",
                id="an unread list beside everyone",
            ),
            pytest.param(
                letting_out(https(lists=(S3_LIST,)), lists=UNREAD_S3),
                "PASS",
                id="S3's list, of which only the name is read",
            ),
            pytest.param(
                letting_out(https("0.0.0.0/0"), lists=DENIED), "PASS", id="everyone, lists unread"
            ),
            pytest.param(
                letting_out(https("52.219.0.0/20"), lists=UNREAD_S3),
                "UNKNOWN",
                id="some block, S3's addresses unread",
            ),
            pytest.param(
                letting_out(https(lists=(S3_LIST,)), lists=DENIED),
                "UNKNOWN",
                id="some list, no list read",
            ),
            pytest.param(
                letting_out(a_rule(groups=(GROUP,)), lists=DENIED),
                "FAIL HIGH",
                id="itself only, whatever S3's addresses",
            ),
            pytest.param(a_network(security_groups=DENIED), "UNKNOWN", id="groups unread"),
        ],
    )
    def test_table(self, network: Network, expected: str) -> None:
        assert of_groups(network) == expected

    def test_the_rules_of_attached_groups_add_up(self) -> None:
        low = a_security_group("sg-1", egress=(https("52.219.0.0/20"),))
        high = a_security_group("sg-2", egress=(https("3.5.128.0/21"),))
        network = a_network(security_groups=(low, high))

        assert of_groups(network, ("sg-1", "sg-2")) == "PASS"
        assert of_groups(network, ("sg-1",)) == "FAIL MEDIUM"

    def test_a_group_that_is_gone_matters_only_where_the_others_do_not_suffice(self) -> None:
        shut = a_network(security_groups=(a_security_group(egress=()),))

        assert of_groups(a_network(), (GROUP, "sg-gone")) == "PASS"
        assert of_groups(shut, (GROUP, "sg-gone")) == "UNKNOWN"

    def test_the_remedy_names_the_group_and_s3s_list(self) -> None:
        first = judged(letting_out())[0]

        assert "no rule of sg-1 lets outbound TCP 443 to S3 pass" in first.message
        assert first.remediation == (
            "aws ec2 authorize-security-group-egress --group-id sg-1 --ip-permissions "
            "'IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=pl-s3}]'"
        )

    def test_the_remedy_without_a_known_list_names_everyone(self) -> None:
        first = judged(letting_out(lists=()))[0]

        assert first.remediation.endswith("IpRanges=[{CidrIp=0.0.0.0/0}]'")


def behind(*entries: AclEntry, lists: Iterable[PrefixList] | Unknown = S3_PREFIX_LIST) -> Network:
    """A network whose subnets share an ACL of these rules."""
    return a_network(network_acls=(a_network_acl(*entries),), prefix_lists=lists)


def tcp(
    number: int, direction: Direction, ports: tuple[int, int], block: str = "0.0.0.0/0", **how: bool
) -> AclEntry:
    return an_acl_entry(number, direction, protocol=TCP, ports=ports, block=block, **how)


ANSWERS = (32768, 60999)


class TestNetworkAcl:
    @pytest.mark.parametrize(
        ("network", "expected"),
        [
            pytest.param(a_network(), BORDERS_PASS, id="AWS's own, which allows all"),
            pytest.param(
                behind(tcp(1, OUT, HTTPS), tcp(1, IN, ANSWERS)), BORDERS_PASS, id="just enough"
            ),
            pytest.param(
                behind(
                    tcp(1, OUT, HTTPS, "52.219.0.0/20"),
                    tcp(2, OUT, HTTPS, "3.5.128.0/21"),
                    tcp(1, IN, ANSWERS, "52.0.0.0/8"),
                    tcp(2, IN, ANSWERS, "3.0.0.0/8"),
                ),
                BORDERS_PASS,
                id="for S3's blocks, rule by rule",
            ),
            pytest.param(
                behind(tcp(1, OUT, HTTPS), tcp(1, IN, (32768, 40000)), tcp(2, IN, (40001, 60999))),
                BORDERS_PASS,
                id="answers in two ranges",
            ),
            pytest.param(behind(ALL_IN), BORDERS_SHUT, id="nothing out"),
            pytest.param(behind(ALL_OUT), BORDERS_SHUT, id="nothing in"),
            pytest.param(
                behind(tcp(1, OUT, (444, 65535)), ALL_IN), BORDERS_SHUT, id="all out but 443"
            ),
            pytest.param(
                behind(tcp(90, OUT, HTTPS, allows=False), ALL_OUT, ALL_IN),
                BORDERS_SHUT,
                id="a deny before the allow",
            ),
            pytest.param(
                behind(ALL_OUT, tcp(110, OUT, HTTPS, allows=False), ALL_IN),
                BORDERS_PASS,
                id="a deny after the allow",
            ),
            pytest.param(
                behind(tcp(110, OUT, HTTPS, allows=False), ALL_IN, ALL_OUT),
                BORDERS_PASS,
                id="a deny told first, but numbered later",
            ),
            pytest.param(
                behind(ALL_OUT, tcp(90, IN, (1024, 65535), allows=False), ALL_IN),
                BORDERS_SHUT,
                id="the answers denied",
            ),
            pytest.param(
                behind(ALL_OUT, tcp(1, IN, HTTPS)), BORDERS_SHUT, id="answers at port 443 only"
            ),
            pytest.param(
                behind(ALL_OUT, tcp(1, IN, (1024, 32767))), BORDERS_SHUT, id="just below Linux's"
            ),
            pytest.param(
                behind(ALL_OUT, tcp(1, IN, (49152, 65535))), BORDERS_HALF, id="a part of the ports"
            ),
            pytest.param(
                behind(ALL_OUT, tcp(1, IN, (32768, 60998))), BORDERS_HALF, id="all ports but one"
            ),
            pytest.param(
                behind(tcp(90, OUT, HTTPS, "3.5.128.0/21", allows=False), ALL_OUT, ALL_IN),
                BORDERS_HALF,
                id="one block of S3's denied",
            ),
            pytest.param(
                behind(tcp(90, OUT, HTTPS, "3.5.128.0/21", allows=False), ALL_OUT),
                BORDERS_SHUT,
                id="one block denied, and no answer comes back at all",
            ),
            pytest.param(
                behind(
                    an_acl_entry(90, OUT, protocol=UDP, ports=HTTPS, allows=False), ALL_OUT, ALL_IN
                ),
                BORDERS_PASS,
                id="UDP denied",
            ),
            pytest.param(
                behind(an_acl_entry(90, OUT, allows=False), ALL_OUT, ALL_IN),
                BORDERS_SHUT,
                id="every protocol denied",
            ),
            pytest.param(
                behind(an_acl_entry(1, OUT, block="::/0"), an_acl_entry(1, IN, block="::/0")),
                BORDERS_SHUT,
                id="IPv6 only",
            ),
            pytest.param(
                behind(an_acl_entry(90, OUT, block="::/0", allows=False), ALL_OUT, ALL_IN),
                BORDERS_PASS,
                id="IPv6 denied",
            ),
            pytest.param(
                behind(tcp(1, OUT, HTTPS), tcp(1, IN, ANSWERS), lists=UNREAD_S3),
                BORDERS_PASS,
                id="everything passes, S3's addresses unread",
            ),
            pytest.param(
                behind(tcp(1, OUT, HTTPS, "52.219.0.0/20"), ALL_IN, lists=UNREAD_S3),
                BORDERS_UNKNOWN,
                id="a part passes, S3's addresses unread",
            ),
            pytest.param(
                behind(tcp(1, OUT, HTTPS, "52.219.0.0/20"), lists=UNREAD_S3),
                BORDERS_SHUT,
                id="no answer comes back, whatever S3's addresses",
            ),
            pytest.param(a_network(network_acls=DENIED), BORDERS_UNKNOWN, id="ACLs unread"),
            pytest.param(a_network(network_acls=()), BORDERS_UNKNOWN, id="no ACL in sight"),
            pytest.param(
                a_network(subnets=(a_subnet(),)),
                ["subnet-a: PASS", "subnet-b: UNKNOWN"],
                id="a subnet that is gone",
            ),
        ],
    )
    def test_table(self, network: Network, expected: list[str]) -> None:
        assert of_borders(network) == expected

    def test_rule_star_is_named_by_its_star(self) -> None:
        first, *_ = judged(behind(ALL_IN))[1:]

        assert "acl-1, rule * (outbound, deny), denies outbound TCP to" in first.message

    @pytest.mark.parametrize(
        ("of_b", "expected"),
        [
            pytest.param((ALL_OUT, ALL_IN), "PASS", id="open"),
            pytest.param(
                (ALL_OUT, tcp(1, IN, (49152, 65535))), "FAIL MEDIUM", id="open for a part"
            ),
        ],
    )
    def test_one_open_subnet_makes_the_shut_one_medium(
        self, of_b: tuple[AclEntry, ...], expected: str
    ) -> None:
        network = a_network(
            network_acls=(
                a_network_acl(ALL_OUT, id="acl-a", subnets=("subnet-a",)),
                a_network_acl(*of_b, id="acl-b", subnets=("subnet-b",)),
            )
        )

        assert of_borders(network) == ["subnet-a: FAIL MEDIUM", f"subnet-b: {expected}"]

    def test_an_unread_subnet_makes_the_shut_one_medium(self) -> None:
        network = a_network(network_acls=(a_network_acl(ALL_OUT, subnets=("subnet-a",)),))

        assert of_borders(network) == ["subnet-a: FAIL MEDIUM", "subnet-b: UNKNOWN"]

    def test_ports_that_linux_does_not_use_are_a_note(self) -> None:
        first, *_ = judged(behind(ALL_OUT, tcp(1, IN, ANSWERS)))[1:]
        full, *_ = judged(behind(ALL_OUT, tcp(1, IN, (1024, 65535))))[1:]

        assert "though not at all that clients use" in first.message
        assert "though" not in full.message

    def test_the_evidence_names_the_rule_and_the_remedy_the_acl(self) -> None:
        first, *_ = judged(behind(ALL_OUT, tcp(90, IN, (0, 65535), allows=False), ALL_IN))[1:]

        assert first.evidence["border"] == (
            "acl-1, rule 90 (inbound, deny), denies inbound TCP from 52.219.0.0/20 "
            "ports 32768-60999"
        )
        assert first.evidence["network_acl"] == "acl-1"
        assert first.evidence["rules"] == [{"direction": "ingress", "number": 90}]
        assert first.remediation == (
            "aws ec2 create-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 89 "
            "--rule-action allow --cidr-block 0.0.0.0/0 --protocol tcp "
            "--port-range From=1024,To=65535"
        )


BY_NAME = an_interface_endpoint(groups=("sg-endpoint",))
"""An endpoint in subnet-a."""


def guarded(
    *ingress: SecurityGroupRule,
    endpoint: Endpoint = BY_NAME,
    egress: tuple[SecurityGroupRule, ...] = (https("10.0.0.0/16"),),
    acls: Iterable[NetworkAcl] | Unknown = OPEN_ACL,
) -> Network:
    """A network where an interface endpoint, guarded by a group of its own, answers S3's name."""
    return a_network(
        endpoints=(a_gateway_endpoint(), endpoint),
        security_groups=(
            a_security_group(egress=egress),
            a_security_group("sg-endpoint", ingress=ingress),
        ),
        network_acls=acls,
    )


FROM_VPC = https("10.0.0.0/16")
OPEN_B = a_network_acl(id="acl-b", subnets=("subnet-b",))


class TestInterfaceEndpoint:
    """Where an interface endpoint answers S3's name, the way to it is judged instead."""

    @pytest.mark.parametrize(
        ("network", "expected"),
        [
            pytest.param(guarded(FROM_VPC), BORDERS_PASS, id="the VPC is let in"),
            pytest.param(
                guarded(a_rule(protocol=TCP, ports=HTTPS, groups=(GROUP,))),
                BORDERS_PASS,
                id="the job's group is let in",
            ),
            pytest.param(guarded(), BORDERS_SHUT, id="the endpoint's group shuts the job out"),
            pytest.param(
                guarded(https("10.0.0.0/24")),
                ["subnet-a: PASS", "subnet-b: FAIL MEDIUM"],
                id="one subnet is let in",
            ),
            pytest.param(
                guarded(https("10.0.0.0/25")),
                BORDERS_HALF,
                id="half of one subnet is let in",
            ),
            pytest.param(
                guarded(a_rule(protocol=TCP, ports=HTTPS, groups=("sg-else",))),
                BORDERS_SHUT,
                id="another group is let in",
            ),
            pytest.param(
                guarded(FROM_VPC, egress=(https(lists=(S3_LIST,)),)),
                BORDERS_SHUT,
                id="the job may go to S3's public addresses only",
            ),
            pytest.param(
                guarded(FROM_VPC, egress=(https("10.0.0.0/24"),)),
                BORDERS_UNKNOWN,
                id="the job may go to a part of the VPC",
            ),
            pytest.param(
                guarded(FROM_VPC, egress=(a_rule(groups=("sg-endpoint",)),)),
                BORDERS_PASS,
                id="the job may go to the endpoint's group",
            ),
            pytest.param(
                guarded(FROM_VPC, endpoint=replace(BY_NAME, state="pending")),
                BORDERS_UNKNOWN,
                id="the endpoint may yet come up",
            ),
            pytest.param(
                guarded(FROM_VPC, endpoint=replace(BY_NAME, group_ids=frozenset({"sg-gone"}))),
                BORDERS_UNKNOWN,
                id="the endpoint's group is out of sight",
            ),
            pytest.param(
                guarded(FROM_VPC, endpoint=replace(BY_NAME, group_ids=frozenset())),
                BORDERS_UNKNOWN,
                id="the endpoint's groups were not told",
            ),
            pytest.param(
                guarded(FROM_VPC, acls=(a_network_acl(ALL_OUT),)),
                ["subnet-a: PASS", "subnet-b: FAIL MEDIUM"],
                id="no ACL applies inside one subnet",
            ),
            pytest.param(
                guarded(FROM_VPC, acls=(a_network_acl(ALL_IN, subnets=("subnet-a",)), OPEN_B)),
                ["subnet-a: PASS", "subnet-b: FAIL MEDIUM"],
                id="the ACL of the endpoint's subnet lets no answer out",
            ),
            pytest.param(
                guarded(FROM_VPC, acls=(OPEN_B,)),
                ["subnet-a: PASS", "subnet-b: UNKNOWN"],
                id="the ACL of the endpoint's subnet is out of sight",
            ),
            pytest.param(
                guarded(FROM_VPC, acls=DENIED),
                ["subnet-a: PASS", "subnet-b: UNKNOWN"],
                id="ACLs unread",
            ),
            pytest.param(
                guarded(
                    FROM_VPC,
                    endpoint=replace(BY_NAME, subnet_ids=frozenset({"subnet-a", "subnet-c"})),
                    acls=(a_network_acl(ALL_OUT, subnets=("subnet-a", "subnet-c")), OPEN_B),
                ),
                ["subnet-a: UNKNOWN", "subnet-b: FAIL MEDIUM"],
                id="the endpoint is here and elsewhere, and the ACL shuts",
            ),
            pytest.param(
                guarded(
                    FROM_VPC,
                    endpoint=replace(BY_NAME, subnet_ids=frozenset({"subnet-c", "subnet-d"})),
                    acls=(
                        a_network_acl(subnets=("subnet-a", "subnet-b", "subnet-c")),
                        a_network_acl(ALL_OUT, id="acl-d", subnets=("subnet-d",)),
                    ),
                ),
                BORDERS_UNKNOWN,
                id="one of the endpoint's two subnets lets the job in",
            ),
        ],
    )
    def test_table(self, network: Network, expected: list[str]) -> None:
        assert outcomes(judged(network)) == expected

    @pytest.mark.parametrize(
        ("endpoint", "expected"),
        [
            pytest.param(replace(BY_NAME, private_dns_enabled=False), "PASS", id="no private DNS"),
            pytest.param(
                replace(BY_NAME, private_dns_only_for_inbound_resolver=True),
                "PASS",
                id="private DNS for inbound resolvers only",
            ),
            pytest.param(replace(BY_NAME, state="deleting"), "PASS", id="leaving"),
        ],
    )
    def test_an_endpoint_that_does_not_answer_the_name_changes_nothing(
        self, endpoint: Endpoint, expected: str
    ) -> None:
        network = guarded(endpoint=endpoint, egress=(https(lists=(S3_LIST,)),))

        assert outcomes(judged(network)) == [f"sg-1: {expected}", *BORDERS_PASS]

    def test_the_remedy_lets_the_jobs_group_in(self) -> None:
        first, _ = judged(guarded())

        assert "no rule of sg-endpoint lets inbound TCP 443 from subnet subnet-a" in first.message
        assert first.remediation == (
            "aws ec2 authorize-security-group-ingress --group-id sg-endpoint --ip-permissions "
            "'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{GroupId=sg-1}]'"
        )

    def test_the_remedy_opens_the_acl_of_the_endpoints_subnet(self) -> None:
        acls = (a_network_acl(ALL_OUT, id="acl-a", subnets=("subnet-a",)), OPEN_B)

        _, second = judged(guarded(FROM_VPC, acls=acls))

        assert second.remediation == (
            "aws ec2 create-network-acl-entry --network-acl-id acl-a --ingress --rule-number 10 "
            "--rule-action allow --cidr-block 10.0.1.0/24 --protocol tcp "
            "--port-range From=443,To=443"
        )


@pytest.mark.parametrize("endpoints", [(a_gateway_endpoint(),), (BY_NAME,)], ids=["none", "one"])
def test_an_ipv6_only_subnet_is_not_judged(endpoints: tuple[Endpoint, ...]) -> None:
    """IPv4 rules say nothing about its traffic, whether or not an endpoint answers S3's name."""
    network = a_network(
        subnets=(a_subnet(cidr=None),), endpoints=endpoints, network_acls=(a_network_acl(ALL_IN),)
    )

    assert outcomes(evaluate(a_job(subnets=("subnet-a",)), network, Settings())) == [
        "subnet-a: UNKNOWN"
    ]
