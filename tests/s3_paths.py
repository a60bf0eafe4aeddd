"""The way to S3 in short, so that a test states in one line how far packets get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.builders import a_subnet
from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.s3_path import stretches_to_s3

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, Subnet
    from vpc_guardrail.core.path import Reach, Stretch


def stretches(network: Network, subnet: Subnet | None = None) -> tuple[Stretch, ...]:
    """Where the packets to each part of S3's addresses end, by the routes."""
    found = stretches_to_s3(network, subnet or a_subnet())
    assert not isinstance(found, Unknown)
    return found


def the_reach(network: Network, subnet: Subnet | None = None) -> Reach:
    """What all stretches come to, when they come to the same."""
    (reach,) = {each.reach for each in stretches(network, subnet)}
    return reach
