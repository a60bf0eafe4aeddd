"""Where a job's data lies: what an S3 URI names, or why that cannot be told from here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from vpc_guardrail.core.model import Fact, Unknown

S3_URI = re.compile(r"s3://([^/]+)(?:/(.*))?", re.DOTALL)
HTTPS_URI = re.compile(r"https://([^/?#]+)(?:/([^?#]*))?")
ENDPOINT = r"s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d+)?\.amazonaws\.com(?:\.cn)?"
"""https://docs.aws.amazon.com/general/latest/gr/s3.html"""
PATH_STYLE = re.compile(ENDPOINT)
VIRTUAL_HOST = re.compile(rf"(.+?)\.{ENDPOINT}")
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
RESERVED_SUFFIXES = {
    "--x-s3": "is a directory bucket, which another endpoint service and its own actions serve",
    "--table-s3": "is a table bucket, which has its own actions",
    "-s3alias": "is an access point's alias, and the access point's own policy is not read",
    "--ol-s3": "is an Object Lambda access point, whose own policy is not read",
    ".mrap": "is a multi-Region access point, whose own policy is not read",
}


@dataclass(frozen=True, slots=True)
class Address:
    """A place in an ordinary bucket; the key may be a prefix of keys, or empty."""

    bucket: str
    key: str

    def under(self, *steps: str) -> Address:
        """The place that further steps lead to, as a folder is below another."""
        folder = self.key if not self.key or self.key.endswith("/") else self.key + "/"
        return Address(self.bucket, folder + "/".join(steps))


def address(uri: str) -> Fact[Address]:
    """The place that `s3://…` or `https://…` names, or why it is not known."""
    found = S3_URI.fullmatch(uri)
    if found:
        return _in_bucket(uri, found.group(1), found.group(2) or "")
    found = HTTPS_URI.fullmatch(uri)
    if found is None:
        return Unknown(f"{uri} is no S3 URI of a form that can be judged")
    host, path = found.group(1).lower(), unquote(found.group(2) or "")
    if PATH_STYLE.fullmatch(host):
        bucket, _, key = path.partition("/")
        return _in_bucket(uri, bucket, key)
    virtual = VIRTUAL_HOST.fullmatch(host)
    if virtual is None:
        return Unknown(f"{uri} names no standard endpoint of S3")
    return _in_bucket(uri, virtual.group(1), path)


def _in_bucket(uri: str, bucket: str, key: str) -> Fact[Address]:
    if bucket.startswith("arn:"):
        return Unknown(f"{uri} goes through an access point, whose own policy is not read")
    for suffix, reason in RESERVED_SUFFIXES.items():
        if bucket.endswith(suffix):
            return Unknown(f"{bucket} {reason}")
    if not BUCKET_NAME.fullmatch(bucket):
        return Unknown(f"{bucket!r} is no bucket's name")
    return Address(bucket, key)
