"""One judgement on a tuning job: its definitions told together, and stopped as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    NOW,
    ROLE,
    a_finding,
    a_job,
    a_job_without_vpc,
    a_network,
    a_rule,
    a_security_group,
    a_subnet,
    a_tuning_job,
    a_vpc,
)
from tests.laws import law
from vpc_guardrail.core.decision import Action, Judgement, Verdict, judge
from vpc_guardrail.core.exemptions import Exemption
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.core.model import JobSource, Starts, Unknown
from vpc_guardrail.core.model.groups import TCP
from vpc_guardrail.core.problems import key_of
from vpc_guardrail.core.settings import CheckAction, Mode, Settings
from vpc_guardrail.core.tuning import stops_of_whole

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, TrainingJob

FAIL = Status.FAIL
SOUND = a_job(name="forest")
OPEN = replace(a_job_without_vpc(), name="trees")
ALONE, PAIR, THREE = (
    a_job(name=f"{count}", groups=["sg-deaf"], instance_count=count) for count in (1, 2, 3)
)
ENFORCE = Settings(mode=Mode.ENFORCE)
SELF_INGRESS = "security-group-self-ingress"
HARSH = replace(
    ENFORCE, actions={SELF_INGRESS: CheckAction.STOP, "vpc-tenancy-default": CheckAction.STOP}
)


def judged(*definitions: TrainingJob, settings: Settings = ENFORCE) -> Judgement:
    job = a_tuning_job(*definitions)
    network = a_network() if job.has_vpc else None
    return judge(job, network, settings, NOW)


def a_network_with_a_deaf_group() -> Network:
    """With a group whose members reach S3, but not each other."""
    https = a_rule(protocol=TCP, ports=(443, 443), cidrs=["0.0.0.0/0"])
    deaf = a_security_group("sg-deaf", ingress=[], egress=[https])
    return a_network(security_groups=[a_security_group(), deaf])


def failures(judgement: Judgement) -> list[Finding]:
    return [each for each in judgement.findings if each.status is FAIL]


def test_a_sound_tuning_job_is_compliant() -> None:
    judgement = judged(SOUND, replace(SOUND, name="trees"))

    assert (judgement.verdict, judgement.action) == (Verdict.COMPLIANT, Action.NONE)


def test_what_holds_for_all_definitions_is_told_once_and_names_none() -> None:
    one = judged(SOUND)
    three = judged(SOUND, replace(SOUND, name="trees"), replace(SOUND, name="woods"))

    assert three.findings == one.findings


def test_a_failure_of_one_definition_names_it() -> None:
    judgement = judged(SOUND, OPEN)

    (failed,) = failures(judgement)
    assert judgement.verdict is Verdict.NONCOMPLIANT
    assert failed.message.startswith("Training definition trees: ")
    assert failed.evidence["training_definitions"] == ["trees"]


def test_a_failure_of_some_definitions_names_them_in_one_finding() -> None:
    (failed,) = failures(judged(SOUND, OPEN, replace(OPEN, name="woods")))

    assert failed.message.startswith("Training definitions trees, woods: ")


class TestStop:
    def test_a_single_definition_outside_a_vpc_stops_the_whole(self) -> None:
        """Its training jobs would leave the VPC as long as the tuning job goes on."""
        judgement = judged(SOUND, OPEN)

        assert (judgement.action, judgement.stopping_checks) == (
            Action.STOP,
            ("vpc-config-present",),
        )

    def test_a_definition_that_will_not_work_stops_no_sound_one(self) -> None:
        deaf = a_network_with_a_deaf_group()
        job = a_tuning_job(ALONE, PAIR)

        judgement = judge(job, deaf, HARSH, NOW)

        assert SELF_INGRESS in {each.check for each in failures(judgement)}
        assert (judgement.verdict, judgement.action) == (Verdict.NONCOMPLIANT, Action.NOTIFY)

    def test_definitions_that_all_will_not_work_stop_the_whole(self) -> None:
        judgement = judge(a_tuning_job(PAIR, THREE), a_network_with_a_deaf_group(), HARSH, NOW)

        assert judgement.stopping_checks == (SELF_INGRESS,)

    def test_different_faults_of_the_definitions_do_not_add_up(self) -> None:
        assert stops_of_whole([("a",), ("b",)], frozenset()) == ()

    def test_what_is_only_known_from_the_event_is_not_stopped(self) -> None:
        job = a_tuning_job(replace(OPEN, source=JobSource.EVENT))

        assert judge(job, None, ENFORCE, NOW).action is Action.NOTIFY

    def test_an_exempted_definition_asks_for_no_stop(self) -> None:
        role = f"{ROLE}-of-trees"
        exemption = Exemption("net", "moves in May", NOW.date(), role=role)
        settings = replace(ENFORCE, exemptions=(exemption,))

        judgement = judged(SOUND, replace(OPEN, role_arn=role), settings=settings)

        assert (judgement.verdict, judgement.action) == (Verdict.EXEMPTED, Action.NONE)

    def test_a_definition_outside_a_vpc_is_not_exempted_by_the_vpc_of_another(self) -> None:
        exemption = Exemption("net", "moves in May", NOW.date(), vpc=a_vpc().id)
        settings = replace(ENFORCE, exemptions=(exemption,))

        assert judged(SOUND, OPEN, settings=settings).action is Action.STOP


NAMES = st.frozensets(st.sampled_from("abcd")).map(lambda names: tuple(sorted(names)))


@law
@given(st.lists(NAMES, min_size=1, max_size=4), st.frozensets(st.sampled_from("abcd")))
def test_law_a_stop_is_asked_for_by_every_part_or_for_any(
    stops: list[tuple[str, ...]], for_any: frozenset[str]
) -> None:
    for check in stops_of_whole(stops, for_any):
        asking = [check in each for each in stops]
        assert all(asking) or (any(asking) and check in for_any)


@pytest.mark.parametrize("job", [SOUND, OPEN, PAIR])
def test_law_one_definition_is_judged_as_a_training_job(job: TrainingJob) -> None:
    network = a_network_with_a_deaf_group() if job.has_vpc else None

    alone = judge(job, network, HARSH, NOW)
    tuned = judge(a_tuning_job(job), network, HARSH, NOW)

    assert tuned.verdict is alone.verdict
    assert tuned.stopping_checks == alone.stopping_checks
    assert [(each.check, each.status, each.severity) for each in tuned.findings] == [
        (each.check, each.status, each.severity) for each in alone.findings
    ]


def test_tuning_jobs_meet_the_same_problem_if_all_their_definitions_do() -> None:
    """What passes for the roles of one tuning job mends nothing for those of another."""
    finding = a_finding(FAIL, check="s3-endpoint-policy-restricted", resource="vpce-s3")
    forest, trees, woods = (replace(SOUND, role_arn=f"{ROLE}-{name}") for name in "ftw")

    keys = {
        key_of(finding, a_tuning_job(*definitions))
        for definitions in ((forest, trees), (forest, woods), (trees, woods))
    }

    assert len(keys) == 3
    assert key_of(finding, a_tuning_job(forest)) == key_of(finding, forest)


CHILD_ADDRESSES = 2
"""Of an instance without EFA."""


def capacity(
    *definitions: TrainingJob, free: dict[str, int], at_once: int, settings: Settings = ENFORCE
) -> list[Finding]:
    """What is said of addresses, where so many children begin at once."""
    starts = Starts(1, at_once)
    network = a_network(subnets=[a_subnet(name, available_addresses=n) for name, n in free.items()])
    found = judge(a_tuning_job(*definitions, starts=starts), network, settings, NOW).findings
    return [each for each in found if each.check == "subnet-ip-capacity"]


def are_fatal(findings: list[Finding]) -> bool:
    return any(each.status is FAIL and each.severity is Severity.HIGH for each in findings)


def named(name: str, *subnets: str, count: int = 1) -> TrainingJob:
    return a_job(name=name, subnets=subnets, instance_count=count)


class TestChildrenOfSeveralDefinitions:
    A, B = named("tall", "subnet-a"), named("wide", "subnet-a")

    def test_they_fail_where_fewer_fit_than_begin_at_once(self) -> None:
        (finding,) = capacity(self.A, self.B, free={"subnet-a": 6}, at_once=10)

        assert (finding.status, finding.severity) == (FAIL, Severity.HIGH)
        assert "all subnets together hold 3 of them" in finding.message

    @pytest.mark.parametrize(
        ("definitions", "free", "at_once"),
        [
            pytest.param([A, B], {"subnet-a": 6}, 3, id="all fit"),
            pytest.param([A, named("wide", "subnet-b")], {"subnet-a": 2, "subnet-b": 2}, 2, id="2"),
            pytest.param([A, named("big", "subnet-a", count=9)], {"subnet-a": 18}, 9, id="small"),
            pytest.param([A, OPEN], {"subnet-a": 2}, 9, id="one needs no subnet"),
            pytest.param(
                [A, replace(B, instance_plans=Unknown("not told"))],
                {"subnet-a": 2},
                9,
                id="one asks for what is not known",
            ),
            pytest.param([A, named("wide", "subnet-x")], {"subnet-a": 2}, 9, id="a subnet unread"),
        ],
    )
    def test_they_do_not_where_all_may_fit(
        self, definitions: list[TrainingJob], free: dict[str, int], at_once: int
    ) -> None:
        assert not are_fatal(capacity(*definitions, free=free, at_once=at_once))

    def test_where_the_check_is_ignored_nothing_is_said(self) -> None:
        ignored = replace(ENFORCE, actions={"subnet-ip-capacity": CheckAction.IGNORE})

        assert not capacity(self.A, self.B, free={"subnet-a": 6}, at_once=9, settings=ignored)

    def test_what_is_exempted_is_told_as_such(self) -> None:
        exemption = Exemption("net", "grows", NOW.date(), check="subnet-ip-capacity")
        settings = replace(ENFORCE, exemptions=(exemption,))

        (finding,) = capacity(self.A, self.B, free={"subnet-a": 6}, at_once=10, settings=settings)

        assert not finding.counts

    @pytest.mark.parametrize(
        ("role", "exempted"), [("*train*", True), ("train-tall", False)], ids=["all", "one"]
    )
    def test_an_exemption_holds_that_fits_all_of_them(self, role: str, exempted: bool) -> None:
        tall, wide = (
            replace(each, role_arn=f"{ROLE.rpartition('/')[0]}/train-{each.name}")
            for each in (self.A, self.B)
        )
        settings = replace(ENFORCE, exemptions=(Exemption("net", "so", NOW.date(), role=role),))

        found = capacity(tall, wide, free={"subnet-a": 6}, at_once=10, settings=settings)

        assert all(not each.counts for each in found if are_fatal([each])) is exempted

    @law
    @given(
        st.lists(
            st.tuples(st.sets(st.sampled_from("ab"), min_size=1), st.integers(1, 3)),
            min_size=2,
            max_size=3,
        ),
        st.integers(0, 13),
        st.integers(0, 13),
        st.integers(1, 5),
    )
    def test_law_what_could_be_placed_never_fails(
        self, asked: list[tuple[set[str], int]], in_a: int, in_b: int, at_once: int
    ) -> None:
        definitions = [
            named(f"d{number}", *sorted(f"subnet-{each}" for each in subnets), count=count)
            for number, (subnets, count) in enumerate(asked)
        ]
        free = {"subnet-a": in_a, "subnet-b": in_b}

        if are_fatal(capacity(*definitions, free=free, at_once=at_once)):
            alone = any(
                not any(free[name] >= CHILD_ADDRESSES * count for name in job.subnet_ids)
                for job, (_, count) in zip(definitions, asked, strict=True)
            )
            assert alone or not can_be_placed(asked, in_a, in_b, at_once)


def can_be_placed(asked: list[tuple[set[str], int]], in_a: int, in_b: int, left: int) -> bool:
    """Whether so many children, of any of the definitions, find room side by side."""
    if left == 0:
        return True
    return any(
        can_be_placed(asked, in_a - need * (place == "a"), in_b - need * (place == "b"), left - 1)
        for places, count in asked
        for place in places
        if (need := CHILD_ADDRESSES * count) <= {"a": in_a, "b": in_b}[place]
    )
