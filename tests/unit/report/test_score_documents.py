"""The published JSON of a score: it is what its schema says, no more and no less."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from tests.builders import DENIED, VPC, a_network, a_security_group, a_vpc
from tests.laws import law
from tests.network_strategies import networks, score_rules
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.finding import Kind, Severity, Status
from vpc_guardrail.core.score import WEIGHTS, VpcStatus
from vpc_guardrail.core.score_rule import ScoreRule
from vpc_guardrail.core.scoring import score_vpc
from vpc_guardrail.report.score_documents import score_document

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network

Json = Any

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs/score.schema.json").read_text(encoding="utf-8")
)
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_time_with_zone(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FORMATS)

SOUND = a_network(security_groups=(a_security_group(is_default=True),))


def published(network: Network, rule: ScoreRule | None = None) -> Json:
    return json.loads(json.dumps(score_document(score_vpc(VPC, network, rule or ScoreRule()))))


@law
@given(networks, score_rules)
def test_every_document_is_valid(network: Network, rule: ScoreRule) -> None:
    VALIDATOR.validate(published(network, rule))


@pytest.mark.parametrize(
    "network", [SOUND, replace(SOUND, subnets=DENIED), replace(SOUND, subnets={})]
)
def test_documents_with_and_without_a_score_are_valid(network: Network) -> None:
    VALIDATOR.validate(published(network))


def test_the_breakdown_adds_up_in_the_document_too() -> None:
    document = published(replace(SOUND, vpcs={VPC: a_vpc(tenancy="host", dns_support=False)}))

    for total in ("weight", "lost", "open"):
        assert document[total] == sum(each[total] for each in document["checks"])
    exact = 100 * (document["weight"] - document["lost"]) / document["weight"]
    assert document["score"] == int(exact)
    assert sum(each["points"] for each in document["mends"]) == pytest.approx(100 - exact)


# The schema itself.

A_DOCUMENT = published(replace(SOUND, vpcs={VPC: a_vpc(tenancy="host")}))
PLACES = {
    "": (SCHEMA, A_DOCUMENT),
    "vpc": (SCHEMA["$defs"]["vpc"], A_DOCUMENT["vpc"]),
    "check": (SCHEMA["$defs"]["check"], A_DOCUMENT["checks"][0]),
    "mend": (SCHEMA["$defs"]["mend"], A_DOCUMENT["mends"][0]),
    "finding": (SCHEMA["$defs"]["finding"], A_DOCUMENT["findings"][0]),
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    structures = {name for name, each in SCHEMA["$defs"].items() if "properties" in each}
    assert structures == PLACES.keys() - {""}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place or "score")
def test_every_member_is_documented_and_every_documented_member_is_there(place: str) -> None:
    schema, document = PLACES[place]

    assert schema["properties"].keys() == document.keys()
    assert {*schema["required"]} == document.keys()
    for name, member in schema["properties"].items():
        target = member.get("$ref", "").rpartition("/")[2]
        assert "description" in member or "description" in SCHEMA["$defs"][target], name


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place or "score")
def test_members_of_the_future_are_allowed(place: str) -> None:
    document = json.loads(json.dumps(A_DOCUMENT))
    structure = {
        "": document,
        "vpc": document["vpc"],
        "check": document["checks"][0],
        "mend": document["mends"][0],
        "finding": document["findings"][0],
    }[place]
    structure["a_member_of_the_future"] = {"new": [1]}

    VALIDATOR.validate(document)


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        pytest.param(SCHEMA["properties"]["status"], VpcStatus, id="statuses of VPCs"),
        pytest.param(PLACES["check"][0]["properties"]["status"], Status, id="of checks"),
        pytest.param(PLACES["finding"][0]["properties"]["status"], Status, id="of findings"),
        pytest.param(PLACES["finding"][0]["properties"]["kind"], Kind, id="kinds"),
        pytest.param(SCHEMA["$defs"]["severity"], Severity, id="severities"),
    ],
)
def test_the_schema_knows_exactly_the_values_there_are(schema: Json, values: Any) -> None:
    assert schema["enum"] == [value.value for value in values]


def test_the_schema_admits_the_name_of_every_check() -> None:
    names = Draft202012Validator(SCHEMA["$defs"]["name"])

    assert all(names.is_valid(spec.name) for spec in SPECS)


def test_the_schema_tells_the_weights() -> None:
    told = PLACES["check"][0]["properties"]["severity"]["description"]

    weights = [f"{each.value} {weight}" for each, weight in WEIGHTS.items() if weight]
    assert ", ".join(weights) in told


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("status", "fine"),
        ("schema_version", "2"),
        ("score", 101),
        ("score", 88.5),
        ("lost", -1),
        ("facts_read_at", "2026-11-23T12:00:00"),
        ("vpc", {"id": "vpc-1"}),
    ],
)
def test_the_schema_refuses_what_is_no_score(member: str, value: Json) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate(A_DOCUMENT | {member: value})
