"""The score of a VPC: which status it has and why, and what each check adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.builders import (
    DENIED,
    FULL_ACCESS,
    NOW,
    VPC,
    a_dhcp_option_set,
    a_finding,
    a_gateway_endpoint,
    a_network,
    a_network_acl,
    a_route,
    a_route_table,
    a_security_group,
    a_subnet,
    a_vpc,
    internet_gateway,
)
from vpc_guardrail.core.checks import dns_resolves_s3, s3_gateway_endpoint, s3_reachable
from vpc_guardrail.core.exemptions import Exemption
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.core.mends import mends
from vpc_guardrail.core.model import Network, Unknown
from vpc_guardrail.core.score import VpcScore, VpcStatus
from vpc_guardrail.core.score_rule import ScoreRule, Tag
from vpc_guardrail.core.scoring import check_scores, score_vpc
from vpc_guardrail.core.settings import CheckAction, Settings

GROUPS = (a_security_group(is_default=True),)
SOUND = a_network(security_groups=GROUPS)
NO_ROUTE_FROM_B = replace(
    SOUND,
    route_tables={
        "rtb-1": a_route_table(subnets=("subnet-a",)),
        "rtb-2": replace(a_route_table(id="rtb-2", subnets=("subnet-b",)), routes=()),
    },
)
NO_ENDPOINT = replace(
    SOUND, route_tables={"rtb-1": replace(a_route_table(), routes=())}, endpoints={}
)
PUBLIC = replace(
    SOUND, route_tables={"rtb-1": a_route_table(a_route("0.0.0.0/0", to=internet_gateway()))}
)
FULL_ACCESS_ENDPOINT = replace(SOUND, endpoints={"vpce-s3": a_gateway_endpoint(policy=FULL_ACCESS)})
THREE = ("subnet-a", "subnet-b", "subnet-c")
SHORT_OF_ADDRESSES = a_network(
    security_groups=GROUPS,
    subnets=(
        a_subnet(),
        a_subnet("subnet-b", available_addresses=1),
        a_subnet("subnet-c", available_addresses=1),
    ),
    route_tables=(a_route_table(subnets=THREE),),
    network_acls=(a_network_acl(subnets=THREE),),
)
OWN_DNS = replace(SOUND, dhcp_options={"dopt-1": a_dhcp_option_set(servers=("10.9.9.9",))})
TENANCY = a_network(security_groups=GROUPS, vpcs=(a_vpc(tenancy="dedicated"),))
UNREAD = Network(
    region=SOUND.region,
    account=SOUND.account,
    read_at=NOW,
    subnets=SOUND.subnets,
    security_groups=DENIED,
    group_vpcs=DENIED,
    vpcs=DENIED,
    route_tables=DENIED,
    endpoints=DENIED,
    nat_gateways=DENIED,
    prefix_lists=DENIED,
    network_acls=DENIED,
    dhcp_options=DENIED,
)
LENIENT = ScoreRule(failing_severity=None, minimum_score=0)
TAGGED = ScoreRule(included_vpc_tags=(Tag("purpose"),))
EXCLUDED = ScoreRule(excluded_vpc_tags=(Tag("purpose"),))


@pytest.mark.parametrize(
    ("network", "rule", "status", "reason"),
    [
        pytest.param(SOUND, ScoreRule(), VpcStatus.COMPLIANT, "The score is 100", id="sound"),
        pytest.param(
            NO_ENDPOINT,
            ScoreRule(minimum_score=0),
            VpcStatus.NON_COMPLIANT,
            "s3-reachable fails at CRITICAL.",
            id="the worst FAIL is told",
        ),
        pytest.param(
            TENANCY,
            ScoreRule(failing_severity=Severity.CRITICAL),
            VpcStatus.COMPLIANT,
            "The score is 89, and the minimum is 80.",
            id="a FAIL below the failing severity costs points",
        ),
        pytest.param(
            TENANCY,
            ScoreRule(failing_severity=None, minimum_score=90),
            VpcStatus.NON_COMPLIANT,
            "The score is 89, and the minimum is 90.",
            id="89.7 is never rounded up to 90",
        ),
        pytest.param(
            TENANCY,
            ScoreRule(failing_severity=None, minimum_score=89),
            VpcStatus.COMPLIANT,
            "The score is 89, and the minimum is 89.",
            id="89.7 reaches a minimum of 89",
        ),
        pytest.param(
            OWN_DNS,
            ScoreRule(),
            VpcStatus.UNDETERMINED,
            "It hangs on what is not known: dns-resolves-s3 cannot be judged",
            id="an UNKNOWN of the failing severity",
        ),
        pytest.param(
            OWN_DNS,
            ScoreRule(failing_severity=Severity.CRITICAL),
            VpcStatus.COMPLIANT,
            "The score is 100",
            id="an UNKNOWN that could not change it",
        ),
        pytest.param(
            OWN_DNS,
            ScoreRule(failing_severity=None, minimum_score=95),
            VpcStatus.UNDETERMINED,
            "It hangs on what is not known",
            id="an UNKNOWN that could cost too many points",
        ),
        pytest.param(
            replace(SOUND, subnets=DENIED),
            LENIENT,
            VpcStatus.UNDETERMINED,
            "Cannot be judged, because ec2:Describe is denied",
            id="subnets are not read",
        ),
        pytest.param(
            UNREAD,
            LENIENT,
            VpcStatus.UNDETERMINED,
            "Cannot be judged, because which subnets are private cannot be told",
            id="nothing is read but subnets",
        ),
        pytest.param(
            replace(SOUND, vpcs={}),
            ScoreRule(),
            VpcStatus.NOT_APPLICABLE,
            "vpc-1 does not exist.",
            id="no such VPC",
        ),
        pytest.param(
            PUBLIC,
            ScoreRule(),
            VpcStatus.NOT_APPLICABLE,
            "vpc-1 holds no subnet for training",
            id="no private subnet",
        ),
        pytest.param(
            SOUND, TAGGED, VpcStatus.NOT_APPLICABLE, "The tags of vpc-1", id="fault 14: untagged"
        ),
        pytest.param(
            a_network(security_groups=GROUPS, vpcs=(a_vpc(tags={"purpose": "web"}),)),
            EXCLUDED,
            VpcStatus.NOT_APPLICABLE,
            "The tags of vpc-1 leave it out of scope.",
            id="excluded",
        ),
        pytest.param(
            replace(SOUND, vpcs=DENIED),
            EXCLUDED,
            VpcStatus.UNDETERMINED,
            "Cannot be judged",
            id="tags are not read",
        ),
        pytest.param(
            replace(SOUND, vpcs=DENIED, subnets={}),
            ScoreRule(),
            VpcStatus.UNDETERMINED,
            "Cannot be judged, because ec2:Describe is denied",
            id="nothing tells that it exists",
        ),
    ],
)
def test_a_vpc_has_a_status_and_a_reason(
    network: Network, rule: ScoreRule, status: VpcStatus, reason: str
) -> None:
    score = score_vpc(VPC, network, rule)

    assert score.status is status
    assert score.reason.startswith(reason)


def test_a_vpc_of_which_nothing_could_be_decided_has_no_score_and_is_not_compliant() -> None:
    every_subnet = ScoreRule(
        failing_severity=None,
        minimum_score=0,
        training_tags=(Tag("purpose"),),
        instance_type="ml.p9.48xlarge",
        settings=Settings(actions={"network-references-exist": CheckAction.IGNORE}),
    )
    subnets = {"subnet-a": a_subnet(tags={"purpose": "training"}, available_addresses=7)}

    score = score_vpc(VPC, replace(UNREAD, subnets=subnets), every_subnet)

    assert {each.status for each in score.checks} == {Status.UNKNOWN, Status.NOT_APPLICABLE}
    assert (score.score, score.score_at_worst, score.points) == (None, None, None)
    assert score.status is VpcStatus.UNDETERMINED
    assert score.reason.startswith("Nothing could be decided: ")


def lost(score: VpcScore) -> dict[str, int]:
    """What each check cost, of those that cost something."""
    return {each.check: each.lost for each in score.checks if each.lost}


@pytest.mark.parametrize(
    ("network", "costs"),
    [
        pytest.param(SOUND, {}, id="sound"),
        pytest.param(TENANCY, {"vpc-tenancy-default": 6}, id="a FAIL costs the check's weight"),
        pytest.param(
            SHORT_OF_ADDRESSES,
            {"subnet-ip-capacity": 1},
            id="two FAILs of lowered severity cost what one weighs",
        ),
        pytest.param(
            NO_ROUTE_FROM_B,
            {"s3-reachable": 6, "s3-gateway-endpoint": 6},
            id="some subnets cost as the worst of them",
        ),
        pytest.param(
            NO_ENDPOINT,
            {"s3-reachable": 10, "s3-gateway-endpoint": 6},
            id="no subnet has a path",
        ),
        pytest.param(
            FULL_ACCESS_ENDPOINT,
            {"s3-endpoint-policy-restricted": 3, "package-repositories-denied": 3},
            id="an endpoint open to all",
        ),
        pytest.param(
            a_network(security_groups=(replace(GROUPS[0], ingress=()),)),
            {"security-group-self-ingress": 6},
            id="the default group lacks its self rule",
        ),
    ],
)
def test_each_check_costs_what_its_worst_fail_weighs(
    network: Network, costs: dict[str, int]
) -> None:
    score = score_vpc(VPC, network, ScoreRule())

    assert lost(score) == costs
    assert score.score == Fraction(100 * (score.weight - sum(costs.values())), score.weight)


def test_only_checks_that_a_reference_job_may_fail_are_weighed() -> None:
    score = score_vpc(VPC, SOUND, ScoreRule())

    assert "vpc-config-present" not in [each.check for each in score.checks]
    assert {each.check for each in score.checks if not each.weight} == {
        "s3-policies-admit-job",
        "bucket-policy-vpc-only",
        "security-group-efa",
        "required-services-reachable",
        "internet-access",
    }
    assert (score.subnet_ids, score.group_ids) == (("subnet-a", "subnet-b"), ("sg-1",))


def test_an_ignored_check_is_not_weighed() -> None:
    ignoring = Settings(actions={"vpc-tenancy-default": CheckAction.IGNORE})

    score = score_vpc(VPC, TENANCY, ScoreRule(settings=ignoring))

    assert score.score == 100


def test_the_score_is_shown_rounded_down() -> None:
    score = score_vpc(VPC, TENANCY, ScoreRule())

    assert score.score is not None
    assert score.points is not None
    assert score.points < score.score < score.points + 1


REACHABLE, GATEWAY, DNS = s3_reachable.SPEC, s3_gateway_endpoint.SPEC, dns_resolves_s3.SPEC


@pytest.mark.parametrize(
    ("statuses", "status", "weight", "cost", "still_open"),
    [
        ([Status.PASS], Status.PASS, 6, 0, 0),
        ([Status.FAIL, Status.PASS], Status.FAIL, 6, 6, 0),
        ([Status.UNKNOWN], Status.UNKNOWN, 6, 0, 6),
        ([Status.UNKNOWN, Status.PASS], Status.UNKNOWN, 6, 0, 6),
        ([Status.FAIL, Status.UNKNOWN], Status.FAIL, 6, 6, 0),
        ([Status.NOT_APPLICABLE], Status.NOT_APPLICABLE, 0, 0, 0),
        ([Status.NOT_APPLICABLE, Status.PASS], Status.PASS, 6, 0, 0),
    ],
)
def test_the_findings_of_a_check_are_weighed_together(
    statuses: list[Status], status: Status, weight: int, cost: int, still_open: int
) -> None:
    (check,) = check_scores(a_finding(each, check=GATEWAY.name) for each in statuses)

    assert check.status is status
    assert (check.weight, check.lost, check.open) == (weight, cost, still_open)
    assert check.earned == weight - cost


def test_a_lowered_fail_beside_an_unknown_leaves_the_rest_open() -> None:
    lowered = a_finding(Status.FAIL, check=GATEWAY.name, severity=Severity.LOW)

    (check,) = check_scores([lowered, a_finding(Status.UNKNOWN, check=GATEWAY.name)])

    assert (check.lost, check.open) == (1, 5)


def test_advice_without_weight_costs_nothing() -> None:
    advice = a_finding(Status.FAIL, check=GATEWAY.name, severity=Severity.INFO)

    (check,) = check_scores([advice])

    assert (check.status, check.weight, check.lost) == (Status.FAIL, 6, 0)


def test_an_unknown_lowers_no_score_and_is_told() -> None:
    score = score_vpc(VPC, OWN_DNS, ScoreRule())

    assert score.score == 100
    assert score.score_at_worst == Fraction(100 * (score.weight - 6), score.weight)
    assert score.unknown_checks == (DNS.name,)


def scored(network: Network, **chosen: Any) -> VpcScore:
    return score_vpc(VPC, network, ScoreRule(settings=Settings(**chosen)))


def exempting(**named: str) -> tuple[Exemption, ...]:
    return (Exemption("net", "moves", NOW.date(), **named),)


class TestTheOwnersSettings:
    def test_a_severity_of_his_own_weighs(self) -> None:
        severe = scored(NO_ENDPOINT, severities={GATEWAY.name: Severity.LOW})

        (check,) = [each for each in severe.checks if each.check == GATEWAY.name]
        assert (check.severity, check.weight, check.lost) == (Severity.LOW, 1, 1)

    def test_it_decides_what_alone_is_noncompliant(self) -> None:
        lenient = {each.name: Severity.LOW for each in (GATEWAY, s3_reachable.SPEC)}

        assert scored(NO_ENDPOINT).status is VpcStatus.NON_COMPLIANT
        assert scored(NO_ENDPOINT, severities=lenient).status is VpcStatus.COMPLIANT

    def test_what_is_exempted_for_the_vpc_costs_nothing_and_is_told(self) -> None:
        score = scored(NO_ENDPOINT, exemptions=exempting(vpc=VPC))

        assert (score.status, score.points) == (VpcStatus.COMPLIANT, 100)
        assert set(score.exempted_checks) >= {GATEWAY.name, s3_reachable.SPEC.name}
        assert any(not each.counts for each in score.findings)
        assert mends(score) == ()

    def test_what_of_a_check_is_exempted_weighs_nothing(self) -> None:
        score = scored(NO_ENDPOINT, exemptions=exempting(check=GATEWAY.name))

        assert GATEWAY.name not in score.failed_checks
        assert s3_reachable.SPEC.name in score.failed_checks
        assert score.weight == scored(NO_ENDPOINT).weight - 6

    def test_an_exempted_unknown_leaves_nothing_open(self) -> None:
        unread = replace(SOUND, dhcp_options=Unknown("denied"))

        assert scored(unread).status is VpcStatus.UNDETERMINED
        assert scored(unread, exemptions=exempting(vpc=VPC)).status is VpcStatus.COMPLIANT

    @pytest.mark.parametrize(
        "named",
        [
            pytest.param({"vpc": "vpc-2"}, id="another VPC"),
            pytest.param({"vpc": VPC, "job_name": "reference-*"}, id="a job's name"),
            pytest.param({"role": "vpc-guardrail-*"}, id="a job's role"),
        ],
    )
    def test_what_is_exempted_for_others_counts(self, named: dict[str, str]) -> None:
        assert scored(NO_ENDPOINT, exemptions=exempting(**named)) == scored(NO_ENDPOINT)

    def test_an_exemption_that_has_expired_counts_no_more(self) -> None:
        expired = Exemption("net", "moved", NOW.date() - timedelta(days=1), vpc=VPC)

        assert scored(NO_ENDPOINT, exemptions=(expired,)).points == scored(NO_ENDPOINT).points
