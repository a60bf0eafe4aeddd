"""Whatever was told of a network is told as mended when the network is sound again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from tests.builders import VPC, a_gateway_endpoint, a_job, a_network, an_interface_endpoint
from tests.laws import law
from tests.network_strategies import networks
from vpc_guardrail.core.engine import CHECKS, Check
from vpc_guardrail.core.finding import Status
from vpc_guardrail.core.passing import passing_in
from vpc_guardrail.core.problems import problems_in
from vpc_guardrail.core.settings import InternetAccess, Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network

JOB = a_job(instance_type="ml.p4d.24xlarge", instance_count=2)
"""Every check applies to it."""

STS = an_interface_endpoint("vpce-sts", service="com.amazonaws.eu-central-1.sts")
SOUND = a_network(endpoints=[a_gateway_endpoint(), STS])
SETTINGS = Settings(internet_access=InternetAccess.FORBIDDEN, required_services=("sts",))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.spec.name)
@law
@given(networks)
def test_whatever_was_told_is_mended_once_the_check_passes(check: Check, network: Network) -> None:
    told = problems_in(check.evaluate(JOB, network, SETTINGS), JOB, VPC, SETTINGS)
    after = [*check.evaluate(JOB, SOUND, SETTINGS)]
    passing = passing_in(after, JOB, SETTINGS)

    assert {each.status for each in after} == {Status.PASS}
    for each in told:
        assert passing.mends(each.key, each.shape, told_of_it=True), each
