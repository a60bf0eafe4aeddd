"""A message of AWS Config is answered: the right VPCs are scored, and Config is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import NOW
from tests.config_fakes import (
    Clock,
    FakeEvaluations,
    FakeHistory,
    FakeReadings,
    FakeScores,
    FakeSubnetHomes,
    a_vpc_score,
)
from tests.fakes import ThrottledError
from vpc_guardrail.app.errors import EvaluationsRefusedError
from vpc_guardrail.app.evaluate_vpcs import Receipt, VpcEvaluator
from vpc_guardrail.app.vpc_changes import VPC, ResourceChange, ResourceState, Tick
from vpc_guardrail.core.score import VpcScore, VpcStatus

if TYPE_CHECKING:
    from datetime import datetime

    from vpc_guardrail.app.evaluation import Reading

ONE, TWO = "vpc-11111111", "vpc-22222222"
TABLE = "AWS::EC2::RouteTable"
ASSOCIATION = "AWS::EC2::SubnetRouteTableAssociation"

EARLIER = NOW - timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


def a_change(
    kind: str = TABLE,
    name: str = "rtb_1",
    *,
    at: datetime = EARLIER,
    gone: bool = False,
    **configuration: Any,
) -> ResourceChange:
    return ResourceChange(ResourceState(kind, name, configuration), at, gone)


@dataclass
class Rule:
    """The use case among fakes."""

    scores: FakeScores = field(
        default_factory=lambda: FakeScores(
            a_vpc_score(ONE), a_vpc_score(TWO, VpcStatus.NON_COMPLIANT)
        )
    )
    history: FakeHistory = field(default_factory=FakeHistory)
    homes: FakeSubnetHomes = field(default_factory=FakeSubnetHomes)
    readings: FakeReadings = field(default_factory=FakeReadings)
    evaluations: FakeEvaluations = field(default_factory=FakeEvaluations)
    scored: list[str] = field(default_factory=list)
    parameters: str = "a-rule"

    def answer(self, trigger: ResourceChange | Tick) -> Receipt:
        return VpcEvaluator(
            scores=self.scores,
            history=self.history,
            subnet_homes=self.homes,
            readings=self.readings,
            evaluations=self.evaluations,
            annotate=lambda score: score.reason,
            tell_score=self._note,
            rule=self.parameters,
            now=Clock(),
        ).answer(trigger)

    def reading_of(self, key: str) -> Reading:
        """The one reading that is kept under a key that begins so."""
        (kept,) = (each for name, each in self.readings.kept.items() if name.startswith(key))
        return kept

    def _note(self, score: VpcScore) -> None:
        self.scored.append(score.vpc_id)


class TestChange:
    def test_the_vpc_of_the_resource_is_scored_as_of_the_change(self) -> None:
        rule = Rule()
        receipt = rule.answer(a_change(vpcId=TWO))

        ((told, at),) = rule.evaluations.told
        assert receipt == Receipt((TWO,), 1)
        assert rule.scores.readings == rule.scored == [TWO]
        assert (told.resource_type, told.resource_id) == (VPC, TWO)
        assert (told.compliance.value, told.annotation) == ("NON_COMPLIANT", "So it is.")
        assert at == EARLIER

    @pytest.mark.parametrize(
        ("status", "compliance"),
        [
            (VpcStatus.COMPLIANT, "COMPLIANT"),
            (VpcStatus.NON_COMPLIANT, "NON_COMPLIANT"),
            (VpcStatus.UNDETERMINED, "NOT_APPLICABLE"),
            (VpcStatus.NOT_APPLICABLE, "NOT_APPLICABLE"),
        ],
    )
    def test_each_status_is_said_in_configs_words(self, status: VpcStatus, compliance: str) -> None:
        rule = Rule(FakeScores(a_vpc_score(ONE, status)))
        rule.answer(a_change(vpcId=ONE))

        assert rule.evaluations.compliances == [(ONE, compliance)]

    def test_nothing_applies_to_a_vpc_that_the_reading_does_not_find(self) -> None:
        rule = Rule(FakeScores())
        rule.answer(a_change(vpcId=ONE))

        assert rule.evaluations.compliances == [(ONE, "NOT_APPLICABLE")]

    def test_nothing_applies_to_a_deleted_vpc_and_nothing_is_read(self) -> None:
        rule = Rule()
        rule.answer(a_change(VPC, ONE, gone=True))

        assert rule.evaluations.compliances == [(ONE, "NOT_APPLICABLE")]
        assert rule.scores.readings == rule.history.asked == []

    def test_nothing_applies_to_what_has_no_bearing_on_vpcs(self) -> None:
        rule = Rule()
        rule.answer(a_change("AWS::EC2::Instance", "i-1", vpcId=ONE))

        assert rule.evaluations.compliances == [("i-1", "NOT_APPLICABLE")]
        assert rule.scores.readings == []

    def test_a_deleted_resource_that_tells_its_vpc_has_it_scored(self) -> None:
        rule = Rule()
        rule.answer(a_change(vpcId=ONE, gone=True))

        assert rule.evaluations.compliances == [(ONE, "COMPLIANT")]

    def test_an_error_of_aws_raises_and_tells_nothing(self) -> None:
        rule = Rule()
        rule.scores.fault = ThrottledError()

        with pytest.raises(ThrottledError):
            rule.answer(a_change(vpcId=ONE))
        assert rule.evaluations.told == []
        assert rule.readings.kept == {}


class TestWhatIsNotTold:
    def test_a_bare_item_is_looked_up_newest_state_first(self) -> None:
        states = [
            ResourceState(TABLE, "rtb_1", {}),
            ResourceState(TABLE, "rtb_1", {"vpcId": TWO}),
            ResourceState(TABLE, "rtb_1", {"vpcId": ONE}),
        ]
        rule = Rule(history=FakeHistory(rtb_1=states))
        rule.answer(a_change(gone=True))

        assert rule.scores.readings == [TWO]

    def test_what_is_told_is_not_looked_up(self) -> None:
        rule = Rule()
        rule.answer(a_change(vpcId=ONE))

        assert rule.history.asked == []

    def test_the_vpc_of_a_subnet_is_looked_up_live(self) -> None:
        rule = Rule(homes=FakeSubnetHomes(subnet_0a1b2c3d=TWO))
        rule.answer(a_change(ASSOCIATION, "a_1", SubnetId="subnet-0a1b2c3d"))

        assert rule.scores.readings == [TWO]

    def test_what_leads_to_no_vpc_has_all_scored(self) -> None:
        rule = Rule()
        receipt = rule.answer(a_change(ASSOCIATION, "a_1", SubnetId="subnet-0a1b2c3d"))

        assert receipt == Receipt((), 2)
        assert rule.scores.readings == ["all"]
        assert rule.evaluations.compliances == [(ONE, "COMPLIANT"), (TWO, "NON_COMPLIANT")]
        assert {at for _, at in rule.evaluations.told} == {rule.reading_of("every VPC").read_at}

    def test_what_is_the_accounts_has_all_scored_without_a_look_at_its_history(self) -> None:
        rule = Rule()
        rule.answer(a_change("AWS::EC2::VPCBlockPublicAccessOptions", "options"))

        assert rule.scores.readings == ["all"]
        assert rule.history.asked == []


class TestBurst:
    def test_changes_before_a_reading_cost_no_other(self) -> None:
        rule = Rule()
        for seconds in range(5):
            rule.answer(a_change(at=EARLIER + timedelta(seconds=seconds), vpcId=ONE))

        assert rule.scores.readings == rule.scored == [ONE]
        assert rule.evaluations.compliances == [(ONE, "COMPLIANT")] * 5

    def test_a_change_after_the_reading_costs_another(self) -> None:
        rule = Rule()
        rule.answer(a_change(vpcId=ONE))
        rule.answer(a_change(at=LATER, vpcId=ONE))

        assert rule.scores.readings == [ONE, ONE]

    def test_a_vpc_that_was_not_found_is_looked_for_again_at_its_next_change(self) -> None:
        """EC2 may not show a new VPC at once; its subnets are changes of their own."""
        rule = Rule(FakeScores())
        rule.answer(a_change(VPC, ONE))
        rule.scores = FakeScores(a_vpc_score(ONE))
        rule.answer(a_change(at=LATER, vpcId=ONE))

        assert rule.evaluations.compliances == [(ONE, "NOT_APPLICABLE"), (ONE, "COMPLIANT")]

    def test_other_vpcs_and_other_parameters_are_read_for_themselves(self) -> None:
        rule = Rule()
        rule.answer(a_change(vpcId=ONE))
        rule.answer(a_change(vpcId=TWO))
        rule.parameters = "the rule with other parameters"
        rule.answer(a_change(vpcId=ONE))

        assert rule.scores.readings == [ONE, TWO, ONE]

    def test_all_vpcs_are_read_once_and_told_by_who_reads(self) -> None:
        rule = Rule()
        receipts = [rule.answer(a_change()) for _ in range(3)]

        assert [receipt.told for receipt in receipts] == [2, 0, 0]
        assert rule.scores.readings == ["all"]

    def test_what_is_told_of_all_vpcs_is_no_older_than_the_changes_that_it_covers(self) -> None:
        """Fault: an evaluation of one VPC, ordered between two such changes, hid the second."""
        rule = Rule()
        rule.answer(a_change())
        covered = EARLIER + timedelta(seconds=30)
        rule.answer(a_change(at=covered))

        assert rule.scores.readings == ["all"]
        assert all(at > covered for _, at in rule.evaluations.told)


class TestSchedule:
    def test_all_vpcs_are_scored_as_of_the_schedule(self) -> None:
        rule = Rule()
        receipt = rule.answer(Tick(NOW))

        assert receipt == Receipt((), 2)
        assert rule.evaluations.compliances == [(ONE, "COMPLIANT"), (TWO, "NON_COMPLIANT")]
        assert {at for _, at in rule.evaluations.told} == {NOW}

    def test_what_was_told_of_vanished_vpcs_is_taken_back(self) -> None:
        rule = Rule(evaluations=FakeEvaluations(ONE, "vpc-33333333", "vpc-44444444"))
        rule.answer(Tick(NOW))

        assert rule.evaluations.compliances[2:] == [
            ("vpc-33333333", "NOT_APPLICABLE"),
            ("vpc-44444444", "NOT_APPLICABLE"),
        ]

    def test_a_vpc_that_config_refuses_keeps_nothing_from_being_taken_back(self) -> None:
        """Fault: such a VPC left those that had vanished in place, schedule after schedule."""
        rule = Rule(evaluations=FakeEvaluations(ONE, "vpc-33333333", refused=ONE))

        with pytest.raises(EvaluationsRefusedError, match=ONE):
            rule.answer(Tick(NOW))
        assert rule.evaluations.compliances == [
            (TWO, "NON_COMPLIANT"),
            ("vpc-33333333", "NOT_APPLICABLE"),
        ]

    def test_an_error_on_the_way_takes_nothing_back(self) -> None:
        """Fault: VPCs that could not be read any more would be called gone."""
        rule = Rule(evaluations=FakeEvaluations("vpc-33333333"))
        rule.scores.fault = ThrottledError()

        with pytest.raises(ThrottledError):
            rule.answer(Tick(NOW))
        assert "vpc-33333333" not in dict(rule.evaluations.compliances)
