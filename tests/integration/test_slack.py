"""slack_notifier before a local Slack, with moto's queues, secrets and ledger.

Fault 13 of the peers: alerts were lost on 429 and 500, and acknowledged all the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.slack import Answer, LocalSlack, moved
from tests.builders import a_finding
from tests.integration.wire import ALWAYS, Wire
from tests.messages import a_judgement, an_enforcement
from vpc_guardrail.adapters import slack as slack_adapter
from vpc_guardrail.adapters.slack import judge_answer
from vpc_guardrail.app.slack import SlackNotNowError, SlackRefusedError
from vpc_guardrail.core.finding import Status
from vpc_guardrail.report.documents import enforcement_document, verdict_document
from vpc_guardrail.wiring.slack import (
    FIRST_WAIT,
    LAST_RECEIVE,
    SPREAD,
    SlackParts,
    UnknownQueueError,
    parts_from,
    tell_batch,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpc_guardrail.adapters.clients import Clients

Json = Any

CHANNEL = "alerts"
TABLE = "ledger"


@dataclass(frozen=True)
class Context:
    """Lambda's context, with time for everything but a long wait."""

    milliseconds: int = 30_000
    function_name: str = "slack_notifier"

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@dataclass
class Notifier:
    """The function, and what stands around it."""

    clients: Clients
    slack: LocalSlack
    environment: dict[str, str]
    secrets: dict[str, str]
    parts: SlackParts = field(init=False)

    def __post_init__(self) -> None:
        self.parts = parts_from(self.environment, self.clients)

    def put(self, body: str, name: str = "ALL") -> None:
        """Put a message into the queue of a destination."""
        url = self.environment[f"SLACK_{name}_QUEUE_URL"]
        self.clients.sqs.send_message(QueueUrl=url, MessageBody=body)

    def run(
        self, name: str = "ALL", *, context: Context | None = None, times: int = 1
    ) -> list[str]:
        """Let the function handle what its queue holds, as Lambda does; gives what failed.

        `times` is how often SQS says that each message was received.
        """
        url = self.environment[f"SLACK_{name}_QUEUE_URL"]
        received = self.clients.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )
        records: list[dict[str, Any]] = [
            {
                "messageId": each["MessageId"],
                "receiptHandle": each["ReceiptHandle"],
                "body": each["Body"],
                "attributes": each["Attributes"] | {"ApproximateReceiveCount": str(times)},
                "eventSource": "aws:sqs",
                "eventSourceARN": self.environment[f"SLACK_{name}_QUEUE_ARN"],
            }
            for each in received.get("Messages", [])
        ]
        answer = tell_batch({"Records": records}, context or Context(), self.parts)
        failed = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
        for record in records:
            if record["messageId"] not in failed:
                handle = record["receiptHandle"]
                self.clients.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        return failed

    def left(self, name: str = "ALL") -> int:
        """How many messages are in the queue, those included that come back later."""
        url = self.environment[f"SLACK_{name}_QUEUE_URL"]
        counts: Json = self.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        waiting = (counts["Attributes"][f"ApproximateNumberOfMessages{part}"] for part in PARTS)
        return sum(map(int, waiting))

    def dead_letters(self, name: str = "ALL") -> list[tuple[str, str]]:
        """The body and the reason of each message that was set aside."""
        received = self.clients.sqs.receive_message(
            QueueUrl=self.environment[f"SLACK_{name}_DEAD_LETTERS_URL"],
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
        )
        return [
            (each["Body"], each["MessageAttributes"]["reason"]["StringValue"])
            for each in received.get("Messages", [])
        ]

    def texts(self, channel: str = CHANNEL) -> list[str]:
        """What the channel shows."""
        return [message["text"] for message in self.slack.messages(channel)]


PARTS = ("", "NotVisible", "Delayed")


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as server:
        yield server


