"""The reading of the buckets that jobs name: two calls for each, beside those to EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpc_guardrail.adapters.s3_reader import bucket_facts
from vpc_guardrail.core.model import S3Bucket, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Set
    from concurrent.futures import Executor, Future

    from vpc_guardrail.adapters.s3_reader import S3Reader
    from vpc_guardrail.core.model import Fact

BUCKETS_READ = 50
"""Buckets that one reading asks for at most, of all jobs of its batch: two calls each."""

TOO_MANY = Unknown(f"it was not read: the jobs name more than {BUCKETS_READ} buckets")


class Buckets:
    """The buckets that were asked for."""

    def __init__(self, s3: S3Reader | None, pool: Executor, names: Set[str], account: str) -> None:
        self._account = account
        self._left_out = sorted(names)[BUCKETS_READ:]
        self._asked: dict[str, tuple[Future[Fact[str | None]], Future[Fact[str]]]] = {
            name: (pool.submit(s3.policy, name, account), pool.submit(s3.region, name, account))
            for name in sorted(names)[:BUCKETS_READ]
            if s3
        }

    def read(self) -> Mapping[str, S3Bucket]:
        """Each bucket, as far as it could be read; none without a reader."""
        found = {
            name: bucket_facts(name, self._account, policy.result(), region.result())
            for name, (policy, region) in self._asked.items()
        }
        unread = {name: S3Bucket(name, TOO_MANY, TOO_MANY, TOO_MANY) for name in self._left_out}
        return {**found, **unread}
