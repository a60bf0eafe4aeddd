"""What it costs to score a whole account: `python -m benchmarks.account [VPCS ...]`.

For each size a server of its own plays EC2, and a fresh process reads and scores every VPC. The
pace of DescribeVpcAttribute is not waited for but counted: on AWS it comes on top, and so do the
network and AWS's own time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.account_answers import ACCOUNT, REGION, SUBNETS

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = (10, 100, 1000)
MEGABYTE = 1024
"""In the unit of VmHWM."""
COLUMNS = "{:>6}  {:>8}  {:>7}  {:>9}  {:>9}  {:>9}  {:>12}  {:>10}"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one pass over an account came to."""

    vpcs: int
    calls: dict[str, int]
    wall: float
    cpu: float
    peak: float
    """Megabytes."""
    waited: float
    """Seconds that the pace of calls would have taken."""
    statuses: dict[str, int]


class Timetable:
    """A clock that runs on when somebody sleeps, so that nobody has to."""

    def __init__(self) -> None:
        self.slept = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.slept += seconds


def measure(vpcs: int, url: str) -> Cost:
    """Score all VPCs of the account that is served there; in a process of its own."""
    from vpc_guardrail.adapters.account_reading import (
        CALLS_A_SECOND,
        CALLS_AT_ONCE,
        AccountInventory,
    )
    from vpc_guardrail.adapters.clients import Clients
    from vpc_guardrail.adapters.pace import Pace
    from vpc_guardrail.app.score_vpcs import VpcScorer
    from vpc_guardrail.core.score_rule import ScoreRule

    os.environ["AWS_ENDPOINT_URL"] = url
    calls: Counter[str] = Counter()
    ec2 = Clients().ec2
    ec2.meta.events.register("before-call.ec2.*", lambda model, **_: calls.update([model.name]))
    timetable = Timetable()
    pace = Pace(CALLS_AT_ONCE, CALLS_A_SECOND, timetable, timetable.sleep)
    account = AccountInventory(ec2, REGION, ACCOUNT, lambda: datetime.now(UTC), pace)
    begun, busy = time.perf_counter(), time.process_time()
    statuses = Counter(each.status.value for each in VpcScorer(account, ScoreRule()).score_all())
    return Cost(
        vpcs=vpcs,
        calls=dict(calls),
        wall=time.perf_counter() - begun,
        cpu=time.process_time() - busy,
        peak=_peak(),
        waited=timetable.slept,
        statuses=dict(statuses),
    )


def _peak() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (each for each in status.splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / MEGABYTE


def costs(sizes: list[int]) -> Iterator[Cost]:
    """The cost of each size, in the order given."""
    for size in sizes:
        server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.account_server", str(size)],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            url = f"http://127.0.0.1:{port}"
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.account", "--measure", url, str(size)],
                env={**os.environ, **ENVIRONMENT},
                check=True,
                capture_output=True,
                text=True,
            )
            yield Cost(**json.loads(done.stdout))
        finally:
            server.terminate()
            server.wait()


ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "invented",
    "AWS_SECRET_ACCESS_KEY": "invented",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


def show(found: list[Cost]) -> None:
    """Print the figures, and how they grow."""
    head = ("VPCs", "subnets", "calls", "attribute", "CPU s", "ms a VPC", "paced wait s", "peak MB")
    print(COLUMNS.format(*head))
    for cost in found:
        of_attributes = cost.calls.get("DescribeVpcAttribute", 0)
        print(
            COLUMNS.format(
                cost.vpcs,
                cost.vpcs * SUBNETS,
                sum(cost.calls.values()) - of_attributes,
                of_attributes,
                f"{cost.cpu:.2f}",
                f"{1000 * cost.cpu / cost.vpcs:.1f}",
                f"{cost.waited:.0f}",
                f"{cost.peak:.0f}",
            )
        )
    for less, more in itertools.pairwise(found):
        times = more.vpcs / less.vpcs
        print(
            f"{times:.0f} times the VPCs: {more.cpu / less.cpu:.1f} times the CPU, "
            f"{more.peak / less.peak:.2f} times the memory."
        )
    print("Scores:", ", ".join(f"{n} {status}" for status, n in found[-1].statuses.items()))
    print("Calls:", ", ".join(f"{n} {name}" for name, n in sorted(found[-1].calls.items())))


def main() -> None:
    """Run the benchmark, or one measurement of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vpcs", type=int, nargs="*", default=[*SIZES])
    parser.add_argument("--measure", metavar="URL", help="used by the benchmark itself")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(asdict(measure(options.vpcs[0], options.measure))))
    else:
        show([*costs(options.vpcs)])


if __name__ == "__main__":
    main()
