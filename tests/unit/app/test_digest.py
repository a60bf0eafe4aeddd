"""The digest of a day: what was inspected, what is open, what was mended; once, in its hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.builders import ACCOUNT, REGION, VPC, a_finding, a_job
from tests.fakes import FakeBook, FakeLedger, FakePublisher, ThrottledError
from tests.unit.app.test_alerts import A_WAY, NO_DNS, NO_WAY, UNREAD, Account
from vpc_guardrail.app.daily_digest import DailyDigest
from vpc_guardrail.app.digest import MOST_TOLD, Digest, digest_of
from vpc_guardrail.core.decision import Action
from vpc_guardrail.core.exemptions import Exemption, TagExemption
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.core.settings import Alerts, Settings

SEVEN = datetime.fromisoformat("2026-11-24T07:00:00+00:00")
AT_SEVEN = Settings(alerts=Alerts(daily_digest=7))
PLACE = (ACCOUNT, REGION)


def digest(account: Account, settings: Settings = AT_SEVEN, until: datetime = SEVEN) -> Digest:
    return digest_of(account.book, settings, PLACE, until)


class TestWhatItTells:
    def test_jobs_are_counted_by_their_verdict(self) -> None:
        account = Account()
        for findings in ([NO_WAY], [NO_WAY], [UNREAD], [A_WAY]):
            account.inspects(*findings)
        account.inspects(NO_WAY, vpc_id=None, action=Action.STOP)

        told = digest(account)

        assert told.verdicts == {"noncompliant": 3, "undetermined": 1, "compliant": 1}
        assert (told.inspected, told.stops_ordered) == (5, 1)
        assert (told.since, told.until) == (SEVEN - timedelta(days=1), SEVEN)

    def test_what_is_open_is_told_by_vpc_with_the_jobs_of_the_day(self) -> None:
        account = Account()
        for _ in range(3):
            account.inspects(NO_WAY)
        account.inspects(replace(NO_DNS, severity=Severity.CRITICAL), vpc_id="vpc-2")

        told = digest(account)

        assert [(each.vpc_id, each.entry.check, each.jobs_today) for each in told.open] == [
            ("vpc-2", "dns-resolves-s3", 1),
            (VPC, "s3-reachable", 3),
        ]
        assert told.severity is Severity.CRITICAL

    def test_what_was_mended_is_open_no_more(self) -> None:
        account = Account()
        account.inspects(NO_WAY)
        account.inspects(A_WAY)

        told = digest(account)

        assert told.open == ()
        assert [(vpc_id, each.check) for vpc_id, each in told.mended] == [(VPC, "s3-reachable")]
        assert told.severity is Severity.INFO

    def test_the_next_day_tells_what_is_still_open_but_nothing_of_the_day_before(self) -> None:
        account = Account()
        account.inspects(NO_WAY, NO_DNS)
        account.inspects(A_WAY)

        told = digest(account, until=SEVEN + timedelta(days=1))

        assert (told.inspected, told.mended) == (0, ())
        assert [(each.entry.check, each.jobs_today) for each in told.open] == [
            ("dns-resolves-s3", 0)
        ]

    def test_what_comes_after_the_hour_is_the_next_days(self) -> None:
        account = Account(time=SEVEN)
        account.inspects(NO_WAY)

        assert digest(account).inspected == 0
        assert digest(account, until=SEVEN + timedelta(days=1)).inspected == 1

    def test_what_nobody_was_told_yet_is_not_told_as_open(self) -> None:
        account = Account()
        account.publisher.fail_next(ThrottledError())
        with pytest.raises(ThrottledError):
            account.inspects(NO_WAY)

        assert digest(account).open == ()

    def test_exemptions_that_hold_no_more_are_told(self) -> None:
        yesterday, today = SEVEN.date() - timedelta(days=1), SEVEN.date()
        old = Exemption("a", "r", yesterday)
        old_tag = TagExemption("exempt", "b", "r", date(2020, 1, 1))
        settings = Settings(exemptions=(old, Exemption("c", "r", today)), exemptions_by_tag=old_tag)

        assert digest(Account(), settings).expired == (old, old_tag)

    def test_what_has_no_room_is_counted(self) -> None:
        account = Account()
        for number in range(MOST_TOLD + 5):
            found = a_finding(Status.FAIL, check="s3-reachable", resource=f"subnet-{number}")
            account.inspects(found, vpc_id=f"vpc-{number}", job=a_job(name=f"job-{number}"))

        told = digest(account)

        assert (len(told.open), told.left_out) == (MOST_TOLD, 5)


def the_digest(
    publisher: FakePublisher, ledger: FakeLedger | None = None, settings: Settings = AT_SEVEN
) -> DailyDigest:
    return DailyDigest(FakeBook(), ledger or FakeLedger(), publisher, settings, PLACE)


class TestWhenItIsTold:
    @pytest.mark.parametrize("minutes", [0, 1, 59])
    def test_in_its_hour(self, minutes: int) -> None:
        publisher = FakePublisher()

        assert the_digest(publisher).tell(SEVEN + timedelta(minutes=minutes))

        assert [told.until for told in publisher.digests] == [SEVEN]

    @pytest.mark.parametrize(
        ("settings", "hour"),
        [
            pytest.param(AT_SEVEN, 6, id="before"),
            pytest.param(AT_SEVEN, 8, id="after"),
            pytest.param(Settings(), 0, id="never"),
        ],
    )
    def test_in_no_other_hour(self, settings: Settings, hour: int) -> None:
        publisher = FakePublisher()

        assert not the_digest(publisher, settings=settings).tell(SEVEN.replace(hour=hour))

        assert publisher.told_nobody

    def test_once_a_day_though_the_schedule_fires_twice_or_the_hour_is_changed(self) -> None:
        publisher, ledger = FakePublisher(), FakeLedger()
        later = Settings(alerts=Alerts(daily_digest=9))
        the_digest(publisher, ledger).tell(SEVEN)
        the_digest(publisher, ledger).tell(SEVEN)
        the_digest(publisher, ledger, later).tell(SEVEN.replace(hour=9))

        assert len(publisher.digests) == 1
        the_digest(publisher, ledger).tell(SEVEN + timedelta(days=1))
        assert len(publisher.digests) == 2

    def test_one_that_could_not_be_told_is_told_by_the_next_try(self) -> None:
        publisher, ledger = FakePublisher(), FakeLedger()
        publisher.fail_next(ThrottledError())
        with pytest.raises(ThrottledError):
            the_digest(publisher, ledger).tell(SEVEN)
        the_digest(publisher, ledger).tell(SEVEN)

        assert len(publisher.digests) == 1

    def test_a_quiet_day_is_told_too(self) -> None:
        publisher = FakePublisher()
        the_digest(publisher).tell(SEVEN)

        assert [(told.inspected, told.open) for told in publisher.digests] == [(0, ())]
