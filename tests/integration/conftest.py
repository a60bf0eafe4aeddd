"""moto's AWS, and clients that are made as in production; no call leaves the process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import boto3
import botocore.endpoint
import botocore.session
import pytest
from botocore.loaders import Loader
from moto import mock_aws
from moto.ec2.models.managed_prefixes import ManagedPrefixList

from tests.builders import ACCOUNT, REGION
from tests.integration.environments import ENDPOINT_VARIABLE, Environments, served_environments
from vpc_guardrail.adapters.clients import Clients

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials and a Region that are nobody's; nothing of this machine's own is looked at."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "MOTO_ACCOUNT_ID": ACCOUNT,
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",  # moto makes 1,300 of them, twice for each test.
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def service_models() -> Loader:
    """botocore's service models, read once for all tests: they are what a client's making costs."""
    return Loader()


@pytest.fixture
def blocks_of_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets moto's DescribePrefixLists tell the blocks of each list, as EC2's does."""

    def cidrs(of: ManagedPrefixList) -> list[str]:
        return [each["Cidr"] for entries in of.entries.values() for each in entries]

    monkeypatch.setattr(ManagedPrefixList, "cidrs", property(cidrs), raising=False)


@pytest.fixture
def clients(service_models: Loader, blocks_of_services: None) -> Iterator[Clients]:
    """Production's clients before moto's AWS."""
    with mock_aws():
        session = botocore.session.Session()
        session.register_component("data_loader", service_models)
        yield Clients(boto3.Session(botocore_session=session))


@pytest.fixture
def environments(monkeypatch: pytest.MonkeyPatch) -> Iterator[Environments]:
    """Stacks with their settings, for commands that run before moto's AWS."""
    with served_environments() as (built, address):
        monkeypatch.setenv(ENDPOINT_VARIABLE, address)
        yield built


class Waits(list[float]):
    """The seconds that botocore would have waited between attempts."""

    def sleep(self, seconds: float) -> None:
        self.append(seconds)

    time = staticmethod(time.time)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Lets botocore retry without waiting; gives what it would have waited."""
    waited = Waits()
    monkeypatch.setattr(botocore.endpoint, "time", waited)
    return waited
