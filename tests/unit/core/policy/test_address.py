"""What S3 URIs name; what cannot be told is unknown, never guessed."""

from __future__ import annotations

import pytest

from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.policy import Address, address

KNOWN = {
    "s3://bucket": Address("bucket", ""),
    "s3://bucket/": Address("bucket", ""),
    "s3://bucket/a/b c?#": Address("bucket", "a/b c?#"),
    "s3://my.bucket/a//b": Address("my.bucket", "a//b"),
    "https://bucket.s3.us-east-1.amazonaws.com/a/b": Address("bucket", "a/b"),
    "https://my.bucket.s3.amazonaws.com/a%20b": Address("my.bucket", "a b"),
    "https://bucket.s3-us-west-2.amazonaws.com/a": Address("bucket", "a"),
    "https://bucket.s3.dualstack.eu-west-1.amazonaws.com/a": Address("bucket", "a"),
    "https://s3.us-east-1.amazonaws.com/bucket/a/b": Address("bucket", "a/b"),
    "https://s3.amazonaws.com/bucket": Address("bucket", ""),
    "https://bucket.s3.cn-north-1.amazonaws.com.cn/a": Address("bucket", "a"),
    "https://bucket.s3.us-gov-west-1.amazonaws.com/a": Address("bucket", "a"),
}


@pytest.mark.parametrize(("uri", "expected"), KNOWN.items(), ids=list(KNOWN))
def test_known(uri: str, expected: Address) -> None:
    assert address(uri) == expected


UNKNOWN = [
    "",
    "bucket/key",
    "s3:/bucket/key",
    "http://bucket.s3.amazonaws.com/a",
    "https://example.com/a",
    "https://bucket.vpce-1-x.s3.us-east-1.vpce.amazonaws.com/a",
    "https://s3.us-east-1.amazonaws.com/",
    "s3://Bucket/key",
    "s3://arn:aws:s3:us-east-1:111122223333:accesspoint/ap/key",
    "s3://ap-x5jtn8q3-s3alias/key",
    "s3://data--use1-az4--x-s3/key",
    "s3://mine--ol-s3/key",
]


@pytest.mark.parametrize("uri", UNKNOWN)
def test_unknown(uri: str) -> None:
    found = address(uri)
    assert isinstance(found, Unknown)
    assert found.reason


def test_a_folder_below() -> None:
    assert Address("b", "out").under("job", "output") == Address("b", "out/job/output")
    assert Address("b", "out/").under("job") == Address("b", "out/job")
    assert Address("b", "").under("job") == Address("b", "job")
