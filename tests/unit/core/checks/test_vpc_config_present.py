"""The job names at least one subnet and one security group."""

from __future__ import annotations

import pytest

from tests.builders import a_job
from tests.findings import outcome, the
from vpc_guardrail.core.checks.vpc_config_present import evaluate


@pytest.mark.parametrize(
    ("subnets", "groups", "expected"),
    [
        pytest.param(("subnet-a",), ("sg-1",), "PASS", id="one of each"),
        pytest.param((), (), "FAIL CRITICAL", id="no VpcConfig"),
        pytest.param(("subnet-a",), (), "FAIL CRITICAL", id="no security group"),
        pytest.param((), ("sg-1",), "FAIL CRITICAL", id="no subnet"),
    ],
)
def test_table(subnets: tuple[str, ...], groups: tuple[str, ...], expected: str) -> None:
    job = a_job(subnets=subnets, groups=groups)

    finding = the(evaluate(job))

    assert finding.resource == job.arn
    assert outcome(finding) == expected
    assert finding.evidence == {"subnets": [*subnets], "security_groups": [*groups]}


def test_the_message_names_what_is_missing() -> None:
    without_both = the(evaluate(a_job(subnets=(), groups=())))
    without_group = the(evaluate(a_job(groups=())))

    assert without_both.message.startswith("The job names no subnet and no security group,")
    assert without_group.message.startswith("The job names no security group,")
    assert "--vpc-config" in without_group.remediation
