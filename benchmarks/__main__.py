"""`python -m benchmarks`: the inspector's cold start beside two yardsticks, in one run."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from benchmarks import show
from benchmarks.answers import Answers, Tally, serving
from benchmarks.certificates import make_certificates
from benchmarks.emulator import BenchmarkError, ColdStart, cold_start
from benchmarks.figures import Series
from benchmarks.imports import breakdown
from benchmarks.recording import REPLACED, Invocation, prepare
from benchmarks.subjects import (
    INSPECTOR,
    Subject,
    botocore_roots,
    give_the_runtime_bytecode,
    inspector,
    over_tls,
    sizes,
    variants,
    yardsticks,
)
from local_aws.launch import LocalAws, LocalAwsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

ROUNDS = 15

ABOVE_BOUND, CANNOT_MEASURE, INTERRUPTED = 1, 2, 130


def main() -> int:
    """Measure and print; 0 within the bound, 1 above it, 2 if nothing could be measured."""
    options = _options()
    signal.signal(signal.SIGTERM, _leave)
    console = Console()
    console.width = max(console.width, show.LEAST_WIDTH)
    try:
        with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
            return _measure(options, Path(folder), console)
    except (BenchmarkError, LocalAwsError) as error:
        console.print(str(error), markup=False)
        return CANNOT_MEASURE
    except KeyboardInterrupt:
        return INTERRUPTED


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"cold starts of each (default: {ROUNDS})"
    )
    parser.add_argument(
        "--variants", action="store_true", help="also other ways to build the inspector"
    )
    parser.add_argument("--imports", action="store_true", help="also what its imports cost")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1.")
    return options


def _leave(number: int, _: FrameType | None) -> None:
    """Let SIGTERM unwind the stack, as Ctrl-C does, so that nothing is left behind."""
    raise SystemExit(128 + number)


def _measure(options: argparse.Namespace, workspace: Path, console: Console) -> int:
    answers = Answers(REPLACED)
    with ExitStack() as stack:
        address = stack.enter_context(serving(answers))
        invocation, built = _record(answers, address, workspace)
        built_sizes = sizes()
        subjects = [*yardsticks(workspace), built]
        addresses = {subject.name: address for subject in subjects}
        if options.variants:
            certificates = make_certificates(workspace, botocore_roots())
            secure = stack.enter_context(serving(answers, certificates.server))
            plainly = [*variants(workspace, built)]
            securely = [*over_tls(built, certificates)]
            subjects += [*plainly, *securely]
            addresses |= {subject.name: address for subject in plainly}
            addresses |= {subject.name: secure for subject in securely}
        run = _Run(invocation, answers, addresses, workspace)
        series = _rounds(subjects, run, options.rounds, console)
    show.times(console, series, options.rounds)
    show.calls(console, series[INSPECTOR])
    show.artifact(console, built_sizes)
    if options.imports:
        show.imports(console, breakdown(built, workspace))
    show.machine(console)
    return 0 if show.judgement(console, series) else ABOVE_BOUND


def _record(answers: Answers, address: str, workspace: Path) -> tuple[Invocation, Subject]:
    """Let the built inspector do its work on the local AWS once, and keep what that answers."""
    give_the_runtime_bytecode()
    with LocalAws(auth=False) as aws:
        invocation = prepare(aws)
        built = inspector(workspace, dict(invocation.variables))
        with answers.recording(aws.url):
            cold_start(built.task, built.environment(address, workspace), invocation.event)
    if "sns:Publish" not in answers.take_tally().calls:
        raise BenchmarkError("The recorded invocation told nothing: it was no whole inspection.")
    return invocation, built


def _rounds(subjects: list[Subject], run: _Run, rounds: int, console: Console) -> dict[str, Series]:
    """Start all subjects in turn, round by round; a first round that is not counted warms up."""
    series = {subject.name: Series(subject.name) for subject in subjects}
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Starting functions", total=(rounds + 1) * len(subjects))
        for number in range(rounds + 1):
            for subject in subjects:
                start, tally = run.start(subject)
                progress.advance(task)
                if number > 0:
                    series[subject.name].starts.append(start)
                    series[subject.name].calls = tally.calls
                    series[subject.name].answering.append(tally.seconds * 1e3)
    return series


@dataclass(frozen=True, slots=True)
class _Run:
    """What all cold starts have in common."""

    invocation: Invocation
    answers: Answers
    addresses: Mapping[str, str]
    """Of the answering server, by the subject's name."""
    home: Path

    def start(self, subject: Subject) -> tuple[ColdStart, Tally]:
        """Start one function; every call of it must have found its answer."""
        environment = subject.environment(self.addresses[subject.name], self.home)
        start = cold_start(subject.task, environment, self.invocation.event)
        tally = self.answers.take_tally()
        if tally.unknown:
            raise BenchmarkError(f"No answer was recorded to {', '.join(tally.unknown)}.")
        return start, tally


if __name__ == "__main__":
    sys.exit(main())
