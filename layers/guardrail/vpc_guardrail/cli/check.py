"""`vpc-guardrail check` and `snapshot`: judge jobs by live or by stored facts."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import typer

from vpc_guardrail.app.ports import Json
from vpc_guardrail.app.snapshot import MalformedSnapshotError, Snapshot, dump, load
from vpc_guardrail.cli.documents import DocumentError
from vpc_guardrail.cli.exit_codes import OF_VERDICT, ExitCode, worst
from vpc_guardrail.cli.judged_by import JudgedBy, settings_of_variables
from vpc_guardrail.cli.live import Trouble, live_facts
from vpc_guardrail.core.decision import Judgement, judge
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.report.documents import verdict_document
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.report.text import ASKED, judgement_text

Form: TypeAlias = Callable[[Sequence[Judgement], Sequence[str]], str]
"""How judgements are printed, and on a page, which is handed on, what could not be judged."""


def check_jobs(
    names: Sequence[str], files: Sequence[Path], printed: Form, by: JudgedBy
) -> ExitCode:
    """Print a verdict for each job that can be judged, and the trouble with the others."""
    facts, troubles = _read(names, files, by)
    judgements = [judge(each.job, each.network, each.settings, each.taken_at) for each in facts]
    typer.echo(printed(judgements, [each.message for each in troubles]), nl=False)
    _tell(troubles)
    verdicts = [OF_VERDICT[each.verdict] for each in judgements]
    return worst([*verdicts, *(each.code for each in troubles)])


def as_text(judgements: Sequence[Judgement], _: Sequence[str]) -> str:
    """What a person reads."""
    return "\n".join(judgement_text(judgement, ASKED) for judgement in judgements)


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


def print_snapshot(name: str, by: JudgedBy) -> ExitCode:
    """Print the facts that a judgement on the job rests on."""
    facts, troubles = _read([name], [], by)
    for each in facts:
        typer.echo(dump(each))
    _tell(troubles)
    return worst(each.code for each in troubles)


def _read(
    names: Sequence[str], files: Sequence[Path], by: JudgedBy
) -> tuple[list[Snapshot], list[Trouble]]:
    """What could be read, and what could not."""
    read = [*_facts(names, files, by)]
    facts = [each for each in read if isinstance(each, Snapshot)]
    return facts, [each for each in read if isinstance(each, Trouble)]


def _facts(
    names: Sequence[str], files: Sequence[Path], by: JudgedBy
) -> Iterator[Snapshot | Trouble]:
    """The facts of live jobs, then the stored ones, with the settings that the user named."""
    try:
        chosen = by.settings()
    except DocumentError as error:
        yield from _troubles(error)
        return
    yield from _live(names, chosen)
    for each in _stored(files):
        if chosen is not None and isinstance(each, Snapshot):
            yield replace(each, settings=chosen)
        else:
            yield each


def _live(names: Sequence[str], chosen: Settings | None) -> Iterator[Snapshot | Trouble]:
    if not names:
        return
    try:
        settings = chosen or settings_of_variables()
    except DocumentError as error:
        yield from _troubles(error)
    else:
        yield from live_facts(names, settings)


def _troubles(error: DocumentError) -> Iterator[Trouble]:
    return (Trouble(error.code, line) for line in error.lines)


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


def _tell(troubles: Iterable[Trouble]) -> None:
    for trouble in troubles:
        typer.echo(f"vpc-guardrail: {one_line(trouble.message)}", err=True)
