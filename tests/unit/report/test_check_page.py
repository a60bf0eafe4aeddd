"""The page of a check, made from its spec."""

from __future__ import annotations

import pytest

from tests.builders import a_spec
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.finding import CheckSpec, Severity, StopPolicy
from vpc_guardrail.core.settings import CheckAction, Mode, Settings
from vpc_guardrail.report.check_page import check_page, checks_index

HEADINGS = [
    "Why it matters",
    "How it is decided",
    "Known limits",
    "Examples",
    "How to mend",
    "The AWS page",
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_page_tells_all_that_is_known_of_a_check(spec: CheckSpec) -> None:
    page = check_page(spec)

    assert page.startswith(f"# {spec.name}\n\n{spec.title}\n")
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == HEADINGS
    for text in (
        spec.risk,
        spec.how,
        spec.limits,
        f"PASS: {spec.sound_example}",
        f"FAIL: {spec.faulty_example}",
        spec.mend,
        f"<{spec.source}>",
        f"{spec.kind.value.capitalize()} check, severity {spec.severity.value}.",
    ):
        assert text in page
    assert "\n\n\n" not in page
    assert page.endswith(">\n")


@pytest.mark.parametrize(
    ("stop", "told"),
    [
        (StopPolicy.DEFAULT, "stops the job in mode `enforce`"),
        (StopPolicy.ALLOWED, "the settings may let it stop the job"),
        (StopPolicy.NEVER, "it never stops a job"),
    ],
    ids=lambda value: value.name if isinstance(value, StopPolicy) else "",
)
def test_a_page_tells_what_follows_from_a_fail(stop: StopPolicy, told: str) -> None:
    assert told in check_page(a_spec(stop=stop))


def test_the_index_has_a_row_for_each_check_with_the_action_in_force() -> None:
    specs = (
        a_spec("by-default", stop=StopPolicy.DEFAULT),
        a_spec("allowed", stop=StopPolicy.ALLOWED, severity=Severity.LOW),
        a_spec("never"),
        a_spec("ignored"),
    )
    actions = {
        "allowed": CheckAction.STOP,
        "never": CheckAction.STOP,
        "ignored": CheckAction.IGNORE,
    }

    rows = checks_index(specs, Settings(mode=Mode.ENFORCE, actions=actions))

    assert rows == [
        ("by-default", "readiness", "HIGH", "stop", "All is well."),
        ("allowed", "readiness", "LOW", "stop", "All is well."),
        ("never", "readiness", "HIGH", "notify", "All is well."),
        ("ignored", "readiness", "HIGH", "ignore", "All is well."),
    ]
