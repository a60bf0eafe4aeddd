"""Policies of the greatest legal size that were made to be slow to decide."""

from __future__ import annotations

import json
import random
import string
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Json = Any
LONGEST = 20_480
"""Characters of an endpoint policy: the longest that AWS takes of those judged here.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""
ARN = "arn:aws:s3:::"
NAME_CHARACTERS = string.ascii_lowercase + string.digits + "-."
MANY = len(NAME_CHARACTERS)


def statement(effect: str, resources: Json, **others: Json) -> Json:
    """A statement about every principal and action."""
    resource = {} if "NotResource" in others else {"Resource": resources}
    return {"Effect": effect, "Principal": "*", "Action": "s3:*", **resource, **others}


def document(*statements: Json) -> Json:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": [*statements]}


def size(found: Json) -> int:
    """As AWS counts it: without white space."""
    return len(json.dumps(found, separators=(",", ":")))


def filled(pattern: Callable[[int], str], beside: Json, share: float = 1.0) -> list[str]:
    """As many patterns as fit into a policy beside another statement."""
    room = (LONGEST - size(document(beside, statement("Deny", [])))) * share
    found: list[str] = []
    while room > len(pattern(len(found))) + len('"",'):
        found.append(pattern(len(found)))
        room -= len(found[-1]) + len('"",')
    return found


def letter(index: int) -> str:
    """One after the other, and again."""
    return NAME_CHARACTERS[index % MANY]


def hard_policies() -> dict[str, Json]:
    """Each for another weakness that a reasoner may have."""
    everything = statement("Allow", "*")
    chance = random.Random(1)  # noqa: S311 - nothing is secret here.

    def noise(characters: str, length: int) -> str:
        return "".join(chance.choice(characters) for _ in range(length))

    two_stars = filled(lambda n: f"{ARN}*{letter(n)}*{letter(n // MANY)}*", everything)
    half = len(two_stars) // 2
    long_allow = statement("Allow", "*a" * 2000)
    found = {
        "full access": document(everything),
        "hundreds of names denied": document(
            everything, statement("Deny", filled(lambda n: f"{ARN}bucket-{n:05d}/*", everything))
        ),
        "every first letter denied": document(
            everything, statement("Deny", [f"{ARN}{each}*" for each in NAME_CHARACTERS])
        ),
        "every two first letters denied": document(
            everything,
            statement(
                "Deny", filled(lambda n: f"{ARN}{letter(n)}{letter(n // MANY)}*", everything)
            ),
        ),
        "two stars denied": document(everything, statement("Deny", two_stars)),
        "two stars against two stars": document(
            statement("Allow", two_stars[:half]), statement("Deny", two_stars[half:])
        ),
        "gaps denied": document(
            everything,
            statement("Deny", filled(lambda n: f"*a{'?' * (n % 30)}*{letter(n)}", everything)),
        ),
        "one length after the other denied": document(
            everything, statement("Deny", filled(lambda n: "*a" + "?" * n, everything))
        ),
        "one length after the other, long allow": document(
            long_allow, statement("Deny", filled(lambda n: "*a" + "?" * n, long_allow))
        ),
        "lengths against lengths": document(
            statement("Allow", [f"*a{'?' * n}" for n in range(100)]),
            statement("Deny", [f"*b{'?' * n}" for n in range(100)]),
        ),
        "long against long": document(
            statement("Allow", "*a?" * 5000 + "*"), statement("Deny", "*?a" * 1500)
        ),
        "short noise": document(
            statement("Allow", [noise("ab*?", 12) for _ in range(600)]),
            statement("Deny", [noise("ab*?", 12) for _ in range(600)]),
        ),
        "noise in names": document(
            everything, statement("Deny", [ARN + noise("ab**?", 20) for _ in range(500)])
        ),
        "confined ten times": document(
            *(
                statement(
                    "Deny",
                    None,
                    NotResource=[
                        f"{ARN}*{chance.choice(NAME_CHARACTERS)}*{chance.choice(NAME_CHARACTERS)}*"
                        for _ in range(60)
                    ],
                )
                for _ in range(10)
            ),
            statement("Allow", [f"*{each}*" for each in NAME_CHARACTERS]),
        ),
        "sixty unknown tags": document(*_tagged(60)),
        "one unknown tag, many patterns": document(
            *(
                statement(
                    "Allow", "*", Condition={"StringLike": {"aws:PrincipalTag/k": f"*{each}*"}}
                )
                for each in NAME_CHARACTERS
            )
        ),
    }
    assert all(size(each) <= LONGEST for each in found.values())  # noqa: S101 - they are legal.
    return found


def _tagged(count: int) -> list[Json]:
    blocks = [
        {"StringLike": {f"aws:PrincipalTag/k{n}": [f"*{letter(n)}*", f"a{n}*"]}}
        for n in range(count)
    ]
    return [
        statement(effect, resources, Condition=block)
        for n, block in enumerate(blocks)
        for effect, resources in (("Allow", f"{ARN}b{n}*"), ("Deny", f"{ARN}*{letter(n)}*"))
    ]
