"""What a job demands: addresses in one subnet, and EFA between its instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import DENIED, a_job, a_network, a_plan
from vpc_guardrail.core.demand import (
    AddressDemand,
    Likelihood,
    address_demand,
    efa_of,
    is_distributed,
    uses_efa_between_instances,
)
from vpc_guardrail.core.instance_types import EfaUse
from vpc_guardrail.core.model import Fact, InstancePlan, Unknown

if TYPE_CHECKING:
    from vpc_guardrail.core.model import TrainingJob

PLAIN, CERTAIN, POSSIBLE = "ml.m5.xlarge", "ml.p4d.24xlarge", "ml.g5.12xlarge"
NEW = "ml.p9.48xlarge"
NOT_DESCRIBED = Unknown(f"instance type {NEW} was not described")


def job_on(*plans: InstancePlan) -> TrainingJob:
    return a_job(plans=plans)


class TestEfaOf:
    @pytest.mark.parametrize(
        ("instance_type", "support", "expected"),
        [
            pytest.param(PLAIN, {}, EfaUse.NEVER, id="the table knows it as without"),
            pytest.param(CERTAIN, {}, EfaUse.CERTAIN, id="the table knows it as with"),
            pytest.param(POSSIBLE, {}, EfaUse.POSSIBLE, id="the table knows it as able"),
            pytest.param(PLAIN, {PLAIN: True}, EfaUse.NEVER, id="the table beats the description"),
            pytest.param(NEW, {NEW: True}, EfaUse.POSSIBLE, id="a new type that supports it"),
            pytest.param(NEW, {NEW: False}, EfaUse.NEVER, id="a new type that does not"),
            pytest.param(NEW, {NEW: DENIED}, DENIED, id="a new type that may not be described"),
            pytest.param(NEW, {}, NOT_DESCRIBED, id="a new type that was not described"),
        ],
    )
    def test_it_is_known_from_the_table_else_from_ec2(
        self, instance_type: str, support: dict[str, Fact[bool]], expected: Fact[EfaUse]
    ) -> None:
        assert efa_of(instance_type, a_network(efa_support=support)) == expected


class TestAddresses:
    @pytest.mark.parametrize(
        ("plans", "expected"),
        [
            pytest.param([a_plan((PLAIN, 1))], AddressDemand(2, 2), id="2 for one instance"),
            pytest.param([a_plan((PLAIN, 3))], AddressDemand(6, 6), id="2 for each instance"),
            pytest.param([a_plan((CERTAIN, 3))], AddressDemand(15, 15), id="5 for each with EFA"),
            pytest.param([a_plan((POSSIBLE, 3))], AddressDemand(6, 15), id="2 or 5 for the able"),
            pytest.param(
                [a_plan((PLAIN, 2), (CERTAIN, 1), (POSSIBLE, 1))],
                AddressDemand(11, 14),
                id="summed over instance groups",
            ),
            pytest.param(
                [a_plan((PLAIN, 4)), a_plan((CERTAIN, 2))],
                AddressDemand(8, 10),
                id="the least and the most of the preferences",
            ),
            pytest.param(
                [a_plan((NEW, 2))], AddressDemand(4, 10, NOT_DESCRIBED), id="a type nobody knows"
            ),
        ],
    )
    def test_they_are_counted(self, plans: list[InstancePlan], expected: AddressDemand) -> None:
        assert address_demand(job_on(*plans), a_network()) == expected

    def test_the_owner_knows_better_for_the_types_that_he_names(self) -> None:
        job = job_on(a_plan((POSSIBLE, 3), (NEW, 1), (PLAIN, 1)))

        demand = address_demand(job, a_network(), {POSSIBLE: 4, NEW: 1})

        assert demand == AddressDemand(15, 15)

    def test_an_unknown_plan_demands_nobody_knows_what(self) -> None:
        assert address_demand(a_job(plans=DENIED), a_network()) is DENIED


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        pytest.param([a_plan((PLAIN, 1))], Likelihood(False, False), id="one instance"),
        pytest.param([a_plan((PLAIN, 2))], Likelihood(True, True), id="two instances"),
        pytest.param(
            [a_plan((PLAIN, 1), (CERTAIN, 1))], Likelihood(True, True), id="one of each group"
        ),
        pytest.param(
            [a_plan((PLAIN, 1)), a_plan((CERTAIN, 2))], Likelihood(False, True), id="one preference"
        ),
    ],
)
def test_is_distributed(plans: list[InstancePlan], expected: Likelihood) -> None:
    assert is_distributed(job_on(*plans)) == expected


def test_whether_an_unknown_plan_is_distributed_is_unknown() -> None:
    assert is_distributed(a_job(plans=DENIED)) is DENIED


NO, MAYBE, YES = Likelihood(False, False), Likelihood(False, True), Likelihood(True, True)


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        pytest.param([a_plan((PLAIN, 4))], NO, id="types without EFA"),
        pytest.param([a_plan((CERTAIN, 1))], NO, id="one instance with EFA"),
        pytest.param([a_plan((CERTAIN, 2))], YES, id="two instances with EFA"),
        pytest.param([a_plan((POSSIBLE, 2))], MAYBE, id="two that can carry it"),
        pytest.param([a_plan((CERTAIN, 1), (PLAIN, 9))], NO, id="one with EFA among others"),
        pytest.param([a_plan((CERTAIN, 1), (POSSIBLE, 1))], MAYBE, id="one with, one that can"),
        pytest.param(
            [a_plan((CERTAIN, 1), ("ml.p5.48xlarge", 1))], YES, id="two groups with EFA each"
        ),
        pytest.param(
            [a_plan((CERTAIN, 2)), a_plan((PLAIN, 2))], MAYBE, id="one preference of two with EFA"
        ),
        pytest.param([a_plan((NEW, 2))], NOT_DESCRIBED, id="a type that nobody knows"),
        pytest.param([a_plan((NEW, 1))], NO, id="one instance of a type that nobody knows"),
        pytest.param(
            [a_plan((CERTAIN, 1), (NEW, 1))], NOT_DESCRIBED, id="one with, one that nobody knows"
        ),
        pytest.param([a_plan((CERTAIN, 2), (NEW, 2))], YES, id="two with are enough to know"),
        pytest.param(
            [a_plan((PLAIN, 2)), a_plan((NEW, 2))], NOT_DESCRIBED, id="a preference nobody knows"
        ),
    ],
)
def test_efa_between_instances(plans: list[InstancePlan], expected: Any) -> None:
    for order in (plans, plans[::-1]):
        assert uses_efa_between_instances(job_on(*order), a_network()) == expected


def test_efa_of_an_unknown_plan_is_unknown() -> None:
    assert uses_efa_between_instances(a_job(plans=DENIED), a_network()) is DENIED
