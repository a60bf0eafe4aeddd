"""S3's redirects: that a bucket lies in another Region is told, and nobody is asked there.

botocore would follow them on its own, by one or two further calls, into Regions where the guardrail
judges nothing.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.awsrequest import AWSResponse
    from botocore.client import BaseClient

REDIRECTS = frozenset(
    {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.TEMPORARY_REDIRECT}
)

ELSEWHERE = frozenset({"IllegalLocationConstraintException", "PermanentRedirect"})
"""Codes that an endpoint of S3 answers about the buckets of other Regions.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

WRONG_SCOPE = "AuthorizationHeaderMalformed"
"""The same, if it comes with the Region that the signature should name."""

REGION_HEADER = "x-amz-bucket-region"


class BucketElsewhereError(Exception):
    """The bucket lies in another Region; `region` names it, if S3 does."""

    def __init__(self, region: str | None) -> None:
        super().__init__(f"the bucket lies in {region or 'another Region'}")
        self.region = region


def stay_in_region(s3: BaseClient) -> None:
    """Let the client raise `BucketElsewhereError` where botocore would follow a redirect.

    A handler of one operation is called before botocore's own, which is one of the whole service.
    """
    refuse: Any = partial(_refuse, s3.meta.region_name)
    s3.meta.events.register_first("needs-retry.s3.GetBucketPolicy", refuse)


def _refuse(
    own_region: str, response: tuple[AWSResponse, Mapping[str, Any]] | None, **_: object
) -> None:
    if response is None:
        return
    http, parsed = response
    error = parsed.get("Error", {})
    region = http.headers.get(REGION_HEADER) or error.get("Region")
    if _leads_away(http.status_code, error) and region != own_region:
        raise BucketElsewhereError(region)


def _leads_away(status: int, error: Mapping[str, Any]) -> bool:
    code = error.get("Code")
    wrong_scope = code == WRONG_SCOPE and "Region" in error
    return status in REDIRECTS or code in ELSEWHERE or wrong_scope
