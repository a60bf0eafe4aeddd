"""A security group of an EFA job allows all traffic from itself and all to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import DENIED, a_job, a_network, a_plan, a_rule, a_security_group
from tests.findings import outcomes, the
from vpc_guardrail.core.checks.security_group_efa import evaluate
from vpc_guardrail.core.model.groups import TCP
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.model import SecurityGroup, SecurityGroupRule

PLAIN, CERTAIN, POSSIBLE, NEW = "ml.m5.xlarge", "ml.p4d.24xlarge", "ml.g5.12xlarge", "ml.p9.x"
ITSELF = a_rule(groups=("sg-1",))
EVERYONE = a_rule(cidrs=("0.0.0.0/0", "::/0"))
ALL_TCP = a_rule(protocol=TCP, ports=(0, 65535), groups=("sg-1",))
OPEN_OUT = a_security_group(egress=(EVERYONE,))


def said(*groups: SecurityGroup, network: dict[str, Any] | None = None, **job: Any) -> list[str]:
    """What the check says of two EFA instances that carry these groups."""
    names = tuple(group.id for group in groups) or ("sg-1",)
    asked: dict[str, Any] = {"instance_type": CERTAIN, "instance_count": 2, "groups": names} | job
    facts: dict[str, Any] = {"security_groups": groups} | (network or {})
    return outcomes(evaluate(a_job(**asked), a_network(**facts), Settings()))


@pytest.mark.parametrize(
    ("ingress", "egress", "expected"),
    [
        pytest.param(ITSELF, ITSELF, "PASS", id="itself, both ways"),
        pytest.param(a_rule(groups=("sg-2", "sg-1")), ITSELF, "PASS", id="itself among others"),
        pytest.param(ITSELF, EVERYONE, "FAIL HIGH", id="out to everyone only"),
        pytest.param(EVERYONE, ITSELF, "FAIL HIGH", id="in from everyone only"),
        pytest.param(EVERYONE, EVERYONE, "FAIL HIGH", id="everyone, both ways"),
        pytest.param(ALL_TCP, ITSELF, "FAIL HIGH", id="only TCP in"),
        pytest.param(ITSELF, ALL_TCP, "FAIL HIGH", id="only TCP out"),
        pytest.param(ITSELF, a_rule(groups=("sg-2",)), "FAIL HIGH", id="out to another group"),
    ],
)
def test_table(ingress: SecurityGroupRule, egress: SecurityGroupRule, expected: str) -> None:
    assert said(a_security_group(ingress=(ingress,), egress=(egress,))) == [f"sg-1: {expected}"]


@pytest.mark.parametrize(
    ("job", "network", "outcome"),
    [
        pytest.param({"instance_type": PLAIN}, {}, "NOT_APPLICABLE", id="a type without EFA"),
        pytest.param({"instance_count": 1}, {}, "NOT_APPLICABLE", id="one EFA instance"),
        pytest.param({"instance_count": 2}, {}, "FAIL HIGH", id="two EFA instances"),
        pytest.param({"instance_type": POSSIBLE}, {}, "FAIL LOW", id="types that can carry EFA"),
        pytest.param(
            {"plans": (a_plan((CERTAIN, 1), (PLAIN, 4)),)}, {}, "NOT_APPLICABLE", id="one in a mix"
        ),
        pytest.param(
            {"plans": (a_plan((CERTAIN, 1), ("ml.p5.48xlarge", 1)),)},
            {},
            "FAIL HIGH",
            id="one in each of two groups",
        ),
        pytest.param(
            {"plans": (a_plan((CERTAIN, 2)), a_plan((PLAIN, 2)))},
            {},
            "FAIL LOW",
            id="one preference of two",
        ),
        pytest.param({"instance_type": NEW}, {}, "UNKNOWN", id="a type nobody knows"),
        pytest.param(
            {"instance_type": NEW}, {"efa_support": {NEW: True}}, "FAIL LOW", id="a new EFA type"
        ),
        pytest.param(
            {"instance_type": NEW},
            {"efa_support": {NEW: False}},
            "NOT_APPLICABLE",
            id="a new type without EFA",
        ),
        pytest.param({"plans": DENIED}, {}, "UNKNOWN", id="instances nobody knows"),
    ],
)
def test_it_concerns_efa_between_instances(
    job: dict[str, Any], network: dict[str, Any], outcome: str
) -> None:
    (found,) = said(OPEN_OUT, network=network, **job)

    assert found.endswith(f": {outcome}")


def test_fault_11_egress_to_everyone_is_not_enough() -> None:
    """EFA traffic has no IP address, so that no CIDR block names its other side."""
    assert said(OPEN_OUT) == ["sg-1: FAIL HIGH"]
    assert said(a_security_group(egress=(EVERYONE, ITSELF))) == ["sg-1: PASS"]


class TestSeveralGroups:
    complete = a_security_group("sg-1")
    closed = a_security_group("sg-2", ingress=(), egress=())

    def test_one_complete_group_is_enough(self) -> None:
        assert said(self.closed, self.complete) == ["sg-2, sg-1: PASS"]

    def test_two_halves_may_do(self) -> None:
        inbound = a_security_group("sg-1", egress=())
        outbound = a_security_group("sg-2", ingress=())

        assert said(inbound, outbound) == ["sg-1, sg-2: FAIL LOW"]

    def test_groups_that_name_each_other_are_not_enough(self) -> None:
        first = a_security_group(
            "sg-1", ingress=(a_rule(groups=("sg-2",)),), egress=(a_rule(groups=("sg-2",)),)
        )
        second = a_security_group(
            "sg-2", ingress=(a_rule(groups=("sg-1",)),), egress=(a_rule(groups=("sg-1",)),)
        )

        assert said(first, second) == ["sg-1, sg-2: FAIL HIGH"]


class TestFault5WhatCouldNotBeReadIsNoFail:
    @pytest.mark.parametrize("groups", [DENIED, ()], ids=["denied", "gone"])
    def test_groups(self, groups: Any) -> None:
        assert said(network={"security_groups": groups}) == ["sg-1: UNKNOWN"]

    def test_the_group_that_is_gone_might_be_the_complete_one(self) -> None:
        assert said(OPEN_OUT, groups=("sg-1", "sg-gone")) == ["sg-1, sg-gone: UNKNOWN"]

    def test_a_complete_group_is_enough_beside_one_that_is_gone(self) -> None:
        found = said(a_security_group(), groups=("sg-1", "sg-gone"))

        assert found == ["sg-1, sg-gone: PASS"]

    def test_a_complete_group_is_enough_for_a_type_nobody_knows(self) -> None:
        assert said(a_security_group(), instance_type=NEW) == ["sg-1: PASS"]


def test_the_remedy_adds_the_missing_rule_to_the_most_complete_group() -> None:
    empty = a_security_group("sg-2", ingress=(), egress=())
    network = a_network(security_groups=(empty, OPEN_OUT))
    job = a_job(instance_type=CERTAIN, instance_count=2, groups=("sg-2", "sg-1"))

    finding = the(evaluate(job, network, Settings()))

    assert "sg-1 lacks the outbound rule" in finding.message
    assert finding.remediation == (
        "aws ec2 authorize-security-group-egress --group-id sg-1 "
        "--ip-permissions 'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-1}]'"
    )
    assert finding.evidence == {
        "groups": {
            "sg-2": {"inbound": False, "outbound": False},
            "sg-1": {"inbound": True, "outbound": False},
        }
    }
