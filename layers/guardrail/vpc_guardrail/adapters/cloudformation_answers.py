"""Answers to CloudFormation's custom resources: one PUT to the address that the request names."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

SECONDS = 10
SCHEMES = ("https", "http")
"""CloudFormation's own addresses are https; the local AWS speaks http."""


class UnsoundAddressError(ValueError):
    """The request names no address that can be answered."""


def send(url: str, body: Mapping[str, Any]) -> None:
    """Answer; an error of the connection is raised, and Lambda tries the request again."""
    if urlsplit(url).scheme not in SCHEMES:
        raise UnsoundAddressError("ResponseURL is no address of HTTP")
    # S3 signed the address for a request without a content type.
    request = Request(  # noqa: S310 - the scheme is looked at above.
        url, json.dumps(body).encode(), {"Content-Type": ""}, method="PUT"
    )
    with urlopen(request, timeout=SECONDS):  # noqa: S310 - the scheme is looked at above.
        pass
