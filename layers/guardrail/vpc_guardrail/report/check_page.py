"""The page of a check, made from its spec: for the documentation and for the command line."""

from vpc_guardrail.core.finding import CheckSpec, StopPolicy
from vpc_guardrail.core.settings import Settings

STOPS = {
    StopPolicy.DEFAULT: "A FAIL stops the job in mode `enforce`.",
    StopPolicy.ALLOWED: "A FAIL is told; the settings may let it stop the job in mode `enforce`.",
    StopPolicy.NEVER: "A FAIL is told; it never stops a job.",
}


def check_page(spec: CheckSpec) -> str:
    """What the check asks, why, how it is decided, its limits, examples and how to mend."""
    return f"""# {spec.name}

{spec.title}

*{spec.kind.value.capitalize()} check, severity {spec.severity.value}. {STOPS[spec.stop]}*

## Why it matters

{spec.risk}

## How it is decided

{spec.how}

## Known limits

{spec.limits}

## Examples

PASS: {spec.sound_example}

FAIL: {spec.faulty_example}

## How to mend

{spec.mend} Each finding gives the command with its ids filled in.

## The AWS page

<{spec.source}>
"""


def checks_index(specs: tuple[CheckSpec, ...], settings: Settings) -> list[tuple[str, ...]]:
    """A row a check: name, kind, severity, the action in force, and what must hold."""
    return [
        (
            spec.name,
            spec.kind.value,
            spec.severity.value,
            settings.action_of(spec).value,
            spec.title,
        )
        for spec in specs
    ]
