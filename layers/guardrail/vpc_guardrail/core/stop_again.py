"""An order to stop, asked again by the settings of now."""

from collections.abc import Iterable
from datetime import UTC, datetime

from vpc_guardrail.core.checks import vpc_config_present
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.exemptions import Exemption
from vpc_guardrail.core.finding import CheckSpec
from vpc_guardrail.core.model import Fact, TrainingJob, Unknown
from vpc_guardrail.core.settings import CheckAction, Mode, Settings
from vpc_guardrail.core.tuning import judged_parts, stops_of_whole

ON_THE_REQUEST = frozenset({vpc_config_present.SPEC.name})
"""Checks that rest on what a job was created with: nobody can mend it, and the job itself tells."""


def still_stopping(
    checks: Iterable[str],
    job: TrainingJob,
    vpc_id: str | None,
    settings: Settings,
    at: datetime,
) -> tuple[str, ...]:
    """The checks of an order that would ask for the stop again; `vpc_id` is the order's.

    Asked of every training definition, as by `judge`. An order does not tell which of them failed:
    a check that the job itself does not answer must ask for the stop in all of them.
    """
    if settings.mode is not Mode.ENFORCE:
        return ()
    asking = [spec for spec in SPECS if spec.name in {*checks} and _stops(spec, settings)]
    day = at.astimezone(UTC).date()
    stops = []
    for part in judged_parts(job):
        vpc = _vpc_id(part, job, vpc_id)
        exemptions = [each for each in settings.exemptions_of(part) if each.holds_on(day)]
        stops.append(
            tuple(
                spec.name
                for spec in asking
                if _may_fail(spec, part)
                and not settings.may_exempt_by_tag(spec.name, part, day)
                and not any(_may_fit(each, spec, part, vpc) for each in exemptions)
            )
        )
    return stops_of_whole(stops, stop_for_any=ON_THE_REQUEST)


def _stops(spec: CheckSpec, settings: Settings) -> bool:
    asked_for = settings.action_of(spec) is CheckAction.STOP
    return asked_for and settings.severity_of(spec) >= settings.threshold


def _may_fail(spec: CheckSpec, part: TrainingJob) -> bool:
    return spec.name not in ON_THE_REQUEST or not part.has_vpc


def _may_fit(
    exemption: Exemption, spec: CheckSpec, part: TrainingJob, vpc_id: Fact[str | None]
) -> bool:
    known = exemption.vpc if isinstance(vpc_id, Unknown) else vpc_id
    return exemption.fits(spec.name, part, known)


def _vpc_id(part: TrainingJob, job: TrainingJob, of_job: str | None) -> Fact[str | None]:
    """The VPC of a definition, as far as that of the whole job tells it; None if it has none."""
    if not part.subnet_ids:
        return None
    if of_job or {*part.subnet_ids} == {*job.subnet_ids}:
        return of_job
    return Unknown("the definitions lie in several VPCs")
