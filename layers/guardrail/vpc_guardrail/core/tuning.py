"""One judgement on a tuning job, from those on what each of its training definitions asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vpc_guardrail.core.finding import Finding
from vpc_guardrail.core.model import TrainingJob, Unknown

Findings = Sequence[Finding]


def judged_parts(job: TrainingJob) -> tuple[TrainingJob, ...]:
    """What the checks look at, each as well known as the whole job, and with its tags."""
    return tuple(replace(each, source=job.source, tags=job.tags) for each in job.judged)


def children_at_once(job: TrainingJob, parts: Sequence[TrainingJob]) -> TrainingJob | None:
    """What the children of several definitions ask for together, whichever they are of.

    How many each definition starts is not known, but their sum is: so many jobs, each of which
    asks for no less than the least of all definitions, in subnets of any of them. None where
    there is one definition, or one that is not known or starts its children in no subnet.
    """
    plans = [each.instance_plans for each in parts]
    known = [plan for each in plans if not isinstance(each, Unknown) for plan in each]
    told = not any(isinstance(each, Unknown) for each in plans)
    if not parts[1:] or not told or not all(each.has_vpc for each in parts):
        return None
    return replace(job, instance_plans=tuple(known))


def told_together(parts: Sequence[TrainingJob], found: Sequence[Findings]) -> Iterator[Finding]:
    """Each finding once, with the names of the definitions it is about unless it is about all."""
    seen: list[Finding] = []
    for findings in found:
        for finding in findings:
            if len(parts) > 1 and finding in seen:
                continue
            seen.append(finding)
            about = [
                part.definition_name
                for part, others in zip(parts, found, strict=True)
                if finding in others
            ]
            yield finding if len(about) == len(parts) else _naming(about, finding)


def _naming(definitions: Sequence[str], finding: Finding) -> Finding:
    several = "s" if len(definitions) > 1 else ""
    return replace(
        finding,
        message=f"Training definition{several} {', '.join(definitions)}: {finding.message}",
        evidence={**finding.evidence, "training_definitions": [*definitions]},
    )


def stops_of_whole(
    stops: Sequence[tuple[str, ...]], stop_for_any: frozenset[str]
) -> tuple[str, ...]:
    """The checks that stop the whole, from those that would stop each part of it.

    A stop ends all parts: one check must ask for it in every part. Those of `stop_for_any` need
    one part alone, because what they forbid happens as long as that part goes on.
    """
    by_part = [frozenset(each) for each in stops]
    somewhere = frozenset[str]().union(*by_part)
    everywhere = somewhere.intersection(*by_part)
    return tuple(sorted(everywhere | (somewhere & stop_for_any)))
