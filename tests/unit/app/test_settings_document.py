"""The settings document: what it sets, what is refused and how, and that its schema agrees."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, validators
from jsonschema.exceptions import ValidationError

from tests.laws import law
from tests.strategies import json_values, wild_texts
from vpc_guardrail.app.settings_document import (
    SettingsError,
    parse_settings,
    settings_of,
    settings_schema,
)
from vpc_guardrail.core.alert_routes import AlertRoute
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.exemptions import Exemption, TagExemption
from vpc_guardrail.core.finding import Severity, StopPolicy
from vpc_guardrail.core.settings import Alerts, CheckAction, InternetAccess, Mode, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

Json = Any

BASE = Settings(mode=Mode.ENFORCE, required_services=("sts",))
GRANTED = {"owner": "me", "reason": "because", "expires": "2027-03-31"}
A_VPC = "vpc-0123456789abcdef0"


def parsed(**members: Json) -> Settings:
    return parse_settings(json.dumps(members), Settings())


@pytest.mark.parametrize("text", ["{}", " {\n} "])
def test_an_empty_document_leaves_the_base_as_it_is(text: str) -> None:
    assert parse_settings(text, BASE) == BASE


def test_a_document_goes_before_the_base_field_by_field() -> None:
    settings = parse_settings('{"mode": "audit"}', BASE)

    assert (settings.mode, settings.required_services) == (Mode.AUDIT, ("sts",))


@pytest.mark.parametrize(
    ("members", "settings"),
    [
        pytest.param({"threshold": "HIGH"}, Settings(threshold=Severity.HIGH), id="threshold"),
        pytest.param(
            {"checks": {"s3-reachable": {"action": "stop", "severity": "LOW"}}},
            Settings(
                actions={"s3-reachable": CheckAction.STOP},
                severities={"s3-reachable": Severity.LOW},
            ),
            id="action and severity of a check",
        ),
        pytest.param(
            {"checks": {"s3-reachable": {}, "internet-access": {"action": "ignore"}}},
            Settings(actions={"internet-access": CheckAction.IGNORE}),
            id="a check without a choice",
        ),
        pytest.param(
            {"internet_access": "required", "required_services": ["ecr.api"]},
            Settings(internet_access=InternetAccess.REQUIRED, required_services=("ecr.api",)),
            id="what jobs reach",
        ),
        pytest.param(
            {"allowed_buckets": ["my-data"]}, Settings(allowed_buckets=("my-data",)), id="buckets"
        ),
        pytest.param(
            {"addresses_per_instance": {"ml.p5.48xlarge": 33}},
            Settings(addresses_per_instance={"ml.p5.48xlarge": 33}),
            id="addresses",
        ),
        pytest.param(
            {"alerts": {"window_hours": 1, "least_severity": "HIGH", "daily_digest": 7}},
            Settings(alerts=Alerts(1, Severity.HIGH, 7)),
            id="alerts",
        ),
        pytest.param({"alerts": {"daily_digest": None}}, Settings(), id="no digest"),
        pytest.param(
            {"alerts": {"routes": [{"name": "ml", "role": "ml-*"}, {"name": "ml", "vpc": A_VPC}]}},
            Settings(
                alerts=Alerts(routes=(AlertRoute("ml", role="ml-*"), AlertRoute("ml", vpc=A_VPC)))
            ),
            id="routes",
        ),
        pytest.param(
            {"alerts": {"routes": [{"name": "urgent", "least_severity": "HIGH"}]}},
            Settings(alerts=Alerts(routes=(AlertRoute("urgent", Severity.HIGH),))),
            id="a route of what is severe",
        ),
        pytest.param(
            {"circuit_breaker": {"stops_per_hour": 0}}, Settings(stops_per_hour=0), id="breaker"
        ),
        pytest.param(
            {"exemptions": [{"job_name": "a-*", "vpc": A_VPC, **GRANTED}]},
            Settings(
                exemptions=(
                    Exemption("me", "because", date(2027, 3, 31), job_name="a-*", vpc=A_VPC),
                )
            ),
            id="an exemption",
        ),
        pytest.param(
            {"exemptions_by_tag": {"key": "exempt", **GRANTED}},
            Settings(exemptions_by_tag=TagExemption("exempt", "me", "because", date(2027, 3, 31))),
            id="an exemption by tag",
        ),
        pytest.param({"exemptions_by_tag": None}, Settings(), id="no exemption by tag"),
        pytest.param({"$schema": "https://example.org/x.json"}, Settings(), id="an editor's line"),
    ],
)
def test_what_a_document_sets(members: Json, settings: Settings) -> None:
    assert parsed(**members) == settings


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        pytest.param({"mod": "audit"}, "mod: is not known here", id="a misspelt field"),
        pytest.param({"mode": "Audit"}, "mode: is 'Audit'; it must be audit, enforce", id="mode"),
        pytest.param({"mode": ["audit"]}, "mode: is ['audit']", id="a list"),
        pytest.param({"checks": {"s3": {}}}, "checks.s3: is not known here", id="a check"),
        pytest.param(
            {"checks": {"s3-reachable": {"severity": "URGENT"}}},
            "checks.s3-reachable.severity: is 'URGENT'",
            id="a severity",
        ),
        pytest.param({"required_services": "sts"}, "required_services: is 'sts'", id="no list"),
        pytest.param(
            {"required_services": ["sts", "STS"]}, "required_services[1]: is 'STS'", id="a service"
        ),
        pytest.param({"allowed_buckets": ["a"]}, "allowed_buckets[0]: is 'a'", id="a bucket"),
        pytest.param(
            {"addresses_per_instance": {"p5": 2}}, "addresses_per_instance.p5: is 'p5'", id="a type"
        ),
        pytest.param(
            {"addresses_per_instance": {"ml.p5.48xlarge": 0}},
            "addresses_per_instance.ml.p5.48xlarge: is 0",
            id="no addresses",
        ),
        pytest.param({"alerts": {"window_hours": True}}, "alerts.window_hours: is True", id="bool"),
        pytest.param(
            {"circuit_breaker": {"stops_per_hour": -1}},
            "circuit_breaker.stops_per_hour: is -1; it must be a whole number from 0 to 1000",
            id="below zero",
        ),
        pytest.param(
            {"exemptions": [{"check": "s3-reachable", "owner": "me", "reason": "so"}]},
            "exemptions[0].expires: is missing",
            id="an exemption without an end",
        ),
        pytest.param(
            {"exemptions": [{**GRANTED, "check": "s3-reachable", "expires": "2027-02-30"}]},
            "exemptions[0].expires: is '2027-02-30'; it must be a day such as 2027-03-31",
            id="a day that is not",
        ),
        pytest.param(
            {"alerts": {"routes": [{"role": "ml-*"}]}},
            "alerts.routes[0].name: is missing",
            id="a route without a name",
        ),
        pytest.param(
            {"alerts": {"routes": [{"name": "ml"}]}},
            "alerts.routes[0]: must name at least one of job_name, role, vpc, check, "
            "least_severity",
            id="a route of everything",
        ),
        pytest.param(
            {"alerts": {"routes": [{"name": "default", "vpc": A_VPC}]}},
            "alerts.routes[0].name: is 'default'; it must be a name of small letters",
            id="a route of what no route takes",
        ),
        pytest.param(
            {"alerts": {"routes": [{"name": "m", "vpc": A_VPC}] * 11}},
            "alerts.routes: has 11 entries; it must have at most 10",
            id="too many routes",
        ),
        pytest.param(
            {"exemptions": [GRANTED]},
            "exemptions[0]: must name at least one of job_name, role, vpc, check",
            id="an exemption from everything",
        ),
        pytest.param(
            {"exemptions": [{**GRANTED, "job_name": "*"}]},
            "exemptions[0].job_name: is '*'",
            id="a pattern of any name",
        ),
        pytest.param(
            {"exemptions": [{**GRANTED, "vpc": "vpc-1"}]}, "exemptions[0].vpc: is", id="a VPC"
        ),
        pytest.param(
            {"exemptions": [{**GRANTED, "check": "vpc-1", "owner": " "}]},
            "exemptions[0].owner: is ' '",
            id="an empty owner",
        ),
        pytest.param(
            {"exemptions_by_tag": GRANTED}, "exemptions_by_tag.key: is missing", id="a tag"
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_name_of_the_field(members: Json, problem: str) -> None:
    with pytest.raises(SettingsError, match=rf"(?m)^{re.escape(problem)}"):
        parsed(**members)


@pytest.mark.parametrize(
    "spec", [each for each in SPECS if each.stop is StopPolicy.NEVER], ids=lambda each: each.name
)
def test_a_check_that_never_stops_cannot_be_set_to(spec: Any) -> None:
    with pytest.raises(SettingsError, match=rf"checks\.{spec.name}\.action: is 'stop'"):
        parsed(checks={spec.name: {"action": "stop"}})


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as told:
        parsed(mode=1, threshold=2, exemptions=[3])

    assert [line.partition(":")[0] for line in str(told.value).splitlines()] == [
        "mode",
        "threshold",
        "exemptions[0]",
    ]


@pytest.mark.parametrize("levels", [*range(900, 1100), 100_000])
def test_a_value_too_deep_to_be_quoted_is_refused_as_any_other(levels: int) -> None:
    """Fault: Python 3.11 reads documents of 990 levels that it cannot write again."""
    for value in (nested(levels, lambda each: [each]), nested(levels, lambda each: {"a": each})):
        for document in ({"mode": value}, {"alerts": {"window_hours": value}}, value):
            with pytest.raises(SettingsError):
                settings_of(document, Settings())


def nested(levels: int, wrapped: Callable[[object], object]) -> object:
    """A value in so many lists, or structures."""
    value: object = 0
    for _ in range(levels):
        value = wrapped(value)
    return value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "not JSON", id="nothing"),
        pytest.param("[]", "must be a structure", id="a list"),
        pytest.param("{'mode': 'audit'}", "not JSON", id="Python"),
        pytest.param('{"mode": "audit", "mode": "enforce"}', "'mode' is given twice", id="twice"),
        pytest.param('{"alerts": {"window_hours": NaN}}', "NaN is no number", id="no number"),
        pytest.param("[" * 100_000, "not JSON", id="too deep"),
    ],
)
def test_what_is_no_document_is_refused(text: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        parse_settings(text, BASE)


# The published schema.

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs/settings.schema.json").read_text(encoding="utf-8")
)
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date", raises=ValueError)
def is_day(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


def as_in_ecma(_: Any, pattern: str, value: Json, __: Json) -> Any:
    """A pattern's `$` is the end of a text in JSON Schema, and not before its last newline."""
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


