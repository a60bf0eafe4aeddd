"""Questions to EC2 about all that VPCs hold, by the VPCs' ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vpc_guardrail.adapters import faults, group_facts, network_facts
from vpc_guardrail.adapters.ec2_answers import ids
from vpc_guardrail.adapters.ec2_reader import SECURITY_GROUPS, SUBNETS, VPCS, Ec2Reader
from vpc_guardrail.core.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from vpc_guardrail.core.model import Fact, SecurityGroup, Subnet

DEFAULT_GROUPS = {"Name": "group-name", "Values": [group_facts.DEFAULT_GROUP_NAME]}


class Ec2AccountReader(Ec2Reader):
    """As its parent, which asks by the ids of what jobs name, and by those of VPCs as well."""

    def vpc_ids(self) -> Fact[frozenset[str]]:
        """All VPCs that can be seen."""
        found = faults.fact("ec2:DescribeVpcs", lambda: [*self._pages(VPCS, {})])
        return found if isinstance(found, Unknown) else ids(found, "VpcId")

    def subnets_of(self, vpc_ids: Set[str]) -> Fact[Mapping[str, Subnet]]:
        """All subnets of these VPCs."""
        return self._found(SUBNETS, "vpc-id", vpc_ids, network_facts.subnets)

    def default_groups_of(self, vpc_ids: Set[str]) -> Fact[Mapping[str, SecurityGroup]]:
        """The security group that each of these VPCs came with."""
        return self._groups_of(vpc_ids, DEFAULT_GROUPS)

    def tagged_groups_of(
        self, vpc_ids: Set[str], keys: Iterable[str]
    ) -> Fact[Mapping[str, SecurityGroup]]:
        """The security groups of these VPCs with a tag of one of these keys; none for no keys."""
        values = [_literally(key) for key in keys]
        return self._groups_of(vpc_ids, {"Name": "tag-key", "Values": values}) if values else {}

    def _groups_of(
        self, vpc_ids: Set[str], also: Mapping[str, Any]
    ) -> Fact[Mapping[str, SecurityGroup]]:
        return self._found(SECURITY_GROUPS, "vpc-id", vpc_ids, group_facts.security_groups, also)


def _literally(text: str) -> str:
    """A text as the value of a filter, where `*` and `?` would stand for others.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
    """
    return "".join(f"\\{char}" if char in "\\*?" else char for char in text)
