"""`checks` and `explain`: what there is to know about the checks, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from vpc_guardrail.cli.main import app
from vpc_guardrail.core.engine import SPECS

if TYPE_CHECKING:
    from typer.testing import Result

    from vpc_guardrail.core.finding import CheckSpec


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200", "TERM": "dumb"})


def test_checks_lists_each_check_and_what_follows_from_a_fail() -> None:
    done = run("checks")

    rows = [line.split() for line in done.stdout.splitlines()]
    starts = [tuple(row[:4]) for row in rows if len(row) > 4]
    assert done.exit_code == 0
    assert [row[0] for row in starts if row[0] in {spec.name for spec in SPECS}] == [
        spec.name for spec in SPECS
    ]
    assert ("vpc-config-present", "privacy", "CRITICAL", "stop") in starts
    assert ("s3-reachable", "readiness", "CRITICAL", "notify") in starts


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_explain_tells_all_that_the_page_does(spec: CheckSpec) -> None:
    done = run("explain", spec.name)

    told = " ".join(done.stdout.split())
    assert done.exit_code == 0
    for text in (spec.title, spec.risk, spec.limits, spec.mend):
        assert " ".join(text.replace("`", "").split()) in told
    assert spec.source in told


def test_explain_names_the_checks_where_there_is_no_such_one() -> None:
    done = run("explain", "s3-reachible")

    assert done.exit_code == 2
    assert "s3-reachible is no check" in done.stderr
    assert "s3-reachable" in done.stderr
