"""A job's tags, from ListTags in AWS's own form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.integration.wire import ALWAYS, Wire
from vpc_guardrail.adapters.tag_reader import SageMakerTagReader
from vpc_guardrail.core.model import Unknown

if TYPE_CHECKING:
    from tests.integration.conftest import Waits
    from vpc_guardrail.adapters.clients import Clients

ARN = "arn:aws:sagemaker:eu-central-1:111122223333:training-job/train-1"


def page(key: str, token: str | None = None) -> str:
    tags = {"Tags": [{"Key": key, "Value": "v"}]}
    return json.dumps(tags | ({"NextToken": token} if token else {}))


def test_the_tags_of_all_pages_are_read(clients: Clients) -> None:
    wire = Wire(clients.sagemaker)
    wire.answers("ListTags", page("a", "next"), page("b"))

    assert SageMakerTagReader(clients.sagemaker).tags_of(ARN) == {"a": "v", "b": "v"}
    assert [asked for _, asked in wire.requests] == [
        {"ResourceArn": ARN},
        {"ResourceArn": ARN, "NextToken": "next"},
    ]


def test_more_pages_than_there_can_be_are_not_known(clients: Clients) -> None:
    Wire(clients.sagemaker).answers("ListTags", page("a", "next"), times=ALWAYS // 1000)

    assert isinstance(SageMakerTagReader(clients.sagemaker).tags_of(ARN), Unknown)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFound"])
def test_tags_that_may_not_be_read_or_are_gone_are_not_known(clients: Clients, code: str) -> None:
    Wire(clients.sagemaker).fails("ListTags", code)

    assert isinstance(SageMakerTagReader(clients.sagemaker).tags_of(ARN), Unknown)


def test_a_fault_is_raised(clients: Clients, waits: Waits) -> None:
    Wire(clients.sagemaker).fails("ListTags", "ThrottlingException", times=ALWAYS)

    with pytest.raises(ClientError):
        SageMakerTagReader(clients.sagemaker).tags_of(ARN)
