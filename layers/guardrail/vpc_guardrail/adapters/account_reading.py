"""The VPCs of an account, read a batch at a time: few calls with long pages, not VPC by VPC.

Only DNS attributes have no call for several VPCs: DescribeVpcAttribute tells one attribute of one
VPC. They are asked for where a reference job has a place, at a pace that leaves the other readers
of the account more than half of the rate that AWS grants.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vpc_guardrail.adapters import parallel
from vpc_guardrail.adapters.account_pass import Pass
from vpc_guardrail.adapters.ec2_account_reader import Ec2AccountReader
from vpc_guardrail.adapters.endpoint_needs import needs_dns_hostnames
from vpc_guardrail.adapters.follow_ups import NO_HOSTNAMES_NEEDED
from vpc_guardrail.adapters.pace import Pace
from vpc_guardrail.app.errors import AccountNotReadableError
from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.scoring import is_placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_ec2 import EC2Client

    from vpc_guardrail.core.model import Endpoint, Fact, Network
    from vpc_guardrail.core.score_rule import ScoreRule

VPCS_AT_A_TIME = 100
"""VPCs that are held at a time; a page of subnets or groups takes 1,000, one of route tables 100.

Fewer than a filter takes values (`ec2_reader.FILTER_VALUES`).
"""

CALLS_AT_ONCE, CALLS_A_SECOND = 40, 8
"""The pace of DescribeVpcAttribute; EC2 grants a call of its kind 100 at once and 20 a second.

Source: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
"""


class AccountInventory:
    """The port `AccountReader`, for one account and Region."""

    def __init__(
        self,
        ec2: EC2Client,
        region: str,
        account: str,
        now: Callable[[], datetime],
        pace: Pace | None = None,
    ) -> None:
        self._ec2 = Ec2AccountReader(ec2)
        self._region = region
        self._account = account
        self._now = now
        self._pace = pace or Pace(CALLS_AT_ONCE, CALLS_A_SECOND)

    def vpc_ids(self) -> tuple[str, ...]:
        """All VPCs, in the order of their ids; raises `AccountNotReadableError`."""
        found = self._ec2.vpc_ids()
        if isinstance(found, Unknown):
            raise AccountNotReadableError(found.reason)
        return tuple(sorted(found))

    def networks(self, vpc_ids: Sequence[str], rule: ScoreRule) -> Iterator[tuple[str, Network]]:
        """A network for each VPC that exists; where VPCs may not be described, for each named."""
        wanted = [*dict.fromkeys(vpc_ids)]
        one = Pass(self._ec2, self._region, self._account, self._now(), rule)
        with parallel.pool() as pool:
            for start in range(0, len(wanted), VPCS_AT_A_TIME):
                batch = one.read(pool, wanted[start : start + VPCS_AT_A_TIME])
                for vpc_id in batch.vpc_ids:
                    yield vpc_id, self._with_dns(vpc_id, one.network(vpc_id, batch), rule)

    def _with_dns(self, vpc_id: str, network: Network, rule: ScoreRule) -> Network:
        """The network with the VPC's DNS attributes, if a reference job has a place in it."""
        vpc = network.vpc(vpc_id)
        if isinstance(vpc, Unknown) or not is_placed(vpc_id, network, rule):
            return network
        self._pace.wait()
        support = self._ec2.dns_support(vpc_id)
        hostnames = self._dns_hostnames(vpc_id, network.endpoints)
        return replace(
            network, vpcs={vpc_id: replace(vpc, dns_support=support, dns_hostnames=hostnames)}
        )

    def _dns_hostnames(self, vpc_id: str, endpoints: Fact[Mapping[str, Endpoint]]) -> Fact[bool]:
        if isinstance(endpoints, Unknown):
            return endpoints
        if not any(needs_dns_hostnames(each) for each in endpoints.values()):
            return NO_HOSTNAMES_NEEDED
        self._pace.wait()
        return self._ec2.dns_hostnames(vpc_id)
