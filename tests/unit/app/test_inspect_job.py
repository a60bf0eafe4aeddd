"""The inspection of one announced job: judged and told once, a stop ordered where it is due."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    DENIED,
    NOW,
    VPC,
    a_job,
    a_job_without_vpc,
    a_network,
    a_tuning_job,
    a_vpc,
)
from tests.fakes import (
    FakeBook,
    FakeJobs,
    FakeLedger,
    FakeMeter,
    FakeNetworks,
    FakePublisher,
    FakeStopOrders,
    FakeTags,
    LedgerBusyError,
    ThrottledError,
    alerts_through,
)
from tests.messages import ALICE
from vpc_guardrail.app.arn import JobArn
from vpc_guardrail.app.batch import RememberingJobReader
from vpc_guardrail.app.enforcement import StopOrder
from vpc_guardrail.app.errors import JobNotFoundError, JobNotReadableError
from vpc_guardrail.app.inspect_job import (
    Announcement,
    Inspector,
    JobUnknownError,
    Receipt,
    announced_job,
)
from vpc_guardrail.core.alert_routes import AlertRoute
from vpc_guardrail.core.decision import Action, Verdict
from vpc_guardrail.core.engine import RULE_SET_VERSION
from vpc_guardrail.core.exemptions import TagExemption
from vpc_guardrail.core.model import JobKind, JobSource
from vpc_guardrail.core.model.starter import NOBODY_TOLD
from vpc_guardrail.core.settings import Alerts as AlertSettings
from vpc_guardrail.core.settings import CheckAction, Mode, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpc_guardrail.core.model import Fact, Network, TrainingJob

AUDIT = Settings(mode=Mode.AUDIT)
ENFORCE = Settings(mode=Mode.ENFORCE)
EVERY_JOB = Settings(alerts=AlertSettings(window_hours=0))
DEDICATED = a_network(vpcs=[a_vpc(tenancy="dedicated")])
UNREADABLE = a_network(route_tables=DENIED)


@dataclass
class Inspection:
    """An inspector among fakes."""

    jobs: FakeJobs
    network: Network = field(default_factory=a_network)
    settings: Settings = AUDIT
    networks: FakeNetworks = field(init=False)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    book: FakeBook = field(default_factory=FakeBook)
    stop_orders: FakeStopOrders = field(default_factory=FakeStopOrders)
    tags: FakeTags = field(default_factory=FakeTags)
    meter: FakeMeter = field(default_factory=FakeMeter)

    def __post_init__(self) -> None:
        self.networks = FakeNetworks(self.network)

    def of(self, announcement: Announcement) -> Receipt:
        inspector = Inspector(
            jobs=self.jobs,
            networks=self.networks,
            ledger=self.ledger,
            alerts=alerts_through(self.publisher, self.settings, book=self.book),
            stop_orders=self.stop_orders,
            meter=self.meter,
            settings=self.settings,
            now=lambda: NOW,
            tags=self.tags,
        )
        return inspector.inspect(announcement)


def announcing(job: TrainingJob, requested: TrainingJob | None = None) -> Announcement:
    """What an event says that tells of this job."""
    return Announcement(JobArn.parse(job.arn), job.name, requested)


def as_requested(job: TrainingJob) -> TrainingJob:
    """The same job as its event knows it."""
    return replace(job, source=JobSource.EVENT, status="", secondary_status="")


class TestTelling:
    def test_a_compliant_job_is_told_to_nobody(self) -> None:
        job = a_job()
        inspection = Inspection(FakeJobs(job), settings=ENFORCE)

        receipt = inspection.of(announcing(job))

        assert (receipt.verdict, receipt.action) == ("compliant", "none")
        assert inspection.publisher.told_nobody
        assert inspection.stop_orders.sent == []

    def test_a_noncompliant_job_is_told_with_its_findings(self) -> None:
        job = a_job()
        inspection = Inspection(FakeJobs(job), DEDICATED)

        inspection.of(announcing(job))

        (told,) = inspection.publisher.judgements
        assert told.job == job
        assert told.vpc_id == VPC
        assert (told.verdict, told.action) == (Verdict.NONCOMPLIANT, Action.NOTIFY)

    def test_an_undetermined_job_is_told(self) -> None:
        job = a_job()
        inspection = Inspection(FakeJobs(job), UNREADABLE, ENFORCE)

        assert inspection.of(announcing(job)).verdict == "undetermined"
        assert [told.action for told in inspection.publisher.judgements] == [Action.NOTIFY]
        assert inspection.stop_orders.sent == []

    def test_fault_15_a_job_is_told_once_however_often_it_is_announced(self) -> None:
        """peers.md, fault 15: ran twice on a duplicate event."""
        job = a_job()
        inspection = Inspection(FakeJobs(job), DEDICATED)

        receipts = {str(inspection.of(announcing(job))) for _ in range(3)}

        assert len(receipts) == 1
        assert len(inspection.publisher.judgements) == 1
        assert inspection.networks.asked == [job]

    def test_a_repetition_tells_nothing_new_when_the_network_was_mended(self) -> None:
        job = a_job()
        inspection = Inspection(FakeJobs(job), DEDICATED)
        inspection.of(announcing(job))
        mended = replace(inspection, network=a_network())

        assert mended.of(announcing(job)).verdict == "noncompliant"
        assert len(inspection.publisher.judgements) == 1

    def test_a_new_job_of_the_same_name_is_told_anew(self) -> None:
        job = a_job()
        inspection = Inspection(FakeJobs(job), DEDICATED, EVERY_JOB)
        inspection.of(announcing(job))
        inspection.jobs.put(replace(job, created_at=NOW + timedelta(hours=1)))
        inspection.of(announcing(job))

        assert len(inspection.publisher.judgements) == 2

    def test_the_ledger_knows_arn_creation_time_and_rule_set(self) -> None:
        job = a_job()
        inspection = Inspection(FakeJobs(job))
        inspection.of(announcing(job))

        (key,) = inspection.ledger.asked
        assert {job.arn, NOW.isoformat(), RULE_SET_VERSION} < {*key.split()}

    def test_a_refused_message_is_forgotten_and_told_on_the_next_try(self) -> None:
        job = a_job()
        inspection = Inspection(FakeJobs(job), DEDICATED, ENFORCE)
        inspection.publisher.fail_next(ThrottledError())

        with pytest.raises(ThrottledError):
            inspection.of(announcing(job))
        assert inspection.publisher.told_nobody
        inspection.of(announcing(job))
        inspection.of(announcing(job))

        assert len(inspection.publisher.judgements) == 1

    def test_while_another_inspects_the_job_it_is_left_for_later(self) -> None:
        job = a_job()
        inspection = Inspection(FakeJobs(job), DEDICATED)
        inspection.of(announcing(job))
        inspection.ledger.hold(inspection.ledger.asked[0])

        with pytest.raises(LedgerBusyError):
            inspection.of(announcing(job))


class TestCounting:
    def test_each_job_is_counted_by_its_verdict(self) -> None:
        sound, public = a_job(), a_job_without_vpc()
        inspection = Inspection(FakeJobs(sound, public))
        inspection.of(announcing(sound))
        inspection.of(announcing(public))

        assert inspection.meter.inspected == [
            f"{sound.name} compliant",
            f"{public.name} noncompliant",
        ]

    def test_the_checks_that_make_a_job_noncompliant_are_counted_once_each(self) -> None:
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job))
        inspection.of(announcing(job))

        assert inspection.meter.failed_checks == ["vpc-config-present"]

    def test_fault_15_a_job_that_is_announced_three_times_is_counted_once(self) -> None:
        """peers.md, fault 15: ran twice on a duplicate event."""
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job), settings=ENFORCE)
        for _ in range(3):
            inspection.of(announcing(job))

        assert inspection.meter.inspected == [f"{job.name} noncompliant"]

    def test_what_could_not_be_told_is_counted_when_it_is(self) -> None:
        job = a_job()
        inspection = Inspection(FakeJobs(job), DEDICATED)
        inspection.publisher.fail_next(ThrottledError())

        with pytest.raises(ThrottledError):
            inspection.of(announcing(job))
        assert inspection.meter.inspected == []
        inspection.of(announcing(job))

        assert inspection.meter.inspected == [f"{job.name} noncompliant"]

    def test_a_job_is_counted_although_its_stop_could_not_be_ordered(self) -> None:
        """The next try finds it in the ledger, and counts it no more."""
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job), settings=ENFORCE)
        inspection.stop_orders.fail_next(ThrottledError())

        with pytest.raises(ThrottledError):
            inspection.of(announcing(job))
        inspection.of(announcing(job))

        assert inspection.meter.inspected == [f"{job.name} noncompliant"]


class TestFaultsOfAws:
    def test_fault_3_a_throttled_description_is_no_success(self) -> None:
        """peers.md, fault 3: success with nothing done."""
        job = a_job()
        inspection = Inspection(FakeJobs(job), DEDICATED)
        inspection.jobs.fail_next(ThrottledError())

        with pytest.raises(ThrottledError):
            inspection.of(announcing(job, as_requested(job)))
        inspection.of(announcing(job, as_requested(job)))

        (told,) = inspection.publisher.judgements
        assert told.job.source is JobSource.DESCRIBED

    def test_fault_5_a_throttled_network_is_no_verdict(self) -> None:
        """peers.md, fault 5: throttling becomes a false FAIL."""
        job = a_job()
        inspection = Inspection(FakeJobs(job), settings=ENFORCE)
        inspection.networks.fail_next(ThrottledError())

        with pytest.raises(ThrottledError):
            inspection.of(announcing(job))

        assert inspection.publisher.told_nobody
        assert inspection.of(announcing(job)).verdict == "compliant"


class TestStopping:
    def test_in_mode_enforce_a_job_without_vpc_is_ordered_to_stop(self) -> None:
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job), settings=ENFORCE)

        inspection.of(announcing(job))

        assert inspection.stop_orders.sent == [
            StopOrder(
                job_name=job.name,
                job_arn=job.arn,
                account=job.account,
                created_at=job.created_at,
                vpc_id=None,
                checks=("vpc-config-present",),
                severity="CRITICAL",
                rule_set=RULE_SET_VERSION,
                started_by=NOBODY_TOLD,
                role_arn=job.role_arn,
                facts_read_at=NOW,
            )
        ]
        assert [told.action for told in inspection.publisher.judgements] == [Action.STOP]

    def test_who_started_the_job_is_told_and_goes_with_the_order(self) -> None:
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job), settings=ENFORCE)

        inspection.of(replace(announcing(job), started_by=ALICE))

        assert [told.started_by for told in inspection.publisher.judgements] == [ALICE]
        assert [order.started_by for order in inspection.stop_orders.sent] == [ALICE]

    def test_what_comes_of_a_stop_goes_where_the_verdict_went(self) -> None:
        job = a_job_without_vpc()
        routes = (AlertRoute("openings", check="vpc-config-present"), AlertRoute("not", vpc=VPC))
        settings = replace(ENFORCE, alerts=AlertSettings(routes=routes))
        inspection = Inspection(FakeJobs(job), settings=settings)

        for _ in range(2):
            inspection.of(announcing(job))

        assert inspection.publisher.routes == [{"openings"}]
        assert [order.routes for order in inspection.stop_orders.sent] == [("openings",)] * 2

    def test_the_network_of_a_job_without_vpc_is_not_read(self) -> None:
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job))
        inspection.of(announcing(job))

        assert inspection.networks.asked == []
        assert [told.facts_read_at for told in inspection.publisher.judgements] == [NOW]

    def test_in_mode_audit_nothing_is_ever_ordered(self) -> None:
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job), settings=AUDIT)

        assert inspection.of(announcing(job)).action == "notify"
        assert inspection.stop_orders.sent == []

    def test_a_check_that_the_owner_set_to_stop_is_named_in_the_order(self) -> None:
        job = a_job()
        settings = replace(ENFORCE, actions={"vpc-tenancy-default": CheckAction.STOP})
        inspection = Inspection(FakeJobs(job), DEDICATED, settings)

        inspection.of(announcing(job))

        (order,) = inspection.stop_orders.sent
        assert order.checks == ("vpc-tenancy-default",)
        assert (order.vpc_id, order.severity) == (VPC, "HIGH")

    def test_a_repetition_sends_the_same_order_again(self) -> None:
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job), settings=ENFORCE)
        for _ in range(3):
            inspection.of(announcing(job))

        assert len(inspection.stop_orders.sent) == 3
        assert len({*inspection.stop_orders.sent}) == 1
        assert len(inspection.publisher.judgements) == 1

    def test_an_order_that_could_not_be_sent_is_sent_on_the_next_try(self) -> None:
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job), settings=ENFORCE)
        inspection.stop_orders.fail_next(ThrottledError())

        with pytest.raises(ThrottledError):
            inspection.of(announcing(job))
        inspection.of(announcing(job))

        assert len(inspection.stop_orders.sent) == 1
        assert len(inspection.publisher.judgements) == 1


class TestAJobThatCannotBeDescribed:
    @pytest.mark.parametrize("why", ["deleted", "denied"])
    def test_it_is_judged_by_its_request_says_so_and_is_never_stopped(self, why: str) -> None:
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job), settings=ENFORCE)
        if why == "deleted":
            inspection.jobs.delete(job.name)
        else:
            inspection.jobs.deny()

        receipt = inspection.of(announcing(job, as_requested(job)))

        assert (receipt.verdict, receipt.action) == ("noncompliant", "notify")
        assert inspection.stop_orders.sent == []
        assert [told.job.source for told in inspection.publisher.judgements] == [JobSource.EVENT]

    def test_the_description_is_believed_and_not_the_request(self) -> None:
        job = a_job()
        request = as_requested(replace(a_job_without_vpc(), name=job.name, arn=job.arn))
        inspection = Inspection(FakeJobs(job), settings=ENFORCE)

        assert inspection.of(announcing(job, request)).verdict == "compliant"

    def test_without_a_request_it_is_unknown(self) -> None:
        job = a_job()
        inspection = Inspection(FakeJobs())

        with pytest.raises(JobUnknownError, match=job.arn) as error:
            inspection.of(announcing(job))

        assert isinstance(error.value.__cause__, JobNotFoundError)
        assert inspection.publisher.told_nobody
        assert inspection.ledger.asked == []

    def test_without_permission_and_request_the_reason_is_kept(self) -> None:
        jobs = FakeJobs(a_job())
        jobs.deny()

        with pytest.raises(JobUnknownError, match="denied") as error:
            announced_job(announcing(a_job()), jobs)
        assert isinstance(error.value.__cause__, JobNotReadableError)


class TestASameNamedJobWithAnotherArn:
    another = replace(a_job_without_vpc(), name="train-1", arn=a_job().arn.replace("1111", "9999"))

    def test_it_is_not_the_announced_one(self) -> None:
        requested = as_requested(a_job())
        inspection = Inspection(FakeJobs(self.another), settings=ENFORCE)

        assert inspection.of(announcing(a_job(), requested)).verdict == "compliant"
        assert inspection.stop_orders.sent == []

    def test_nor_does_it_stand_in_for_it(self) -> None:
        with pytest.raises(JobUnknownError, match=self.another.arn):
            announced_job(announcing(a_job()), FakeJobs(self.another))

    def test_but_an_arn_in_another_casing_is_the_same(self) -> None:
        job = a_job(name="Train-One")
        announcement = Announcement(JobArn.parse(job.arn.lower()), job.name, None)

        assert announced_job(announcement, FakeJobs(job)) == job


class TestTags:
    BY_TAG = TagExemption("exempt", "platform team", "sandboxes", NOW.date())
    ALLOWED = replace(AUDIT, exemptions_by_tag=BY_TAG)

    def verdict_with(self, settings: Settings, tags: FakeTags) -> str:
        inspection = Inspection(FakeJobs(a_job()), DEDICATED, settings, tags=tags)
        return inspection.of(announcing(a_job())).verdict

    def test_a_tag_exempts_where_the_settings_let_it(self) -> None:
        assert self.verdict_with(self.ALLOWED, FakeTags({"exempt": ""})) == "exempted"

    @pytest.mark.parametrize(
        "tags",
        [
            pytest.param({}, id="no tag"),
            pytest.param({"team": "exempt"}, id="another tag"),
            pytest.param({"Exempt": ""}, id="another case"),
            pytest.param(DENIED, id="tags that may not be read"),
        ],
    )
    def test_fault_14_a_job_without_the_tag_is_not_let_through(
        self, tags: Fact[Mapping[str, str]]
    ) -> None:
        """peers.md, fault 14: an "include" filter lets untagged resources through."""
        assert self.verdict_with(self.ALLOWED, FakeTags(tags)) == "noncompliant"

    @pytest.mark.parametrize(
        ("by_tag", "action"),
        [
            pytest.param(BY_TAG, "notify", id="the tag might exempt it"),
            pytest.param(replace(BY_TAG, check="vpc-config-present"), "notify", id="its check"),
            pytest.param(replace(BY_TAG, check="s3-reachable"), "stop", id="another check"),
            pytest.param(
                replace(BY_TAG, expires=NOW.date() - timedelta(days=1)), "stop", id="expired"
            ),
        ],
    )
    def test_a_job_whose_tags_may_not_be_read_is_told_and_not_stopped(
        self, by_tag: TagExemption, action: str
    ) -> None:
        settings = replace(ENFORCE, exemptions_by_tag=by_tag)
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job), settings=settings, tags=FakeTags(DENIED))

        receipt = inspection.of(announcing(job))

        assert (receipt.verdict, receipt.action) == ("noncompliant", action)
        assert len(inspection.stop_orders.sent) == (action == "stop")
        assert len(inspection.publisher.judgements) == 1

    def test_the_order_of_a_stop_tells_the_tags_however_often_it_is_sent(self) -> None:
        settings = replace(ENFORCE, exemptions_by_tag=self.BY_TAG)
        job = a_job_without_vpc()
        inspection = Inspection(FakeJobs(job), settings=settings, tags=FakeTags({"team": "ml"}))

        for _ in range(2):
            inspection.of(announcing(job))

        assert [order.tags for order in inspection.stop_orders.sent] == [{"team": "ml"}] * 2

    def test_tags_are_not_even_read_where_the_settings_do_not_let_them(self) -> None:
        tags = FakeTags({"exempt": ""})

        assert self.verdict_with(AUDIT, tags) == "noncompliant"
        assert tags.asked == []

    def test_a_throttled_reading_of_tags_is_tried_again(self) -> None:
        tags = FakeTags({"exempt": ""})
        tags.fail_next(ThrottledError())

        with pytest.raises(ThrottledError):
            self.verdict_with(self.ALLOWED, tags)
        assert self.verdict_with(self.ALLOWED, tags) == "exempted"

    def test_a_tag_with_a_value_exempts_by_that_value_alone(self) -> None:
        by_value = replace(self.ALLOWED, exemptions_by_tag=replace(self.BY_TAG, value="yes"))

        assert self.verdict_with(by_value, FakeTags({"exempt": "yes"})) == "exempted"
        assert self.verdict_with(by_value, FakeTags({"exempt": "no"})) == "noncompliant"


class TestATuningJob:
    def test_it_is_described_judged_told_and_ordered_to_stop_as_one(self) -> None:
        tuning = a_tuning_job(a_job(name="forest"), a_job_without_vpc())
        inspection = Inspection(FakeJobs(tuning), settings=ENFORCE)

        receipts = [inspection.of(announcing(tuning)) for _ in range(2)]

        assert [receipt.action for receipt in receipts] == ["stop", "stop"]
        (told,) = inspection.publisher.judgements
        assert told.job == tuning
        assert [job.arn for job in inspection.networks.asked] == [tuning.arn]
        assert {order.job_arn for order in inspection.stop_orders.sent} == {tuning.arn}
        assert {order.kind for order in inspection.stop_orders.sent} == {JobKind.TUNING}

    def test_one_without_any_vpc_reads_no_network(self) -> None:
        tuning = a_tuning_job(a_job_without_vpc())
        inspection = Inspection(FakeJobs(tuning), settings=ENFORCE)

        assert inspection.of(announcing(tuning)).action == "stop"
        assert inspection.networks.asked == []

    def test_a_training_job_of_its_name_is_not_taken_for_it(self) -> None:
        tuning = a_tuning_job(a_job_without_vpc())
        inspection = Inspection(FakeJobs(a_job(name=tuning.name)), settings=ENFORCE)

        assert inspection.of(announcing(tuning, as_requested(tuning))).action != "stop"

    def test_a_batch_tells_a_training_job_and_a_tuning_job_of_one_name_apart(self) -> None:
        tuning, asked = a_tuning_job(), a_job(name="tune-1")
        jobs = RememberingJobReader(FakeJobs(tuning))

        assert jobs.describe("tune-1", JobKind.TUNING) == tuning
        with pytest.raises(JobNotFoundError):
            jobs.describe(asked.name)
