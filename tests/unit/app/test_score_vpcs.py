"""The use case that scores VPCs: what it reads, and when it hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import VPC, a_network, a_security_group, a_vpc
from vpc_guardrail.app.errors import AccountNotReadableError
from vpc_guardrail.app.score_vpcs import VpcScorer
from vpc_guardrail.core.score import VpcStatus
from vpc_guardrail.core.score_rule import ScoreRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vpc_guardrail.core.model import Network


class FakeAccount:
    """VPCs, all alike; `handed` are those whose network was handed over."""

    def __init__(self, *vpc_ids: str) -> None:
        self.there = vpc_ids
        self.handed: list[str] = []

    def vpc_ids(self) -> tuple[str, ...]:
        if not self.there:
            raise AccountNotReadableError("ec2:DescribeVpcs is denied")
        return self.there

    def networks(self, vpc_ids: Sequence[str], rule: ScoreRule) -> Iterator[tuple[str, Network]]:
        for vpc_id in vpc_ids:
            if vpc_id in self.there:
                self.handed.append(vpc_id)
                yield (
                    vpc_id,
                    a_network(
                        vpcs=(a_vpc(vpc_id),), security_groups=(a_security_group(is_default=True),)
                    ),
                )


def test_the_vpcs_named_are_scored_as_far_as_they_exist() -> None:
    scorer = VpcScorer(FakeAccount(VPC), ScoreRule())

    (score,) = scorer.score(["vpc-gone", VPC])

    assert (score.vpc_id, score.status, score.points) == (VPC, VpcStatus.COMPLIANT, 100)


def test_all_vpcs_are_scored() -> None:
    scorer = VpcScorer(FakeAccount("vpc-a", "vpc-b"), ScoreRule())

    assert [each.vpc_id for each in scorer.score_all()] == ["vpc-a", "vpc-b"]


def test_each_score_is_handed_over_before_the_next_network_is_read() -> None:
    account = FakeAccount("vpc-a", "vpc-b")

    next(VpcScorer(account, ScoreRule()).score_all())

    assert account.handed == ["vpc-a"]


def test_an_account_that_may_not_be_listed_raises() -> None:
    with pytest.raises(AccountNotReadableError):
        next(VpcScorer(FakeAccount(), ScoreRule()).score_all())
