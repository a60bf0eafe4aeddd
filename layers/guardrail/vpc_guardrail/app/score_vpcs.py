"""Score VPCs of an account: read them in batches, and hand over each score as it is made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vpc_guardrail.app.ports import AccountReader
from vpc_guardrail.core.score import VpcScore
from vpc_guardrail.core.score_rule import ScoreRule
from vpc_guardrail.core.scoring import score_vpc


@dataclass(frozen=True, slots=True)
class VpcScorer:
    """The use case, with all that it works through."""

    account: AccountReader
    rule: ScoreRule

    def score(self, vpc_ids: Sequence[str]) -> Iterator[VpcScore]:
        """A score for each of these VPCs that exists; an error of AWS raises."""
        for vpc_id, network in self.account.networks(vpc_ids, self.rule):
            yield score_vpc(vpc_id, network, self.rule)

    def score_all(self) -> Iterator[VpcScore]:
        """A score for every VPC; raises `AccountNotReadableError`."""
        yield from self.score(self.account.vpc_ids())
