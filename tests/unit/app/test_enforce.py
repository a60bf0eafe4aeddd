"""The enforcement of one stop order: the very same job, once, and told once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.builders import ACCOUNT, NOW, a_job_without_vpc, a_tuning_job
from tests.fakes import (
    FakeBreaker,
    FakeJobs,
    FakeLedger,
    FakeMeter,
    FakePublisher,
    FakeStopper,
    LedgerBusyError,
    ThrottledError,
)
from tests.messages import a_stop_order
from vpc_guardrail.app.enforce import Enforcer
from vpc_guardrail.app.enforcement import Enforcement, Outcome, StopOrder
from vpc_guardrail.app.errors import JobAlreadyEndedError, JobNotFoundError, JobNotReadableError
from vpc_guardrail.core.exemptions import Exemption, TagExemption
from vpc_guardrail.core.finding import Severity
from vpc_guardrail.core.model.job import TAGS_NOT_READ
from vpc_guardrail.core.settings import CheckAction, Mode, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpc_guardrail.core.model import Fact

JOB = a_job_without_vpc()
ORDER = a_stop_order(JOB.name)


@dataclass
class Enforcing:
    """An enforcer among fakes."""

    jobs: FakeJobs = field(default_factory=lambda: FakeJobs(JOB))
    mode: Mode = Mode.ENFORCE
    settings: Settings = field(default_factory=Settings)
    breaker: FakeBreaker = field(default_factory=FakeBreaker)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    meter: FakeMeter = field(default_factory=FakeMeter)
    stopper: FakeStopper = field(init=False)

    def __post_init__(self) -> None:
        self.stopper = FakeStopper(self.jobs)

    def obey(self, order: StopOrder = ORDER) -> Enforcement:
        enforcer = Enforcer(
            jobs=self.jobs,
            stopper=self.stopper,
            ledger=self.ledger,
            publisher=self.publisher,
            meter=self.meter,
            breaker=self.breaker,
            settings=replace(self.settings, mode=self.mode),
            now=lambda: NOW,
        )
        return enforcer.enforce(order)


def test_the_same_job_in_progress_is_stopped_and_told() -> None:
    enforcing = Enforcing()

    enforcement = enforcing.obey()

    assert enforcing.stopper.stopped == [JOB.name]
    assert enforcement == Enforcement(
        ORDER, Outcome.STOPPED, "open-1 was stopped, because of vpc-config-present."
    )
    assert enforcing.publisher.enforcements == [enforcement]


def test_fault_15_a_repeated_order_stops_once_and_tells_once() -> None:
    """peers.md, fault 15: ran twice on a duplicate event."""
    enforcing = Enforcing()
    outcomes = [enforcing.obey() for _ in range(3)]

    assert outcomes == [outcomes[0]] * 3
    assert enforcing.stopper.asked == [JOB.name]
    assert len(enforcing.publisher.enforcements) == 1


def test_fault_15_a_repeated_order_is_counted_as_one_stop() -> None:
    """peers.md, fault 15: ran twice on a duplicate event."""
    enforcing = Enforcing()
    for _ in range(3):
        enforcing.obey()

    assert enforcing.meter.stops == 1


def test_a_stop_is_counted_once_although_it_could_not_be_told() -> None:
    enforcing = Enforcing()
    enforcing.publisher.fail_next(ThrottledError())

    with pytest.raises(ThrottledError):
        enforcing.obey()
    enforcing.obey()

    assert enforcing.meter.stops == 1


def test_a_job_that_was_not_stopped_by_the_order_is_not_counted() -> None:
    ended = Enforcing(FakeJobs(replace(JOB, status="Stopped")))
    auditing = Enforcing(mode=Mode.AUDIT)
    ended.obey()
    auditing.obey()

    assert (ended.meter.stops, auditing.meter.stops) == (0, 0)


def test_a_new_job_of_the_same_name_is_not_stopped_by_the_old_order() -> None:
    newer = replace(JOB, created_at=NOW + timedelta(seconds=1))
    enforcing = Enforcing(FakeJobs(newer))

    enforcement = enforcing.obey()

    assert enforcement.outcome is Outcome.ANOTHER_JOB
    assert "2026-11-23T12:00:01Z" in enforcement.message
    assert enforcing.stopper.asked == []


def test_a_job_created_a_microsecond_apart_is_another_job() -> None:
    enforcing = Enforcing(FakeJobs(replace(JOB, created_at=NOW + timedelta(microseconds=1))))

    assert enforcing.obey().outcome is Outcome.ANOTHER_JOB
    assert enforcing.stopper.asked == []


def test_a_job_with_another_arn_is_another_job() -> None:
    enforcing = Enforcing(FakeJobs(replace(JOB, arn=JOB.arn.replace("1111", "9999"))))

    assert enforcing.obey().outcome is Outcome.ANOTHER_JOB
    assert enforcing.stopper.asked == []


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped", "Stopping", "Deleting", ""])
def test_fault_10_a_job_that_was_described_as_ended_is_done(status: str) -> None:
    """peers.md, fault 10: a stop on a job that has already stopped raises."""
    enforcing = Enforcing(FakeJobs(replace(JOB, status=status)))

    enforcement = enforcing.obey()

    assert enforcement.outcome is Outcome.ALREADY_ENDED
    assert status in enforcement.message
    assert enforcing.stopper.asked == []
    assert enforcing.publisher.enforcements == [enforcement]


def test_fault_10_a_job_that_ends_before_the_stop_reaches_it_is_done() -> None:
    """peers.md, fault 10: a stop on a job that has already stopped raises."""
    enforcing = Enforcing()
    enforcing.stopper.fail_next(JobAlreadyEndedError("the training job is in status Stopped"))

    enforcement = enforcing.obey()

    assert enforcement.outcome is Outcome.ALREADY_ENDED
    assert enforcement.message == (
        "open-1 had ended before it could be stopped: the training job is in status Stopped."
    )
    assert enforcing.obey() == enforcement
    assert enforcing.publisher.enforcements == [enforcement]


def test_a_job_that_was_deleted_is_gone() -> None:
    enforcing = Enforcing(FakeJobs())

    assert enforcing.obey().outcome is Outcome.GONE
    assert enforcing.stopper.asked == []


def test_a_job_deleted_before_the_stop_reaches_it_is_gone() -> None:
    enforcing = Enforcing()
    enforcing.stopper.fail_next(JobNotFoundError("training job open-1 was not found"))

    assert enforcing.obey().outcome is Outcome.GONE


def test_a_child_of_a_tuning_job_is_left_to_its_tuning_job() -> None:
    parent = JOB.arn.replace("training-job", "hyper-parameter-tuning-job")
    enforcing = Enforcing(FakeJobs(replace(JOB, tuning_job_arn=parent)))

    enforcement = enforcing.obey()

    assert enforcement.outcome is Outcome.CHILD_OF_TUNING_JOB
    assert parent in enforcement.message
    assert enforcing.stopper.asked == []
    assert enforcing.publisher.enforcements == [enforcement]


TUNING = a_tuning_job(JOB)
TUNING_ORDER = replace(ORDER, job_name=TUNING.name, job_arn=TUNING.arn)


class TestATuningJob:
    def test_it_is_stopped_as_a_whole_and_once(self) -> None:
        enforcing = Enforcing(FakeJobs(TUNING))

        outcomes = [enforcing.obey(TUNING_ORDER).outcome for _ in range(2)]

        assert outcomes == [Outcome.STOPPED] * 2
        assert enforcing.stopper.asked == enforcing.stopper.stopped == [TUNING.name]
        assert len(enforcing.publisher.enforcements) == 1

    @pytest.mark.parametrize("status", ["Completed", "Stopped", "Stopping", "DeleteFailed", ""])
    def test_one_that_has_ended_is_done(self, status: str) -> None:
        enforcing = Enforcing(FakeJobs(replace(TUNING, status=status)))

        assert enforcing.obey(TUNING_ORDER).outcome is Outcome.ALREADY_ENDED
        assert enforcing.stopper.asked == []

    def test_a_newer_one_of_the_same_name_runs_on(self) -> None:
        newer = replace(TUNING, created_at=NOW + timedelta(seconds=1))
        enforcing = Enforcing(FakeJobs(newer))

        assert enforcing.obey(TUNING_ORDER).outcome is Outcome.ANOTHER_JOB
        assert enforcing.stopper.asked == []

    def test_a_training_job_of_its_name_is_not_meant(self) -> None:
        enforcing = Enforcing(FakeJobs(replace(JOB, name=TUNING.name)))

        assert enforcing.obey(TUNING_ORDER).outcome is Outcome.GONE
        assert enforcing.stopper.asked == []

    def test_it_is_spared_if_every_definition_is_exempted_by_now(self) -> None:
        roles = [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("forest", "trees")]
        several = a_tuning_job(*(replace(JOB, name=role, role_arn=role) for role in roles))
        spared = tuple(
            Exemption("network team", "moves in May", NOW.date(), role=role) for role in roles
        )

        one = Enforcing(FakeJobs(several), settings=Settings(exemptions=spared[:1]))
        both = Enforcing(FakeJobs(several), settings=Settings(exemptions=spared))

        assert one.obey(TUNING_ORDER).outcome is Outcome.STOPPED
        assert both.obey(TUNING_ORDER).outcome is Outcome.NOT_ENFORCED


def test_a_mode_that_is_audit_by_now_stops_nothing_and_asks_nothing() -> None:
    enforcing = Enforcing(mode=Mode.AUDIT)

    enforcement = enforcing.obey()

    assert enforcement.outcome is Outcome.NOT_ENFORCED
    assert enforcing.jobs.asked == enforcing.stopper.asked == []
    assert enforcing.publisher.enforcements == [enforcement]


def test_an_order_that_the_mode_held_is_told_once_and_obeyed_once_the_mode_is_enforce() -> None:
    enforcing = Enforcing(mode=Mode.AUDIT)
    held = [enforcing.obey(), enforcing.obey()]
    enforcing.mode = Mode.ENFORCE

    enforcement = enforcing.obey()

    assert enforcement.outcome is Outcome.STOPPED
    assert enforcing.publisher.enforcements == [held[0], enforcement]


class TestCircuitBreaker:
    ONE = Settings(stops_per_hour=1)

    def test_a_stop_too_many_is_held_told_once_and_not_done(self) -> None:
        another = replace(JOB, name="open-2", arn=JOB.arn + "-2")
        enforcing = Enforcing(FakeJobs(JOB, another), settings=self.ONE)
        order = replace(a_stop_order("open-2"), job_arn=another.arn)
        enforcing.obey()

        held = [enforcing.obey(order), enforcing.obey(order)]

        assert [each.outcome for each in held] == [Outcome.HELD] * 2
        assert enforcing.stopper.stopped == [JOB.name]
        assert enforcing.publisher.enforcements[1:] == held[:1]

    def test_a_held_order_is_obeyed_when_it_comes_again_later(self) -> None:
        enforcing = Enforcing(settings=Settings(stops_per_hour=0))
        assert enforcing.obey().outcome is Outcome.HELD
        enforcing.settings = self.ONE

        assert enforcing.obey().outcome is Outcome.STOPPED

    def test_duplicates_of_an_order_count_once(self) -> None:
        enforcing = Enforcing(settings=self.ONE)
        enforcing.stopper.fail_next(ThrottledError())
        with pytest.raises(ThrottledError):
            enforcing.obey()

        assert [enforcing.obey().outcome for _ in range(2)] == [Outcome.STOPPED] * 2
        assert len(enforcing.breaker.admitted) == 1

    def test_what_is_not_stopped_anyway_counts_nothing(self) -> None:
        enforcing = Enforcing(FakeJobs(replace(JOB, status="Stopped")), settings=self.ONE)

        assert enforcing.obey().outcome is Outcome.ALREADY_ENDED
        assert enforcing.breaker.admitted == []


EXEMPTED = Exemption("network team", "moves in May", NOW.date(), job_name="open-*")


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(Settings(exemptions=(EXEMPTED,)), id="the job is exempted"),
        pytest.param(
            Settings(actions={"vpc-config-present": CheckAction.NOTIFY}), id="the check only tells"
        ),
        pytest.param(
            Settings(severities={"vpc-config-present": Severity.LOW}), id="the check is advice"
        ),
    ],
)
def test_an_order_that_the_settings_of_now_would_not_give_stops_nothing(
    settings: Settings,
) -> None:
    enforcing = Enforcing(settings=settings)

    enforcement = enforcing.obey()

    assert enforcement.outcome is Outcome.NOT_ENFORCED
    assert enforcing.stopper.asked == enforcing.breaker.admitted == []
    assert enforcing.publisher.enforcements == [enforcement]


def test_a_stop_is_told_with_the_checks_alone_that_still_ask_for_it() -> None:
    settings = Settings(actions={"s3-reachable": CheckAction.NOTIFY})
    order = replace(ORDER, checks=("s3-reachable", "vpc-config-present"))

    enforcement = Enforcing(settings=settings).obey(order)

    assert enforcement.message == "open-1 was stopped, because of vpc-config-present."


def test_an_exemption_that_has_expired_spares_nothing() -> None:
    expired = replace(EXEMPTED, expires=NOW.date() - timedelta(days=1))

    assert Enforcing(settings=Settings(exemptions=(expired,))).obey().outcome is Outcome.STOPPED


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(ThrottledError(), id="throttled"),
        pytest.param(JobNotReadableError("denied"), id="not readable"),
    ],
)
def test_a_job_that_cannot_be_described_is_tried_again(fault: Exception) -> None:
    enforcing = Enforcing()
    enforcing.jobs.fail_next(fault)

    with pytest.raises(type(fault)):
        enforcing.obey()
    assert enforcing.stopper.asked == []
    assert enforcing.publisher.told_nobody

    assert enforcing.obey().outcome is Outcome.STOPPED


def test_fault_2_a_throttled_stop_is_raised_and_tried_again_then_stops_once() -> None:
    """peers.md, fault 2: swallows a throttled StopTrainingJob."""
    enforcing = Enforcing()
    enforcing.stopper.fail_next(ThrottledError(), ThrottledError())

    for _ in range(2):
        with pytest.raises(ThrottledError):
            enforcing.obey()
        assert enforcing.publisher.told_nobody
    enforcing.obey()
    enforcing.obey()

    assert enforcing.stopper.stopped == [JOB.name]
    assert enforcing.stopper.asked == [JOB.name] * 3
    assert len(enforcing.publisher.enforcements) == 1


def test_what_could_not_be_told_is_told_later_without_a_second_stop() -> None:
    enforcing = Enforcing()
    enforcing.publisher.fail_next(ThrottledError())

    with pytest.raises(ThrottledError):
        enforcing.obey()
    enforcing.obey()

    assert enforcing.stopper.asked == [JOB.name]
    assert [told.outcome for told in enforcing.publisher.enforcements] == [Outcome.STOPPED]


def test_while_another_obeys_the_order_it_is_left_for_later() -> None:
    enforcing = Enforcing()
    enforcing.obey()
    enforcing.ledger.hold(enforcing.ledger.asked[0])

    with pytest.raises(LedgerBusyError):
        enforcing.obey()


def test_every_message_is_a_sentence() -> None:
    ended = replace(JOB, status="Failed")
    child = replace(JOB, tuning_job_arn="arn:aws:sagemaker:x:1:hyper-parameter-tuning-job/t")
    another = replace(JOB, created_at=NOW - timedelta(days=1))
    jobs = [FakeJobs(each) for each in (JOB, ended, child, another)]
    enforcements = [
        *(Enforcing(each).obey() for each in (*jobs, FakeJobs())),
        Enforcing(mode=Mode.AUDIT).obey(),
        Enforcing(settings=Settings(stops_per_hour=0)).obey(),
    ]

    assert {each.outcome for each in enforcements} == {*Outcome}
    assert all(each.message.endswith(".") for each in enforcements)
    assert not any(each.message.endswith("..") for each in enforcements)


class TestAnOldReading:
    """An order that comes out of the dead letters may find its network mended."""

    MAY_STOP = Settings(actions={"s3-reachable": CheckAction.STOP})
    OLD = NOW - timedelta(hours=1, seconds=1)

    def enforcing(self) -> Enforcing:
        return Enforcing(settings=self.MAY_STOP)

    @pytest.mark.parametrize("read_at", [OLD, None], ids=["old", "not told"])
    def test_stops_nothing_for_what_may_be_mended(self, read_at: datetime | None) -> None:
        enforcing = self.enforcing()
        order = a_stop_order(JOB.name, checks=("s3-reachable",), facts_read_at=read_at)

        assert enforcing.obey(order).outcome is Outcome.NOT_ENFORCED
        assert enforcing.stopper.stopped == []

    def test_stops_for_what_the_job_was_created_with(self) -> None:
        enforcing = self.enforcing()
        checks = ("s3-reachable", "vpc-config-present")
        told = enforcing.obey(a_stop_order(JOB.name, checks=checks, facts_read_at=self.OLD))

        assert told.outcome is Outcome.STOPPED
        assert "s3-reachable" not in told.message

    def test_of_the_last_hour_holds(self) -> None:
        enforcing = self.enforcing()
        at = NOW - timedelta(hours=1)

        told = enforcing.obey(a_stop_order(JOB.name, checks=("s3-reachable",), facts_read_at=at))
        assert told.outcome is Outcome.STOPPED


BY_TAG = TagExemption("exempt", "net", "moves", NOW.date())


@pytest.mark.parametrize(
    ("tags", "by_tag", "outcome"),
    [
        pytest.param({"exempt": ""}, BY_TAG, Outcome.NOT_ENFORCED, id="exempt by now"),
        pytest.param(TAGS_NOT_READ, BY_TAG, Outcome.NOT_ENFORCED, id="tags that were not read"),
        pytest.param({"team": "ml"}, BY_TAG, Outcome.STOPPED, id="another tag"),
        pytest.param({"exempt": ""}, None, Outcome.STOPPED, id="no tag exempts"),
        pytest.param(
            {"exempt": ""},
            replace(BY_TAG, expires=NOW.date() - timedelta(days=1)),
            Outcome.STOPPED,
            id="expired",
        ),
    ],
)
def test_a_job_that_a_tag_exempts_by_now_runs_on(
    tags: Fact[Mapping[str, str]], by_tag: TagExemption | None, outcome: Outcome
) -> None:
    enforcing = Enforcing(settings=Settings(exemptions_by_tag=by_tag))

    assert enforcing.obey(replace(ORDER, tags=tags)).outcome is outcome
