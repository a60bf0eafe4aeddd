"""A job judged as it was when problems of its VPC were told with it.

A problem is known by what the check looked at in the job, and what AWS says of a job changes as it
goes on: of several instance types one is selected, and of a tuning job's children ever fewer are
yet to start. So it is judged in each form that it may have had.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from vpc_guardrail.core.decision import Judgement, judge
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.model import JobKind, Network, Starts, TrainingJob, Unknown
from vpc_guardrail.core.problems import LOOKED_AT
from vpc_guardrail.core.settings import CheckAction, Settings

CHECKS_OF_STARTS = frozenset(check for check, names in LOOKED_AT.items() if "starts" in names)
"""The only ones that see how many children are yet to start, of which a hundred are allowed."""


def forms_of(job: TrainingJob) -> tuple[TrainingJob, ...]:
    """The job in each form that it may have had; the first names all that the others name."""
    if job.kind is JobKind.TUNING:
        return tuple(_starting(job, each) for each in _ever_fewer(job.judged[0].starts_at_first))
    asked_for = job.instance_plans_asked_for
    if asked_for is None or isinstance(asked_for, Unknown):
        return (job,)
    return replace(job, instance_plans=asked_for), job


def judgements_as_told(
    job: TrainingJob, network: Network | None, settings: Settings, at: datetime
) -> Iterator[Judgement]:
    """A judgement on each form, all by the same facts."""
    first, *others = forms_of(job)
    judgement = judge(first, network, settings, at)
    yield judgement
    if job.kind is not JobKind.TUNING:
        yield from (judge(form, network, settings, at) for form in others)
        return
    lasting = [each for each in judgement.findings if each.check not in CHECKS_OF_STARTS]
    for form in others:
        anew = judge(form, network, _by_checks_of_starts(settings), at)
        yield replace(anew, findings=(*lasting, *anew.findings))


def _starting(job: TrainingJob, starts: Starts) -> TrainingJob:
    definitions = tuple(replace(each, starts=starts) for each in job.judged)
    return replace(job, starts=Starts(starts.most, starts.most), definitions=definitions)


def _ever_fewer(first: Starts) -> Iterator[Starts]:
    """How many children are yet to start, from the beginning until none is.

    Of several definitions one child each is certain as long as none has started.
    """
    yield first
    certain = first.least == first.most
    for left in range(first.most - 1, -1, -1):
        yield Starts(left if certain else 0, left)


def _by_checks_of_starts(settings: Settings) -> Settings:
    others = (spec.name for spec in SPECS if spec.name not in CHECKS_OF_STARTS)
    return replace(
        settings, actions={**settings.actions, **dict.fromkeys(others, CheckAction.IGNORE)}
    )
