"""`vpc-guardrail check` and `snapshot`: judge jobs by live or by stored facts."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import typer

from vpc_guardrail.app.ports import Json
from vpc_guardrail.app.settings_document import SettingsError
from vpc_guardrail.app.snapshot import MalformedSnapshotError, Snapshot, dump, load
from vpc_guardrail.cli.exit_codes import OF_VERDICT, ExitCode, worst
from vpc_guardrail.cli.live import Trouble, live_facts
from vpc_guardrail.core.decision import Judgement, judge
from vpc_guardrail.report.documents import verdict_document
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.report.text import judgement_text
from vpc_guardrail.wiring.settings import settings_from

Form: TypeAlias = Callable[[Sequence[Judgement], Sequence[str]], str]
"""How judgements are printed, and on a page, which is handed on, what could not be judged."""


def check_jobs(names: Sequence[str], files: Sequence[Path], printed: Form) -> ExitCode:
    """Print a verdict for each job that can be judged, and the trouble with the others."""
    facts = [*_live(names), *_stored(files)]
    outcomes = [each if isinstance(each, Trouble) else _judged(each) for each in facts]
    judgements = [outcome for outcome in outcomes if isinstance(outcome, Judgement)]
    troubles = [outcome.message for outcome in outcomes if isinstance(outcome, Trouble)]
    typer.echo(printed(judgements, troubles), nl=False)
    _tell(outcomes)
    return worst(
        OF_VERDICT[outcome.verdict] if isinstance(outcome, Judgement) else outcome.code
        for outcome in outcomes
    )


def as_text(judgements: Sequence[Judgement], _: Sequence[str]) -> str:
    """What a person reads."""
    return "\n".join(judgement_text(judgement) for judgement in judgements)


def as_json(judgements: Sequence[Judgement], _: Sequence[str]) -> str:
    """A list of verdicts."""
    return _json([verdict_document(judgement) for judgement in judgements])


def as_ocsf(judgements: Sequence[Judgement], _: Sequence[str]) -> str:
    """A list of the findings of all jobs, also those that pass."""
    from vpc_guardrail.report.alert_document import MalformedAlertError
    from vpc_guardrail.report.ocsf import ocsf
    from vpc_guardrail.report.published_findings import security_findings

    documents = (verdict_document(judgement) for judgement in judgements)
    try:
        found = [each for document in documents for each in security_findings(document)]
    except MalformedAlertError as error:
        raise typer.BadParameter(str(error)) from error
    return _json([ocsf(each) for each in found])


def as_html(judgements: Sequence[Judgement], not_judged: Sequence[str]) -> str:
    """A page for a browser, to be kept or handed on."""
    from vpc_guardrail.report.html import judgements_html

    return judgements_html(judgements, not_judged)


def as_markdown(judgements: Sequence[Judgement], not_judged: Sequence[str]) -> str:
    """A text for a ticket or a pull request."""
    from vpc_guardrail.report.markdown import judgements_markdown

    return judgements_markdown(judgements, not_judged)


def _json(values: Json) -> str:
    return json.dumps(values, indent=2) + "\n"


def print_snapshot(name: str) -> ExitCode:
    """Print the facts that a judgement on the job rests on."""
    (facts,) = _live([name])
    if isinstance(facts, Trouble):
        _tell([facts])
        return facts.code
    typer.echo(dump(facts))
    return ExitCode.COMPLIANT


def _live(names: Sequence[str]) -> Iterator[Snapshot | Trouble]:
    if not names:
        return
    try:
        settings = settings_from(os.environ)
    except SettingsError as error:
        yield Trouble(ExitCode.BAD_INPUT, str(error))
    else:
        yield from live_facts(names, settings)


def _stored(files: Iterable[Path]) -> Iterator[Snapshot | Trouble]:
    for file in files:
        is_standard_input = file == STANDARD_INPUT
        name = "standard input" if is_standard_input else str(file)
        try:
            yield load(sys.stdin.read() if is_standard_input else file.read_text())
        except IsADirectoryError:
            yield Trouble(ExitCode.BAD_INPUT, f"{name}: a folder, not a snapshot")
        except (MalformedSnapshotError, OSError, UnicodeDecodeError) as error:
            yield Trouble(ExitCode.BAD_INPUT, f"{name}: {error}")


STANDARD_INPUT = Path("-")


def _judged(facts: Snapshot) -> Judgement:
    return judge(facts.job, facts.network, facts.settings, facts.taken_at)


def _tell(outcomes: Iterable[Judgement | Trouble]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, Trouble):
            typer.echo(f"vpc-guardrail: {one_line(outcome.message)}", err=True)
