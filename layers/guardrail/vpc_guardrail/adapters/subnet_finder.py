"""The VPCs of subnets that a change names, over ec2:DescribeSubnets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set

    from mypy_boto3_ec2 import EC2Client


class SubnetFinder:
    """The port `SubnetHomes`."""

    def __init__(self, ec2: EC2Client) -> None:
        self._ec2 = ec2

    def vpcs_of(self, subnet_ids: Set[str]) -> frozenset[str]:
        """The VPCs of those of the subnets that are still there."""
        pages = self._ec2.get_paginator("describe_subnets").paginate(
            Filters=[{"Name": "subnet-id", "Values": sorted(subnet_ids)}]
        )
        return frozenset(subnet["VpcId"] for page in pages for subnet in page["Subnets"])
