"""Environments side by side, each with settings of its own, which change while they run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.deploy import DeployError, deploy
from tests.e2e.guardrail import Guardrail
from tests.e2e.test_command_line import run_check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_aws.client import AwsSession
    from local_aws.launch import LocalAws
    from tests.e2e.training import Job, Owner

GRANTED = {"owner": "platform team", "reason": "trains on public data", "expires": "2999-12-31"}
DOCUMENT: dict[str, Any] = {
    "circuit_breaker": {"stops_per_hour": 1},
    "exemptions": [{"job_name": "public-*", "role": "training", **GRANTED}],
    "exemptions_by_tag": {"key": "guardrail", "value": "off", **GRANTED},
}
TROUBLE = "The settings document cannot be used"
NO_NETWORK = None
CHECKED = "settings"
"""The id of the custom resource, which is unique within its stack alone."""


@pytest.fixture(scope="module")
def governed_stack(aws: LocalAws, session: AwsSession, artifact: Path) -> Guardrail:
    """An environment whose document leaves the mode to the parameters of its stack."""
    parameters = {"Mode": "enforce", "Settings": json.dumps(DOCUMENT)}
    guardrail = Guardrail.deployed(aws, session, artifact, "governed", parameters)
    guardrail.mute()
    return guardrail


@pytest.fixture
def governed(governed_stack: Guardrail) -> Guardrail:
    governed_stack.empty_queues()
    return governed_stack


def put(guardrail: Guardrail, text: str) -> None:
    """Change the document as its owner does, past the stack."""
    name = guardrail.stack.outputs["SettingsParameterName"]
    guardrail.session.client("ssm").put_parameter(
        Name=name, Value=text, Type="String", Overwrite=True
    )


def inspected(guardrail: Guardrail, job: Job) -> dict[str, Any]:
    guardrail.inspect(job.event)
    return guardrail.wait_for_inspections(job)[0]


def inspected_once(
    guardrail: Guardrail, owner: Owner, wanted: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """The first inspection that is as wanted, of jobs without a VPC that start one by one."""

    def look() -> dict[str, Any] | None:
        record = inspected(guardrail, owner.start(NO_NETWORK))
        return record if wanted(record) else None

    found = guardrail.inspector.wait_until(look, "no inspection is as wanted")
    assert found is not None
    return found


def test_two_environments_live_side_by_side_each_with_its_settings_and_topic(
    governed: Guardrail, auditing_stack: Guardrail, owner: Owner
) -> None:
    job = owner.start(NO_NETWORK)

    records = [inspected(each, job) for each in (auditing_stack, governed)]

    assert [each["action"] for each in records] == ["notify", "stop"]
    for guardrail, record in zip((auditing_stack, governed), records, strict=True):
        assert guardrail.wait_for_verdict(job).json()["action"] == record["action"]
    assert governed.wait_for_report(job).json()["outcome"] == "stopped"
    assert governed.topic_arn != auditing_stack.topic_arn
    others = {*auditing_stack.stack.resources.values()} - {CHECKED}
    assert others.isdisjoint(governed.stack.resources.values())


def test_the_circuit_breaker_holds_a_stop_too_many_and_tells(
    governed: Guardrail, owner: Owner
) -> None:
    jobs = [owner.start(NO_NETWORK), owner.start(NO_NETWORK)]
    reports = []
    for job in jobs:
        inspected(governed, job)
        reports.append(governed.wait_for_report(job).json())

    assert reports[1]["outcome"] == "held"
    assert "circuit breaker" in reports[1]["message"]
    assert owner.status_of(jobs[1]) == "InProgress"
    assert governed.enforcer.dead_letters() == 0


def test_an_exempted_job_is_told_to_nobody_and_not_called_compliant(
    governed: Guardrail, owner: Owner
) -> None:
    job = owner.start(NO_NETWORK, name="public")

    record = inspected(governed, job)
    governed.wait_until_done()

    assert (record["verdict"], record["action"]) == ("exempted", "none")
    assert governed.verdicts_on(job) == []
    assert owner.status_of(job) == "InProgress"


@pytest.mark.parametrize(
    ("name", "tags", "came_of_it"),
    [
        ("public", None, ("exempted", "none")),
        ("tagged", {"guardrail": "off"}, ("exempted", "none")),
        ("plain", None, ("noncompliant", "stop")),
    ],
)
def test_the_command_line_foretells_what_an_environment_says(
    governed: Guardrail,
    owner: Owner,
    name: str,
    tags: dict[str, str] | None,
    came_of_it: tuple[str, str],
) -> None:
    job = owner.start(NO_NETWORK, name=name, tags=tags)

    done = run_check(governed.aws, job.name, "--stack", governed.stack.name, "--format", "json")

    assert done.stderr == ""
    (foretold,) = json.loads(done.stdout)
    record = inspected(governed, job)
    assert (foretold["verdict"], foretold["action"]) == came_of_it
    assert (record["verdict"], record["action"]) == came_of_it


@pytest.mark.parametrize(
    ("tags", "verdict"),
    [
        pytest.param({"guardrail": "off"}, "exempted", id="the tag"),
        pytest.param({"guardrail": "on"}, "noncompliant", id="another value"),
    ],
)
def test_a_tag_exempts_a_job_where_the_settings_let_it(
    governed: Guardrail, owner: Owner, tags: dict[str, str], verdict: str
) -> None:
    job = owner.start(NO_NETWORK, tags=tags)

    assert inspected(governed, job)["verdict"] == verdict


def test_a_change_takes_effect_and_a_broken_document_leaves_the_last_good_one_in_force(
    governed: Guardrail, owner: Owner
) -> None:
    put(governed, json.dumps(DOCUMENT | {"mode": "audit"}))
    inspected_once(governed, owner, lambda record: record["action"] == "notify")

    put(governed, '{"mode": "enforced"}')
    inspected_once(governed, owner, lambda _: bool(governed.inspector.records(TROUBLE)))
    trouble = governed.inspector.records(TROUBLE)[-1]
    exempt = inspected(governed, owner.start(NO_NETWORK, name="public"))

    assert trouble["reason"] == "mode: is 'enforced'; it must be audit, enforce"
    assert trouble["instead"] == "the last good document"
    assert trouble["level"] == "ERROR"
    assert exempt["verdict"] == "exempted", "the last good document has the exemption"
    assert inspected(governed, owner.start(NO_NETWORK))["action"] == "notify"


def test_settings_that_may_not_be_read_leave_the_last_good_ones_in_force(
    governed: Guardrail, owner: Owner
) -> None:
    def denials() -> list[dict[str, Any]]:
        troubles = governed.inspector.records(TROUBLE)
        return [each for each in troubles if "AccessDenied" in each["reason"]]

    put(governed, json.dumps(DOCUMENT))
    inspected_once(governed, owner, lambda record: record["action"] == "stop")

    with governed.inspector.denied("ssm:GetParameter"):
        inspected_once(governed, owner, lambda _: bool(denials()))
        record = inspected(governed, owner.start(NO_NETWORK, name="public"))

    assert record["verdict"] == "exempted"
    assert denials()[-1]["instead"] == "the last good document"


def test_a_stack_with_wrong_settings_is_not_deployed_and_told_why(
    session: AwsSession, artifact: Path
) -> None:
    wrong = {"exemptions": [{"job_name": "a-*", "owner": "me", "reason": "because"}]}

    with pytest.raises(DeployError, match=r"Settings: exemptions\[0\]\.expires: is missing"):
        deploy(session, artifact, "wrong", {"Settings": json.dumps(wrong)})
