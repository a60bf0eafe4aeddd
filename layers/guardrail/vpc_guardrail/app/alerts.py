"""Alerts once, and closed: what a VPC fails for is told once in a window, and when it is mended.

Whatever the book says, a job that is to be stopped is told, and so is each that names no VPC.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from vpc_guardrail.app.alert_book import (
    AlertBook,
    AllMended,
    Entry,
    Inspected,
    Mended,
    Page,
    PageChangedError,
    Recurrence,
)
from vpc_guardrail.app.alert_turn import (
    DAYS_OPEN,
    Sight,
    Turn,
    claimed,
    free_of_claims,
    mended_entry,
    settled,
    turn_after,
)
from vpc_guardrail.app.ports import Publisher
from vpc_guardrail.core.alert_routes import ON_DEFAULT_ROUTE
from vpc_guardrail.core.decision import Action, Judgement
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.finding import Status
from vpc_guardrail.core.model import JobSource, TrainingJob
from vpc_guardrail.core.passing import NOTHING_PASSES, passing_in
from vpc_guardrail.core.problems import UNKNOWN_VPC, is_alerted_on, problems_in, routes_of
from vpc_guardrail.core.settings import CheckAction, Settings

LOOKS, SECONDS_BETWEEN_LOOKS = 10, 0.2
"""To tell takes a tenth of a second; whoever waited in vain comes back with its message."""

NAMES_TOLD = 20

COUNTED_FOR = timedelta(days=1)
"""After the end of a window: a second look has its turn by then."""

MOST_COUNTED = 20_000
"""Jobs that are looked at to count those that met a problem: some ten megabytes of the book."""


class StillClaimedError(Exception):
    """Another inspection is about to tell of the same VPC; the message is to come back."""


@dataclass(frozen=True, slots=True)
class _View:
    """What was judged, by which the page of a VPC is turned."""

    judgement: Judgement
    vpc_id: str
    again: bool = False
    """A second look at a job that was told before: no verdict on it is told for its own sake."""
    counts: bool = True
    """A second look that counts who met meanwhile what is still there."""

    @property
    def job(self) -> TrainingJob:
        return self.judgement.job


@dataclass(frozen=True, slots=True)
class Alerts:
    """The use case, with all that it works through."""

    book: AlertBook
    publisher: Publisher
    settings: Settings
    now: Callable[[], datetime]
    pause: Callable[[float], None]

    def about(self, judgement: Judgement) -> None:
        """Tell a verdict, unless all of it was told of its VPC; tell what it shows to be mended."""
        place = _place(judgement)
        if place is None:
            if self._is_to_be_told(judgement):
                self.publisher.tell_judgement(judgement, routes_concerned(judgement, self.settings))
        else:
            self._turn_page(_View(judgement, place))
        self.book.note(self._inspected(judgement))

    def again(self, judgement: Judgement, vpc_id: str, *, counts: bool = True) -> None:
        """Tell what a second look at a job shows to be mended of its VPC.

        If it counts, what it shows to be open still is told where its window has ended within a
        day, and other jobs met it meanwhile: once, with their number. Whoever meets it later tells
        it himself. Nothing that is new is told.
        """
        stops_nothing = replace(judgement, action=Action.NOTIFY, stopping_checks=())
        seen = stops_nothing if judgement.action is Action.STOP else judgement
        self._turn_page(_View(seen, vpc_id, again=True, counts=counts))

    @property
    def _ignored(self) -> frozenset[str]:
        ignored = (spec for spec in SPECS if self.settings.action_of(spec) is CheckAction.IGNORE)
        return frozenset(spec.name for spec in ignored)

    @property
    def _window(self) -> timedelta:
        return timedelta(hours=self.settings.alerts.window_hours)

    def _is_to_be_told(self, judgement: Judgement) -> bool:
        if judgement.action is Action.NOTIFY:
            return any(is_alerted_on(each, self.settings) for each in judgement.findings)
        return judgement.action is Action.STOP

    def _is_told_anyway(self, view: _View) -> bool:
        """Whether the verdict is told whatever was told of its VPC."""
        stops = view.judgement.action is Action.STOP
        always = not view.again and (stops or not self._window)
        return always and self._is_to_be_told(view.judgement)

    def _turn_page(self, view: _View) -> None:
        judgement, anyway = view.judgement, self._is_told_anyway(view)
        if anyway:
            self.publisher.tell_judgement(judgement, routes_concerned(judgement, self.settings))
        looked = self._look(view, anyway)
        if looked is None:
            return
        page, sight, turn = looked
        told, mended = anyway, False
        met: Mapping[str, dict[str, str]] = {}
        try:
            met = self._met_since_told(page, sight, turn.news.keys() | turn.mended)
            if turn.news and not anyway:
                routes = frozenset().union(*turn.news.values())
                self.publisher.tell_judgement(judgement, routes, _recurrence(page, turn, met))
                told = True
            if turn.mended:
                self.publisher.tell_mended(_all_mended(view, page, sight, turn, met))
                mended = True
        finally:
            self._settle(
                page, sight, turn, {key: len(jobs) for key, jobs in met.items()}, told, mended
            )

    def _look(self, view: _View, anyway: bool) -> tuple[Page, Sight, Turn] | None:
        """The page with our claims on what is to be told; None if nothing is, nor to be kept."""
        for _ in range(LOOKS):
            page = self.book.page(view.vpc_id)
            sight = self._sight(view)
            turn = turn_after(page, sight, self._window)
            if view.again:
                turn = self._recurring(page, sight, turn) if view.counts else turn.without_news()
            if anyway:
                turn = free_of_claims(turn, page, sight)
            elif turn.blocked:
                self.pause(SECONDS_BETWEEN_LOOKS)
                continue
            if turn.is_over:
                return None
            if (anyway and not turn.mended) or not turn.is_told:
                return page, sight, turn
            try:
                ours = self.book.write(claimed(page, sight, turn), self._kept_until(sight))
            except PageChangedError:
                continue
            return ours, sight, turn
        raise StillClaimedError(f"another inspection is about to tell of {view.vpc_id}")

    def _recurring(self, page: Page, sight: Sight, turn: Turn) -> Turn:
        """The turn of a second look: of all news what was told with this job, and others met."""
        told_with_it = {
            key: routes
            for key, routes in turn.news.items()
            if key in page.open and self._has_just_ended(page.open[key], sight)
        }
        met = self._met_since_told(page, sight, told_with_it.keys())
        news = {key: routes for key, routes in told_with_it.items() if met[key]}
        return replace(turn, news=news)

    def _has_just_ended(self, entry: Entry, sight: Sight) -> bool:
        """Whether the window of what was told with this very job ended within a day."""
        recent = entry.told_at and entry.told_at + self._window + COUNTED_FOR > sight.at
        return bool(recent) and entry.told_by == sight.job

    def _sight(self, view: _View) -> Sight:
        """What is known of a job only from its event shows nothing to be mended."""
        job, findings = view.job, view.judgement.findings
        told = self._is_to_be_told(view.judgement)
        described = job.source is JobSource.DESCRIBED
        return Sight(
            job=_key(job),
            at=self.now(),
            problems=problems_in(findings, job, view.vpc_id, self.settings) if told else (),
            passing=passing_in(findings, job, self.settings) if described else NOTHING_PASSES,
            ignored=self._ignored,
            facts_read_at=view.judgement.facts_read_at,
        )

    def _settle(
        self, page: Page, sight: Sight, turn: Turn, met: Mapping[str, int], told: bool, mended: bool
    ) -> None:
        news = turn.news if told else {}
        gone = turn.mended if mended else ()
        while True:
            after = settled(page, sight, news, gone, met, self._window)
            try:
                self.book.write(after, self._kept_until(sight))
            except PageChangedError:
                page = self.book.page(page.vpc_id)
            else:
                return

    def _kept_until(self, sight: Sight) -> datetime:
        return sight.at + self._window + DAYS_OPEN

    def _met_since_told(
        self, page: Page, sight: Sight, keys: Set[str]
    ) -> Mapping[str, dict[str, str]]:
        """The other jobs that met what is told again, or mended, since it was told last.

        Each as its name by its key.
        """
        told = {
            key: (entry, entry.told_at)
            for key, entry in page.open.items()
            if key in keys and entry.told_at
        }
        met: dict[str, dict[str, str]] = {key: {} for key in told}
        if not told:
            return met
        since = min(at for _, at in told.values())
        for each in islice(self.book.inspected_since(since), MOST_COUNTED):
            for key in told.keys() & {*each.problems}:
                entry, told_at = told[key]
                if each.at > told_at and each.job not in (entry.told_by, sight.job):
                    met[key][each.job] = each.job_name
        return met

    def _inspected(self, judgement: Judgement) -> Inspected:
        job, place = judgement.job, _place(judgement)
        return Inspected(
            job=_key(job),
            job_name=job.name,
            created_at=job.created_at,
            at=self.now(),
            vpc_id=place,
            verdict=judgement.verdict.value,
            action=judgement.action.value,
            problems=tuple(
                each.key
                for each in problems_in(judgement.findings, job, place, self.settings)
                if place
            ),
        )


def routes_concerned(judgement: Judgement, settings: Settings) -> frozenset[str]:
    """The routes of whatever is alerted on; of a stop, also of what fails below that."""
    alerted = [each for each in judgement.findings if is_alerted_on(each, settings)]
    told = alerted or [each for each in judgement.findings if each.status is Status.FAIL]
    routes = (routes_of(each, judgement.job, judgement.vpc_id, settings) for each in told)
    return frozenset().union(*routes) or ON_DEFAULT_ROUTE


def _place(judgement: Judgement) -> str | None:
    """The VPC whose page the verdict concerns; None of a job that names none."""
    unknown = UNKNOWN_VPC if judgement.job.has_vpc else None
    return judgement.vpc_id or unknown


def _key(job: TrainingJob) -> str:
    return f"{job.arn} {job.created_at.isoformat()}"


def _recurrence(page: Page, turn: Turn, met: Mapping[str, Mapping[str, str]]) -> Recurrence | None:
    """The jobs that met the news meanwhile, where it is told again; None where nobody did."""
    again: dict[str, str] = {}
    since: list[datetime] = []
    for key in turn.news.keys() & met.keys():
        told_at = page.open[key].told_at
        if met[key] and told_at:
            again |= met[key]
            since.append(told_at)
    if not again:
        return None
    return Recurrence(len(again), tuple(sorted(again.values())[:NAMES_TOLD]), min(since))


def _all_mended(
    view: _View,
    page: Page,
    sight: Sight,
    turn: Turn,
    met: Mapping[str, Mapping[str, str]],
) -> AllMended:
    def mended(key: str) -> Mended:
        entry: Entry = page.open[key]
        found = mended_entry(entry, sight.at, len(met.get(key, ())))
        return replace(found, status=entry.status, key=key)

    found = sorted(
        (mended(key) for key in turn.mended), key=lambda each: (each.check, each.resource)
    )
    job = view.job
    return AllMended(
        job.account, job.region, page.vpc_id, tuple(found), job.name, sight.at, view.again
    )
