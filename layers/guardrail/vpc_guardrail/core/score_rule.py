"""What the owner of an environment asks of its VPCs: the rule that scores them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vpc_guardrail.core.finding import Severity
from vpc_guardrail.core.model import Vpc
from vpc_guardrail.core.settings import Settings

HIGHEST_SCORE = 100


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag by which resources are chosen; without a value, any value will do."""

    key: str
    value: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Tag":
        """Read `KEY=VALUE`, or `KEY` alone; raises ValueError where there is no key."""
        key, equals, value = (part.strip() for part in text.partition("="))
        if not key:
            raise ValueError(f"{text!r} is no tag; write KEY=VALUE, or KEY for any value")
        return cls(key, value if equals else None)

    def is_among(self, tags: Mapping[str, str]) -> bool:
        """Whether a resource with these tags carries this one."""
        return self.key in tags and self.value in (None, tags[self.key])

    def __str__(self) -> str:
        return self.key if self.value is None else f"{self.key}={self.value}"


def any_among(wanted: tuple[Tag, ...], tags: Mapping[str, str]) -> bool:
    """Whether a resource with these tags carries any of those wanted."""
    return any(tag.is_among(tags) for tag in wanted)


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """How VPCs are scored, which of them, and for what kind of job."""

    minimum_score: int = 80
    """From 0 to 100: a lower score is noncompliant."""
    failing_severity: Severity | None = Severity.HIGH
    """A FAIL of at least this makes a VPC noncompliant, whatever its score; None: none does."""
    training_tags: tuple[Tag, ...] = ()
    """Subnets and security groups that carry any of these are those of training."""
    included_vpc_tags: tuple[Tag, ...] = ()
    """Where there are any, only VPCs that carry one of them are scored."""
    excluded_vpc_tags: tuple[Tag, ...] = ()
    """VPCs that carry any of these are not scored."""
    instance_type: str = "ml.m5.xlarge"
    instance_count: int = 2
    settings: Settings = field(default_factory=Settings)

    def covers(self, vpc: Vpc) -> bool:
        """Whether a VPC is to be scored: where tags are asked for, one without any is not."""
        if any_among(self.excluded_vpc_tags, vpc.tags):
            return False
        return not self.included_vpc_tags or any_among(self.included_vpc_tags, vpc.tags)
