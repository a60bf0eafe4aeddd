"""At least one subnet of the job has enough free addresses for all of its instances."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import DENIED, a_job, a_network, a_plan, a_subnet, a_tuning_job
from tests.findings import outcomes
from tests.laws import law
from vpc_guardrail.core.checks.subnet_ip_capacity import evaluate
from vpc_guardrail.core.model import Starts, Subnet
from vpc_guardrail.core.settings import Settings

PLAIN, CERTAIN, POSSIBLE, NEW = "ml.m5.xlarge", "ml.p4d.24xlarge", "ml.g5.12xlarge", "ml.p9.x"


def said(free_a: int, free_b: int, **job: Any) -> list[str]:
    """What the check says of two subnets with so many free addresses."""
    subnets = (
        a_subnet("subnet-a", available_addresses=free_a),
        a_subnet("subnet-b", available_addresses=free_b),
    )
    return outcomes(evaluate(a_job(**job), a_network(subnets=subnets), Settings()))


BOTH_PASS = ["subnet-a: PASS", "subnet-b: PASS"]
BOTH_SHORT = ["subnet-a: FAIL HIGH", "subnet-b: FAIL HIGH"]
FIRST_SHORT = ["subnet-a: FAIL LOW", "subnet-b: PASS"]
BOTH_ADVICE = ["subnet-a: FAIL LOW", "subnet-b: FAIL LOW"]


@pytest.mark.parametrize(
    ("free", "job", "expected"),
    [
        pytest.param((2, 2), {}, BOTH_PASS, id="exactly 2 for one instance"),
        pytest.param((1, 1), {}, BOTH_SHORT, id="one short of 2"),
        pytest.param((1, 2), {}, FIRST_SHORT, id="one of two holds the job"),
        pytest.param((10, 0), {"instance_count": 5}, ["subnet-a: PASS", "subnet-b: FAIL LOW"],
                     id="an empty subnet beside one that holds it"),
        pytest.param((9, 9), {"instance_count": 5}, BOTH_SHORT, id="free addresses never add up"),
        pytest.param((5, 5), {"instance_type": CERTAIN}, BOTH_PASS, id="exactly 5 with EFA"),
        pytest.param((4, 4), {"instance_type": CERTAIN}, BOTH_SHORT, id="one short of 5 with EFA"),
        pytest.param((10, 9), {"instance_type": CERTAIN, "instance_count": 2},
                     ["subnet-a: PASS", "subnet-b: FAIL LOW"], id="5 for each EFA instance"),
        pytest.param((4, 4), {"instance_type": POSSIBLE}, BOTH_ADVICE, id="may carry EFA: advice"),
        pytest.param((2, 2), {"instance_type": POSSIBLE}, BOTH_ADVICE, id="held to 2, not to 5"),
        pytest.param((1, 1), {"instance_type": POSSIBLE}, BOTH_SHORT, id="short even of 2"),
        pytest.param((5, 1), {"instance_type": POSSIBLE},
                     ["subnet-a: PASS", "subnet-b: FAIL LOW"], id="one holds whatever it carries"),
        pytest.param((9, 8), {"plans": (a_plan((PLAIN, 2), (CERTAIN, 1)),)},
                     ["subnet-a: PASS", "subnet-b: FAIL LOW"], id="summed over instance groups"),
        pytest.param((8, 3), {"plans": (a_plan((PLAIN, 2)), a_plan((PLAIN, 4)))},
                     ["subnet-a: PASS", "subnet-b: FAIL LOW"],
                     id="the largest preference fits in one"),
        pytest.param((4, 4), {"plans": (a_plan((PLAIN, 2)), a_plan((PLAIN, 4)))},
                     BOTH_ADVICE, id="only the smallest preference fits"),
        pytest.param((3, 3), {"plans": (a_plan((PLAIN, 2)), a_plan((PLAIN, 4)))},
                     BOTH_SHORT, id="no preference fits"),
    ],
)  # fmt: skip
def test_table(free: tuple[int, int], job: dict[str, Any], expected: list[str]) -> None:
    assert said(*free, **job) == expected


class TestChildrenOfATuningJob:
    """Each child runs in one subnet, and several may run side by side, in one or in several."""

    @pytest.mark.parametrize(
        ("free", "starts", "expected"),
        [
            pytest.param((8, 8), Starts(2, 2), BOTH_PASS, id="each subnet holds both"),
            pytest.param((7, 4), Starts(2, 2), BOTH_ADVICE, id="one in each"),
            pytest.param((8, 0), Starts(2, 2), ["subnet-a: PASS", "subnet-b: FAIL LOW"],
                         id="both in one"),
            pytest.param((7, 3), Starts(2, 2), BOTH_SHORT, id="what is left over never adds up"),
            pytest.param((7, 3), Starts(1, 1), ["subnet-a: PASS", "subnet-b: FAIL LOW"],
                         id="one of the two runs already"),
            pytest.param((7, 3), Starts(1, 2), BOTH_ADVICE, id="nobody knows of which definition"),
            pytest.param((3, 3), Starts(1, 2), BOTH_SHORT, id="no room for a single one"),
            pytest.param((0, 0), Starts(0, 0), BOTH_PASS, id="all run already"),
            pytest.param((0, 0), Starts(0, 2), BOTH_ADVICE, id="maybe none is yet to start"),
        ],
    )  # fmt: skip
    def test_table(self, free: tuple[int, int], starts: Starts, expected: list[str]) -> None:
        assert self.said(free, starts) == expected

    def said(self, free: tuple[int, int], starts: Starts, instance_type: str = PLAIN) -> list[str]:
        job = a_tuning_job(a_job(instance_type=instance_type, instance_count=2), starts=starts)
        return outcomes(evaluate(job.judged[0], a_network(subnets=self.subnets(free)), Settings()))

    def subnets(self, free: tuple[int, int]) -> list[Subnet]:
        return [
            a_subnet(name, available_addresses=addresses)
            for name, addresses in zip(("subnet-a", "subnet-b"), free, strict=True)
        ]

    def test_types_that_may_carry_efa_are_held_to_2(self) -> None:
        assert self.said((8, 8), Starts(2, 2), POSSIBLE) == BOTH_ADVICE
        assert self.said((20, 20), Starts(2, 2), POSSIBLE) == BOTH_PASS

    def test_a_subnet_that_is_not_known_may_hold_them_all(self) -> None:
        job = a_tuning_job(a_job(), starts=Starts(4, 4)).judged[0]
        network = a_network(subnets=[a_subnet("subnet-a", available_addresses=0)])

        assert outcomes(evaluate(job, network, Settings())) == [
            "subnet-a: FAIL LOW",
            "subnet-b: UNKNOWN",
        ]

    def test_a_shortage_tells_how_many_find_room(self) -> None:
        job = a_tuning_job(a_job(instance_count=2), starts=Starts(3, 3)).judged[0]
        network = a_network(subnets=self.subnets((7, 4)))

        first, _ = evaluate(job, network, Settings())

        assert first.message == (
            "subnet-a has 7 free addresses; each of the 3 training jobs that are yet to start at "
            "once needs 4 in one subnet, and all subnets together hold 2 of them."
        )

    @law
    @given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 6))
    def test_law_a_failure_is_one_of_every_distribution(
        self, free_a: int, free_b: int, children: int
    ) -> None:
        fits = any(
            4 * in_a <= free_a and 4 * (children - in_a) <= free_b for in_a in range(children + 1)
        )

        said = self.said((free_a, free_b), Starts(children, children))

        assert ("subnet-a: FAIL HIGH" in said or "subnet-b: FAIL HIGH" in said) is not fits


@pytest.mark.parametrize("status", ["Downloading", "Training", "Uploading"])
def test_a_job_that_runs_already_has_its_addresses(status: str) -> None:
    assert said(0, 0, secondary_status=status) == BOTH_ADVICE


@pytest.mark.parametrize("status", ["Starting", "Pending", "LaunchingMLInstances", ""])
def test_a_job_that_waits_for_its_instances_may_not(status: str) -> None:
    assert said(0, 0, secondary_status=status) == BOTH_SHORT


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        pytest.param(2, "subnet-a: UNKNOWN", id="exactly enough without EFA"),
        pytest.param(4, "subnet-a: UNKNOWN", id="one short of enough with EFA"),
        pytest.param(5, "subnet-a: PASS", id="enough with EFA"),
        pytest.param(1, "subnet-a: FAIL HIGH", id="not enough at all"),
    ],
)
def test_fault_5_a_type_that_could_not_be_read_is_no_fail(free: int, expected: str) -> None:
    network = a_network(subnets=(a_subnet(available_addresses=free),), efa_support={NEW: DENIED})
    job = a_job(subnets=("subnet-a",), instance_type=NEW)

    assert outcomes(evaluate(job, network, Settings())) == [expected]


def test_fault_5_a_subnet_that_could_not_be_read_may_hold_the_job() -> None:
    gone = a_network(subnets=(a_subnet("subnet-a", available_addresses=0),))
    denied = a_network(subnets=DENIED)

    assert outcomes(evaluate(a_job(), gone, Settings())) == [
        "subnet-a: FAIL LOW",
        "subnet-b: UNKNOWN",
    ]
    assert outcomes(evaluate(a_job(), denied, Settings())) == [
        "subnet-a: UNKNOWN",
        "subnet-b: UNKNOWN",
    ]


def test_unknown_instances_are_unknown() -> None:
    job = a_job(plans=DENIED)

    assert outcomes(evaluate(job, a_network(), Settings())) == [f"{job.arn}: UNKNOWN"]


def test_the_evidence_counts_and_warns_of_the_jobs_own_addresses() -> None:
    network = a_network(subnets=(a_subnet(available_addresses=9),))
    job = a_job(subnets=("subnet-a",), instance_type=POSSIBLE, instance_count=2)

    (finding,) = evaluate(job, network, Settings())

    assert finding.evidence == {
        "subnet": "subnet-a",
        "free_addresses": 9,
        "needed_addresses": 4,
        "needed_addresses_if_all_carry_efa": 10,
        "note": "addresses that the job holds itself may be counted as used",
    }


def test_an_ipv6_only_subnet_has_no_address_to_give() -> None:
    network = a_network(subnets=(a_subnet(cidr=None, available_addresses=0),))

    assert outcomes(evaluate(a_job(subnets=("subnet-a",)), network, Settings())) == [
        "subnet-a: FAIL HIGH"
    ]


def test_the_settings_may_name_the_addresses_of_a_type() -> None:
    network = a_network(subnets=(a_subnet("subnet-a", available_addresses=5),))
    settings = Settings(addresses_per_instance={PLAIN: 6})
    job = a_job(subnets=("subnet-a",), instance_type=PLAIN)

    assert outcomes(evaluate(job, network, Settings())) == ["subnet-a: PASS"]
    assert outcomes(evaluate(job, network, settings)) == ["subnet-a: FAIL HIGH"]
