"""What an inspection changes in the page of its VPC: decided purely, then done.

Whoever is about to tell claims the problems first, and settles them when it is done: so two
inspections at once tell once, and one that dies in between holds the others up, but loses nothing.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

from vpc_guardrail.app.alert_book import Claim, Entry, Mended, Page
from vpc_guardrail.core.passing import Passing
from vpc_guardrail.core.problems import Problem

CLAIMED_FOR = timedelta(seconds=60)
"""As long as an invocation may last."""

DAYS_OPEN = timedelta(days=30)
"""A problem that no job met for so long after its window is forgotten, mended or not."""

MENDED_KEPT = timedelta(days=2)
"""Longer than the day that a digest looks back."""

MOST_OPEN = 150
"""Problems on a page, which DynamoDB allows 400 kB; what is beyond is told with every job."""

RESOURCE_CHARACTERS, MESSAGE_CHARACTERS = 300, 300
"""As JSON writes them, where one may become twelve: whoever starts jobs names places in S3."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one inspection saw of a VPC."""

    job: str
    """The job's ARN and creation time."""
    at: datetime
    problems: tuple[Problem, ...]
    passing: Passing
    ignored: frozenset[str] = frozenset()
    """Checks that the settings ignore by now."""
    facts_read_at: datetime | None = None
    """What was told later rests on later facts, and these show nothing of it. None: on no older."""

    def mends(self, key: str, entry: Entry) -> bool:
        """Whether it shows an open problem to be mended."""
        told_of_it = entry.told_by == self.job
        return self._is_newer(entry) and self.passing.mends(key, entry.shape, told_of_it=told_of_it)

    def drops(self, key: str, entry: Entry) -> bool:
        """Whether the owner puts up with an open problem by now: nobody is told, it is closed.

        Another job's exemption closes nothing: it may be by that job's name, role or tags.
        """
        exempted = key in self.passing.exempted and entry.told_by == self.job
        return (exempted and self._is_newer(entry)) or entry.check in self.ignored

    def _is_newer(self, entry: Entry) -> bool:
        read_at = self.facts_read_at
        return read_at is None or entry.told_at is None or entry.told_at <= read_at


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be told after a sight of the VPC."""

    news: Mapping[str, frozenset[str]]
    """Problems that are new, worse, or were last told before the window, and on which routes."""
    mended: frozenset[str]
    dropped: frozenset[str] = frozenset()
    """Problems that are exempted, or whose check is ignored, by now."""
    blocked: bool = False
    """Another is about to tell of one of them: look again when it has."""

    def without_news(self) -> "Turn":
        """The turn of one that tells nothing but what is mended."""
        return replace(self, news={})

    @property
    def is_told(self) -> bool:
        """True if there is something to tell."""
        return bool(self.news or self.mended)

    @property
    def is_over(self) -> bool:
        """True if there is nothing to tell, and nothing to close."""
        return not (self.is_told or self.dropped)


def turn_after(page: Page, sight: Sight, window: timedelta) -> Turn:
    """What the sight makes news, and what it shows to be mended."""
    news = {
        problem.key: _routes_with_news(problem, page.open.get(problem.key), sight, window)
        for problem in sight.problems
    }
    passed = {key: entry for key, entry in page.open.items() if sight.mends(key, entry)}
    concerned = [*passed.values(), *(page.open.get(problem.key) for problem in sight.problems)]
    return Turn(
        news={key: routes for key, routes in news.items() if routes},
        mended=frozenset(key for key, entry in passed.items() if entry.told_at),
        dropped=frozenset(
            key
            for key, entry in page.open.items()
            if sight.drops(key, entry) and not _holds(entry, sight)
        ),
        blocked=any(_holds(entry, sight) for entry in concerned),
    )


def free_of_claims(turn: Turn, page: Page, sight: Sight) -> Turn:
    """The turn of one that does not wait: it leaves to others what they are about to mend."""
    mended = frozenset(key for key in turn.mended if not _holds(page.open[key], sight))
    return replace(turn, mended=mended, blocked=False)


def claimed(page: Page, sight: Sight, turn: Turn) -> Page:
    """The page in which the sight's job claims what it is about to tell."""
    claim = Claim(sight.job, sight.at + CLAIMED_FOR)
    entries = dict(page.open)
    for problem in sight.problems:
        if problem.key in turn.news and (problem.key in entries or len(entries) < MOST_OPEN):
            known = entries.get(problem.key) or _entry(problem, sight.at)
            entries[problem.key] = replace(known, claim=claim)
    for key in turn.mended:
        entries[key] = replace(entries[key], claim=claim)
    return replace(page, open=entries)


