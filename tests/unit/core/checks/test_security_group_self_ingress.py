"""The instances of a distributed job may reach each other through its security groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import (
    DENIED,
    a_job,
    a_network,
    a_plan,
    a_rule,
    a_security_group,
    a_subnet,
)
from tests.findings import outcomes, the
from vpc_guardrail.core.checks.security_group_self_ingress import evaluate
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.core.model.groups import ESP, TCP, UDP
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.model import SecurityGroup, SecurityGroupRule

ITSELF = a_rule(groups=("sg-1",))
ALL_TCP = a_rule(protocol=TCP, ports=(0, 65535), groups=("sg-1",))
ESP_ONLY = a_rule(protocol=ESP, groups=("sg-1",))
UDP_500 = a_rule(protocol=UDP, ports=(500, 500), groups=("sg-1",))
EVERYONE = a_rule(cidrs=("0.0.0.0/0",))
SSH = a_rule(protocol=TCP, ports=(22, 22), groups=("sg-1",))


def said(*groups: SecurityGroup, network: dict[str, Any] | None = None, **job: Any) -> list[str]:
    """What the check says of a job on two instances that carries these groups."""
    names = tuple(group.id for group in groups) or ("sg-1",)
    asked: dict[str, Any] = {"instance_count": 2, "groups": names} | job
    facts: dict[str, Any] = {"security_groups": groups} | (network or {})
    return outcomes(evaluate(a_job(**asked), a_network(**facts), Settings()))


def group(
    ingress: tuple[SecurityGroupRule, ...], egress: tuple[SecurityGroupRule, ...] = (EVERYONE,)
) -> SecurityGroup:
    return a_security_group(ingress=ingress, egress=egress)


@pytest.mark.parametrize(
    ("ingress", "egress", "expected"),
    [
        pytest.param(ITSELF, EVERYONE, "PASS", id="from itself, out to everyone"),
        pytest.param(ITSELF, ITSELF, "PASS", id="from itself, out to itself"),
        pytest.param(ALL_TCP, ALL_TCP, "PASS", id="TCP only"),
        pytest.param(a_rule(cidrs=("10.0.0.0/16",)), EVERYONE, "PASS", id="from the whole VPC"),
        pytest.param(
            a_rule(cidrs=("10.0.0.0/23",)), EVERYONE, "PASS", id="from exactly both subnets"
        ),
        pytest.param(
            a_rule(cidrs=("10.0.0.0/24",)), EVERYONE, "FAIL MEDIUM", id="from one subnet of two"
        ),
        pytest.param(SSH, EVERYONE, "PASS", id="a part of the ports"),
        pytest.param(None, EVERYONE, "FAIL HIGH", id="nothing in"),
        pytest.param(ITSELF, None, "FAIL HIGH", id="nothing out"),
        pytest.param(None, None, "FAIL HIGH", id="nothing at all"),
        pytest.param(
            a_rule(groups=("sg-else",)), EVERYONE, "FAIL HIGH", id="from a group not attached"
        ),
        pytest.param(UDP_500, EVERYONE, "FAIL HIGH", id="UDP only"),
        pytest.param(
            a_rule(cidrs=("192.168.0.0/16",)), EVERYONE, "FAIL HIGH", id="from another network"
        ),
    ],
)
def test_table(
    ingress: SecurityGroupRule | None, egress: SecurityGroupRule | None, expected: str
) -> None:
    judged = group((ingress,) if ingress else (), (egress,) if egress else ())

    assert said(judged) == [f"sg-1: {expected}"]


@pytest.mark.parametrize(
    ("job", "outcome"),
    [
        pytest.param({"instance_count": 1}, "NOT_APPLICABLE", id="one instance"),
        pytest.param({"instance_count": 2}, "FAIL HIGH", id="two instances"),
        pytest.param(
            {"plans": (a_plan(("ml.m5.xlarge", 1), ("ml.c5.xlarge", 1)),)},
            "FAIL HIGH",
            id="one instance in each of two groups",
        ),
        pytest.param(
            {"plans": (a_plan(("ml.m5.xlarge", 1)), a_plan(("ml.c5.xlarge", 2)))},
            "FAIL MEDIUM",
            id="one preference with several instances",
        ),
        pytest.param({"plans": DENIED}, "UNKNOWN", id="nobody knows how many"),
    ],
)
def test_it_concerns_several_instances(job: dict[str, Any], outcome: str) -> None:
    (finding,) = said(group(()), **job)

    assert finding.endswith(f": {outcome}")


def test_it_passes_however_many_instances_there_are() -> None:
    assert said(a_security_group(), plans=DENIED) == ["sg-1: PASS"]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param((ITSELF,), ["PASS", "PASS", "PASS"], id="all traffic"),
        pytest.param((ALL_TCP, ESP_ONLY, UDP_500), ["PASS", "PASS", "PASS"], id="one by one"),
        pytest.param((ALL_TCP, UDP_500), ["PASS", "FAIL HIGH", "PASS"], id="ESP lacks"),
        pytest.param((ALL_TCP, ESP_ONLY), ["PASS", "PASS", "FAIL MEDIUM"], id="UDP 500 lacks"),
        pytest.param((), ["FAIL HIGH", "FAIL HIGH", "FAIL MEDIUM"], id="all lack"),
    ],
)
def test_encrypted_traffic_needs_esp_and_udp_500(
    rules: tuple[SecurityGroupRule, ...], expected: list[str]
) -> None:
    found = said(group(rules, rules), encrypted=True)

    assert found == [f"sg-1: {outcome}" for outcome in expected]


def test_without_encryption_they_are_not_asked_for() -> None:
    assert said(group((ALL_TCP,), (ALL_TCP,))) == ["sg-1: PASS"]


def test_fault_8_the_self_rule_is_not_flagged_but_demanded() -> None:
    with_self_rule = a_security_group()
    without = group((a_rule(protocol=TCP, ports=(22, 22), cidrs=("192.168.0.0/16",)),))

    assert said(with_self_rule) == ["sg-1: PASS"]
    assert said(without) == ["sg-1: FAIL HIGH"]


def test_the_rules_of_attached_groups_add_up() -> None:
    inbound = a_security_group("sg-1", ingress=(a_rule(groups=("sg-2",)),), egress=())
    outbound = a_security_group("sg-2", ingress=(), egress=(EVERYONE,))

    assert said(inbound, outbound) == ["sg-1, sg-2: PASS"]


class TestFault5WhatCouldNotBeReadIsNoFail:
    @pytest.mark.parametrize(
        "network",
        [
            pytest.param({"security_groups": DENIED}, id="groups may not be read"),
            pytest.param({"security_groups": ()}, id="the group is gone"),
        ],
    )
    def test_groups(self, network: dict[str, Any]) -> None:
        assert said(network=network) == ["sg-1: UNKNOWN"]

    def test_another_group_may_hold_the_rule(self) -> None:
        found = said(group(()), groups=("sg-1", "sg-gone"))

        assert found == ["sg-1, sg-gone: UNKNOWN"]

    def test_a_group_that_is_gone_does_not_matter_if_the_others_suffice(self) -> None:
        found = said(a_security_group(), groups=("sg-1", "sg-gone"))

        assert found == ["sg-1, sg-gone: PASS"]

    def test_a_rule_may_name_a_list_that_may_not_be_read(self) -> None:
        by_list = group((a_rule(lists=("pl-x",)),))

        assert said(by_list, network={"prefix_lists": DENIED}) == ["sg-1: UNKNOWN"]

    @pytest.mark.parametrize("subnets", [DENIED, ()], ids=["denied", "gone"])
    def test_subnets_matter_to_rules_by_cidr_only(self, subnets: Any) -> None:
        by_cidr = group((a_rule(cidrs=("10.0.0.0/16",)),))
        network = {"subnets": subnets}

        assert said(by_cidr, network=network) == ["sg-1: UNKNOWN"]
        assert said(group((EVERYONE,)), network=network) == ["sg-1: UNKNOWN"]
        assert said(a_security_group(), network=network) == ["sg-1: PASS"]

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            pytest.param(a_rule(cidrs=("::/0",)), "UNKNOWN", id="everyone over IPv6"),
            pytest.param(EVERYONE, "UNKNOWN", id="everyone over IPv4"),
            pytest.param(ITSELF, "PASS", id="the group itself"),
        ],
    )
    def test_an_ipv6_only_subnet_is_judged_by_group_references_only(
        self, rule: SecurityGroupRule, expected: str
    ) -> None:
        network = {"subnets": (a_subnet(cidr=None),)}

        found = said(group((rule,), (rule,)), network=network, subnets=("subnet-a",))

        assert found == [f"sg-1: {expected}"]


@pytest.mark.parametrize(
    ("rule", "note"),
    [
        pytest.param(ITSELF, None, id="the documented form needs no note"),
        pytest.param(EVERYONE, "names CIDR blocks", id="CIDR blocks"),
        pytest.param(SSH, "only a part of the ports passes", id="a part of the ports"),
    ],
)
def test_a_pass_by_another_means_carries_a_note(rule: SecurityGroupRule, note: str | None) -> None:
    network = a_network(security_groups=(group((rule,), (ITSELF,)),))

    finding = the(evaluate(a_job(instance_count=2), network, Settings()))

    assert (note in finding.message) if note else finding.message.count(";") == 0


def test_the_remedy_adds_the_missing_direction_only() -> None:
    network = a_network(security_groups=(group((ITSELF,), ()),))

    finding = the(evaluate(a_job(instance_count=2), network, Settings()))

    assert "do not let outbound TCP pass between the instances" in finding.message
    assert "authorize-security-group-egress --group-id sg-1" in finding.remediation
    assert "ingress" not in finding.remediation


def test_the_evidence_tells_each_subnet_and_direction() -> None:
    network = a_network(security_groups=(group((), (EVERYONE,)),))

    finding = the(evaluate(a_job(instance_count=2, subnets=("subnet-a",)), network, Settings()))

    assert finding.evidence == {
        "security_groups": ["sg-1"],
        "traffic": "TCP",
        "answers": [
            {"subnet": "subnet-a", "direction": "inbound", "passes": "no"},
            {
                "subnet": "subnet-a",
                "direction": "outbound",
                "passes": "by CIDR blocks that cover the subnet in sg-1",
            },
        ],
    }


def test_a_part_of_the_addresses_may_hold_the_whole_job_so_it_never_stops() -> None:
    rules = (a_rule(cidrs=("10.0.0.0/25", "10.0.1.0/25")),)
    network = a_network(security_groups=(a_security_group(ingress=rules),))

    (found,) = evaluate(a_job(instance_count=2), network, Settings())

    assert found.status is Status.FAIL
    assert found.severity is Severity.MEDIUM
    assert "do not let inbound all TCP pass" in found.message
