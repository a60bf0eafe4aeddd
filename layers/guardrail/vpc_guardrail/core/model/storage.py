"""What a job does in S3, and the buckets that it names."""

from dataclasses import dataclass
from enum import Enum

from vpc_guardrail.core.model.unknown import Fact


class S3Use(Enum):
    """What is done with a place in S3."""

    READS_PREFIX = "reads every key that begins so"
    READS_OBJECT = "reads one object"
    WRITES = "writes below it"


@dataclass(frozen=True, slots=True)
class S3Place:
    """A place in S3 that a job uses, as its request names it: nothing is judged here."""

    purpose: str
    """A phrase that fits after the use, as in "writes the model": "the channel train"."""
    uri: str
    """The very place; of what is written below a folder with the job's name, that folder."""
    use: S3Use
    kms_key: str | None = None
    """The key that the job asks S3 to encrypt with what is written here: an id, an alias or an ARN;
    None if the request names none."""


@dataclass(frozen=True, slots=True)
class S3Bucket:
    """A bucket that a job names, as far as its owner lets it be read."""

    name: str
    owner: Fact[str]
    """The owner's account, if it is the job's own: another one is never told."""
    region: Fact[str]
    policy: Fact[str | None]
    """The policy as S3 keeps it; None if the bucket has none."""
