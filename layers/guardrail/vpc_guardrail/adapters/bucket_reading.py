"""The reading of the buckets that jobs name: one call for each, beside those to EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpc_guardrail.core.model import S3Bucket, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Set
    from concurrent.futures import Executor, Future

    from vpc_guardrail.adapters.s3_reader import S3Reader

BUCKETS_READ = 50
"""Buckets that one reading asks for at most, of all jobs of its batch: one call each."""

TOO_MANY = Unknown(f"it was not read: the jobs name more than {BUCKETS_READ} buckets")


class Buckets:
    """The buckets that were asked for."""

    def __init__(self, s3: S3Reader | None, pool: Executor, names: Set[str], account: str) -> None:
        self._left_out = sorted(names)[BUCKETS_READ:]
        self._asked: dict[str, Future[S3Bucket]] = {
            name: pool.submit(s3.bucket, name, account)
            for name in sorted(names)[:BUCKETS_READ]
            if s3
        }

    def read(self) -> Mapping[str, S3Bucket]:
        """Each bucket, as far as it could be read; none without a reader."""
        found = {name: future.result() for name, future in self._asked.items()}
        unread = {name: S3Bucket(name, TOO_MANY, TOO_MANY, TOO_MANY) for name in self._left_out}
        return {**found, **unread}
