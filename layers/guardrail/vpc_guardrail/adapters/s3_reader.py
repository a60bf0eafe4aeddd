"""One question each to S3 about a bucket: what was read, or why it may not or cannot be known."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError, EndpointProviderError, ParamValidationError

from vpc_guardrail.adapters import faults
from vpc_guardrail.core.model import S3Bucket, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from vpc_guardrail.core.model import Fact

T = TypeVar("T")

GET_POLICY, GET_LOCATION = "s3:GetBucketPolicy", "s3:GetBucketLocation"

NO_POLICY = "NoSuchBucketPolicy"

WORDS = {
    "AllAccessDisabled": "S3 has disabled all access to bucket {bucket}",
    "IllegalLocationConstraintException": "bucket {bucket} lies in another Region",
    "InvalidBucketName": "S3 knows no bucket of a name such as {bucket}",
    "MethodNotAllowed": "bucket {bucket} is owned by another account",
    "NoSuchBucket": "bucket {bucket} does not exist",
    "PermanentRedirect": "bucket {bucket} lies in another Region",
}
"""What S3's codes tell about a bucket.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

DENIED = (
    "{action} is denied to the guardrail for bucket {bucket}, or the bucket is owned by another "
    "account"
)

OLDEST_REGION, OLD_EUROPE = "us-east-1", {"EU": "eu-west-1"}
"""The Region of a bucket without a location, and of buckets with a location of old.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
"""


class S3Reader:
    """Asks S3; faults raise. `s3` makes the client when a bucket is first asked for."""

    def __init__(self, s3: Callable[[], S3Client]) -> None:
        self._s3 = s3

    def policy(self, bucket: str, account: str) -> Fact[str | None]:
        """The policy of a bucket that the account owns; None if it has none."""
        return _asked(GET_POLICY, bucket, lambda: self._policy(bucket, account))

    def _policy(self, bucket: str, account: str) -> str | None:
        try:
            return self._s3().get_bucket_policy(Bucket=bucket, ExpectedBucketOwner=account)[
                "Policy"
            ]
        except ClientError as error:
            if faults.code_of(error) == NO_POLICY:
                return None
            raise

    def region(self, bucket: str, account: str) -> Fact[str]:
        """The Region of a bucket that the account owns."""
        found = _asked(
            GET_LOCATION,
            bucket,
            lambda: self._s3().get_bucket_location(Bucket=bucket, ExpectedBucketOwner=account),
        )
        if isinstance(found, Unknown):
            return found
        location: str | None = found.get("LocationConstraint")
        return OLD_EUROPE.get(location, location) if location else OLDEST_REGION


def bucket_facts(name: str, account: str, policy: Fact[str | None], region: Fact[str]) -> S3Bucket:
    """A bucket by two answers, either of which proves that the account owns it."""
    owner: Fact[str] = account
    if isinstance(policy, Unknown) and isinstance(region, Unknown):
        owner = policy
    return S3Bucket(name, owner, region, policy)


def _asked(action: str, bucket: str, read: Callable[[], T]) -> Fact[T]:
    """What was read, or Unknown; faults raise."""
    try:
        return read()
    except ClientError as error:
        code = faults.code_of(error)
        if code in WORDS:
            return Unknown(WORDS[code].format(bucket=bucket))
        if faults.is_denied(error):
            return Unknown(DENIED.format(action=action, bucket=bucket))
        reason = faults.unknowable(action, error)
        if reason is None:
            raise
        return Unknown(reason)
    except (EndpointProviderError, ParamValidationError):
        # Whoever starts a job chooses the name: one that no request can be made for is no fault.
        return Unknown(f"S3 knows no bucket of a name such as {bucket}")
