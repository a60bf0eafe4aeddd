"""A second look at a job: it tells what is mended of its VPC, and does nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import (
    BUCKET,
    DENIED,
    FULL_ACCESS,
    NOW,
    VPC,
    a_gateway_endpoint,
    a_job,
    a_job_without_vpc,
    a_network,
    a_plan,
    a_policy,
    a_statement,
    a_subnet,
    a_tuning_job,
    of_bucket,
)
from tests.fakes import (
    FakeBook,
    FakeJobs,
    FakeLedger,
    FakeNetworks,
    FakePublisher,
    FakeTags,
    LedgerBusyError,
    ThrottledError,
    alerts_through,
)
from vpc_guardrail.app.alert_book import AllMended
from vpc_guardrail.app.arn import JobArn
from vpc_guardrail.app.errors import JobNotReadableError
from vpc_guardrail.app.look_again import LookAgain, Outcome
from vpc_guardrail.app.second_look import SecondLook
from vpc_guardrail.core.decision import judge
from vpc_guardrail.core.exemptions import Exemption, TagExemption
from vpc_guardrail.core.model import Network, S3Place, S3Use, Starts, TrainingJob
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from vpc_guardrail.app.alerts import Alerts

SOUND = a_network()
NO_ENDPOINT = a_network(endpoints=[])
UNREAD = a_network(endpoints=DENIED)
NO_WAY = {"s3-reachable", "s3-gateway-endpoint"}


@dataclass
class Vpc:
    """A VPC whose jobs are told about, and looked at again."""

    network: Network = NO_ENDPOINT
    settings: Settings = field(default_factory=Settings)
    jobs: FakeJobs = field(default_factory=FakeJobs)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    book: FakeBook = field(default_factory=FakeBook)
    tags: FakeTags = field(default_factory=FakeTags)
    hours: int = 0

    def tells_of(self, job: TrainingJob) -> TrainingJob:
        """The job is inspected as it is now, and told about."""
        self.jobs.put(job)
        self._alerts().about(judge(job, self.network, self.settings, NOW))
        return job

    def second_look(self, job: TrainingJob, vpc_id: str = VPC) -> Outcome:
        """The second look of the next hour."""
        self.hours += 1
        return self.look(self.asked(job, vpc_id))

    def asked(self, job: TrainingJob, vpc_id: str = VPC) -> SecondLook:
        hour = NOW + timedelta(hours=self.hours)
        return SecondLook(JobArn.parse(job.arn), job.created_at, vpc_id, hour)

    def look(self, asked: SecondLook) -> Outcome:
        networks = FakeNetworks(self.network)
        again = LookAgain(
            self.jobs,
            networks,
            self.ledger,
            self._alerts(),
            self.settings,
            lambda: NOW,
            self.tags,
        )
        return again.at(asked)

    def _alerts(self) -> Alerts:
        return alerts_through(self.publisher, self.settings, book=self.book)

    @property
    def mended(self) -> set[str]:
        """The checks that were told to be mended."""
        return {each.check for all in self.publisher.mended for each in all.mended}

    @property
    def open(self) -> set[str]:
        """The checks that are open."""
        return {entry.check for page in self.book.pages() for entry in page.open.values()}


class TestWhatIsMended:
    def test_it_is_told_once_without_another_job(self) -> None:
        vpc = Vpc()
        job = vpc.tells_of(a_job())
        vpc.network = SOUND

        assert vpc.second_look(job) is Outcome.LOOKED
        assert vpc.second_look(job) is Outcome.LOOKED

        (news,) = vpc.publisher.mended
        assert isinstance(news, AllMended)
        assert (news.vpc_id, news.seen_with, news.by_second_look) == (VPC, job.name, True)
        assert {each.check for each in news.mended} >= NO_WAY

    def test_a_job_that_has_ended_since_is_judged_as_it_was(self) -> None:
        vpc = Vpc()
        job = vpc.tells_of(a_job())
        vpc.jobs.put(ended(job))
        vpc.network = SOUND

        vpc.second_look(job)

        assert vpc.mended >= NO_WAY

    def test_so_is_the_unknown_that_can_be_read_now(self) -> None:
        vpc = Vpc(UNREAD)
        job = vpc.tells_of(a_job())
        vpc.network = SOUND

        vpc.second_look(job)

        assert "s3-gateway-endpoint" in vpc.mended

    def test_so_is_what_was_told_of_a_vpc_that_was_not_known(self) -> None:
        vpc = Vpc(a_network(subnets=DENIED))
        job = vpc.tells_of(a_job())
        assert {page.vpc_id for page in vpc.book.pages()} == {"unknown"}
        vpc.network = SOUND

        assert vpc.second_look(job, "unknown") is Outcome.LOOKED

        assert vpc.mended >= {"network-references-exist", *NO_WAY}
        assert not vpc.open

    def test_so_is_what_the_job_may_do_below_its_own_name(self) -> None:
        refused = a_policy(a_statement(action="s3:GetObject", resource=of_bucket()))
        own = S3Place("the output", f"s3://{BUCKET}/out/train-1/output", S3Use.WRITES)
        vpc = Vpc(a_network(endpoints=[a_gateway_endpoint(policy=refused)]))
        job = vpc.tells_of(a_job(s3_places=[own]))
        assert "s3-policies-admit-job" in vpc.open
        vpc.network = SOUND

        vpc.second_look(job)

        assert "s3-policies-admit-job" in vpc.mended

    def test_so_is_what_passes_for_another_component(self) -> None:
        """It was not known for the subnets, and passes for the endpoint that they lead to."""
        vpc = Vpc(a_network(endpoints=[a_gateway_endpoint("vpce-old", policy=FULL_ACCESS)]))
        job = vpc.tells_of(a_job())
        assert "s3-endpoint-policy-restricted" in vpc.open
        vpc.network = SOUND

        vpc.second_look(job)

        assert "s3-endpoint-policy-restricted" in vpc.mended

    def test_the_inspection_of_a_job_says_that_it_saw_it(self) -> None:
        vpc = Vpc()
        vpc.tells_of(a_job())
        vpc.network = SOUND
        vpc.tells_of(a_job(name="train-2"))

        assert [each.by_second_look for each in vpc.publisher.mended] == [False]


class TestWhatIsNot:
    @pytest.mark.parametrize(
        "network", [pytest.param(NO_ENDPOINT, id="there"), pytest.param(UNREAD, id="unread")]
    )
    def test_what_is_still_there_or_not_known_is_not_told(self, network: Network) -> None:
        vpc = Vpc()
        job = vpc.tells_of(a_job())
        vpc.network = network

        assert vpc.second_look(job) is Outcome.LOOKED

        assert vpc.mended == set()
        assert vpc.open >= NO_WAY

    def test_what_is_exempted_meanwhile_is_not_mended(self) -> None:
        vpc = Vpc()
        job = vpc.tells_of(a_job())
        day = (NOW + timedelta(days=9)).date()
        vpc.settings = Settings(exemptions=(Exemption("me", "a trial", day, vpc=VPC),))

        vpc.second_look(job)

        assert vpc.mended == set()

    def test_what_a_tag_exempts_meanwhile_is_closed(self) -> None:
        vpc = Vpc(tags=FakeTags({"exempt": ""}))
        job = vpc.tells_of(a_job())
        vpc.settings = Settings(
            exemptions_by_tag=TagExemption("exempt", "team", "known", NOW.date())
        )

        vpc.second_look(job)

        assert not vpc.open
        assert not vpc.mended

    def test_a_job_that_is_gone_shows_nothing(self) -> None:
        vpc = Vpc()
        job = vpc.tells_of(a_job())
        vpc.jobs.delete(job.name)
        vpc.network = SOUND

        assert vpc.second_look(job) is Outcome.GONE
        assert vpc.mended == set()

    @pytest.mark.parametrize(
        "other",
        [
            pytest.param({"created_at": NOW + timedelta(seconds=1)}, id="created later"),
            pytest.param({"arn": a_job(name="x").arn}, id="another ARN"),
        ],
    )
    def test_another_job_of_the_name_shows_nothing(self, other: dict[str, Any]) -> None:
        vpc = Vpc()
        job = vpc.tells_of(a_job())
        vpc.jobs.put(replace(job, **other))
        vpc.network = SOUND

        assert vpc.second_look(job) is Outcome.GONE
        assert vpc.mended == set()

    def test_a_job_elsewhere_mends_nothing_there(self) -> None:
        vpc = Vpc()
        job = vpc.tells_of(a_job())
        vpc.network = a_network(subnets=[a_subnet(each, vpc="vpc-2") for each in job.subnet_ids])

        assert vpc.second_look(job) is Outcome.ELSEWHERE
        assert vpc.mended == set()

    def test_nor_does_one_without_a_vpc(self) -> None:
        vpc = Vpc()
        vpc.tells_of(a_job())
        open_job = a_job_without_vpc()
        vpc.jobs.put(open_job)
        vpc.network = SOUND

        assert vpc.second_look(open_job) is Outcome.ELSEWHERE
        assert vpc.mended == set()

    def test_a_forged_look_closes_only_what_passes(self) -> None:
        """Whoever can send to the queue may name any job: it is judged by the live network."""
        vpc = Vpc()
        vpc.tells_of(a_job())
        other = a_job(name="train-9", subnets=["subnet-b"])
        vpc.jobs.put(other)

        assert vpc.second_look(other) is Outcome.LOOKED
        assert vpc.mended == set()


class TestNothingElse:
    def test_it_is_no_inspection(self) -> None:
        """No verdict is told, nothing is noted: neither in the book nor in the ledger."""
        vpc = Vpc()
        job = vpc.tells_of(a_job())
        told, noted = [*vpc.publisher.judgements], dict(vpc.book.inspected)
        vpc.network = SOUND

        vpc.second_look(job)
        vpc.network = NO_ENDPOINT
        vpc.second_look(job)

        assert (vpc.publisher.judgements, vpc.book.inspected) == (told, noted)
        assert all(key.startswith("second look ") for key in vpc.ledger.asked)
        assert vpc.publisher.enforcements == []

    def test_it_is_done_once_an_hour_however_often_it_is_asked_for(self) -> None:
        vpc = Vpc()
        job = vpc.tells_of(a_job())
        asked = vpc.asked(job)
        described = len(vpc.jobs.asked)

        assert [vpc.look(asked) for _ in range(3)] == [Outcome.LOOKED] * 3
        assert len(vpc.jobs.asked) == described + 1

    def test_while_another_looks_it_comes_back(self) -> None:
        vpc = Vpc()
        asked = vpc.asked(vpc.tells_of(a_job()))
        vpc.look(asked)
        (key,) = vpc.ledger.asked
        vpc.ledger.hold(key)

        with pytest.raises(LedgerBusyError):
            vpc.look(asked)

    @pytest.mark.parametrize("where", ["jobs", "book", "publisher"])
    def test_an_error_of_aws_comes_out_and_the_next_attempt_tells(self, where: str) -> None:
        vpc = Vpc()
        asked = vpc.asked(vpc.tells_of(a_job()))
        vpc.network = SOUND
        faulty: FakeJobs | FakeBook | FakePublisher = getattr(vpc, where)
        faulty.fail_next(ThrottledError())

        with pytest.raises(ThrottledError):
            vpc.look(asked)
        assert vpc.mended == set()
        vpc.look(asked)
        assert vpc.mended >= NO_WAY

    def test_a_job_that_may_not_be_described_is_no_job_that_is_gone(self) -> None:
        vpc = Vpc()
        job = vpc.tells_of(a_job())
        vpc.jobs.deny()

        with pytest.raises(JobNotReadableError):
            vpc.second_look(job)


TIGHT = a_network(subnets=[a_subnet("subnet-a", available_addresses=3)])
ROOMY = a_network(subnets=[a_subnet("subnet-a", available_addresses=20)])
CAPACITY = "subnet-ip-capacity"
LARGE = a_plan(("ml.m5.xlarge", 4))
SMALL = a_plan(("ml.m5.xlarge", 3))


class TestAsTheJobWasTold:
    """What AWS says of a job changes as it goes on; the problem stays that of the job as told."""

    def test_addresses_that_a_job_of_its_size_finds_now(self) -> None:
        vpc = Vpc(TIGHT)
        job = vpc.tells_of(a_job(subnets=["subnet-a"], plans=(LARGE,)))
        vpc.jobs.put(ended(job))

        vpc.second_look(job)
        assert CAPACITY not in vpc.mended
        vpc.network = ROOMY
        vpc.second_look(job)
        assert CAPACITY in vpc.mended

    def test_a_job_that_runs_despite_the_shortage_mends_nothing(self) -> None:
        """It is advice then (ADR 0006), for a restart alone; no other job finds the addresses."""
        vpc = Vpc(TIGHT)
        job = vpc.tells_of(a_job(subnets=["subnet-a"], plans=(LARGE,)))
        vpc.jobs.put(replace(job, secondary_status="Training"))

        vpc.second_look(job)

        assert vpc.mended == set()

    @pytest.mark.parametrize("told", ["before the choice", "after it"])
    def test_instances_of_which_sagemaker_chose_since(self, told: str) -> None:
        vpc = Vpc(TIGHT)
        asking = a_job(subnets=["subnet-a"], plans=(LARGE, SMALL))
        chosen = replace(
            asking, instance_plans=(SMALL,), instance_plans_asked_for=asking.instance_plans
        )
        vpc.tells_of(asking if told == "before the choice" else chosen)
        vpc.jobs.put(ended(chosen))
        vpc.network = ROOMY

        vpc.second_look(asking)

        assert CAPACITY in vpc.mended

    @pytest.mark.parametrize("yet_to_start", [4, 3, 1])
    def test_children_that_have_started_since(self, yet_to_start: int) -> None:
        vpc = Vpc(TIGHT)
        tuning = a_tuning_job(a_job(subnets=["subnet-a"], plans=(LARGE,)), starts=Starts(4, 4))
        vpc.tells_of(with_starts(tuning, Starts(yet_to_start, yet_to_start)))
        assert CAPACITY in vpc.open
        vpc.jobs.put(replace(with_starts(tuning, Starts(0, 0)), status="Completed"))

        vpc.second_look(tuning)
        assert CAPACITY not in vpc.mended
        vpc.network = a_network(subnets=[a_subnet("subnet-a", available_addresses=32)])
        vpc.second_look(tuning)
        assert CAPACITY in vpc.mended
        assert CAPACITY not in vpc.open

    def test_a_tuning_job_that_has_ended_and_needs_no_more_mends_nothing(self) -> None:
        vpc = Vpc(TIGHT)
        tuning = vpc.tells_of(
            a_tuning_job(a_job(subnets=["subnet-a"], plans=(LARGE,)), starts=Starts(4, 4))
        )
        vpc.jobs.put(replace(with_starts(tuning, Starts(0, 0)), status="Completed"))
        vpc.network = a_network(subnets=[a_subnet("subnet-a", available_addresses=31)])

        vpc.second_look(tuning)

        assert CAPACITY not in vpc.mended


def ended(job: TrainingJob) -> TrainingJob:
    return replace(job, status="Completed", secondary_status="Completed")


def with_starts(tuning: TrainingJob, starts: Starts) -> TrainingJob:
    """The tuning job with so many children yet to start."""
    return replace(
        tuning, definitions=tuple(replace(each, starts=starts) for each in tuning.judged)
    )
