"""The one question to S3 about a bucket: what was read, or why it may not or cannot be known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, EndpointProviderError, ParamValidationError

from vpc_guardrail.adapters import faults
from vpc_guardrail.adapters.s3_redirects import BucketElsewhereError
from vpc_guardrail.core.model import S3Bucket, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from vpc_guardrail.core.model import Fact

GET_POLICY = "s3:GetBucketPolicy"

NO_POLICY = "NoSuchBucketPolicy"

WORDS = {
    "AllAccessDisabled": "S3 has disabled all access to bucket {bucket}",
    "InvalidBucketName": "S3 knows no bucket of a name such as {bucket}",
    "MethodNotAllowed": "bucket {bucket} is owned by another account",
    "NoSuchBucket": "bucket {bucket} does not exist",
}
"""What S3's codes tell about a bucket.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

DENIED = (
    "{action} is denied to the guardrail for bucket {bucket}, or the bucket is owned by another "
    "account"
)


class S3Reader:
    """Asks S3; faults raise. `s3` makes the client when a bucket is first asked for."""

    def __init__(self, s3: Callable[[], S3Client]) -> None:
        self._s3 = s3

    def bucket(self, name: str, account: str) -> S3Bucket:
        """A bucket by what S3 tells of its policy, or why nothing is known of it.

        Whatever it tells, also that there is none, proves two things more: the account owns the
        bucket, or the call would have been denied, and it lies in the client's Region, or S3 would
        have led elsewhere.
        """
        policy = self._policy(name, account)
        if isinstance(policy, Unknown):
            return S3Bucket(name, owner=policy, region=policy, policy=policy)
        return S3Bucket(name, account, self._s3().meta.region_name, policy)

    def _policy(self, bucket: str, account: str) -> Fact[str | None]:
        """The policy of a bucket that the account owns; None if it has none."""
        try:
            answer = self._s3().get_bucket_policy(Bucket=bucket, ExpectedBucketOwner=account)
        except BucketElsewhereError as error:
            where = f" ({error.region})" if error.region else ""
            return Unknown(f"bucket {bucket} lies in another Region{where}")
        except ClientError as error:
            return None if faults.code_of(error) == NO_POLICY else _unknown(bucket, error)
        except (EndpointProviderError, ParamValidationError):
            # Whoever starts a job chooses the name: that no request can be made for it is no fault.
            return Unknown(f"S3 knows no bucket of a name such as {bucket}")
        return answer["Policy"]


def _unknown(bucket: str, error: ClientError) -> Unknown:
    """Why a bucket is not known; faults raise."""
    code = faults.code_of(error)
    if code in WORDS:
        return Unknown(WORDS[code].format(bucket=bucket))
    if faults.is_denied(error):
        return Unknown(DENIED.format(action=GET_POLICY, bucket=bucket))
    reason = faults.unknowable(GET_POLICY, error)
    if reason is None:
        raise error
    return Unknown(reason)
