"""One local AWS with IAM enforced for the whole session, and two guardrails deployed in it.

Their rules catch nothing but for the time of a test that asks for `enforcing` or `auditing`; one
that asks for `by_hand` hands the events over itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_aws import networks
from local_aws.launch import ROOT, LocalAws
from tests.e2e.guardrail import Guardrail
from tests.e2e.training import Owner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_aws.client import AwsSession
    from local_aws.networks import TrainingNetwork

ARTIFACT = ROOT / ".aws-sam" / "build"
UNRESTRAINED = '{"circuit_breaker": {"stops_per_hour": 1000}, "alerts": {"window_hours": 0}}'
"""The session stops more jobs than a guardrail does in an hour, and its tests share networks."""
LAST = "test_whole_session.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Look at what the whole session did when the others have done it."""
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.fixture(scope="session")
def artifact() -> Path:
    if not (ARTIFACT / "template.yaml").is_file():
        pytest.fail(f"{ARTIFACT} holds no built artifact; `make build` makes it.", pytrace=False)
    return ARTIFACT


@pytest.fixture(scope="session")
def aws(artifact: Path) -> Iterator[LocalAws]:
    with LocalAws(auth=True) as local:
        yield local


@pytest.fixture(scope="session")
def session(aws: LocalAws) -> AwsSession:
    """One for all: a session reads the models of the services once."""
    return aws.session()


@pytest.fixture(scope="session")
def enforcing_stack(aws: LocalAws, session: AwsSession, artifact: Path) -> Guardrail:
    parameters = {"Mode": "enforce", "Settings": UNRESTRAINED}
    guardrail = Guardrail.deployed(aws, session, artifact, "enforcing", parameters)
    guardrail.mute()
    guardrail.warm_up(Owner(aws, session).start(None))
    return guardrail


@pytest.fixture(scope="session")
def auditing_stack(aws: LocalAws, session: AwsSession, artifact: Path) -> Guardrail:
    """With the template's own default of the mode."""
    guardrail = Guardrail.deployed(aws, session, artifact, "auditing", {})
    guardrail.mute()
    return guardrail


@pytest.fixture
def enforcing(enforcing_stack: Guardrail) -> Iterator[Guardrail]:
    """The guardrail in mode enforce."""
    with enforcing_stack.listening() as guardrail:
        yield guardrail
        guardrail.empty_queues()


@pytest.fixture
def auditing(auditing_stack: Guardrail) -> Iterator[Guardrail]:
    """The guardrail in mode audit."""
    with auditing_stack.listening() as guardrail:
        yield guardrail
        guardrail.empty_queues()


@pytest.fixture
def by_hand(enforcing_stack: Guardrail) -> Iterator[Guardrail]:
    """The guardrail in mode enforce, whose rule catches nothing: the test hands events over."""
    yield enforcing_stack
    enforcing_stack.empty_queues()


@pytest.fixture
def owner(aws: LocalAws, session: AwsSession) -> Owner:
    return Owner(aws, session)


@pytest.fixture(scope="session")
def sound(session: AwsSession) -> TrainingNetwork:
    return networks.sound_network(session.client("ec2"), session.client("s3"))


@pytest.fixture(scope="session")
def without_s3_endpoint(session: AwsSession) -> TrainingNetwork:
    return networks.network_without_s3_endpoint(session.client("ec2"))


@pytest.fixture(scope="session")
def public(session: AwsSession) -> TrainingNetwork:
    return networks.public_network(session.client("ec2"))


@pytest.fixture(autouse=True)
def no_fault_outlives_its_test(aws: LocalAws) -> Iterator[None]:
    yield
    aws.controls.clear_faults()
