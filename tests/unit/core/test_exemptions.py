"""Exemptions: what they fit, how long they hold, and that they only ever take away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import DENIED, NOW, ROLE, VPC, a_job, a_job_without_vpc, a_network, a_vpc
from tests.laws import law
from tests.network_strategies import jobs, networks
from vpc_guardrail.core.decision import Action, Verdict, judge
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.exemptions import Exempted, Exemption, TagExemption, exempted
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.core.settings import CheckAction, Mode, Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, TrainingJob

TODAY = NOW.date()
CHECK = "vpc-tenancy-default"
DEDICATED = a_network(vpcs=[a_vpc(tenancy="dedicated")])
ENFORCE = Settings(mode=Mode.ENFORCE)


def an_exemption(expires: date | None = None, /, **selectors: str) -> Exemption:
    """An exemption that holds today."""
    return Exemption("network team", "moves in May", expires or TODAY, **selectors)


@pytest.mark.parametrize(
    ("selectors", "fits"),
    [
        pytest.param({"check": CHECK}, True, id="its check"),
        pytest.param({"check": "s3-reachable"}, False, id="another check"),
        pytest.param({"job_name": "train-1"}, True, id="the very name"),
        pytest.param({"job_name": "train-*"}, True, id="a star"),
        pytest.param({"job_name": "train-?"}, True, id="a question mark"),
        pytest.param({"job_name": "train"}, False, id="only the beginning of the name"),
        pytest.param({"job_name": "TRAIN-1"}, False, id="another case"),
        pytest.param({"role": ROLE}, True, id="the role's ARN"),
        pytest.param({"role": "arn:aws:iam::*:role/train*"}, True, id="a pattern of ARNs"),
        pytest.param({"role": "training"}, True, id="the role's name"),
        pytest.param({"role": "train"}, False, id="only the beginning of the role's name"),
        pytest.param({"vpc": VPC}, True, id="its VPC"),
        pytest.param({"vpc": "vpc-2"}, False, id="another VPC"),
        pytest.param({"vpc": VPC, "check": CHECK, "job_name": "t*"}, True, id="all of them fit"),
        pytest.param({"vpc": VPC, "job_name": "another"}, False, id="one of them does not fit"),
    ],
)
def test_all_that_an_exemption_names_must_fit(selectors: dict[str, str], fits: bool) -> None:
    assert an_exemption(**selectors).fits(CHECK, a_job(), VPC) is fits


def test_what_is_not_known_does_not_fit() -> None:
    assert not an_exemption(role="*1*").fits(CHECK, a_job(role_arn=DENIED), VPC)
    assert not an_exemption(vpc=VPC).fits(CHECK, a_job(), None)


def test_a_pattern_of_many_stars_is_decided_at_once() -> None:
    pattern = "a*" * 31

    assert not an_exemption(job_name=pattern + "b").fits(CHECK, a_job(name="a" * 63), VPC)


@pytest.mark.parametrize(
    ("days", "holds"),
    [
        pytest.param(1, True, id="the day before"),
        pytest.param(0, True, id="on its last day"),
        pytest.param(-1, False, id="the day after"),
    ],
)
def test_an_exemption_holds_to_the_end_of_its_last_day(days: int, holds: bool) -> None:
    assert an_exemption(TODAY + timedelta(days)).holds_on(TODAY) is holds


def test_the_first_that_holds_is_told_and_an_expired_one_only_where_none_holds() -> None:
    old = an_exemption(TODAY - timedelta(days=1), check=CHECK)
    new = an_exemption(vpc=VPC)

    assert exempted(CHECK, a_job(), VPC, [old, new], TODAY) == Exempted(by=new)
    assert exempted(CHECK, a_job(), VPC, [old], TODAY) == Exempted(no_longer_by=old)
    assert exempted(CHECK, a_job(), VPC, [], TODAY) == Exempted()


@pytest.mark.parametrize(
    ("tags", "is_given"),
    [
        pytest.param({"exempt": "yes"}, True, id="the tag"),
        pytest.param({"exempt": "no"}, False, id="another value"),
        pytest.param({}, False, id="no tag"),
    ],
)
def test_a_tag_gives_an_exemption(tags: dict[str, str], is_given: bool) -> None:
    by_tag = TagExemption("exempt", "me", "because", TODAY, "yes")

    assert (by_tag.given_to(tags) is not None) is is_given


class TestJudgement:
    def test_a_job_whose_failure_is_exempted_is_neither_noncompliant_nor_compliant(self) -> None:
        settings = Settings(exemptions=(an_exemption(check=CHECK),))

        judgement = judge(a_job(), DEDICATED, settings, NOW)

        assert (judgement.verdict, judgement.action) == (Verdict.EXEMPTED, Action.NONE)
        assert judgement.severity is Severity.INFO
        (failed,) = [each for each in judgement.findings if each.status is Status.FAIL]
        assert failed.exempted.by == settings.exemptions[0]

    def test_an_exempted_job_without_vpc_is_not_stopped(self) -> None:
        settings = replace(ENFORCE, exemptions=(an_exemption(job_name="open-*"),))

        judgement = judge(a_job_without_vpc(), None, settings, NOW)

        assert (judgement.verdict, judgement.stopping_checks) == (Verdict.EXEMPTED, ())

    def test_what_is_not_exempted_still_counts(self) -> None:
        settings = Settings(exemptions=(an_exemption(check="s3-reachable"),))

        assert judge(a_job(), DEDICATED, settings, NOW).verdict is Verdict.NONCOMPLIANT

    def test_a_sound_job_is_compliant_whatever_is_exempted(self) -> None:
        settings = Settings(exemptions=(an_exemption(job_name="*1"),))

        assert judge(a_job(), a_network(), settings, NOW).verdict is Verdict.COMPLIANT

    def test_an_unknown_that_is_exempted_is_not_called_compliant(self) -> None:
        settings = Settings(exemptions=(an_exemption(vpc=VPC),))

        judgement = judge(a_job(), a_network(route_tables=DENIED), settings, NOW)

        assert judgement.verdict is Verdict.EXEMPTED


ANY = an_exemption()
"""It names nothing, so it fits all; no document can hold it."""
exemptions = st.builds(
    Exemption,
    owner=st.just("me"),
    reason=st.just("because"),
    expires=st.sampled_from([TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=1)]),
    job_name=st.none() | st.sampled_from(["*", "train-?", "x"]),
    role=st.none() | st.sampled_from(["*", "x"]),
    vpc=st.none() | st.sampled_from([VPC, "vpc-2"]),
    check=st.none() | st.sampled_from([spec.name for spec in SPECS]),
)
settings_ = st.builds(
    Settings,
    mode=st.sampled_from(Mode),
    threshold=st.sampled_from(Severity),
    actions=st.dictionaries(
        st.sampled_from([spec.name for spec in SPECS]), st.sampled_from(CheckAction)
    ),
    severities=st.dictionaries(
        st.sampled_from([spec.name for spec in SPECS]), st.sampled_from(Severity)
    ),
    exemptions=st.lists(exemptions, max_size=3).map(tuple),
)
ACTIONS = [Action.NONE, Action.NOTIFY, Action.STOP]


@law
@given(jobs, st.none() | networks, settings_, exemptions)
def test_one_more_exemption_never_adds_a_stop_or_an_alert(
    job: TrainingJob, network: Network | None, settings: Settings, more: Exemption
) -> None:
    before = judge(job, network, settings, NOW)
    after = judge(job, network, replace(settings, exemptions=(*settings.exemptions, more)), NOW)

    assert ACTIONS.index(after.action) <= ACTIONS.index(before.action)
    assert {*after.stopping_checks} <= {*before.stopping_checks}
    assert after.severity <= before.severity


@law
@given(jobs, st.none() | networks, settings_, exemptions)
def test_an_expired_exemption_changes_nothing_but_the_telling(
    job: TrainingJob, network: Network | None, settings: Settings, more: Exemption
) -> None:
    expired = replace(more, expires=TODAY - timedelta(days=1))
    before = judge(job, network, settings, NOW)
    after = judge(job, network, replace(settings, exemptions=(*settings.exemptions, expired)), NOW)

    assert (after.verdict, after.action) == (before.verdict, before.action)
    assert (after.stopping_checks, after.severity) == (before.stopping_checks, before.severity)
    untold = [replace(each, exempted=Exempted(by=each.exempted.by)) for each in after.findings]
    assert untold == [
        replace(each, exempted=Exempted(by=each.exempted.by)) for each in before.findings
    ]


@law
@given(jobs, st.none() | networks, settings_)
def test_what_is_exempted_as_a_whole_is_told_to_nobody_and_never_called_compliant(
    job: TrainingJob, network: Network | None, settings: Settings
) -> None:
    bare = judge(job, network, replace(settings, exemptions=()), NOW)
    whole = judge(job, network, replace(settings, exemptions=(ANY,)), NOW)

    assert whole.action is Action.NONE
    was_compliant = bare.verdict is Verdict.COMPLIANT
    assert whole.verdict is (Verdict.COMPLIANT if was_compliant else Verdict.EXEMPTED)


@law
@given(jobs, st.none() | networks, settings_)
def test_no_settings_turn_an_unknown_or_a_lowered_failure_into_a_stop(
    job: TrainingJob, network: Network | None, settings: Settings
) -> None:
    own = {spec.name: spec.severity for spec in SPECS}
    found = judge(job, network, Settings(actions=settings.actions), NOW).findings
    full = {
        each.check
        for each in found
        if each.status is Status.FAIL and each.severity is own[each.check]
    }

    assert {*judge(job, network, settings, NOW).stopping_checks} <= full
