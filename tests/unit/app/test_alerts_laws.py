"""Laws of alerts, whatever jobs come and whatever fails: nothing is lost, nothing is made up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_finding, a_job
from tests.fakes import ThrottledError
from tests.laws import law
from tests.unit.app.test_alerts import MINUTE, Account
from vpc_guardrail.app.alert_book import PageChangedError
from vpc_guardrail.core.finding import Finding, Status

RESOURCES = ("subnet-a", "subnet-b", "vpc-1")
WINDOW = timedelta(hours=24)
GAPS = (timedelta(0), timedelta(hours=11), timedelta(hours=25))
FAULTS = ("publish", "book", "page")


@dataclass(frozen=True)
class Step:
    """A job that comes some time after the last one, and what goes wrong meanwhile."""

    gap: timedelta
    statuses: dict[str, Status | None]
    faults: list[str]

    @property
    def findings(self) -> list[Finding]:
        return [
            a_finding(status, check="s3-reachable", resource=resource)
            for resource, status in self.statuses.items()
            if status
        ]

    @property
    def problems(self) -> set[str]:
        statuses = self.statuses.items()
        return {each for each, status in statuses if status in (Status.FAIL, Status.UNKNOWN)}

    @property
    def whole_check_passes(self) -> bool:
        """All jobs of a story are of one shape: then what is found no more is mended."""
        return {*self.statuses.values()} - {None} == {Status.PASS}


def steps(*faults: str) -> st.SearchStrategy[list[Step]]:
    statuses = st.sampled_from([None, *Status])
    return st.lists(
        st.builds(
            Step,
            gap=st.sampled_from(GAPS),
            statuses=st.fixed_dictionaries(dict.fromkeys(RESOURCES, statuses)),
            faults=st.lists(st.sampled_from(faults), max_size=3) if faults else st.just([]),
        ),
        max_size=12,
    )


@dataclass
class Story:
    """Jobs one after the other, each inspected until that succeeds; and what was told of them."""

    account: Account = field(default_factory=Account)
    told: dict[str, tuple[datetime, Status]] = field(default_factory=dict)
    """When each open resource was told last, and the worst that was told of it in its window."""

    def takes(self, number: int, step: Step) -> int:
        """One job comes; gives how many alerts that made."""
        account = self.account
        account.time += step.gap
        alerts, mended = len(account.told), len(account.mended)
        for fault in step.faults:
            self._let_fail(fault)
        while True:
            try:
                account.inspects(*step.findings, job=a_job(name=f"job-{number}"))
            except ThrottledError:
                continue
            break
        count = len(account.told) - alerts
        if count:
            self.told |= {
                each: (account.time, status)
                for each, status in step.statuses.items()
                if status
                and each in step.problems
                and not self._is_told(each, status, account.time)
            }
        self._closed([resource for _, resource in account.mended[mended:]], step)
        return count

    def covers(self, step: Step, *, at: datetime | None = None) -> bool:
        """Whether all that the job meets was told within the window, as bad as it is."""
        time = at or self.account.time
        return all(self._is_told(each, step.statuses[each], time) for each in step.problems)

    def _is_told(self, resource: str, status: Status | None, at: datetime) -> bool:
        if resource not in self.told:
            return False
        told_at, worst = self.told[resource]
        return told_at + WINDOW > at and worst in (status, Status.FAIL)

    def _closed(self, resources: list[str], step: Step) -> None:
        for each in resources:
            assert each in self.told, "mended, but never told as open"
            assert step.statuses[each] is Status.PASS or (
                step.statuses[each] is None and step.whole_check_passes
            )
            del self.told[each]

    def _let_fail(self, fault: str) -> None:
        if fault == "publish":
            self.account.publisher.fail_next(ThrottledError())
        elif fault == "book":
            self.account.book.fail_next(ThrottledError())
        else:
            self.account.book.fail_on_write(PageChangedError())


@law
@given(steps(*FAULTS))
def test_whatever_fails_each_problem_is_told_in_its_window_and_mended_only_if_told(
    taken: list[Step],
) -> None:
    story = Story()
    for number, step in enumerate(taken):
        story.takes(number, step)
        assert story.covers(step)
        passed = {each for each, status in step.statuses.items() if status is Status.PASS}
        assert not passed & story.told.keys(), "passed, but not told as mended"
        assert not (step.whole_check_passes and story.told), "gone, but not told as mended"


@law
@given(steps())
def test_a_job_is_told_if_and_only_if_it_met_something_that_was_not_told(
    taken: list[Step],
) -> None:
    story = Story()
    for number, step in enumerate(taken):
        is_known = story.covers(step, at=story.account.time + step.gap + MINUTE)
        assert story.takes(number, step) == (0 if is_known else 1)
