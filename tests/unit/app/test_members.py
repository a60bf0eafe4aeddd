"""Members of AWS structures, whatever their casing."""

from __future__ import annotations

import pytest

from vpc_guardrail.app.members import member


@pytest.mark.parametrize("written", ["VpcConfig", "vpcConfig", "vpcconfig", "VPCCONFIG"])
def test_a_member_is_found_in_any_casing(written: str) -> None:
    assert member({"other": 1, written: 2}, "VpcConfig") == 2


def test_the_exact_casing_goes_first() -> None:
    assert member({"vpcConfig": 1, "VpcConfig": 2, "VPCCONFIG": 3}, "VpcConfig") == 2


@pytest.mark.parametrize("values", [{}, {"VpcConfigs": 1, "Config": 2}])
def test_there_is_none_where_there_is_none(values: dict[str, int]) -> None:
    assert member(values, "VpcConfig") is None


def test_null_is_found_as_null_and_not_passed_over() -> None:
    assert member({"VpcConfig": None, "vpcConfig": 1}, "VpcConfig") is None
