"""The dashboard shows what there is: metrics that are written, of every queue and function."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from vpc_guardrail.wiring.metrics import METRICS, NAMESPACE, STACK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tests.template.cloudformation import Template

OURS = {metric.name: {STACK, *metric.dimensions} for metric in METRICS}

AWS_METRICS = {
    "AWS/Lambda": ({"Errors", "Throttles", "Duration"}, {"FunctionName"}),
    "AWS/SQS": (
        {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"},
        {"QueueName"},
    ),
}
"""The metrics of AWS that it shows, and their dimensions, by namespace."""

VARIABLE = re.compile(r"\$\{(!?[^}]+)\}")
SEARCH = re.compile(
    r"SEARCH\('\{(?P<namespace>[^,]+),(?P<dimensions>[^}]+)\} "
    r"MetricName=\"(?P<name>\w+)\" (?P<rest>[^']*)'"
)
COLUMNS = 24

ADDED = {
    "VpcsAreScored": ("VPC", "Scoring"),
    "AlertsInSlack": ("Slack, all alerts:",),
    "UrgentAlertsInSlack": ("Slack, urgent alerts:",),
    "UsesSlack": ("Slack:",),
    "FindingsInSecurityHub": ("Security Hub:",),
}
"""By condition, what the titles of its widgets have."""

STACKS = [
    (),
    ("VpcsAreScored",),
    ("AlertsInSlack", "UsesSlack"),
    ("UrgentAlertsInSlack", "UsesSlack"),
    ("FindingsInSecurityHub",),
    tuple(ADDED),
]
"""The conditions that hold of a stack."""


@dataclass(frozen=True)
class Shown:
    """A metric that a widget shows; the values are as the template has them, `${Name}`."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]


def dashboard(template: Template, conditions: Collection[str]) -> str:
    """The text with its own variables in place, and those of CloudFormation as they are."""
    text, variables = template.resource("Dashboard").properties["DashboardBody"]["Fn::Sub"]
    for name, value in variables.items():
        chosen = value
        if "Fn::If" in value:
            condition, where_it_holds, elsewhere = value["Fn::If"]
            assert condition in ADDED
            chosen = where_it_holds if condition in conditions else elsewhere
        text = text.replace(f"${{{name}}}", chosen["Fn::Sub"] if chosen else "")
    return str(text)


