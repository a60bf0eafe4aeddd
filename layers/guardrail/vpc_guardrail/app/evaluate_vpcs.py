"""Answer one message of AWS Config: score the VPCs that it bears on, and tell Config."""

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from vpc_guardrail.app.errors import EvaluationsRefusedError
from vpc_guardrail.app.evaluation import Compliance, Evaluation, Reading
from vpc_guardrail.app.ports import (
    Evaluations,
    Readings,
    ResourceHistory,
    SubnetHomes,
    VpcScores,
)
from vpc_guardrail.app.vpc_changes import (
    VPC,
    Bearing,
    ResourceChange,
    ResourceState,
    Tick,
    bearing_of,
)
from vpc_guardrail.core.engine import RULE_SET_VERSION
from vpc_guardrail.core.score import VpcScore, VpcStatus

COMPLIANCES = {
    VpcStatus.COMPLIANT: Compliance.COMPLIANT,
    VpcStatus.NON_COMPLIANT: Compliance.NON_COMPLIANT,
    VpcStatus.UNDETERMINED: Compliance.NOT_APPLICABLE,
    VpcStatus.NOT_APPLICABLE: Compliance.NOT_APPLICABLE,
}
"""Config has no word for what could not be decided; its annotation says that it is so."""

VPC_IS_GONE = "The VPC was deleted, or is not recorded any more."
NO_BEARING = "The rule scores VPCs; resources of this type have no bearing on them."

EVERY_VPC = "every VPC"

ONE_VPC_TAKES = timedelta(minutes=1)
EVERY_VPC_TAKES = timedelta(minutes=15)
"""The longest that a reading takes: seconds, while AWS throttles more, and Lambda's longest."""

OF_ALL_VPCS = frozenset({"AWS::EC2::VPCBlockPublicAccessOptions"})
"""Types of resources that are the account's, and whose history names no VPC either."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a message came to."""

    vpc_ids: tuple[str, ...]
    """The VPCs that it bears on; empty if it bears on all, or on none."""
    told: int
    """How many evaluations Config was told."""


@dataclass(frozen=True, slots=True)
class VpcEvaluator:
    """The use case, with all that it works through, for the time of one message."""

    scores: VpcScores
    history: ResourceHistory
    subnet_homes: SubnetHomes
    readings: Readings
    evaluations: Evaluations
    annotate: Callable[[VpcScore], str]
    tell_score: Callable[[VpcScore], None]
    """Is told each score that was made just now."""
    rule: str
    """The rule and its parameters: what was read for others is not leaned on."""
    now: Callable[[], datetime]

    def answer(self, trigger: ResourceChange | Tick) -> Receipt:
        """Tell Config what the message asks for; an error of AWS raises, and makes no verdict."""
        if isinstance(trigger, Tick):
            return Receipt((), self._tell_of_every_vpc(trigger.at))
        if trigger.ends_vpc or not trigger.bears_on_vpcs:
            return Receipt((), self._tell_that_nothing_applies(trigger))
        vpc_ids = self._vpcs_of(trigger.state)
        if vpc_ids is None:
            return Receipt((), self._cover_every_vpc(trigger.captured_at))
        evaluations = [
            evaluation
            for vpc_id in vpc_ids
            for evaluation in self._covering(vpc_id, trigger.captured_at).evaluations
        ]
        return Receipt(vpc_ids, self.evaluations.put(evaluations, trigger.captured_at))

    def _vpcs_of(self, state: ResourceState) -> tuple[str, ...] | None:
        """The VPCs that a resource bears on; None where only all of them are sure to hold it.

        A resource that is gone is looked up in Config's history, and so is one too large to be
        told whole.
        """
        for bearing in self._bearings(state):
            vpc_ids = bearing.vpc_ids
            if bearing.subnet_ids:
                vpc_ids = self.subnet_homes.vpcs_of(bearing.subnet_ids)
            if vpc_ids:
                return tuple(sorted(vpc_ids))
        return None

    def _bearings(self, state: ResourceState) -> Iterator[Bearing]:
        yield bearing_of(state)
        if state.type not in OF_ALL_VPCS:
            for before in self.history.states(state.type, state.id):
                yield bearing_of(before)

    def _covering(self, vpc_id: str, since: datetime) -> Reading:
        """What is to be told of a VPC by facts that were read after a change."""

        def read() -> Reading:
            read_at = self.now()
            found = tuple(self._evaluated(self.scores.score((vpc_id,))))
            return Reading(read_at, found or (_gone(vpc_id),))

        return self.readings.covering(f"{vpc_id} {self._judged_by}", since, read, ONE_VPC_TAKES)

    def _cover_every_vpc(self, since: datetime) -> int:
        """Have Config told of all VPCs by facts that were read after a change, by whomever."""
        told = 0

        def read() -> Reading:
            nonlocal told
            read_at = self.now()
            told = self.evaluations.put(self._evaluated(self.scores.score_all()), read_at)
            return Reading(read_at)

        self.readings.covering(f"{EVERY_VPC} {self._judged_by}", since, read, EVERY_VPC_TAKES)
        return told

    def _tell_of_every_vpc(self, at: datetime) -> int:
        """Score all VPCs, and take back what was told of those that are there no more."""
        there: set[str] = set()

        def noted(evaluations: Iterable[Evaluation]) -> Iterator[Evaluation]:
            for each in evaluations:
                there.add(each.resource_id)
                yield each

        try:
            told = self.evaluations.put(noted(self._evaluated(self.scores.score_all())), at)
        except EvaluationsRefusedError:
            self._take_back_others_than(there, at)
            raise
        return told + self._take_back_others_than(there, at)

    def _take_back_others_than(self, there: Set[str], at: datetime) -> int:
        vanished = sorted({*self.evaluations.evaluated(VPC)} - there)
        return self.evaluations.put((_gone(vpc_id) for vpc_id in vanished), at)

    def _evaluated(self, scores: Iterable[VpcScore]) -> Iterator[Evaluation]:
        """Tell each score as it comes, and say it in Config's words."""
        for score in scores:
            self.tell_score(score)
            yield Evaluation(VPC, score.vpc_id, COMPLIANCES[score.status], self.annotate(score))

    def _tell_that_nothing_applies(self, change: ResourceChange) -> int:
        state = change.state
        evaluation = (
            _gone(state.id)
            if change.ends_vpc
            else Evaluation(state.type, state.id, Compliance.NOT_APPLICABLE, NO_BEARING)
        )
        return self.evaluations.put([evaluation], change.captured_at)

    @property
    def _judged_by(self) -> str:
        return f"{RULE_SET_VERSION} {self.rule}"


def _gone(vpc_id: str) -> Evaluation:
    return Evaluation(VPC, vpc_id, Compliance.NOT_APPLICABLE, VPC_IS_GONE)
