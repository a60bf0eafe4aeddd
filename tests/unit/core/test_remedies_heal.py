"""Whoever follows the remedies of a check is done after a few, and the check is content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from tests.commands import problems
from tests.healing import healed
from tests.laws import law
from tests.network_strategies import all_settings, jobs, networks
from vpc_guardrail.core.engine import CHECKS, Check
from vpc_guardrail.core.finding import Status

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, TrainingJob
    from vpc_guardrail.core.settings import Settings

OF_THE_JOB = {"network-references-exist", "subnet-ip-capacity"}
"""Checks whose remedies start the job anew, and leave the network as it is."""

OF_POLICIES = {
    "s3-endpoint-policy-restricted",
    "s3-policies-admit-job",
    "package-repositories-denied",
    "bucket-policy-vpc-only",
}
"""Checks whose remedies are policies, which the reasoner has tried before they are told."""

OF_THE_NETWORK = [each for each in CHECKS if each.spec.name not in OF_THE_JOB | OF_POLICIES]
ENOUGH = 10
"""Remedies for a job in three subnets, of which one or two lack something of each kind."""


@pytest.mark.parametrize("check", OF_THE_NETWORK, ids=lambda check: check.spec.name)
@law
@given(jobs, networks, all_settings)
def test_remedies_heal(
    check: Check, job: TrainingJob, network: Network, settings: Settings
) -> None:
    followed: list[str] = []
    while (remedy := _next_remedy(check, job, network, settings)) is not None:
        followed.append(remedy)
        assert problems(remedy) == []
        assert len(followed) <= ENOUGH, followed
        network = healed(network, remedy)


def _next_remedy(
    check: Check, job: TrainingJob, network: Network, settings: Settings
) -> str | None:
    found = check.evaluate(job, network, settings)
    return next((each.remediation for each in found if each.status is Status.FAIL), None)