extended: Any = validators.extend
VALIDATOR = extended(Draft202012Validator, {"pattern": as_in_ecma})(SCHEMA, format_checker=FORMATS)


def test_the_published_schema_is_that_of_the_code_and_valid() -> None:
    assert settings_schema() == SCHEMA
    Draft202012Validator.check_schema(SCHEMA)


def test_every_field_says_what_it_means() -> None:
    def silent(schema: Json, place: str) -> list[str]:
        found = []
        for name, inner in schema.get("properties", {}).items():
            if not inner.get("description", "").endswith("."):
                found.append(f"{place}.{name}")
            found += silent(inner, f"{place}.{name}")
        return found

    assert silent(SCHEMA, "") == []


def values_of(schema: Json) -> st.SearchStrategy[Json]:
    """Values that mostly are as a schema wants them."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema and "properties" not in schema:
        return st.one_of([values_of(each) for each in schema["anyOf"]])
    if schema.get("format") == "date":
        return st.dates().map(date.isoformat)
    makers: dict[str, Callable[[], st.SearchStrategy[Json]]] = {
        "integer": lambda: (
            st.integers(schema["minimum"] - 1, schema["maximum"] + 1)
            | st.just(float(schema["minimum"]))
        ),
        "string": lambda: st.from_regex(re.sub(r"\$$", r"\\Z", schema["pattern"])),
        "array": lambda: st.lists(values_of(schema["items"]), max_size=2),
        "null": st.none,
        "object": lambda: structures_of(schema),
    }
    return makers[schema["type"]]()


def structures_of(schema: Json) -> st.SearchStrategy[Json]:
    if "propertyNames" in schema:
        names, values = values_of(schema["propertyNames"]), schema["additionalProperties"]
        return st.dictionaries(names, values_of(values), max_size=2)
    members = {name: values_of(inner) for name, inner in schema["properties"].items()}
    required = {name: members[name] for name in schema.get("required", ())}
    sound = st.fixed_dictionaries(
        required, optional={name: each for name, each in members.items() if name not in required}
    )
    return sound | st.builds(spoilt, sound, st.sampled_from([*members, "x"]), json_values)


def spoilt(value: Json, name: str, instead: Json) -> Json:
    return {**value, name: instead}


@law
@given(structures_of(SCHEMA))
def test_schema_and_parser_accept_and_refuse_the_same(document: Json) -> None:
    try:
        settings_of(document, Settings())
    except SettingsError:
        assert not VALIDATOR.is_valid(document)
    else:
        VALIDATOR.validate(document)


@law
@given(json_values | wild_texts)
def test_nothing_but_a_settings_error_comes_of_any_json(document: Json) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    try:
        parse_settings(text, Settings())
    except SettingsError as error:
        assert str(error).isascii()
