"""docs/security.md names tests that there are, resources that there are, and a policy that fits."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.template.cloudformation import ROOT

if TYPE_CHECKING:
    from tests.template.cloudformation import Template

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PROOFS = sorted(set(re.findall(r"`(test_\w+\.py)::(\w+)`", PAGE)))
NAMES = sorted(set(re.findall(r"`((?:[A-Z][a-z0-9]+){2,})`", PAGE)))
LARGEST_POLICY = 5_120
"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"""


@cache
def names_in(name: str) -> frozenset[str]:
    """The names of the tests in all files of this name."""
    files = (ROOT / "tests").rglob(name)
    return frozenset(
        test for file in files for test in re.findall(r"def (test_\w+)", file.read_text("utf-8"))
    )


def test_it_rests_on_many_proofs() -> None:
    assert len(PROOFS) > 20


@pytest.mark.parametrize(("file", "name"), PROOFS)
def test_a_proof_is_a_test_that_there_is(file: str, name: str) -> None:
    assert name in names_in(file)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_of_the_template(template: Template, name: str) -> None:
    assert name in template.body["Resources"] or name in template.body["Parameters"]


def test_the_policy_fits_into_a_service_control_policy() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    policy = json.loads(block)

    assert len(json.dumps(policy, separators=(",", ":"))) <= LARGEST_POLICY
    assert {each["Effect"] for each in policy["Statement"]} == {"Deny"}


def test_every_excuse_to_the_auditor_is_a_sentence(template: Template) -> None:
    """`make audit` takes any; so one is not put there without its reason."""
    excuses = [
        (resource.name, excuse)
        for resource in template.resources
        for excuse in resource.body.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]

    assert excuses
    for name, excuse in excuses:
        assert re.fullmatch(r"[A-Z].{20,}\.", excuse["comment"]), (name, excuse)
