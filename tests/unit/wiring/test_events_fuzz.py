"""No event, however malformed, raises anything but `MalformedEventError`."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.messages import (
    HOME,
    a_definition,
    a_request,
    a_tuning_arn,
    a_tuning_event,
    a_tuning_request,
    an_arn,
    an_event,
)
from tests.strategies import (
    Request,
    TuningRequest,
    group_ids,
    json_values,
    patiently,
    requests,
    subnet_ids,
    tuning_requests,
    values_of,
    wild_texts,
)
from vpc_guardrail.app.inspect_job import Announcement
from vpc_guardrail.core.model import InstancePlan, InstanceSet, TrainingJob, VpcConfig
from vpc_guardrail.wiring.events import MalformedEventError, parse_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = Any
Path = tuple[str | int, ...]


def asked_for(request: Request, parameters: Json = None) -> TrainingJob:
    """The job that is read from the event of a request."""
    event = an_event(
        request.name,
        requestParameters=parameters or request.as_cloudtrail_writes_it,
        responseElements={"trainingJobArn": an_arn(request.name)},
    )
    parsed = parse_event(json.dumps(event), HOME)
    assert isinstance(parsed, Announcement)
    assert parsed.requested is not None
    return parsed.requested


def parsed_or_refused(text: str) -> None:
    """Any other error than the named one fails the test."""
    try:
        parse_event(text, HOME)
    except MalformedEventError:
        return


@patiently
@given(requests())
def test_every_request_that_the_model_allows_is_understood(request: Request) -> None:
    job = asked_for(request)

    config = request.values.get("VpcConfig", {})
    assert job.name == request.name
    assert set(job.subnet_ids) == set(config.get("Subnets", ()))
    assert set(job.security_group_ids) == set(config.get("SecurityGroupIds", ()))
    wanted = request.values.get("EnableInterContainerTrafficEncryption", False)
    assert job.encrypts_inter_container_traffic == wanted


@patiently
@given(requests())
def test_the_apis_own_casing_reads_the_same(request: Request) -> None:
    assert asked_for(request, dict(request.values)) == asked_for(request)


@patiently
@given(
    requests(
        VpcConfig=st.fixed_dictionaries(
            {
                "Subnets": st.lists(subnet_ids, min_size=1, max_size=16, unique=True),
                "SecurityGroupIds": st.lists(group_ids, min_size=1, max_size=5, unique=True),
            }
        )
    )
)
def test_subnets_and_groups_survive_in_their_order(request: Request) -> None:
    config = request.values["VpcConfig"]

    assert asked_for(request).vpc_config == VpcConfig(
        tuple(config["Subnets"]), tuple(config["SecurityGroupIds"])
    )


@patiently
@given(tuning_requests(), st.booleans())
def test_every_tuning_request_that_the_model_allows_is_understood(
    request: TuningRequest, apis_casing: bool
) -> None:
    event = a_tuning_event(
        requestParameters=dict(request.values) if apis_casing else request.as_cloudtrail_writes_it,
        responseElements={"hyperParameterTuningJobArn": a_tuning_arn(request.name)},
    )

    parsed = parse_event(json.dumps(event), HOME)

    assert isinstance(parsed, Announcement)
    if not request.definitions:
        assert parsed.requested is None
        return
    assert parsed.requested is not None
    configs = [each.get("VpcConfig", {}) for each in request.definitions]
    assert [{*each.subnet_ids} for each in parsed.requested.judged] == [
        {*config.get("Subnets", ())} for config in configs
    ]
    assert {*parsed.requested.security_group_ids} == {
        group for config in configs for group in config.get("SecurityGroupIds", ())
    }


COUNTS = st.integers(1, 10_000)
TYPES = values_of("TrainingInstanceType")
SETS = st.lists(st.builds(InstanceSet, TYPES, COUNTS), min_size=1, max_size=5)


def written(each: InstanceSet) -> dict[str, Json]:
    return {"InstanceType": each.instance_type, "InstanceCount": each.count}


@patiently
@given(st.data(), SETS, values_of("ResourceConfig"))
def test_instance_counts_survive_in_each_of_their_forms(
    data: st.DataObject, sets: list[InstanceSet], rest: dict[str, Json]
) -> None:
    forms: dict[str, tuple[dict[str, Json], tuple[InstancePlan, ...]]] = {
        "one type": (written(sets[0]), (InstancePlan((sets[0],)),)),
        "groups start together": (
            {"InstanceGroups": [written(each) | {"InstanceGroupName": "g"} for each in sets]},
            (InstancePlan(tuple(sets)),),
        ),
        "preferences exclude each other": (
            {"InstancePreferences": [written(each) for each in sets]},
            tuple(InstancePlan((each,)) for each in sets),
        ),
        "preferences share the job's count": (
            {
                "InstancePreferences": [{"InstanceType": each.instance_type} for each in sets],
                "InstanceCount": 7,
            },
            tuple(InstancePlan((InstanceSet(each.instance_type, 7),)) for each in sets),
        ),
    }
    told = ("InstanceType", "InstanceCount", "InstanceGroups", "InstancePreferences")
    said_elsewhere = (*told, "SelectedInstanceType", "SelectedInstanceCount")
    other = {name: value for name, value in rest.items() if name not in said_elsewhere}
    form = data.draw(st.sampled_from(sorted(forms)))
    resources, plans = forms[form]
    request = Request({"TrainingJobName": "train-1", "ResourceConfig": {**other, **resources}})

    assert asked_for(request).instance_plans == plans


# Mutations of a sound event.


def paths(value: Json, before: Path = ()) -> Iterator[Path]:
    """The way to each member of a JSON value, at any depth."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        yield (*before, key)
        if isinstance(each, dict | list):
            yield from paths(each, (*before, key))