@pytest.fixture
def notifier(clients: Clients, slack: LocalSlack) -> Notifier:
    clients.dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    environment = {"LEDGER_TABLE": TABLE, "SLACK_TEST_SERVER": slack.url}
    secrets = {}
    manager: Any = clients.secretsmanager
    for name, channel in {"ALL": CHANNEL, "URGENT": "urgent"}.items():
        queue = clients.sqs.create_queue(QueueName=name)["QueueUrl"]
        dead = clients.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        attributes = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        created = manager.create_secret(Name=channel, SecretString=slack.webhook(channel))
        secrets[name] = created["ARN"]
        environment |= {
            f"SLACK_{name}_QUEUE_URL": queue,
            f"SLACK_{name}_QUEUE_ARN": attributes["Attributes"]["QueueArn"],
            f"SLACK_{name}_DEAD_LETTERS_URL": dead,
            f"SLACK_{name}_SECRET_ARN": created["ARN"],
        }
    return Notifier(clients, slack, environment, secrets)


def an_alert(alert_id: str = "alert-1", document: Json = None) -> str:
    """An alert as SNS puts it into a queue."""
    message = document or verdict_document(a_judgement(a_finding(Status.FAIL)))
    return json.dumps(
        {"Type": "Notification", "MessageId": alert_id, "Message": json.dumps(message)}
    )


