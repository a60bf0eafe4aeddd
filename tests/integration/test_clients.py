"""The clients: how they are made, and what they do when AWS is slow or unwell."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.wire import ALWAYS, Wire
from vpc_guardrail import __version__
from vpc_guardrail.adapters.clients import ATTEMPTS, Clients, client_config

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

    from tests.integration.conftest import Waits

SERVICES = ("dynamodb", "ec2", "s3", "sagemaker", "sns", "sqs", "ssm")


@pytest.mark.parametrize("service", SERVICES)
def test_a_client_is_made_once(clients: Clients, service: str) -> None:
    client = getattr(clients, service)
    assert client is getattr(clients, service)
    assert client.meta.service_model.service_name == service


def test_threads_that_want_a_client_at_once_get_the_same(clients: Clients) -> None:
    together = Barrier(4)

    def client(_: int) -> object:
        together.wait()
        return clients.sqs

    with ThreadPoolExecutor(4) as pool:
        assert len({id(each) for each in pool.map(client, range(4))}) == 1


def test_making_the_holder_makes_no_client_and_needs_no_region(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    Clients()


def test_importing_the_adapters_makes_no_session_and_imports_no_pydantic() -> None:
    code = (
        "import boto3, sys\n"
        "from vpc_guardrail.adapters import (\n"
        "    clients, inventory, job_reader, ledger, publisher, stop_orders, stopper\n"
        ")\n"
        "assert 'pydantic' not in sys.modules\n"
        "assert boto3.DEFAULT_SESSION is None\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": ""})


def test_no_call_waits_for_long() -> None:
    config: Any = client_config()
    assert config.connect_timeout <= 5
    assert config.read_timeout <= 5
    assert config.retries == {"mode": "standard", "total_max_attempts": ATTEMPTS}


def test_a_throttled_call_is_tried_a_few_times_and_then_raised(
    clients: Clients, waits: Waits
) -> None:
    wire = Wire(clients.sagemaker)
    wire.fails("DescribeTrainingJob", "ThrottlingException", times=ALWAYS)
    with pytest.raises(ClientError, match="ThrottlingException"):
        clients.sagemaker.describe_training_job(TrainingJobName="train-1")
    assert len(wire.attempts) == ATTEMPTS
    assert sum(waits) <= 7


def test_the_calls_carry_the_name_of_the_guardrail(clients: Clients) -> None:
    agents: list[str] = []

    def note(request: AWSPreparedRequest, **_: object) -> None:
        agents.append(str(request.headers["User-Agent"]))

    clients.sqs.meta.events.register("request-created.sqs.*", note)
    clients.sqs.list_queues()
    assert f"vpc-guardrail/{__version__}" in agents[0]
