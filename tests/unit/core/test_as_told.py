"""The forms that a job may have had when problems were told with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import DENIED, NOW, a_job, a_network, a_plan, a_tuning_job
from vpc_guardrail.core.as_told import CHECKS_OF_STARTS, forms_of, judgements_as_told
from vpc_guardrail.core.decision import judge
from vpc_guardrail.core.model import Starts, Unknown
from vpc_guardrail.core.settings import CheckAction, Settings

LARGE, SMALL = (a_plan(("ml.m5.xlarge", count)) for count in (4, 1))
CHOSEN = replace(a_job(plans=(SMALL,)), instance_plans_asked_for=(LARGE, SMALL))


def test_a_job_that_asked_for_one_thing_has_one_form() -> None:
    assert forms_of(a_job()) == (a_job(),)


def test_one_whose_wishes_are_not_known_has_the_form_of_now() -> None:
    job = replace(CHOSEN, instance_plans_asked_for=Unknown("the job names no instance type"))

    assert forms_of(job) == (job,)


def test_a_choice_may_have_been_made_before_or_after() -> None:
    assert [each.instance_plans for each in forms_of(CHOSEN)] == [(LARGE, SMALL), (SMALL,)]


@pytest.mark.parametrize(
    ("definitions", "first", "starts"),
    [
        (1, Starts(3, 3), [Starts(3, 3), Starts(2, 2), Starts(1, 1), Starts(0, 0)]),
        (2, Starts(1, 3), [Starts(1, 3), Starts(0, 2), Starts(0, 1), Starts(0, 0)]),
    ],
)
def test_children_may_have_started(definitions: int, first: Starts, starts: list[Starts]) -> None:
    tuning = a_tuning_job(*[a_job(name=f"part-{n}") for n in range(definitions)], starts=first)

    assert [{part.starts for part in each.judged} for each in forms_of(tuning)] == [
        {each} for each in starts
    ]


def test_every_form_is_judged_as_if_it_alone_were() -> None:
    for job in (a_job(), CHOSEN, a_tuning_job(starts=Starts(3, 3))):
        for network in (a_network(), a_network(endpoints=[]), a_network(subnets=DENIED)):
            for settings in (Settings(), Settings(actions=IGNORING_THEM)):
                found = [*judgements_as_told(job, network, settings, NOW)]
                assert [each.job for each in found] == [*forms_of(job)]
                for judgement in found:
                    alone = judge(judgement.job, network, settings, NOW)
                    assert {*map(repr, judgement.findings)} == {*map(repr, alone.findings)}
                    assert judgement.vpc_id == alone.vpc_id


IGNORING_THEM = dict.fromkeys(CHECKS_OF_STARTS, CheckAction.IGNORE)


def test_one_check_sees_how_many_children_are_yet_to_start() -> None:
    assert {"subnet-ip-capacity"} == CHECKS_OF_STARTS