class TestAnAlert:
    def test_goes_through_no_proxy_of_the_environment(
        self, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """slack_sdk would take it, with an opener of its own that follows redirects."""
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        notifier.put(an_alert())

        assert notifier.run() == []
        assert len(notifier.texts()) == 1

    def test_is_taken_once_and_then_acknowledged(self, notifier: Notifier) -> None:
        for _ in range(2):
            notifier.put(an_alert())

        assert notifier.run() == []
        assert len(notifier.texts()) == 1
        assert "noncompliant: training job train-1" in notifier.texts()[0]
        assert notifier.left() == 0

    def test_an_enforcement_is_told_too(self, notifier: Notifier) -> None:
        notifier.put(an_alert(document=enforcement_document(an_enforcement())))

        assert notifier.run() == []
        assert notifier.texts()[0].startswith("Stopped: training job train-1")

    def test_each_destination_gets_it(self, notifier: Notifier) -> None:
        for name in ("ALL", "URGENT"):
            notifier.put(an_alert(), name)
            notifier.run(name)

        assert len(notifier.texts()) == len(notifier.texts("urgent")) == 1

    def test_a_queue_that_is_no_destination_is_a_fault(self, notifier: Notifier) -> None:
        record = {"eventSourceARN": "arn:aws:sqs:eu-central-1:111122223333:other"}
        with pytest.raises(UnknownQueueError, match="other"):
            tell_batch({"Records": [record]}, Context(), notifier.parts)


def waits_until_it_comes_back(wire: Wire) -> list[int]:
    """The seconds for which messages were put off."""
    changes = [call for name, call in wire.requests if name == "ChangeMessageVisibility"]
    return [change["VisibilityTimeout"] for change in changes]


TROUBLES = {
    "429": Answer(429, "rate_limited", {"Retry-After": "3600"}),
    "500": Answer(500, "rollup_error"),
    "503": Answer(503, "<html>"),
    "another page": Answer(200, "<html>sign in</html>"),
}


class TestFault13:
    """No alert is lost, and none is doubled."""

    @pytest.mark.parametrize("trouble", TROUBLES)
    def test_what_slack_did_not_take_comes_back(self, notifier: Notifier, trouble: str) -> None:
        notifier.slack.answer_next(CHANNEL, TROUBLES[trouble])
        notifier.put(an_alert())

        assert len(notifier.run()) == 1
        assert (notifier.texts(), notifier.left(), notifier.dead_letters()) == ([], 1, [])

        notifier.put(an_alert())
        assert notifier.run() == []
        assert len(notifier.texts()) == 1

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed_and_takes_nothing(
        self, notifier: Notifier, status: int
    ) -> None:
        """Fault: the address was asked with a GET, without the message, and its 200 believed."""
        notifier.slack.answer_next(CHANNEL, moved(notifier.slack.webhook("other"), status))
        notifier.put(an_alert())

        assert len(notifier.run()) == 1
        assert (notifier.slack.looked_at(), notifier.texts("other")) == ([], [])
        assert (notifier.texts(), notifier.left(), notifier.dead_letters()) == ([], 1, [])

    def test_a_short_wait_is_waited_for(self, notifier: Notifier) -> None:
        notifier.slack.answer_next(CHANNEL, Answer(429, "rate_limited", {"Retry-After": "1"}))
        notifier.put(an_alert())

        assert notifier.run() == []
        assert len(notifier.texts()) == 1
        assert notifier.slack.asked(CHANNEL) == 2

    def test_while_slack_is_busy_the_rest_of_the_batch_waits_too(self, notifier: Notifier) -> None:
        notifier.slack.answer_next(CHANNEL, TROUBLES["429"])
        for number in range(4):
            notifier.put(an_alert(f"alert-{number}"))

        assert len(notifier.run()) == 4
        assert notifier.slack.asked(CHANNEL) == 1
        assert notifier.left() == 4

    def test_refused_connections_lose_nothing(self, notifier: Notifier) -> None:
        notifier.slack.close()
        notifier.put(an_alert())

        assert len(notifier.run()) == 1
        assert (notifier.left(), notifier.dead_letters()) == (1, [])

    def test_an_answer_that_comes_too_late_loses_nothing(
        self, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It may be told twice: nobody can know whether Slack took it."""
        monkeypatch.setattr(slack_adapter, "ANSWER_SECONDS", 0.2)
        notifier.slack.answer_next(CHANNEL, Answer(seconds=60))
        notifier.put(an_alert())

        assert len(notifier.run()) == 1
        assert (notifier.left(), notifier.dead_letters()) == (1, [])

    def test_of_a_batch_only_what_failed_comes_back(self, notifier: Notifier) -> None:
        notifier.slack.answer_next(CHANNEL, Answer(), TROUBLES["500"], Answer())
        for number in range(3):
            notifier.put(an_alert(f"alert-{number}"))

        assert len(notifier.run()) == 1
        assert len(notifier.texts()) == 2

    def test_it_comes_back_when_slack_said(self, notifier: Notifier) -> None:
        wire = Wire(notifier.clients.sqs)
        notifier.slack.answer_next(CHANNEL, Answer(429, "rate_limited", {"Retry-After": "77"}))
        notifier.put(an_alert())
        notifier.run()

        (wait,) = waits_until_it_comes_back(wire)
        assert 77 <= wait <= 77 * (1 + SPREAD)

    def test_one_that_another_invocation_tells_just_now_comes_back_soon(
        self, notifier: Notifier
    ) -> None:
        """Fault: it waited out its visibility, six minutes, and so did the alert if that died."""
        wire = Wire(notifier.clients.sqs)
        notifier.put(an_alert())
        ledger = notifier.parts.ledger.during(Context())

        failed = ledger.once("slack all alert-1", notifier.run)

        (wait,) = waits_until_it_comes_back(wire)
        assert (len(failed), notifier.texts()) == (1, [])
        assert FIRST_WAIT <= wait <= FIRST_WAIT * (1 + SPREAD)

    def test_the_last_time_it_is_kept_with_the_reason(self, notifier: Notifier) -> None:
        """Fault: SQS took it at its next receive, and could not say why."""
        notifier.slack.answer_next(CHANNEL, *[TROUBLES["503"]] * 2)
        notifier.put(an_alert())

        assert len(notifier.run(times=LAST_RECEIVE - 1)) == 1
        notifier.put(an_alert())
        assert notifier.run(times=LAST_RECEIVE) == []
        reason = f"Slack answered 503: <html> (received {LAST_RECEIVE} times)"
        assert notifier.dead_letters() == [(an_alert(), reason)]

    def test_the_last_time_it_is_told_if_slack_takes_it(self, notifier: Notifier) -> None:
        notifier.put(an_alert())

        assert notifier.run(times=LAST_RECEIVE) == []
        assert (len(notifier.texts()), notifier.dead_letters()) == (1, [])

    def test_with_little_time_left_nothing_is_begun(self, notifier: Notifier) -> None:
        notifier.put(an_alert())

        assert len(notifier.run(context=Context(milliseconds=5_000))) == 1
        assert notifier.slack.asked(CHANNEL) == 0
        notifier.put(an_alert())
        assert notifier.run() == []
        assert len(notifier.texts()) == 1


REFUSALS = {
    "400": (Answer(400, "invalid_payload"), "Slack answered 400: invalid_payload"),
    "403": (Answer(403, "action_prohibited"), "Slack answered 403: action_prohibited"),
    "404": (Answer(404, "no_service"), "Slack answered 404: no_service"),
    "410": (Answer(410, "channel_is_archived"), "Slack answered 410: channel_is_archived"),
    "markup": (Answer(400, "<b>\x1b[2J\r\nno</b>"), "Slack answered 400: <b> [2J no</b>"),
}


class TestWhatIsRefusedForGood:
    @pytest.mark.parametrize("refusal", REFUSALS)
    def test_is_kept_at_once_with_its_reason(self, notifier: Notifier, refusal: str) -> None:
        answer, reason = REFUSALS[refusal]
        notifier.slack.answer_next(CHANNEL, answer)
        notifier.put(an_alert())

        assert notifier.run() == []
        assert notifier.dead_letters() == [(an_alert(), reason)]
        assert (notifier.texts(), notifier.left()) == ([], 0)

    def test_is_told_when_its_owner_sends_it_again(self, notifier: Notifier) -> None:
        notifier.slack.answer_next(CHANNEL, Answer(404, "no_service"))
        notifier.put(an_alert())
        notifier.run()
        ((body, _),) = notifier.dead_letters()
        notifier.put(body)

        assert notifier.run() == []
        assert len(notifier.texts()) == 1

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ("{not JSON", "the message is not JSON"),
            ("{}", "the message is not an SNS notification"),
            (an_alert(document={"hello": 1}), "the message tells neither a verdict nor a stop"),
        ],
    )
    def test_a_malformed_message_is_kept_with_its_reason(
        self, notifier: Notifier, body: str, reason: str
    ) -> None:
        notifier.put(body)
        notifier.put(an_alert())

        assert notifier.run() == []
        assert notifier.dead_letters() == [(body, reason)]
        assert len(notifier.texts()) == 1

    def test_while_it_cannot_be_kept_it_comes_back(self, notifier: Notifier) -> None:
        notifier.slack.answer_next(CHANNEL, Answer(400, "invalid_payload"))
        notifier.put(an_alert())
        Wire(notifier.clients.sqs).fails("SendMessage", "OverLimit", status=403, times=ALWAYS)

        assert len(notifier.run()) == 1
        assert notifier.left() == 1


class TestTheSecret:
    def change(self, notifier: Notifier, value: str) -> None:
        manager: Any = notifier.clients.secretsmanager
        manager.put_secret_value(SecretId=notifier.secrets["ALL"], SecretString=value)

    def test_may_be_json(self, notifier: Notifier) -> None:
        self.change(notifier, json.dumps({"url": notifier.slack.webhook("other")}))
        notifier.put(an_alert())

        assert notifier.run() == []
        assert len(notifier.texts("other")) == 1

    def test_is_read_once_for_many_alerts(self, notifier: Notifier) -> None:
        manager: Any = notifier.clients.secretsmanager
        wire = Wire(manager)
        for number in range(3):
            notifier.put(an_alert(f"alert-{number}"))
            notifier.run()

        assert wire.calls == ["GetSecretValue"]

    def test_a_changed_one_is_used_as_soon_as_the_old_one_is_refused(
        self, notifier: Notifier
    ) -> None:
        notifier.put(an_alert("alert-1"))
        notifier.run()
        self.change(notifier, notifier.slack.webhook("other"))
        notifier.slack.answer_next(CHANNEL, Answer(404, "no_service"))
        notifier.put(an_alert("alert-2"))

        assert notifier.run() == []
        assert len(notifier.texts("other")) == 1
        assert notifier.dead_letters() == []

    @pytest.mark.parametrize(
        "value",
        [
            "http://hooks.slack.com/services/T0/B0/x",
            "https://hooks.slack.com.evil.example/services/T0/B0/x",
            "https://evil.example/services/T0/B0/x",
            "https://hooks.slack.com/services/T0/B0/x?to=https://evil.example",
            "https://hooks.slack.com@evil.example/services/T0/B0/x",
            "http://127.0.0.1:1/services/T0/B0/x",
            '{"url": 5}',
            '{"webhook": "https://hooks.slack.com/services/T0/B0/x"}',
            "{",
            "-",
        ],
    )
    def test_one_that_is_no_webhook_of_slack_is_not_used_and_not_told(
        self, notifier: Notifier, value: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.change(notifier, value)
        notifier.put(an_alert())

        assert notifier.run() == []
        reason = "the secret does not hold the address of a Slack webhook"
        assert notifier.dead_letters() == [(an_alert(), reason)]
        assert value not in "".join(capsys.readouterr()) or value in "{-"

    @pytest.mark.parametrize(
        "code", ["AccessDeniedException", "ResourceNotFoundException", "DecryptionFailure"]
    )
    def test_one_that_may_not_be_read_is_a_reason(self, notifier: Notifier, code: str) -> None:
        manager: Any = notifier.clients.secretsmanager
        Wire(manager).fails("GetSecretValue", code, times=ALWAYS)
        notifier.put(an_alert())

        assert notifier.run() == []
        assert notifier.dead_letters()[0][1] == f"the webhook's secret cannot be read ({code})"

    def test_a_fault_of_secrets_manager_is_tried_again(
        self, notifier: Notifier, waits: list[float]
    ) -> None:
        manager: Any = notifier.clients.secretsmanager
        Wire(manager).fails("GetSecretValue", "InternalServiceError", status=500, times=ALWAYS)
        notifier.put(an_alert())

        assert len(notifier.run()) == 1
        assert (notifier.left(), notifier.dead_letters()) == (1, [])

    @pytest.mark.parametrize(
        "url",
        [
            "https://hooks.slack.com/services/T0AAAA/B0BBBB/abcDEF123",
            "https://hooks.slack-gov.com/services/T0AAAA/B0BBBB/abcDEF123",
        ],
    )
    def test_slacks_own_addresses_are_taken(self, notifier: Notifier, url: str) -> None:
        self.change(notifier, url)
        environment = notifier.environment | {"SLACK_TEST_SERVER": "http://evil.example:1"}
        parts = parts_from(environment, notifier.clients)
        destination = parts.destinations[environment["SLACK_ALL_QUEUE_ARN"]]

        assert destination.channel.urls.current() == url

    def test_its_address_is_in_no_log_whatever_happens(
        self,
        notifier: Notifier,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        answers = [*TROUBLES.values(), *(answer for answer, _ in REFUSALS.values())]
        with caplog.at_level("DEBUG"):
            for number, answer in enumerate(answers):
                notifier.slack.answer_next(CHANNEL, replace(answer, headers={}))
                notifier.put(an_alert(f"alert-{number}"))
                notifier.run(context=Context(milliseconds=10_500))

        told = "\n".join(str(record.__dict__) for record in caplog.records)
        told += caplog.text + "".join(capfd.readouterr())
        assert "Slack answered 400" in told
        assert [line for line in told.splitlines() if "/services/" in line] == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"retry-after": " 30 "}, 30),
        ({}, 1),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "-5"}, 1),
        ({"Retry-After": "999999999"}, 3600),
        ({"Retry-After": "Mon, 23 Nov 2026 12:00:00 GMT"}, 1),
        ({"Retry-After": "9" * 5000}, 1),
    ],
)
def test_a_retry_after_is_believed_within_bounds(headers: dict[str, str], seconds: float) -> None:
    with pytest.raises(SlackNotNowError) as raised:
        judge_answer(429, headers, "rate_limited")

    assert raised.value.retry_after == seconds


@pytest.mark.parametrize(
    "status", [201, 204, 302, 401, 405, 407, 408, 413, 421, 425, 451, 499, 500, 503, 599]
)
def test_any_other_answer_is_tried_again(status: int) -> None:
    """Fault: each 4xx was final, those too that come of the way there and pass."""
    with pytest.raises(SlackNotNowError):
        judge_answer(status, {}, "ok")


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_refusal_that_slack_documents_is_final(status: int) -> None:
    with pytest.raises(SlackRefusedError, match=f"Slack answered {status}: no"):
        judge_answer(status, {}, "no")