def within(event: Json, path: Path) -> Json:
    for key in path:
        event = event[key]
    return event


RESOURCES = {
    "instanceGroups": [
        {"instanceType": "ml.m5.xlarge", "instanceCount": 1, "instanceGroupName": "a"}
    ],
    "instancePreferences": [{"instanceType": "ml.m5.xlarge"}],
    "instanceCount": 2,
    "selectedInstanceType": "ml.m5.xlarge",
    "selectedInstanceCount": 2,
}
FILES = {"fileSystemDataSource": {"fileSystemId": "fs-1", "fileSystemType": "EFS"}}
IMAGE = {
    "trainingImage": "registry.example/a",
    "trainingImageConfig": {"trainingRepositoryAccessMode": "Vpc"},
}
SOUND = an_event(
    requestParameters=a_request(
        resourceConfig=RESOURCES,
        inputDataConfig=[{"channelName": "train", "dataSource": FILES}],
        algorithmSpecification=IMAGE,
    )
)
TUNING = a_tuning_event(
    requestParameters=a_tuning_request(
        trainingJobDefinitions=[
            a_definition(
                hyperParameterTuningResourceConfig={
                    "instanceConfigs": RESOURCES["instancePreferences"],
                    "instanceCount": 2,
                },
                inputDataConfig=[{"channelName": "train", "dataSource": FILES}],
            )
        ]
    )
)
EVENTS = {"training": SOUND, "tuning": TUNING}
PATHS = {name: [*paths(event)] for name, event in EVENTS.items()}
UNREAD = {"hyperParameters", "environment", "outputDataConfig", "tags"}
DECISIVE = {
    name: [
        path
        for path in found
        if {*path} & {"responseElements", "requestParameters", "eventTime", "eventName"}
        and not {*path} & UNREAD
    ]
    for name, found in PATHS.items()
}
CASINGS: list[Callable[[str], str]] = [str.lower, str.upper, str.title, str.swapcase]


@st.composite
def mutated_events(draw: st.DrawFn) -> Json:
    name = draw(st.sampled_from(sorted(EVENTS)))
    event = copy.deepcopy(EVENTS[name])
    ways = st.sampled_from(PATHS[name]) | st.sampled_from(DECISIVE[name])
    for path in draw(st.lists(ways, min_size=1)):
        try:
            owner = within(event, path[:-1])
            value = owner.pop(path[-1])
        except (AttributeError, IndexError, KeyError, TypeError):
            continue  # An earlier mutation took it away.
        what = draw(st.sampled_from(["replaced", "removed", "re-cased", "twice"]))
        if isinstance(owner, list):
            owner.append(draw(json_values))
        elif what == "replaced":
            owner[path[-1]] = draw(json_values | wild_texts)
        elif what == "re-cased":
            owner[draw(st.sampled_from(CASINGS))(str(path[-1]))] = value
        elif what == "twice":
            owner[str(path[-1])] = draw(json_values)
            owner[str(path[-1]).upper()] = value
    return event


@settings(patiently, max_examples=300)
@given(mutated_events())
def test_mutated_events_raise_nothing_else(event: Json) -> None:
    parsed_or_refused(json.dumps(event))


@patiently
@given(json_values)
def test_arbitrary_json_raises_nothing_else(value: Json) -> None:
    parsed_or_refused(json.dumps(value))


@patiently
@given(json_values, json_values, json_values)
def test_arbitrary_json_in_the_decisive_members_raises_nothing_else(
    request: Json, time: Json, error_code: Json
) -> None:
    parsed_or_refused(json.dumps(an_event(requestParameters=request, eventTime=time)))
    parsed_or_refused(json.dumps(an_event(errorCode=error_code, responseElements=request)))
    for members in ({"trainingJobArn": request}, {"TrainingJobArn": time}):
        parsed_or_refused(json.dumps(an_event(responseElements=members)))
    parsed_or_refused(json.dumps(a_tuning_event(requestParameters=request, eventTime=time)))
    for name in ("trainingJobDefinition", "hyperParameterTuningJobConfig"):
        asked = a_tuning_request(**{name: request})
        parsed_or_refused(json.dumps(a_tuning_event(requestParameters=asked)))


@patiently
@given(wild_texts | st.text('{}[]",:0123456789.eE+-truefalsn\\ué'))
def test_arbitrary_text_raises_nothing_else(text: str) -> None:
    parsed_or_refused(text)


@settings(patiently, max_examples=60)
@given(st.integers(0, 12_000))
def test_deep_nesting_raises_nothing_else(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    for member in ("errorCode", "requestParameters", "eventTime", "responseElements"):
        parsed_or_refused(f'{{"detail": {{"eventName": "CreateTrainingJob", "{member}": {deep}}}}}')
