"""How fast policies are decided: `python -m benchmarks.policy`.

1. An ordinary endpoint policy and an ordinary bucket policy: parsing, one decision, each question.
2. Adversarial policies of the greatest legal size, each decided for all buckets and for one. The
   baseline beside them is the least that any reader must do: `json.loads` of the document, and one
   look at each of its patterns with `fnmatch`.
3. With `--agreement N`: N pairs of an invented policy and a request, decided by the reasoner and by
   the evaluator of the tests. It ends with exit code 1 if they differ once.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import random
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.hard_policies import LONGEST, hard_policies
from vpc_guardrail.core.policy import (
    Address,
    Bucket,
    Budget,
    Journey,
    Keys,
    Policy,
    Requests,
    Transfer,
    admits,
    bucket_policy,
    decide,
    endpoint_policy,
    only_from_vpc,
    package_requests,
    parse_policy,
    restricts,
)
from vpc_guardrail.core.policy.budget import DEFAULT_BUDGET
from vpc_guardrail.core.policy.conditions import by_segments
from vpc_guardrail.core.policy.glob import glob_of, literally
from vpc_guardrail.core.policy.journey import foreign_bucket
from vpc_guardrail.core.policy.names import BUCKET_NAMES, object_arns
from vpc_guardrail.core.policy.template import template

if TYPE_CHECKING:
    from collections.abc import Callable

    from vpc_guardrail.core.policy.glob import Glob

Json = Any
ACCOUNT = "111122223333"
JOURNEY = Journey(ACCOUNT, "us-east-1", f"arn:aws:iam::{ACCOUNT}:role/job", "vpc-0a", "vpce-0a")
REQUESTS_A_POLICY = 25
"""Inventing a policy takes longer than deciding it, so each is asked about several requests."""


def milliseconds(work: Callable[[], object], runs: int) -> float:
    """The processor time of the median run; nothing is remembered from one run to the next."""
    taken: list[float] = []
    for _ in range(runs):
        for remembering in (template, glob_of, literally, by_segments):
            remembering.cache_clear()
        start = time.process_time_ns()
        work()
        taken.append((time.process_time_ns() - start) / 1_000_000)
    return sorted(taken)[runs // 2]


def ordinary() -> None:
    """The policies that the project itself suggests."""
    endpoint_text = endpoint_policy(JOURNEY, ["job-data", "job-models"]).compact
    bucket_text = bucket_policy(JOURNEY, "job-data").compact
    endpoint, closed = parse_policy(endpoint_text), parse_policy(bucket_text)
    bucket = Bucket("job-data", ACCOUNT, closed)
    train = Transfer("read", Address("job-data", "train"), Keys.PREFIX, reads=True, lists=True)
    one = the_job_reads(object_arns("aws", "job-data"))
    for name, work in {
        "parse the endpoint policy": lambda: parse_policy(endpoint_text),
        "decide one set of requests by it": lambda: decide(
            endpoint, one, matching=JOURNEY.matching
        ),
        "parse the bucket policy": lambda: parse_policy(bucket_text),
        "decide one set of requests by it ": lambda: decide(closed, one),
        "question 1, restricted (7 decisions)": lambda: restricts(endpoint, JOURNEY),
        "question 2, admits (8 decisions)": lambda: admits(endpoint, bucket, JOURNEY, train),
        "question 3, packages (12 decisions)": lambda: package_requests(endpoint, JOURNEY),
        "question 4, only from the VPC (16 decisions)": lambda: only_from_vpc(
            closed, JOURNEY, bucket
        ),
    }.items():
        print(f"  {name:46} {milliseconds(work, 101):8.3f} ms")


def the_job_reads(resources: Glob) -> Requests:
    """GetObject by the job's role, on whatever is asked about."""
    context = JOURNEY.as_the_job().but(JOURNEY.owned_by(ACCOUNT))
    return Requests(("s3:GetObject",), resources, (JOURNEY.role,), context)


def anyone_reads(policy: Policy, resources: Glob) -> Requests:
    """GetObject by anyone in the VPC: three principals, and whatever context they choose."""
    context = JOURNEY.as_anyone_inside().but(foreign_bucket(policy, JOURNEY))
    return Requests(("s3:GetObject",), resources, JOURNEY.everyone(policy), context)


def adversarial() -> float:
    """The slowest decision, over policies that were made to be slow."""
    slowest = 0.0
    print(f"  {'':44}{'size':>7}{'baseline':>10}{'parse':>8}{'decide':>8}{'budget':>8}  answer")
    for name, document in hard_policies().items():
        text = json.dumps(document, separators=(",", ":"))
        policy = parse_policy(text)
        read = milliseconds(partial(parse_policy, text), 5)
        least = milliseconds(partial(baseline, text), 5)
        for where, resources in {
            "any bucket": object_arns("aws", BUCKET_NAMES),
            "one bucket": object_arns("aws", "job-data"),
        }.items():
            requests = anyone_reads(policy, resources)
            budget = Budget()
            outcome = decide(policy, requests, matching=JOURNEY.matching, budget=budget).outcome
            taken = milliseconds(partial(decide, policy, requests, matching=JOURNEY.matching), 5)
            slowest = max(slowest, taken)
            used = (DEFAULT_BUDGET - max(budget.left, 0)) / DEFAULT_BUDGET
            print(
                f"  {name + ', ' + where:44}{len(text):7}{least:10.2f}{read:8.2f}{taken:8.2f}"
                f"{used:8.0%}  {outcome.value}"
            )
    return slowest


def baseline(text: str) -> int:
    """Read the document, and look at each pattern once."""
    found = 0
    for statement in json.loads(text)["Statement"]:
        patterns = statement.get("Resource", statement.get("NotResource"))
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            found += fnmatch.fnmatchcase("arn:aws:s3:::job-data/train.csv", pattern[:100])
    return found


def agreement(pairs: int, seed: int) -> int:
    """How many invented policies and requests were decided alike by both evaluators."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st

    from tests.unit.core.policy.agreement import check_one, check_set, set_questions
    from tests.unit.core.policy.inventions import policies, random_request

    done = 0

    @seeded(seed)
    @settings(
        max_examples=max(1, pairs // REQUESTS_A_POLICY),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(policies(), set_questions(), st.integers(0, 2**32))
    def both(document: Json, question: Any, number: int) -> None:
        nonlocal done
        chance = random.Random(number)  # noqa: S311 - nothing is secret here.
        for _ in range(REQUESTS_A_POLICY):
            check_one(document, random_request(chance))
            done += 1
        check_set(document, question, chance)

    both()
    return done


def main() -> int:
    """Print the figures; exit code 1 if the evaluators differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.policy", description=__doc__)
    parser.add_argument("--agreement", type=int, default=0, metavar="N", help="compare N pairs")
    parser.add_argument("--seed", type=int, default=20_261_123, help="of what is invented")
    asked = parser.parse_args()
    print("Processor time, median of several runs.\n\nOrdinary policies:")
    ordinary()
    print(f"\nAdversarial policies of up to {LONGEST:,} characters (times in ms):")
    print(f"  slowest decision: {adversarial():.1f} ms")
    if asked.agreement:
        start = time.perf_counter()
        try:
            pairs = agreement(asked.agreement, asked.seed)
        except AssertionError as difference:
            print(f"\nThe evaluators differ: {difference}")
            return 1
        taken = time.perf_counter() - start
        print(
            f"\nBoth evaluators agree on {pairs:,} pairs of policy and request "
            f"({pairs // REQUESTS_A_POLICY:,} policies, {taken:.0f} s)."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
