"""Snapshots: what is stored of a judgement, and what is judged by it again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    DENIED,
    NOW,
    S3_LIST,
    a_bucket,
    a_job,
    a_job_without_vpc,
    a_network,
    a_prefix_list,
    a_tuning_job,
    an_interface_endpoint,
)
from tests.laws import law
from tests.network_strategies import all_settings, blinded, incomplete_jobs, jobs, networks
from tests.strategies import json_values
from vpc_guardrail.app.requests import described_job
from vpc_guardrail.app.snapshot import MalformedSnapshotError, Snapshot, dump, load
from vpc_guardrail.core.decision import judge
from vpc_guardrail.core.finding import Severity
from vpc_guardrail.core.model import Starts
from vpc_guardrail.core.model.network import NOT_ASKED
from vpc_guardrail.core.settings import CheckAction, InternetAccess, Mode, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpc_guardrail.core.decision import Judgement

Json = Any
Place = tuple[str | int, ...]

a_snapshot = Snapshot(a_job(), a_network(), Settings(), NOW)
snapshots = st.builds(
    Snapshot, jobs | incomplete_jobs, st.none() | networks, all_settings, st.just(NOW)
)


def judged(facts: Snapshot) -> Judgement:
    return judge(facts.job, facts.network, facts.settings, facts.taken_at)


class TestRoundTrip:
    @law
    @given(snapshots)
    def test_what_is_stored_is_loaded_and_judged_alike(self, facts: Snapshot) -> None:
        loaded = load(dump(facts))

        assert loaded == facts
        assert judged(loaded) == judged(facts)

    @law
    @given(jobs, networks, st.data())
    def test_so_is_what_could_not_be_read(
        self, job: Any, network: Any, data: st.DataObject
    ) -> None:
        less = data.draw(st.sampled_from([*blinded(network)]))
        facts = Snapshot(job, less, Settings(), NOW)

        assert load(dump(facts)) == facts

    def test_a_tuning_job_is_stored_with_its_definitions(self) -> None:
        job = a_tuning_job(a_job(name="forest"), a_job_without_vpc(), starts=Starts(1, 4))
        facts = Snapshot(job, a_network(), Settings(mode=Mode.ENFORCE), NOW)

        assert load(dump(facts)) == facts
        assert judged(load(dump(facts))) == judged(facts)

    def test_settings_are_stored_whole(self) -> None:
        settings = Settings(
            mode=Mode.ENFORCE,
            threshold=Severity.LOW,
            actions={"s3-reachable": CheckAction.STOP},
            internet_access=InternetAccess.REQUIRED,
            required_services=("sts", "ecr.api"),
        )

        assert load(dump(Snapshot(a_job(), None, settings, NOW))).settings == settings

    def test_ipv6_blocks_and_lists_are_told_apart(self) -> None:
        network = a_network(
            prefix_lists=(a_prefix_list(entries=("2600:1f::/32", "52.219.0.0/20")),),
            endpoints=(an_interface_endpoint(),),
        )
        facts = Snapshot(a_job(), network, Settings(), NOW)

        assert load(dump(facts)) == facts
        assert S3_LIST in dump(facts)

    def test_a_group_that_could_not_be_read_says_why(self) -> None:
        network = replace(a_network(), unread_groups={"sg-9": DENIED})
        facts = Snapshot(a_job(), network, Settings(), NOW)

        assert load(dump(facts)) == facts

    def test_buckets_and_policies_are_stored_as_they_were_read(self) -> None:
        buckets = (a_bucket(), a_bucket("open", policy=None), a_bucket("closed", policy=DENIED))
        facts = Snapshot(a_job(), a_network(buckets=buckets), Settings(), NOW)

        assert load(dump(facts)) == facts

    def test_a_job_without_a_vpc_has_no_network(self) -> None:
        facts = Snapshot(a_job_without_vpc(), None, Settings(), NOW)

        assert json.loads(dump(facts))["network"] is None
        assert load(dump(facts)) == facts


def test_what_was_not_read_says_why() -> None:
    document = json.loads(dump(Snapshot(a_job(), a_network(subnets=DENIED), Settings(), NOW)))

    assert document["network"]["subnets"] == {"unknown": DENIED.reason}


def test_a_snapshot_tells_its_version_and_nothing_secret() -> None:
    """Environment and hyperparameters stay in the account, whatever a description holds."""
    job = described_job(
        {
            "TrainingJobName": "train-1",
            "TrainingJobArn": "arn:aws:sagemaker:eu-central-1:111122223333:training-job/train-1",
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": "Starting",
            "CreationTime": NOW,
            "Environment": {"TOKEN": "s3cret"},
            "HyperParameters": {"password": "s3cret"},
            "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        }
    )

    text = dump(Snapshot(job, None, Settings(), NOW))

    assert json.loads(text)["schema_version"] == "1"
    assert "s3cret" not in text


# What is not a snapshot.


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("{", id="half of it"),
        pytest.param("[" * 100_000, id="very deep"),
        pytest.param("9" * 10_000, id="a very long number"),
        pytest.param("[]", id="a list"),
        pytest.param("null", id="null"),
        pytest.param("{}", id="an empty object"),
        pytest.param('{"schema_version": "2"}', id="another version"),
        pytest.param('{"schema_version": 1}', id="a version that is a number"),
        pytest.param('{"schema_version": "1"}', id="no facts"),
    ],
)
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(MalformedSnapshotError):
        load(text)


def changed(place: Place, value: Json) -> str:
    """A sound snapshot with another value at one place."""
    document = json.loads(dump(a_snapshot))
    _holder(document, place)[place[-1]] = value
    return json.dumps(document)


def _holder(document: Json, place: Place) -> Json:
    for step in place[:-1]:
        document = document[step]
    return document


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        pytest.param(("job", "name"), 7, "snapshot.job.name is not a str", id="a number as a name"),
        pytest.param(
            ("job", "created_at"), "yesterday", "snapshot.job.created_at", id="no time at all"
        ),
        pytest.param(
            ("taken_at",), "2026-11-23T12:00:00", "tells no time zone", id="a time without its zone"
        ),
        pytest.param(("job", "source"), "rumour", "snapshot.job.source", id="no such source"),
        pytest.param(("job", "source"), [], "snapshot.job.source", id="a list as a source"),
        pytest.param(("job", "instance_plans"), [], "instance_plans is empty", id="no plan"),
        pytest.param(
            ("job", "instance_plans", 0, "sets", 0, "count"),
            True,
            r"sets\[0\].count is not a int",
            id="a truth as a count",
        ),
        pytest.param(
            ("network", "vpcs", "vpc-1", "cidrs", 0),
            "10.0.0.1/16",
            r"cidrs\[0\].* host bits",
            id="a block with host bits",
        ),
        pytest.param(
            ("network", "vpcs", "vpc-1", "dns_support"),
            "yes",
            "is not a bool",
            id="a text as truth",
        ),
        pytest.param(
            ("network", "subnets"), {"unknown": None}, "is not a str", id="unknown without a reason"
        ),
        pytest.param(("network", "subnets"), [], "is not a dict", id="a list as a mapping"),
        pytest.param(
            ("network", "prefix_lists", S3_LIST, "entries", 0), "pl-1", "entries", id="no block"
        ),
        pytest.param(("settings", "mode"), "stop", "snapshot.settings.mode", id="no such mode"),
    ],
)
def test_the_place_of_what_is_wrong_is_named(place: Place, value: Json, told: str) -> None:
    with pytest.raises(MalformedSnapshotError, match=told):
        load(changed(place, value))


def test_a_member_that_is_lacking_is_named() -> None:
    document = json.loads(dump(a_snapshot))
    del document["network"]["vpcs"]["vpc-1"]["tenancy"]

    with pytest.raises(MalformedSnapshotError, match=r"vpcs.vpc-1 lacks tenancy"):
        load(json.dumps(document))


def test_an_older_snapshot_lacks_the_newer_fields() -> None:
    """It is judged as it was: each new field of the model has a default that says not asked."""
    document = json.loads(dump(a_snapshot))
    del document["network"]["network_acls"], document["job"]["file_systems"]

    loaded = load(json.dumps(document))

    assert loaded.job == a_snapshot.job
    assert loaded.network == a_network(network_acls=NOT_ASKED)


def places(document: Json, place: Place = ()) -> Iterator[Place]:
    """Every place of a document but its root."""
    members = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for key, each in members:
        yield (*place, key)
        yield from places(each, (*place, key))


EVERY_PLACE = [*places(json.loads(dump(a_snapshot)))]


@law
@given(st.sampled_from(EVERY_PLACE), json_values)
def test_a_changed_snapshot_is_loaded_or_refused(place: Place, value: Json) -> None:
    try:
        facts = load(changed(place, value))
    except MalformedSnapshotError:
        return
    judged(facts)


@law
@given(st.sampled_from(EVERY_PLACE))
def test_a_snapshot_that_lacks_something_is_loaded_or_refused(place: Place) -> None:
    document = json.loads(dump(a_snapshot))
    del _holder(document, place)[place[-1]]
    try:
        facts = load(json.dumps(document))
    except MalformedSnapshotError:
        return
    judged(facts)


@law
@given(json_values)
def test_any_other_json_is_refused(value: Json) -> None:
    with pytest.raises(MalformedSnapshotError):
        load(json.dumps(value))


@law
@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(MalformedSnapshotError):
        load(text)
