"""Scores as a person reads them: bars, worst first, and what to mend for the most points."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import (
    VPC,
    a_dhcp_option_set,
    a_finding,
    a_network,
    a_route_table,
    a_security_group,
    a_vpc,
)
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.core.score import CheckScore, VpcScore, VpcStatus
from vpc_guardrail.core.score_rule import ScoreRule
from vpc_guardrail.core.scoring import score_vpc
from vpc_guardrail.report.score_text import MENDS_TOLD, bar, scores_text, worst_first

EXPECTED = Path(__file__).parent / "expected/scores.txt"

SOUND = a_network(security_groups=(a_security_group(is_default=True),))


def scored(vpc_id: str, **parts: object) -> VpcScore:
    """The score of a sound VPC but for some parts, under an id of its own."""
    network = replace(SOUND, **parts)  # type: ignore[arg-type] # each test names a part's own type
    return replace(score_vpc(VPC, network, ScoreRule()), vpc_id=vpc_id)


NO_ROUTES = {"rtb-1": replace(a_route_table(), routes=())}
SCORES = (
    scored("vpc-sound"),
    scored("vpc-no-endpoint", endpoints={}, route_tables=NO_ROUTES),
    scored("vpc-no-subnet", subnets={}),
    scored("vpc-own-dns", dhcp_options={"dopt-1": a_dhcp_option_set(servers=("10.9.9.9",))}),
    scored("vpc-dedicated", vpcs={VPC: a_vpc(tenancy="dedicated")}),
)


def test_scores_read_as_expected() -> None:
    assert scores_text(SCORES) == EXPECTED.read_text(encoding="utf-8")


def test_the_worst_comes_first() -> None:
    assert [each.vpc_id for each in worst_first(SCORES)] == [
        "vpc-no-endpoint",
        "vpc-dedicated",
        "vpc-own-dns",
        "vpc-sound",
        "vpc-no-subnet",
    ]


def a_score(lost: int, unknown: int, weight: int = 100) -> VpcScore:
    """A score of which so much is lost and so much is open."""
    high = a_finding(Status.FAIL)
    checks = (
        CheckScore("a", Severity.HIGH, weight - unknown, lost, (high,)),
        CheckScore("b", Severity.HIGH, unknown, 0, (a_finding(Status.UNKNOWN),)),
    )
    return replace(SCORES[0], checks=checks, status=VpcStatus.UNDETERMINED)


@pytest.mark.parametrize(
    ("lost", "unknown", "drawn"),
    [
        (0, 0, "████████████████████"),
        (1, 0, "███████████████████░"),
        (50, 0, "██████████░░░░░░░░░░"),
        (50, 25, "█████▒▒▒▒▒░░░░░░░░░░"),
        (100, 0, "░░░░░░░░░░░░░░░░░░░░"),
        (0, 99, "▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒"),
        (0, 100, ""),
    ],
)
def test_a_bar_is_never_longer_than_the_score(lost: int, unknown: int, drawn: str) -> None:
    assert bar(a_score(lost, unknown)) == drawn


def test_of_many_mends_only_the_first_are_told() -> None:
    text = scores_text(
        [scored(f"vpc-{number}", endpoints={}, route_tables=NO_ROUTES) for number in range(20)]
    )

    assert text.count("create-vpc-endpoint") <= MENDS_TOLD
    assert f"{20 - MENDS_TOLD} more; --format json tells all." in text


def test_what_aws_says_stays_on_its_line() -> None:
    evil = replace(SCORES[1], reason="It is\nnot\x1b[31m so.")

    assert "It is not[31m so." in scores_text([evil])
