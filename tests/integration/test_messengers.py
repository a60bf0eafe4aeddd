"""The publisher, the stop orders and the second looks before moto's SNS and SQS."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.builders import ACCOUNT, NOW, a_job_without_vpc
from tests.integration.wire import ALWAYS, Wire
from vpc_guardrail.adapters.publisher import Renderers, SnsPublisher
from vpc_guardrail.adapters.second_looks import SecondLooksNotSentError, SqsSecondLooks
from vpc_guardrail.adapters.stop_orders import SqsStopOrders
from vpc_guardrail.app.arn import JobArn
from vpc_guardrail.app.enforcement import Enforcement, Outcome, StopOrder
from vpc_guardrail.app.order_codec import decode
from vpc_guardrail.app.second_look import SecondLook
from vpc_guardrail.app.second_look_codec import decode as decode_look
from vpc_guardrail.core.decision import judge
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from mypy_boto3_sqs import SQSClient

    from vpc_guardrail.adapters.clients import Clients
    from vpc_guardrail.app.alert_book import AllMended, Recurrence
    from vpc_guardrail.app.digest import Digest
    from vpc_guardrail.core.decision import Judgement

JOBS = f"arn:aws:sagemaker:eu-central-1:{ACCOUNT}:training-job"
ORDER = StopOrder(
    job_name="Train-1",
    job_arn=f"{JOBS}/train-1",
    account=ACCOUNT,
    created_at=NOW,
    vpc_id=None,
    checks=("vpc-config-present",),
    severity="CRITICAL",
    rule_set="0.1.0",
)


@dataclass(frozen=True)
class PlainMessage:
    subject: str
    body: str
    attributes: Mapping[str, str | Sequence[str]] = field(
        default_factory=lambda: {"verdict": "noncompliant"}
    )


def on_judgement(
    judgement: Judgement, routes: Set[str], recurrence: Recurrence | None
) -> PlainMessage:
    bodies = {"default": json.dumps({"job": judgement.job.name}), "email": "Dear reader."}
    attributes = {"verdict": "noncompliant", "routes": sorted(routes)}
    return PlainMessage(f"About {judgement.job.name}", json.dumps(bodies), attributes)


def on_enforcement(enforcement: Enforcement) -> PlainMessage:
    return PlainMessage("Stopped", json.dumps({"default": enforcement.message}))


def on_mended(mended: AllMended) -> PlainMessage:
    return PlainMessage("Mended", json.dumps({"default": mended.vpc_id}))


def on_digest(digest: Digest) -> PlainMessage:
    return PlainMessage("Digest", json.dumps({"default": digest.account}))


@pytest.fixture
def queue(clients: Clients) -> str:
    return clients.sqs.create_queue(QueueName="told")["QueueUrl"]


@pytest.fixture
def topic(clients: Clients, queue: str) -> str:
    """A topic whose messages come to the queue."""
    arn = clients.sns.create_topic(Name="violations")["TopicArn"]
    attributes = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    clients.sns.subscribe(
        TopicArn=arn, Protocol="sqs", Endpoint=attributes["Attributes"]["QueueArn"]
    )
    return arn


@pytest.fixture
def publisher(clients: Clients, topic: str) -> SnsPublisher:
    renderers = Renderers(on_judgement, on_enforcement, on_mended, on_digest)
    return SnsPublisher(clients.sns, topic, renderers)


def messages(sqs: SQSClient, queue: str) -> list[str]:
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [message["Body"] for message in received.get("Messages", [])]


def test_a_judgement_is_told_once_with_its_attributes(
    clients: Clients, queue: str, publisher: SnsPublisher
) -> None:
    publisher.tell_judgement(judge(a_job_without_vpc(), None, Settings(), NOW), {"ml", "a"})
    (body,) = messages(clients.sqs, queue)
    notification = json.loads(body)
    assert notification["Subject"] == "About open-1"
    assert json.loads(notification["Message"]) == {"job": "open-1"}
    assert notification["MessageAttributes"] == {
        "verdict": {"Type": "String", "Value": "noncompliant"},
        "routes": {"Type": "String.Array", "Value": '["a", "ml"]'},
    }


def test_an_enforcement_is_told(clients: Clients, queue: str, publisher: SnsPublisher) -> None:
    publisher.tell_enforcement(Enforcement(ORDER, Outcome.STOPPED, "It was stopped."))
    (body,) = messages(clients.sqs, queue)
    assert json.loads(body)["Message"] == "It was stopped."


@pytest.mark.parametrize("code", ["Throttled", "InternalError", "AuthorizationError"])
def test_an_alert_that_did_not_get_through_is_a_fault_in_fault_13(
    clients: Clients, publisher: SnsPublisher, code: str
) -> None:
    """Fault 13 of the peers: alerts were lost and acknowledged all the same."""
    Wire(clients.sns).answers("Publish", query_error(code), status=400, times=ALWAYS)
    with pytest.raises(ClientError, match=code):
        publisher.tell_enforcement(Enforcement(ORDER, Outcome.STOPPED, "It was stopped."))


def test_an_order_reaches_the_enforcer_as_it_was(clients: Clients, queue: str) -> None:
    SqsStopOrders(lambda: clients.sqs, queue).send(ORDER)
    (body,) = messages(clients.sqs, queue)
    assert decode(body) == ORDER


LOOKS = [
    (SecondLook(JobArn.parse(f"{JOBS}/train-{number}"), NOW, "vpc-1", NOW), number)
    for number in range(23)
]


def test_second_looks_come_as_they_were_each_after_its_time(clients: Clients, queue: str) -> None:
    wire = Wire(clients.sqs)
    SqsSecondLooks(clients.sqs, queue).send(LOOKS)

    sent = [each for _, request in wire.requests for each in request["Entries"]]
    assert [decode_look(json.loads(each["MessageBody"])) for each in sent] == [
        look for look, _ in LOOKS
    ]
    assert [len(request["Entries"]) for _, request in wire.requests] == [10, 10, 3]
    assert [each["DelaySeconds"] for each in sent] == [seconds for _, seconds in LOOKS]
    (body,) = messages(clients.sqs, queue)
    assert decode_look(json.loads(body)) == LOOKS[0][0], "the others are still delayed"


def test_no_second_look_is_no_call(clients: Clients, queue: str) -> None:
    wire = Wire(clients.sqs)
    SqsSecondLooks(clients.sqs, queue).send([])

    assert wire.calls == []


def test_a_second_look_that_sqs_refused_is_a_fault(clients: Clients, queue: str) -> None:
    """SQS answers 200 and names what it did not take."""
    refused = {"Id": "1", "Code": "InternalError", "SenderFault": False}
    answer = {"Successful": [], "Failed": [refused]}
    Wire(clients.sqs).answers("SendMessageBatch", json.dumps(answer))

    with pytest.raises(SecondLooksNotSentError, match="1 were refused: InternalError"):
        SqsSecondLooks(clients.sqs, queue).send(LOOKS)


def query_error(code: str) -> str:
    """An error as SNS words it."""
    return f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"
