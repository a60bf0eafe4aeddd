"""Fakes of what the rule of AWS Config works through; each keeps what it was asked, in order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.builders import NOW
from vpc_guardrail.app.errors import EvaluationsRefusedError
from vpc_guardrail.core.score import VpcScore, VpcStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence, Set

    from vpc_guardrail.app.evaluation import Evaluation, Reading
    from vpc_guardrail.app.vpc_changes import ResourceState


def a_vpc_score(vpc_id: str, status: VpcStatus = VpcStatus.COMPLIANT) -> VpcScore:
    """A score without its breakdown."""
    return VpcScore(vpc_id, "eu-central-1", "111122223333", status, "So it is.", NOW)


class Clock:
    """A time that goes on by a second whenever somebody looks."""

    def __init__(self, start: datetime = NOW) -> None:
        self.time = start

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


class FakeScores:
    """The VPCs of an account; `readings` holds which were read, and "all" for all of them."""

    def __init__(self, *scores: VpcScore) -> None:
        self.readings: list[str] = []
        self.fault: Exception | None = None
        self._scores = {each.vpc_id: each for each in scores}

    def score(self, vpc_ids: Sequence[str]) -> Iterator[VpcScore]:
        self.readings += vpc_ids
        self._meet_fault()
        yield from (self._scores[each] for each in vpc_ids if each in self._scores)

    def score_all(self) -> Iterator[VpcScore]:
        self.readings.append("all")
        yield from self._scores.values()
        self._meet_fault()

    def _meet_fault(self) -> None:
        if self.fault:
            raise self.fault


class FakeReadings:
    """Keeps the last reading of each key, with the contract of `app.ports.Readings`."""

    def __init__(self) -> None:
        self.kept: dict[str, Reading] = {}

    def covering(
        self, key: str, since: datetime, read: Callable[[], Reading], longest: timedelta
    ) -> Reading:
        assert longest
        kept = self.kept.get(key)
        if kept is None or kept.read_at <= since:
            kept = self.kept[key] = read()
        return kept


class FakeHistory:
    """Config's history of resources, by their ids."""

    def __init__(self, **states: Sequence[ResourceState]) -> None:
        self.asked: list[str] = []
        self._states = states

    def states(self, resource_type: str, resource_id: str) -> Iterator[ResourceState]:
        self.asked.append(f"{resource_type} {resource_id}")
        yield from self._states.get(resource_id, ())


class FakeSubnetHomes:
    """The VPC of each subnet that is there."""

    def __init__(self, **homes: str) -> None:
        self._homes = {name.replace("_", "-"): home for name, home in homes.items()}

    def vpcs_of(self, subnet_ids: Set[str]) -> frozenset[str]:
        return frozenset(self._homes[each] for each in subnet_ids if each in self._homes)


class FakeEvaluations:
    """AWS Config: `told` holds what it was told, with the time; it does not take `refused`."""

    def __init__(self, *evaluated: str, refused: str = "") -> None:
        self.told: list[tuple[Evaluation, datetime]] = []
        self._refused = refused
        self._evaluated = evaluated

    def put(self, evaluations: Iterable[Evaluation], at: datetime) -> int:
        before = len(self.told)
        refused = False
        for each in evaluations:
            if each.resource_id == self._refused:
                refused = True
            else:
                self.told.append((each, at))
        if refused:
            raise EvaluationsRefusedError(self._refused)
        return len(self.told) - before

    def evaluated(self, resource_type: str) -> Iterator[str]:
        assert resource_type == "AWS::EC2::VPC"
        yield from self._evaluated

    @property
    def compliances(self) -> list[tuple[str, str]]:
        """The resource and the compliance of each evaluation that was told."""
        return [(each.resource_id, each.compliance.value) for each, _ in self.told]
