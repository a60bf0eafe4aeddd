"""Alerts once, and closed: jobs that fail alike are one alert, and what is mended is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.builders import NOW, VPC, a_finding, a_job
from tests.fakes import FakeBook, FakePublisher, ThrottledError, alerts_through
from tests.messages import a_judgement
from vpc_guardrail.app.alert_book import Claim, PageChangedError
from vpc_guardrail.app.alerts import NAMES_TOLD, Alerts, StillClaimedError
from vpc_guardrail.core.alert_routes import AlertRoute
from vpc_guardrail.core.decision import Action, Verdict
from vpc_guardrail.core.exemptions import Exempted, Exemption
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.core.model import JobSource
from vpc_guardrail.core.settings import Alerts as AlertSettings
from vpc_guardrail.core.settings import CheckAction, Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import TrainingJob

NO_WAY = a_finding(Status.FAIL, check="s3-reachable", resource="subnet-a")
A_WAY = a_finding(Status.PASS, check="s3-reachable", resource="subnet-a")
UNREAD = a_finding(Status.UNKNOWN, check="s3-reachable", resource="subnet-a")
A_DNS = a_finding(Status.PASS, check="dns-resolves-s3", resource=VPC)
NO_DNS = a_finding(Status.FAIL, check="dns-resolves-s3", resource=VPC)
JOB = a_job()
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass
class Account:
    """Jobs that are inspected one after the other, a minute apart."""

    settings: Settings = field(default_factory=Settings)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    book: FakeBook = field(default_factory=FakeBook)
    time: datetime = NOW
    waited: list[float] = field(default_factory=list)
    jobs: int = 0

    def inspects(
        self,
        *findings: Finding,
        job: TrainingJob | None = None,
        vpc_id: str | None = VPC,
        action: Action | None = None,
        facts_read_at: datetime | None = None,
    ) -> TrainingJob:
        """One more job is inspected, with these findings."""
        self.time += MINUTE
        self.jobs += 1
        inspected = job or a_job(name=f"train-{self.jobs}")
        judgement = a_judgement(
            *findings,
            job=inspected,
            vpc_id=vpc_id,
            verdict=verdict(*findings),
            action=action or natural_action(*findings),
        )
        read_at = facts_read_at or self.time
        self._alerts().about(replace(judgement, facts_read_at=read_at))
        return inspected

    def sees(
        self, *findings: Finding, job: TrainingJob | None = None, action: Action | None = None
    ) -> None:
        """The findings of a second look, by which no job is judged."""
        self.time += MINUTE
        judgement = a_judgement(
            *findings,
            job=job or a_job(name="reference"),
            vpc_id=VPC,
            verdict=verdict(*findings),
            action=action or natural_action(*findings),
        )
        self._alerts().again(replace(judgement, facts_read_at=self.time), VPC)

    def _alerts(self) -> Alerts:
        return alerts_through(
            self.publisher,
            self.settings,
            book=self.book,
            now=lambda: self.time,
            pause=self.waited.append,
        )

    @property
    def told(self) -> list[str]:
        """The names of the jobs whose verdicts were told."""
        return [judgement.job.name for judgement in self.publisher.judgements]

    @property
    def mended(self) -> list[tuple[str, str]]:
        """The checks and resources that were told to be mended."""
        return [(each.check, each.resource) for all in self.publisher.mended for each in all.mended]


def verdict(*findings: Finding) -> Verdict:
    statuses = {finding.status for finding in findings if finding.counts}
    if Status.FAIL in statuses:
        return Verdict.NONCOMPLIANT
    return Verdict.UNDETERMINED if Status.UNKNOWN in statuses else Verdict.COMPLIANT


def natural_action(*findings: Finding) -> Action:
    return Action.NONE if verdict(*findings) is Verdict.COMPLIANT else Action.NOTIFY


def of_job(job: TrainingJob) -> Finding:
    return a_finding(Status.UNKNOWN, check="subnet-ip-capacity", resource=job.arn)


class TestOnce:
    def test_a_hundred_jobs_that_fail_alike_are_one_alert(self) -> None:
        account = Account()
        for _ in range(100):
            account.inspects(NO_WAY)

        assert account.told == ["train-1"]
        assert len(account.book.inspected) == 100

    def test_after_the_window_it_is_told_again_with_how_many_met_it(self) -> None:
        account = Account()
        for _ in range(25):
            account.inspects(NO_WAY)
        account.time += DAY
        account.inspects(NO_WAY)

        assert account.told == ["train-1", "train-26"]
        first, again = account.publisher.recurrences
        assert first is None
        assert again is not None
        assert (again.jobs, again.since) == (24, NOW + MINUTE)
        assert len(again.job_names) == NAMES_TOLD

    def test_again_tells_of_no_other_jobs_where_there_were_none(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.time += DAY
        account.inspects(NO_WAY)

        assert account.publisher.recurrences == [None, None]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            pytest.param([NO_WAY], [NO_WAY, NO_DNS], id="one more"),
            pytest.param([UNREAD], [NO_WAY], id="a FAIL after UNKNOWN"),
            pytest.param([NO_WAY], [replace(NO_WAY, severity=Severity.CRITICAL)], id="more severe"),
            pytest.param([NO_WAY], [replace(NO_WAY, resource="subnet-b")], id="another subnet"),
        ],
    )
    def test_what_is_new_or_worse_is_told_at_once(
        self, before: list[Finding], after: list[Finding]
    ) -> None:
        account = Account()
        account.inspects(*before)
        account.inspects(*after)

        assert account.told == ["train-1", "train-2"]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            pytest.param([NO_WAY, NO_DNS], [NO_WAY], id="one less"),
            pytest.param([NO_WAY], [UNREAD], id="UNKNOWN after a FAIL"),
            pytest.param([NO_WAY], [replace(NO_WAY, severity=Severity.MEDIUM)], id="less severe"),
        ],
    )
    def test_what_is_less_is_not_told(self, before: list[Finding], after: list[Finding]) -> None:
        account = Account()
        account.inspects(*before)
        account.inspects(*after)

        assert account.told == ["train-1"]

    def test_what_was_told_stays_as_bad_as_it_was_told(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.inspects(UNREAD, NO_DNS)
        account.inspects(NO_WAY)

        assert account.told == ["train-1", "train-2"]

    def test_jobs_that_differ_in_what_the_check_looks_at_meet_problems_of_their_own(self) -> None:
        finding = a_finding(Status.FAIL, check="security-group-self-ingress", resource="sg-1")
        account = Account()
        account.inspects(finding, job=a_job(name="a"))
        account.inspects(finding, job=a_job(name="b", encrypted=True))
        account.inspects(finding, job=a_job(name="c"))

        assert account.told == ["a", "b"]

    def test_vpcs_are_told_each_on_their_own(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.inspects(NO_WAY, vpc_id="vpc-2")

        assert account.told == ["train-1", "train-2"]

    def test_a_job_in_no_vpc_is_always_told(self) -> None:
        account = Account()
        for name in ("train-1", "train-2"):
            job = a_job(name=name, subnets=(), groups=())
            account.inspects(a_finding(Status.FAIL), job=job, vpc_id=None)

        assert account.told == ["train-1", "train-2"]

    def test_a_hundred_jobs_whose_vpc_is_not_known_are_one_alert(self) -> None:
        """One permission that is missing must not flood all channels."""
        account = Account()
        for _ in range(100):
            account.inspects(UNREAD, vpc_id=None)
        account.inspects(UNREAD)

        assert account.told == ["train-1", "train-101"]
        assert {page.vpc_id for page in account.book.pages()} == {"unknown", VPC}

    def test_what_is_said_of_the_job_itself_is_told_once_of_those_alike(self) -> None:
        account = Account()
        for job in (a_job(name="a"), a_job(name="b"), a_job(name="c", instance_count=9)):
            account.inspects(of_job(job), job=job)

        assert account.told == ["a", "c"]

    def test_a_job_that_is_to_be_stopped_is_always_told(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.inspects(NO_WAY, action=Action.STOP)

        assert account.told == ["train-1", "train-2"]

    def test_a_stop_does_not_wait_for_another_inspection(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        claim_all(account)
        account.inspects(NO_WAY, action=Action.STOP)

        assert account.told == ["train-1", "train-2"]
        assert account.waited == []

    def test_a_window_of_no_hours_tells_every_job(self) -> None:
        account = Account(Settings(alerts=AlertSettings(window_hours=0)))
        for _ in range(3):
            account.inspects(NO_WAY)
        account.inspects(A_WAY)

        assert account.told == ["train-1", "train-2", "train-3"]
        assert account.mended == [("s3-reachable", "subnet-a")]

    def test_what_is_less_severe_than_the_settings_ask_for_is_not_told(self) -> None:
        account = Account(Settings(alerts=AlertSettings(least_severity=Severity.CRITICAL)))
        account.inspects(NO_WAY)
        account.inspects(NO_WAY, vpc_id=None)
        account.inspects(A_WAY)

        assert account.publisher.told_nobody
        assert [each.verdict for each in account.book.inspected.values()] == [
            "noncompliant",
            "noncompliant",
            "compliant",
        ]

    def test_a_lesser_failure_does_not_hide_what_is_unknown_and_matters_more(self) -> None:
        account = Account(Settings(alerts=AlertSettings(least_severity=Severity.HIGH)))
        account.inspects(replace(NO_DNS, severity=Severity.MEDIUM), UNREAD)

        assert account.told == ["train-1"]

    def test_but_a_stop_is(self) -> None:
        account = Account(Settings(alerts=AlertSettings(least_severity=Severity.CRITICAL)))
        account.inspects(NO_WAY, action=Action.STOP)

        assert account.told == ["train-1"]

    def test_what_is_exempted_is_no_problem(self) -> None:
        exemption = Exemption("team", "known", NOW.date())
        account = Account()
        account.inspects(replace(NO_WAY, exempted=Exempted(by=exemption)))
        account.inspects(NO_WAY)

        assert account.told == ["train-2"]

    def test_what_is_exempted_after_it_was_told_is_closed_and_told_anew_when_that_ends(
        self,
    ) -> None:
        exempted = replace(NO_WAY, exempted=Exempted(by=Exemption("team", "known", NOW.date())))
        account = Account()
        account.inspects(NO_WAY)
        account.sees(exempted, job=a_job(name="train-1"))
        assert not account.book.page(VPC).open
        assert account.mended == []

        account.inspects(NO_WAY)
        assert account.told == ["train-1", "train-2"]

    def test_the_exemption_of_another_job_closes_nothing(self) -> None:
        exempted = replace(NO_WAY, exempted=Exempted(by=Exemption("team", "known", NOW.date())))
        account = Account()
        account.inspects(NO_WAY)
        account.inspects(exempted)
        account.inspects(NO_WAY)

        assert account.told == ["train-1"]

    def test_what_is_ignored_after_it_was_told_is_closed(self) -> None:
        account = Account()
        account.inspects(NO_WAY, NO_DNS)
        account.settings = Settings(actions={"s3-reachable": CheckAction.IGNORE})
        account.inspects(NO_DNS)

        assert [each.check for each in account.book.page(VPC).open.values()] == ["dns-resolves-s3"]
        assert account.mended == []

    def test_what_another_is_about_to_tell_is_closed_by_nobody_else(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        claim_all(account)
        account.settings = Settings(actions={"s3-reachable": CheckAction.IGNORE})
        account.inspects(A_DNS)

        assert account.book.page(VPC).open


def routed(*routes: AlertRoute, window: int = 24) -> Account:
    return Account(Settings(alerts=AlertSettings(window_hours=window, routes=routes)))


NETWORKS = AlertRoute("networks", check="dns-resolves-s3")
RESEARCH = AlertRoute("research", job_name="research-*")


class TestRoutes:
    def test_without_routes_all_is_told_under_the_default_one(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.inspects(of_job(JOB), job=JOB)
        account.inspects(NO_WAY, vpc_id=None)
        account.inspects(A_WAY)

        assert account.publisher.routes == [{"default"}] * 3
        assert account.publisher.mended[0].routes == {"default"}

    def test_a_verdict_is_told_under_the_names_of_all_whom_it_concerns(self) -> None:
        account = routed(NETWORKS, RESEARCH)
        account.inspects(NO_WAY, NO_DNS)

        assert account.publisher.routes == [{"networks", "default"}]

    def test_within_the_window_it_is_told_once_on_each_route(self) -> None:
        account = routed(RESEARCH)
        for name in ("other-1", "research-1", "research-2", "other-2"):
            account.inspects(NO_WAY, job=a_job(name=name))

        assert account.told == ["other-1", "research-1"]
        assert account.publisher.routes == [{"default"}, {"research"}]

    def test_each_route_has_a_window_of_its_own(self) -> None:
        account = routed(RESEARCH)
        account.inspects(NO_WAY, job=a_job(name="other-1"))
        account.time += DAY / 2
        account.inspects(NO_WAY, job=a_job(name="research-1"))
        account.time += DAY / 2
        account.inspects(NO_WAY, job=a_job(name="research-2"))
        account.inspects(NO_WAY, job=a_job(name="other-2"))

        assert account.told == ["other-1", "research-1", "other-2"]

    def test_what_got_worse_is_told_on_all_its_routes(self) -> None:
        account = routed(NETWORKS, AlertRoute("all", job_name="*"))
        account.inspects(NO_DNS)
        account.inspects(replace(NO_DNS, severity=Severity.CRITICAL))

        assert account.publisher.routes == [{"networks", "all"}] * 2

    def test_a_route_gets_nothing_that_is_less_severe_than_it_asks_for(self) -> None:
        account = routed(AlertRoute("urgent", least_severity=Severity.CRITICAL))
        account.inspects(NO_DNS)
        account.inspects(replace(NO_WAY, severity=Severity.CRITICAL))

        assert account.publisher.routes == [{"default"}, {"urgent"}]

    def test_whoever_was_told_of_it_is_told_that_it_is_mended(self) -> None:
        account = routed(RESEARCH)
        for name in ("other-1", "research-1"):
            account.inspects(NO_WAY, job=a_job(name=name))
        account.inspects(NO_DNS, job=a_job(name="other-2"))
        account.inspects(A_WAY, job=a_job(name="other-3"))

        (news,) = account.publisher.mended
        assert news.routes == {"default", "research"}

    def test_a_stop_is_told_to_all_whom_its_findings_concern_whatever_was_told(self) -> None:
        account = routed(RESEARCH)
        job = a_job(name="research-1")
        account.inspects(NO_WAY, job=job)
        account.inspects(NO_WAY, job=job, action=Action.STOP)

        assert account.publisher.routes == [{"research"}] * 2

    def test_advice_that_is_told_along_concerns_nobody(self) -> None:
        account = routed(NETWORKS)
        account.inspects(NO_WAY, replace(NO_DNS, severity=Severity.LOW), action=Action.STOP)

        assert account.publisher.routes == [{"default"}]

    def test_a_stop_below_the_least_severity_has_its_routes(self) -> None:
        least = AlertSettings(least_severity=Severity.CRITICAL, routes=(RESEARCH,))
        account = Account(Settings(alerts=least))
        account.inspects(NO_WAY, job=a_job(name="research-1"), action=Action.STOP)

        assert account.publisher.routes == [{"research"}]


class TestMended:
    def test_what_passes_after_it_was_told_is_told_once_as_mended(self) -> None:
        account = Account()
        for _ in range(3):
            account.inspects(NO_WAY)
        for _ in range(2):
            account.inspects(A_WAY)

        (news,) = account.publisher.mended
        (mended,) = news.mended
        assert (mended.check, mended.resource) == ("s3-reachable", "subnet-a")
        assert (mended.since, mended.jobs) == (NOW + MINUTE, 3)
        assert (news.vpc_id, news.seen_with, news.severity) == (VPC, "train-4", Severity.HIGH)

    def test_a_problem_that_opens_again_is_told_again(self) -> None:
        account = Account()
        for finding in (NO_WAY, A_WAY, NO_WAY, NO_WAY, A_WAY):
            account.inspects(finding)

        assert account.told == ["train-1", "train-3"]
        assert len(account.publisher.mended) == 2

    @pytest.mark.parametrize(
        "finding",
        [
            pytest.param(None, id="absence"),
            pytest.param(UNREAD, id="UNKNOWN"),
            pytest.param(replace(A_WAY, status=Status.NOT_APPLICABLE), id="not judged"),
            pytest.param(replace(NO_WAY, severity=Severity.LOW), id="advice alone"),
            pytest.param(replace(A_WAY, check="s3-gateway-endpoint"), id="another check"),
        ],
    )
    def test_nothing_but_a_pass_mends(self, finding: Finding | None) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.inspects(*([finding] if finding else []))

        assert account.mended == []

    def test_another_subnet_that_passes_for_another_job_mends_nothing(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.inspects(replace(A_WAY, resource="subnet-b"), job=a_job(subnets=["subnet-b"]))

        assert account.mended == []

    def test_what_is_gone_for_a_job_of_the_same_shape_is_mended(self) -> None:
        open_to_all = a_finding(Status.FAIL, check="s3-endpoint-policy-restricted", resource="old")
        account = Account()
        account.inspects(open_to_all)
        account.inspects(replace(open_to_all, status=Status.PASS, resource="new"))

        assert account.mended == [("s3-endpoint-policy-restricted", "old")]

    def test_what_only_the_told_job_may_do_is_mended_for_it_alone(self) -> None:
        refused = a_finding(Status.FAIL, check="s3-policies-admit-job", resource="training-data")
        admitted = replace(refused, status=Status.PASS, resource="vpce-1")
        account = Account()
        account.inspects(refused, job=a_job(name="told"))
        account.inspects(admitted, job=a_job(name="other"))
        assert account.mended == []

        account.inspects(admitted, job=a_job(name="told"))
        assert account.mended == [("s3-policies-admit-job", "training-data")]

    def test_a_smaller_job_that_fits_does_not_mend_what_a_larger_one_met(self) -> None:
        short = a_finding(Status.FAIL, check="subnet-ip-capacity", resource="subnet-a")
        enough = replace(short, status=Status.PASS)
        account = Account()
        account.inspects(short, job=a_job(name="large", instance_count=100))
        account.inspects(enough, job=a_job(name="small"))
        assert account.mended == []

        account.inspects(enough, job=a_job(name="large-again", instance_count=100))
        assert account.mended == [("subnet-ip-capacity", "subnet-a")]

    def test_what_passes_and_fails_at_once_is_not_mended(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.inspects(A_WAY, UNREAD)

        assert account.mended == []

    def test_a_job_that_is_only_known_from_its_event_shows_nothing_to_be_mended(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.inspects(A_WAY, job=a_job(name="from-event", source=JobSource.EVENT))

        assert account.mended == []

    def test_a_job_may_tell_one_problem_and_mend_another(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.inspects(A_WAY, NO_DNS)

        assert account.told == ["train-1", "train-2"]
        assert account.mended == [("s3-reachable", "subnet-a")]

    def test_findings_of_no_job_mend_as_well_but_tell_no_problem(self) -> None:
        account = Account()
        account.sees(NO_WAY)
        account.inspects(NO_WAY)
        account.sees(A_WAY)

        assert account.told == ["train-1"]
        assert account.mended == [("s3-reachable", "subnet-a")]
        assert {*account.book.inspected} == {key_of_first(account)}

    @pytest.mark.parametrize("later", [A_WAY, A_DNS], ids=["the same", "the whole check"])
    def test_facts_that_are_older_than_what_was_told_show_nothing(self, later: Finding) -> None:
        """A batch shares one reading, and another batch may tell meanwhile."""
        told = replace(later, status=Status.FAIL, resource="subnet-a")
        account = Account()
        account.inspects(told)
        account.inspects(later, facts_read_at=account.time - MINUTE / 2)
        assert account.mended == []

        account.inspects(later)
        assert len(account.mended) == 1


class TestSecondLooks:
    FIRST = a_job(name="train-1")

    def test_a_day_after_the_window_it_counts_no_more(self) -> None:
        """Whoever meets it then tells it himself; a look an hour must not read all jobs for it."""
        account = Account()
        for _ in range(2):
            account.inspects(NO_WAY)
        account.time += 2 * DAY
        account.sees(NO_WAY, job=self.FIRST)

        assert account.told == ["train-1"]

    def test_when_the_window_is_over_the_number_is_told_without_another_job(self) -> None:
        account = Account()
        for _ in range(4):
            account.inspects(NO_WAY)
        account.time += DAY
        for _ in range(2):
            account.sees(NO_WAY, job=self.FIRST)

        assert account.told == ["train-1", "train-1"]
        _, again = account.publisher.recurrences
        assert again is not None
        assert (again.jobs, again.job_names) == (3, ("train-2", "train-3", "train-4"))

        account.inspects(A_WAY)
        assert account.publisher.mended[0].mended[0].jobs == 4

    def test_it_is_told_under_the_routes_whose_window_is_over(self) -> None:
        account = routed(RESEARCH)
        account.inspects(NO_WAY, job=a_job(name="research-1"))
        account.inspects(NO_WAY, job=a_job(name="research-2"))
        account.time += DAY
        account.sees(NO_WAY, job=a_job(name="research-1"))

        assert account.publisher.routes == [{"research"}] * 2

    @pytest.mark.parametrize(
        ("findings", "waited", "looked_at"),
        [
            pytest.param([NO_WAY], DAY / 2, "train-1", id="within the window"),
            pytest.param([NO_WAY], DAY, "train-2", id="a job that it was not told with"),
            pytest.param([NO_DNS], DAY, "train-1", id="what is new"),
            pytest.param([UNREAD], DAY / 2, "train-1", id="what cannot be read by now"),
        ],
    )
    def test_nothing_else_is_told(
        self, findings: list[Finding], waited: timedelta, looked_at: str
    ) -> None:
        account = Account()
        for _ in range(2):
            account.inspects(NO_WAY)
        account.time += waited
        account.sees(*findings, job=a_job(name=looked_at))

        assert account.told == ["train-1"]
        assert account.mended == []

    def test_what_nobody_else_met_is_not_told_again(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.time += DAY
        account.sees(NO_WAY, job=self.FIRST)

        assert account.told == ["train-1"]

    def test_it_orders_no_stop_and_tells_of_none(self) -> None:
        account = Account()
        account.inspects(NO_WAY, action=Action.STOP)
        account.inspects(NO_WAY)
        account.time += DAY
        account.sees(NO_WAY, job=self.FIRST, action=Action.STOP)

        assert [each.action for each in account.publisher.judgements] == [
            Action.STOP,
            Action.NOTIFY,
        ]

    def test_a_window_of_no_hours_tells_nothing_at_a_second_look(self) -> None:
        account = Account(Settings(alerts=AlertSettings(window_hours=0)))
        account.inspects(NO_WAY)
        account.sees(NO_WAY, job=self.FIRST)

        assert account.told == ["train-1"]


class TestFaults:
    def test_an_alert_that_could_not_be_published_is_told_by_the_next_try(self) -> None:
        account = Account()
        account.publisher.fail_next(ThrottledError())
        with pytest.raises(ThrottledError):
            account.inspects(NO_WAY)
        assert account.publisher.told_nobody

        account.inspects(NO_WAY)
        account.inspects(NO_WAY)
        assert account.told == ["train-2"]

    def test_what_could_not_be_told_as_mended_is_told_by_the_next_try(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.publisher.fail_next(ThrottledError())
        with pytest.raises(ThrottledError):
            account.inspects(A_WAY)
        assert account.mended == []

        account.inspects(A_WAY)
        assert len(account.mended) == 1

    def test_what_was_never_told_as_open_is_never_told_as_mended(self) -> None:
        account = Account()
        account.publisher.fail_next(ThrottledError())
        with pytest.raises(ThrottledError):
            account.inspects(NO_WAY)
        account.inspects(A_WAY)

        assert account.mended == []

    def test_nor_is_what_an_inspection_claimed_that_died_before_it_told(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        page = account.book.page(VPC)
        untold = {key: replace(each, told_at=None) for key, each in page.open.items()}
        account.book.write(replace(page, open=untold), NOW)
        account.inspects(A_WAY)

        assert account.mended == []

    def test_a_book_that_cannot_be_counted_gives_up_its_claims(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.time += DAY
        account.book.fail_on_counting(ThrottledError())
        with pytest.raises(ThrottledError):
            account.inspects(NO_WAY)
        account.inspects(NO_WAY)

        assert account.told == ["train-1", "train-3"]
        assert account.waited == []

    def test_jobs_are_counted_up_to_a_limit(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        one = account.book.inspected[key_of_first(account)]
        many = {f"arn {n}": replace(one, job=f"arn {n}", at=NOW + DAY) for n in range(20_100)}
        account.book.inspected |= many
        account.inspects(A_WAY)

        assert account.publisher.mended[0].mended[0].jobs == 20_000

    def test_a_job_whose_inspection_is_repeated_is_counted_once(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        job = account.inspects(NO_WAY)
        account.inspects(NO_WAY, job=job)
        account.inspects(NO_WAY, job=a_job(name="train-1"))
        account.inspects(A_WAY)

        assert [each.mended[0].jobs for each in account.publisher.mended] == [2]
        assert account.told == ["train-1"]

    def test_while_another_is_about_to_tell_it_is_waited_for(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        claim_all(account)

        with pytest.raises(StillClaimedError):
            account.inspects(A_WAY)
        assert account.waited
        assert account.mended == []

    def test_a_claim_of_one_that_died_is_over_after_a_minute(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        claim_all(account)
        account.time += MINUTE
        account.inspects(A_WAY)

        assert len(account.mended) == 1

    def test_a_page_that_another_wrote_meanwhile_is_read_again(self) -> None:
        account = Account()
        account.book.fail_on_write(PageChangedError())
        account.inspects(NO_WAY)
        account.inspects(NO_WAY)

        assert account.told == ["train-1"]

    def test_a_throttled_book_comes_out(self) -> None:
        account = Account()
        account.book.fail_next(ThrottledError())

        with pytest.raises(ThrottledError):
            account.inspects(NO_WAY)
        assert account.publisher.told_nobody


def claim_all(account: Account) -> None:
    """Another inspection, which just began, is about to tell of everything on the page."""
    page = account.book.page(VPC)
    claim = Claim("another", account.time + 2 * MINUTE)
    account.book.write(
        replace(page, open={key: replace(entry, claim=claim) for key, entry in page.open.items()}),
        NOW,
    )


def key_of_first(account: Account) -> str:
    return next(iter(account.book.inspected))
