"""What a job does with places in S3, and the buckets that they are in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.context import ABSENT, Unknowable, known
from vpc_guardrail.core.policy.model import Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpc_guardrail.core.model import Fact
    from vpc_guardrail.core.policy.address import Address
    from vpc_guardrail.core.policy.context import Value

GET, PUT, LIST = "s3:GetObject", "s3:PutObject", "s3:ListBucket"
NO_POLICY = Policy("2012-10-17", ())
"""A bucket without a policy: no statement allows or denies anything."""


class Keys(Enum):
    """Which keys a transfer touches."""

    PREFIX = "every key that begins so"
    """S3DataType S3Prefix: "a key name prefix".

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    ONE = "this one key"
    """A manifest, or the archive of a script."""
    FOLDER = "every key below"
    """Where a job writes."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Something that a job does with a place in S3, as "read channel train"."""

    purpose: str
    address: Address
    keys: Keys
    reads: bool = False
    lists: bool = False
    writes: bool = False
    sends: Mapping[str, Value] = field(default_factory=dict)
    """Condition keys that its requests are known to carry, such as the encryption they ask for."""

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions on objects that it takes."""
        return ((GET,) if self.reads else ()) + ((PUT,) if self.writes else ())


ENCRYPTION = "s3:x-amz-server-side-encryption"
KMS_KEY_ARN = re.compile(r"arn:[^:]+:kms:[^:]+:[^:]+:key/.+")


def encrypted_with(key: str) -> dict[str, Value]:
    """The keys of an upload that asks for this key of KMS, as OutputDataConfig.KmsKeyId does.

    "SageMaker uses [it] to encrypt the model artifacts at rest using Amazon S3 server-side
    encryption"; how it passes on an id or an alias is not documented.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html
    """
    as_sent: Value = Unknowable("how SageMaker passes on a key's id or alias is not documented")
    if KMS_KEY_ARN.fullmatch(key):
        as_sent = known(key)
    return {
        ENCRYPTION: known("aws:kms"),
        f"{ENCRYPTION}-aws-kms-key-id": as_sent,
        f"{ENCRYPTION}-customer-algorithm": ABSENT,
    }


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket's owner and policy, each as far as it could be read; None: it has no policy."""

    name: str
    owner: Fact[str]
    policy: Fact[Policy | None]
