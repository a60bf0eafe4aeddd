"""What a job says about its VPC and its instances."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from tests.builders import a_job, a_job_without_vpc, a_plan
from vpc_guardrail.core.model import TrainingJob, VpcConfig


@pytest.mark.parametrize(
    ("subnets", "groups", "has_vpc"),
    [
        pytest.param(("subnet-a",), ("sg-1",), True, id="a subnet and a group"),
        pytest.param((), ("sg-1",), False, id="a group only"),
        pytest.param(("subnet-a",), (), False, id="a subnet only"),
        pytest.param((), (), False, id="empty lists"),
    ],
)
def test_has_vpc(subnets: tuple[str, ...], groups: tuple[str, ...], has_vpc: bool) -> None:
    job = replace(a_job(), vpc_config=VpcConfig(subnets, groups))

    assert job.has_vpc is has_vpc
    assert (job.subnet_ids, job.security_group_ids) == (subnets, groups)


def test_a_job_without_vpc_config_names_nothing() -> None:
    job = a_job_without_vpc()

    assert job.vpc_config is None
    assert not job.has_vpc
    assert (job.subnet_ids, job.security_group_ids) == ((), ())


def test_instances_are_counted_over_all_groups() -> None:
    assert a_plan(("ml.m5.xlarge", 3), ("ml.p4d.24xlarge", 2)).instance_count == 5


def test_a_job_carries_no_environment_and_no_hyperparameters() -> None:
    names = {field.name for field in fields(TrainingJob)}

    assert not [name for name in names if "environment" in name or "hyper_parameter" in name]
    assert not [name for name in names if "hyperparameter" in name]
