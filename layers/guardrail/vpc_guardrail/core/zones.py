"""Where a subnet lies: in the Region's own zones, or where jobs are not documented to run."""

import re

from vpc_guardrail.core.model import Subnet


def unusual_place(subnet: Subnet, region: str) -> str:
    """Where a subnet lies outside of the Region's own zones, such as `eu-central-1a`; or empty."""
    if subnet.outpost_arn:
        return f"on Outpost {subnet.outpost_arn}"
    if re.fullmatch(f"{re.escape(region)}[a-z]", subnet.availability_zone):
        return ""
    return f"in zone {subnet.availability_zone}, a Local Zone or Wavelength Zone"