def widgets_of(body: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


@pytest.fixture(scope="module")
def widgets(template: Template) -> list[dict[str, Any]]:
    """Those of a stack with all that can be asked for."""
    return widgets_of(dashboard(template, ADDED))


def shown_in(widget: Mapping[str, Any]) -> Iterator[Shown]:
    for row in widget["properties"].get("metrics", ()):
        if isinstance(row[0], dict):
            searches = [*SEARCH.finditer(row[0]["expression"])]
            assert searches, row
            yield from map(_searched, searches)
        else:
            namespace, name, *rest = (each for each in row if isinstance(each, str))
            yield Shown(namespace, name, dict(zip(rest[::2], rest[1::2], strict=True)))


def _searched(search: re.Match[str]) -> Shown:
    given = dict(re.findall(r'(\w+)="([^"]*)"', search["rest"]))
    dimensions = {name: given.get(name, "") for name in search["dimensions"].split(",")}
    assert given.keys() <= dimensions.keys(), search[0]
    return Shown(search["namespace"], search["name"], dimensions)


def all_shown(widgets: list[dict[str, Any]]) -> list[Shown]:
    return [shown for widget in widgets for shown in shown_in(widget)]


def test_it_shows_only_metrics_that_exist_with_all_their_dimensions(
    widgets: list[dict[str, Any]],
) -> None:
    """A metric with one dimension more or less is another metric, which nobody writes."""
    for shown in all_shown(widgets):
        if shown.namespace == NAMESPACE:
            assert shown.dimensions.keys() == OURS[shown.name], shown
        else:
            names, dimensions = AWS_METRICS[shown.namespace]
            assert shown.name in names, shown
            assert shown.dimensions.keys() == dimensions, shown


def test_it_shows_every_metric_that_is_written(widgets: list[dict[str, Any]]) -> None:
    ours = {shown.name for shown in all_shown(widgets) if shown.namespace == NAMESPACE}

    assert ours == set(OURS)


def test_it_shows_its_own_stack_alone(widgets: list[dict[str, Any]]) -> None:
    for shown in all_shown(widgets):
        if shown.namespace == NAMESPACE:
            assert shown.dimensions[STACK] == "${AWS::StackName}", shown


def test_it_shows_every_function_and_every_queue(
    template: Template, widgets: list[dict[str, Any]]
) -> None:
    shown = {
        (each.name, value) for each in all_shown(widgets) for value in each.dimensions.values()
    }

    for function in template.of_type("AWS::Serverless::Function"):
        for name in ("Errors", "Throttles", "Duration"):
            assert (name, f"${{{function.name}}}") in shown
    for queue in template.of_type("AWS::SQS::Queue"):
        assert ("ApproximateNumberOfMessagesVisible", f"${{{queue.name}.QueueName}}") in shown
        if "RedrivePolicy" in queue.properties:
            assert ("ApproximateAgeOfOldestMessage", f"${{{queue.name}.QueueName}}") in shown


def test_it_shows_every_alarm(template: Template, widgets: list[dict[str, Any]]) -> None:
    (alarms,) = [widget["properties"]["alarms"] for widget in widgets if widget["type"] == "alarm"]

    assert sorted(alarms) == sorted(
        f"${{{alarm.name}.Arn}}" for alarm in template.of_type("AWS::CloudWatch::Alarm")
    )


@pytest.mark.parametrize("conditions", STACKS)
def test_every_variable_leads_to_a_resource_that_is_there(
    template: Template, conditions: tuple[str, ...]
) -> None:
    allowed = {None, *conditions}
    known = {resource.name: resource.body for resource in template.resources}

    for variable in VARIABLE.findall(dashboard(template, conditions)):
        if not variable.startswith(("AWS::", "!")):
            assert known[variable.split(".")[0]].get("Condition") in allowed, variable


@pytest.mark.parametrize("conditions", STACKS)
def test_what_is_not_deployed_and_nothing_else_is_missing(
    template: Template, conditions: tuple[str, ...]
) -> None:
    some = widgets_of(dashboard(template, conditions))
    every = widgets_of(dashboard(template, ADDED))
    missing = [
        word for condition, words in ADDED.items() if condition not in conditions for word in words
    ]
    titles = [widget["properties"].get("title", "") for widget in some]
    more = [widget["properties"].get("title", "") for widget in every]

    assert [title for title in more if title in titles] == titles
    assert [title for title in more if title not in titles] == [
        title for title in more if any(word in title for word in missing)
    ]


def test_it_says_what_to_do_about_everything_that_can_be_red(
    widgets: list[dict[str, Any]],
) -> None:
    (text,) = [widget["properties"]["markdown"] for widget in widgets if widget["type"] == "text"]

    for red in ("Dead letters", "Age of the oldest message", "Function errors", "Throttles"):
        assert f"| {red} | " in text
        assert any(red in widget["properties"].get("title", "") for widget in widgets), red
    for red in ("Settings trouble", "Held stops"):
        assert f"| {red} | " in text
    assert "docs/operations.md" in text


def test_graphs_have_titles_and_name_their_region(widgets: list[dict[str, Any]]) -> None:
    for widget in widgets:
        if widget["type"] == "metric":
            assert widget["properties"]["title"]
            assert widget["properties"]["region"] == "${AWS::Region}"


@pytest.mark.parametrize("conditions", STACKS)
def test_widgets_stand_in_full_rows(template: Template, conditions: tuple[str, ...]) -> None:
    """They have no place of their own, and follow each other."""
    heights: list[int] = []
    columns = 0
    for widget in widgets_of(dashboard(template, conditions)):
        assert {"x", "y"}.isdisjoint(widget)
        columns += widget["width"]
        heights.append(widget["height"])
        if columns == COLUMNS:
            assert len(set(heights)) == 1, widget["properties"]["title"]
            columns, heights = 0, []
        assert columns < COLUMNS, widget["properties"]["title"]
    assert heights == []
