"""A page of the book of alerts that holds as many problems as it may."""

from __future__ import annotations

from datetime import timedelta

from tests.builders import NOW, VPC
from vpc_guardrail.app.alert_book import Page
from vpc_guardrail.app.alert_turn import MOST_OPEN, Sight, claimed, settled, turn_after
from vpc_guardrail.core.alert_routes import ON_DEFAULT_ROUTE
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.core.passing import NOTHING_PASSES
from vpc_guardrail.core.problems import Problem

WINDOW = timedelta(days=1)


def seen_by(job: str, *numbers: int) -> Sight:
    """A job that meets the problems of these numbers."""
    problems = [
        Problem(
            key=f"{n}",
            check="s3-reachable",
            resource=f"subnet-{n}",
            status=Status.FAIL,
            severity=Severity.HIGH,
            message="No way.",
            shape="shape",
            routes=ON_DEFAULT_ROUTE,
        )
        for n in numbers
    ]
    return Sight(job, NOW, tuple(problems), NOTHING_PASSES)


def after(page: Page, sight: Sight) -> tuple[Page, frozenset[str]]:
    """The page when the sight was told, and what of it was news."""
    turn = turn_after(page, sight, WINDOW)
    page = claimed(page, sight, turn)
    return settled(page, sight, turn.news, (), {}, WINDOW), frozenset(turn.news)


def test_what_is_beyond_a_full_page_is_told_with_every_job() -> None:
    """Whoever fills it with problems of his own silences none."""
    page, _ = after(Page(VPC), seen_by("flood", *range(MOST_OPEN)))

    for job in ("one", "two"):
        page, news = after(page, seen_by(job, 0, MOST_OPEN))

        assert news == {f"{MOST_OPEN}"}
        assert len(page.open) == MOST_OPEN