def settled(
    page: Page,
    sight: Sight,
    told: Mapping[str, frozenset[str]],
    mended: Iterable[str],
    met: Mapping[str, int],
    window: timedelta,
) -> Page:
    """The page after problems were told as open, and others as mended; all claims are given up.

    `told` tells on which routes; `met`, how many jobs met each since it was told last.
    """
    entries = {
        key: _released(entry, sight)
        for key, entry in page.open.items()
        if _holds(entry, sight) or not sight.drops(key, entry)
    }
    gone = [*page.mended]
    for key in mended:
        if key in entries:
            gone.append(mended_entry(entries.pop(key), sight.at, met.get(key, 0)))
    for problem in sight.problems:
        known = entries.get(problem.key)
        if problem.key in told and (known or len(entries) < MOST_OPEN):
            entries[problem.key] = _told(
                known, problem, sight, told[problem.key], met.get(problem.key, 0)
            )
    kept = {
        key: entry
        for key, entry in entries.items()
        if entry.claim or (entry.told_at and entry.told_at + window + DAYS_OPEN > sight.at)
    }
    recent = [each for each in gone if each.at > sight.at - MENDED_KEPT]
    return replace(page, open=kept, mended=tuple(recent[-MOST_OPEN:]))


def _routes_with_news(
    problem: Problem, known: Entry | None, sight: Sight, window: timedelta
) -> frozenset[str]:
    """The routes under which it was not told within the window, or not as bad as it is."""
    if known is None or problem.is_worse_than(known.status, known.severity):
        return problem.routes
    return frozenset(
        route
        for route in problem.routes
        if route not in known.routes or known.routes[route] + window <= sight.at
    )


def _holds(entry: Entry | None, sight: Sight) -> bool:
    """Whether another is about to tell of it."""
    return bool(entry and entry.claim and entry.claim.holds_against(sight.job, sight.at))


def _released(entry: Entry, sight: Sight) -> Entry:
    held_by_other = entry.claim and entry.claim.holds_against(sight.job, sight.at)
    return entry if held_by_other else replace(entry, claim=None)


def _entry(problem: Problem, at: datetime) -> Entry:
    return Entry(
        check=problem.check,
        resource=_beginning(problem.resource, RESOURCE_CHARACTERS),
        status=problem.status,
        severity=problem.severity,
        message=_beginning(problem.message, MESSAGE_CHARACTERS),
        since=at,
        shape=problem.shape,
    )


def _beginning(text: str, most: int) -> str:
    """What of the text takes no more characters than that in JSON."""
    lengths = accumulate(len(json.dumps(character)) - 2 for character in text[:most])
    return text[: sum(length <= most for length in lengths)]


def _told(
    known: Entry | None, problem: Problem, sight: Sight, routes: frozenset[str], met: int
) -> Entry:
    """The entry of a problem that was told just now; the job that it was told with met it too."""
    entry = _entry(problem, sight.at)
    one_more = known is None or known.told_by != sight.job
    return replace(
        entry,
        since=known.since if known else entry.since,
        told_at=sight.at,
        told_by=sight.job,
        jobs=(known.jobs if known else 0) + met + one_more,
        routes={**(known.routes if known else {}), **dict.fromkeys(routes, sight.at)},
    )


def mended_entry(entry: Entry, at: datetime, met: int) -> Mended:
    """What an open problem becomes; `met` jobs met it since it was told last."""
    return Mended(
        check=entry.check,
        resource=entry.resource,
        severity=entry.severity,
        since=entry.since,
        at=at,
        jobs=entry.jobs + met,
        routes=frozenset(entry.routes),
    )
