"""What an answer may cost: the questions are hard in the worst case, so each has a bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vpc_guardrail.core.policy.bank import Bank
    from vpc_guardrail.core.policy.glob import Glob

DEFAULT_BUDGET = 20_000
"""What one decision may cost; `benchmarks/policy.py` shows that policies stay below, and how long
it takes to use it up."""
STEP = 10
"""What a step of a search costs before its automata are counted."""
AUTOMATON = 1
"""What each automaton of a step costs before its bits are counted."""
BITS_OF_A_STEP = 2048
"""Bits of a state that a step handles for one more."""
COMPARED_FOR_ONE = 16
"""Earlier states that are compared with a new one for one."""
READ_FOR_ONE = 4
"""Characters of a head that are read for one."""
BITS_TO_BUILD = 3
"""Bits of an automaton that are built for one."""


class OutOfBudget(Exception):
    """The question was given up before it was answered."""


@dataclass(slots=True)
class Budget:
    """What a question may cost before it is given up."""

    left: int = DEFAULT_BUDGET

    def spend(self, *banks: Bank) -> None:
        """Count one step of some automata."""
        cost = sum(AUTOMATON + bank.width // BITS_OF_A_STEP for bank in banks)
        self.take(STEP + cost)

    def spend_on_building(self, bank: Bank) -> None:
        """Count the building of an automaton."""
        self.take(bank.width // BITS_TO_BUILD)

    def spend_on_comparing(self, others: int) -> None:
        """Count the comparison of one state with others."""
        self.take(others // COMPARED_FOR_ONE)

    def spend_on_looking(self, pattern: Glob, others: int) -> None:
        """Count a look at the head of a pattern, and at those of others."""
        self.take(len(pattern.head) // READ_FOR_ONE + others // COMPARED_FOR_ONE)

    def take(self, cost: int) -> None:
        """Count a cost, and give up if it is more than is left."""
        self.left -= cost
        if self.left < 0:
            raise OutOfBudget
