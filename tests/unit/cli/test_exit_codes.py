"""Several jobs end with one code: what could not be done outweighs what was found."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest

from vpc_guardrail.cli.exit_codes import OF_VERDICT, WORST_FIRST, ExitCode, worst
from vpc_guardrail.core.decision import Verdict


def test_the_codes_are_those_that_were_published() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "COMPLIANT": 0,
        "NONCOMPLIANT": 1,
        "BAD_INPUT": 2,
        "UNDETERMINED": 3,
        "AWS_ERROR": 4,
    }


def test_every_verdict_has_a_code_and_every_code_a_place() -> None:
    assert set(OF_VERDICT) == set(Verdict)
    assert sorted(WORST_FIRST) == sorted(ExitCode)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        pytest.param((), ExitCode.COMPLIANT, id="no job"),
        pytest.param((ExitCode.COMPLIANT, ExitCode.UNDETERMINED), ExitCode.UNDETERMINED, id="3>0"),
        pytest.param(
            (ExitCode.UNDETERMINED, ExitCode.NONCOMPLIANT), ExitCode.NONCOMPLIANT, id="1>3"
        ),
        pytest.param((ExitCode.NONCOMPLIANT, ExitCode.BAD_INPUT), ExitCode.BAD_INPUT, id="2>1"),
        pytest.param((ExitCode.BAD_INPUT, ExitCode.AWS_ERROR), ExitCode.AWS_ERROR, id="4>2"),
    ],
)
def test_the_worst_code_is_given(codes: tuple[ExitCode, ...], expected: ExitCode) -> None:
    assert worst(codes) is expected


def test_the_order_of_the_jobs_does_not_matter() -> None:
    for count in (2, 3):
        for codes in combinations(ExitCode, count):
            assert {worst(order) for order in permutations(codes)} == {worst(codes)}
