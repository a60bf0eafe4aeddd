"""An order asked again by the settings of now: no stop that a judgement would not order."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations_with_replacement, product
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    NOW,
    ROLE,
    TWO_SUBNETS,
    VPC,
    a_job,
    a_job_without_vpc,
    a_network,
    a_rule,
    a_security_group,
    a_subnet,
    a_tuning_job,
    a_vpc,
)
from vpc_guardrail.core.decision import Judgement, judge
from vpc_guardrail.core.exemptions import Exemption
from vpc_guardrail.core.finding import Severity
from vpc_guardrail.core.model.groups import TCP
from vpc_guardrail.core.settings import CheckAction, Mode, Settings
from vpc_guardrail.core.stop_again import still_stopping

if TYPE_CHECKING:
    from vpc_guardrail.core.model import TrainingJob

OUTSIDE, SELF_INGRESS, TENANCY = (
    "vpc-config-present",
    "security-group-self-ingress",
    "vpc-tenancy-default",
)
STOPPING = (OUTSIDE, SELF_INGRESS, TENANCY)
FAR_VPC = "vpc-far"
HARSH = Settings(
    mode=Mode.ENFORCE,
    actions={SELF_INGRESS: CheckAction.STOP, TENANCY: CheckAction.STOP},
)

HTTPS = a_rule(protocol=TCP, ports=(443, 443), cidrs=["0.0.0.0/0"])
NETWORK = a_network(
    subnets=(*TWO_SUBNETS, a_subnet("subnet-far", vpc=FAR_VPC)),
    security_groups=(
        a_security_group(),
        a_security_group("sg-deaf", ingress=[], egress=[HTTPS]),
        a_security_group("sg-far", vpc=FAR_VPC, ingress=[], egress=[HTTPS]),
    ),
    vpcs=(a_vpc(), a_vpc(FAR_VPC, tenancy="dedicated")),
)
"""Two VPCs: members of `sg-deaf` or `sg-far` do not reach each other, and one is dedicated."""

OPEN, SOUND = a_job_without_vpc(), a_job()
DEAF = a_job(groups=["sg-deaf"], instance_count=2)
FAR = a_job(subnets=["subnet-far"], groups=["sg-far"], instance_count=2)


def of(role: str, job: TrainingJob) -> TrainingJob:
    """The job as a definition that another role runs."""
    return replace(job, name=role, role_arn=f"{ROLE}-{role}")


def exempting(**selectors: str) -> Settings:
    return replace(HARSH, exemptions=(Exemption("net", "moves", NOW.date(), **selectors),))


def judged(job: TrainingJob, settings: Settings) -> Judgement:
    return judge(job, NETWORK if job.has_vpc else None, settings, NOW)


def asked_again(job: TrainingJob, by: Settings) -> tuple[str, ...]:
    """What of a stop that was ordered without an exemption holds by these settings."""
    order = judged(job, HARSH)
    assert order.stopping_checks
    return still_stopping(order.stopping_checks, job, order.vpc_id, by, NOW)


@pytest.mark.parametrize(
    ("definitions", "by", "held"),
    [
        pytest.param([OPEN], HARSH, (OUTSIDE,), id="nothing has changed"),
        pytest.param(
            [of("a", OPEN), of("b", SOUND)],
            exempting(role="training-a"),
            (),
            id="the one definition at fault is exempted",
        ),
        pytest.param(
            [of("a", OPEN), of("b", SOUND)],
            exempting(role="training-b"),
            (OUTSIDE,),
            id="a sound definition is exempted",
        ),
        pytest.param(
            [of("a", DEAF), of("b", DEAF)],
            exempting(role="training-a"),
            (),
            id="one of those that all must ask for it is exempted",
        ),
        pytest.param(
            [OPEN, SOUND], exempting(vpc=VPC), (OUTSIDE,), id="the VPC of a sound definition"
        ),
        pytest.param([DEAF, FAR], HARSH, (SELF_INGRESS,), id="two VPCs"),
        pytest.param([DEAF, FAR], exempting(vpc=VPC), (), id="one of two VPCs is exempted"),
        pytest.param(
            [DEAF, FAR], exempting(vpc=VPC, check=TENANCY), (SELF_INGRESS,), id="for another check"
        ),
        pytest.param([FAR], exempting(check=TENANCY), (SELF_INGRESS,), id="one of two checks"),
        pytest.param([FAR], exempting(vpc=FAR_VPC), (), id="its VPC is exempted"),
        pytest.param([FAR], exempting(vpc=VPC), (SELF_INGRESS, TENANCY), id="another VPC is"),
        pytest.param(
            [DEAF],
            replace(HARSH, severities={SELF_INGRESS: Severity.LOW}),
            (),
            id="the check is advice by now",
        ),
        pytest.param([DEAF], Settings(mode=Mode.ENFORCE), (), id="the check only tells by now"),
        pytest.param([DEAF], Settings(), (), id="the mode is audit by now"),
    ],
)
def test_table(definitions: list[TrainingJob], by: Settings, held: tuple[str, ...]) -> None:
    assert asked_again(a_tuning_job(*definitions), by) == held


def test_a_training_job_over_two_vpcs_is_exempted_by_neither() -> None:
    """As its judgement says: it has no one VPC."""
    job = replace(DEAF, vpc_config=a_tuning_job(DEAF, FAR).vpc_config)

    assert asked_again(job, exempting(vpc=VPC)) == judged(job, exempting(vpc=VPC)).stopping_checks


PAIRS = [
    a_tuning_job(*pair)
    for pair in combinations_with_replacement(
        [of(role, job) for job in (OPEN, SOUND, DEAF, FAR) for role in "ab"], 2
    )
]
EXEMPTING = [
    exempting(**selectors)
    for selectors in (
        {"role": "training-a"},
        {"role": "training-b", "check": SELF_INGRESS},
        {"check": OUTSIDE},
        {"vpc": VPC},
        {"vpc": FAR_VPC},
    )
]
ONLY_TELLING = [replace(HARSH, actions={each: CheckAction.NOTIFY}) for each in STOPPING]


@pytest.fixture(scope="module", name="judgements")
def all_judgements() -> list[list[tuple[Settings, Judgement]]]:
    """What each pair of definitions comes to by each of the settings."""
    every = (HARSH, *EXEMPTING, *ONLY_TELLING)
    return [[(settings, judged(job, settings)) for settings in every] for job in PAIRS]


def test_law_nothing_stops_that_a_judgement_by_the_settings_of_now_would_not_stop(
    judgements: list[list[tuple[Settings, Judgement]]],
) -> None:
    for of_pair in judgements:
        for (_, order), (settings, now) in product(of_pair, repeat=2):
            held = still_stopping(order.stopping_checks, order.job, order.vpc_id, settings, NOW)

            assert {*held} <= {*order.stopping_checks} & {*now.stopping_checks}


def test_law_an_order_holds_while_nothing_changes(
    judgements: list[list[tuple[Settings, Judgement]]],
) -> None:
    """Unless an exemption names a VPC: an order of definitions in several tells of none."""
    for settings, order in chain.from_iterable(judgements):
        held = still_stopping(order.stopping_checks, order.job, order.vpc_id, settings, NOW)

        if not any(each.vpc for each in settings.exemptions):
            assert held == order.stopping_checks
