"""Where the time of init goes: what Python's own `-X importtime` tells, summed by package."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.emulator import LAMBDA_PYTHON, BenchmarkError

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.subjects import Subject

LINE = re.compile(r"^import time:\s+(\d+) \|\s+(\d+) \| ( *)(\S+)$", re.M)
RUNS = 5
THIRD_PARTY = (
    "aws_lambda_powertools",
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "s3transfer",
    "six",
    "typing_extensions",
    "urllib3",
    "vpc_guardrail",
)
STANDARD_LIBRARY = "the standard library"


@dataclass(frozen=True, slots=True)
class Import:
    """An imported module, with milliseconds of its own and with what it brought in."""

    module: str
    own: float
    in_all: float


def breakdown(subject: Subject, home: Path) -> list[Import]:
    """Every import of the function, the costliest first; the quickest of several runs."""
    environment = subject.environment("http://127.0.0.1:9", home)
    texts = [
        subprocess.run(
            [LAMBDA_PYTHON, "-X", "importtime", "-c", "import app"],
            cwd=subject.task,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stderr
        for _ in range(RUNS)
    ]
    runs = [[Import(m[4], int(m[1]) / 1e3, int(m[2]) / 1e3) for m in LINE.finditer(text)]
            for text in texts]  # fmt: skip
    quickest = min(runs, key=lambda run: sum(each.own for each in run))
    if not quickest:
        raise BenchmarkError("Python told no import times.")
    return sorted(quickest, key=lambda each: -each.in_all)


def by_package(imports: list[Import]) -> Counter[str]:
    """Own milliseconds by package."""
    sums: Counter[str] = Counter()
    for each in imports:
        package = each.module.partition(".")[0]
        sums[package if package in THIRD_PARTY else STANDARD_LIBRARY] += each.own  # type: ignore[assignment] # a Counter adds floats as well
    return sums
