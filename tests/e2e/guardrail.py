"""A deployed guardrail, and what a test needs to watch it and to trouble it.

Waits end with what they wait for. That something did not happen is looked at only when all that
could lead to it is over: the function's log line comes when its invocation has ended.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from local_aws.deploy import Stack, deploy
from local_aws.inbox import Inbox, Notification
from local_aws.logs import log_lines, log_records
from local_aws.queues import give_up_soon, message_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from local_aws.calls import CallRecord
    from local_aws.client import AwsSession
    from local_aws.launch import LocalAws
    from tests.e2e.training import Job

T = TypeVar("T")

SECONDS = 60.0
"""How long anything is waited for: many times what it takes, for a machine that is busy."""

SECONDS_BETWEEN_LOOKS = 0.1

QUIET_SECONDS = 1.5
"""Longer than an invocation goes without a call."""
LOG_TAIL_LINES = 20

INSPECTED = "The job is inspected"
IGNORED = "The event is ignored"
FAILED = "The message failed"
"""What the functions log of a message."""


@dataclass(frozen=True)
class Function:
    """A deployed function: its log, its role, its queue."""

    aws: LocalAws
    session: AwsSession
    log_group: str
    role: str
    queue_url: str
    dead_letter_queue_url: str
    mapping_id: str

    @classmethod
    def of(
        cls, aws: LocalAws, session: AwsSession, stack: Stack, name: str, queue: str, mapping: str
    ) -> Function:
        """A function of a stack, by the names of its parts, of its queue and of its event."""
        return cls(
            aws=aws,
            session=session,
            log_group=stack.resources[f"{name}LogGroup"],
            role=stack.resources[f"{name}Role"],
            queue_url=stack.outputs[f"{queue}QueueUrl"],
            dead_letter_queue_url=stack.outputs[f"{queue}DeadLetterQueueUrl"],
            mapping_id=stack.resources[f"{name}Function{mapping}"],
        )

    def records(self, message: str) -> list[dict[str, Any]]:
        """Its log records with this message, oldest first."""
        records = log_records(self.session, self.log_group)
        return [record for record in records if record.get("message") == message]

    def log_tail(self) -> str:
        return "\n".join(log_lines(self.session, self.log_group)[-LOG_TAIL_LINES:])

    def calls(self) -> list[CallRecord]:
        """The AWS calls of its role since the server started."""
        return self.aws.controls.calls(principal=f":assumed-role/{self.role}/")

    @contextmanager
    def recorded(self) -> Iterator[list[str]]:
        """`service:Operation` of each call made until the context ends, in alphabetical order."""
        before = len(self.calls())
        made: list[str] = []
        yield made
        made += sorted(f"{call.service}:{call.operation}" for call in self.calls()[before:])

    def send(self, body: str) -> str:
        """Put a message into its queue, past whoever else sends there; gives the message's id."""
        sqs = self.session.client("sqs")
        message_id: str = sqs.send_message(QueueUrl=self.queue_url, MessageBody=body)["MessageId"]
        return message_id

    def wait_for(self, message: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first log record with this message that is wanted."""

        def look() -> list[dict[str, Any]]:
            return [record for record in self.records(message) if wanted(record)]

        return self.wait_until(look, f"its log holds no such {message!r}")[0]

    def wait_until_done(self, *, left: int = 0) -> None:
        """Wait until no message waits in its queue or is being handled, but for those left."""

        def are_left() -> bool:
            return message_count(self.session, self.queue_url) == left

        self.wait_until(are_left, f"{self.queue_url} does not hold {left} messages")

    def wait_until_quiet(self) -> None:
        """Wait until an invocation whose messages came back, and were deleted meanwhile, is over.

        It may go on although its queue is empty, and would be counted among the calls of others.
        """
        before, now = -1, len(self.calls())
        while now > before:
            time.sleep(QUIET_SECONDS)
            before, now = now, len(self.calls())

    def dead_letters(self) -> int:
        return message_count(self.session, self.dead_letter_queue_url)

    def fail(self, action: str, error_code: str, *, times: int = 1, message: str = "") -> None:
        """Let its next calls of an action, such as ec2:DescribeVpcs, fail; -1 means all."""
        service, operation = action.split(":")
        self.aws.controls.fail(
            service, operation, error_code, times=times, message=message, principal=self.role
        )

    @contextmanager
    def denied(self, action: str) -> Iterator[None]:
        """Let IAM deny an action to its role until the context ends."""
        iam = self.session.client("iam")
        statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_role_policy(
            RoleName=self.role, PolicyName="denied", PolicyDocument=json.dumps(policy)
        )
        try:
            yield
        finally:
            iam.delete_role_policy(RoleName=self.role, PolicyName="denied")

    @contextmanager
    def returning_soon(self, *, receives: int, seconds: int) -> Iterator[None]:
        """Let a message come back after seconds, and go to the dead letters after `receives`.

        It does so although it is still being handled: `seconds` must be longer than that takes,
        where a test is to show that the function failed on the message.
        """
        sqs = self.session.client("sqs")
        before = sqs.get_queue_attributes(
            QueueUrl=self.queue_url, AttributeNames=["RedrivePolicy", "VisibilityTimeout"]
        )["Attributes"]
        give_up_soon(self.session, self.queue_url, receives=receives, seconds=seconds)
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=self.queue_url, Attributes=before)

    @contextmanager
    def in_batches_of(self, size: int) -> Iterator[None]:
        """Let its event source mapping hand over so many messages at a time."""
        functions = self.session.client("lambda")
        before = functions.get_event_source_mapping(UUID=self.mapping_id)["BatchSize"]
        functions.update_event_source_mapping(UUID=self.mapping_id, BatchSize=size)
        try:
            yield
        finally:
            functions.update_event_source_mapping(UUID=self.mapping_id, BatchSize=before)

    def send_at_once(self, bodies: Sequence[str]) -> list[str]:
        """Put messages into its queue while nobody takes any: they come as one batch."""
        functions = self.session.client("lambda")
        functions.update_event_source_mapping(UUID=self.mapping_id, Enabled=False)
        try:
            return [self.send(body) for body in bodies]
        finally:
            functions.update_event_source_mapping(UUID=self.mapping_id, Enabled=True)

    def empty_queues(self) -> None:
        """Delete what waits in its queues, also what would come back later."""
        for queue_url in (self.queue_url, self.dead_letter_queue_url):
            self.session.client("sqs").purge_queue(QueueUrl=queue_url)

    def wait_until(self, look: Callable[[], T], complaint: str) -> T:
        """The first true value that a look gives; `TimeoutError` with the end of the log."""
        deadline = time.monotonic() + SECONDS
        while not (found := look()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"After {SECONDS:.0f} s {complaint}.\n{self.log_tail()}")
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return found


@dataclass(frozen=True)
class Guardrail:
    """One deployed stack, with a subscriber of its topic."""

    aws: LocalAws
    session: AwsSession
    stack: Stack
    inspector: Function
    enforcer: Function
    inbox: Inbox

    @classmethod
    def deployed(
        cls,
        aws: LocalAws,
        session: AwsSession,
        build: Path,
        name: str,
        parameters: Mapping[str, str],
    ) -> Guardrail:
        """Deploy the built artifact as a stack, and subscribe to its topic.

        Its hours of second looks, which would fall into any test, come by hand.
        """
        stack = deploy(session, build, name, parameters)
        session.client("events").disable_rule(Name=stack.resources["SecondLookSchedule"])

        return cls(
            aws=aws,
            session=session,
            stack=stack,
            inspector=Function.of(aws, session, stack, "JobInspector", "Inspection", "Inspections"),
            enforcer=Function.of(aws, session, stack, "JobEnforcer", "Enforcement", "StopOrders"),
            inbox=Inbox(session, stack.outputs["ViolationsTopicArn"]),
        )

    @property
    def topic_arn(self) -> str:
        return self.stack.outputs["ViolationsTopicArn"]

    @contextmanager
    def listening(self) -> Iterator[Guardrail]:
        """Let its rule catch events until the context ends."""
        events = self.session.client("events")
        events.enable_rule(Name=self.stack.outputs["TrainingJobCreatedRuleName"])
        try:
            yield self
        finally:
            self.mute()

    def mute(self) -> None:
        """Let its rule catch nothing, so that tests can hand events over by themselves."""
        events = self.session.client("events")
        events.disable_rule(Name=self.stack.outputs["TrainingJobCreatedRuleName"])

    def empty_queues(self) -> None:
        """Delete all that a test left, so that the next one waits for its own messages alone."""
        self.inspector.empty_queues()
        self.enforcer.empty_queues()

    def warm_up(self, job: Job) -> None:
        """Let both functions start, by a job that is stopped: a start-up takes seconds."""
        self.inspect(job.event)
        self.wait_for_report(job)
        self.wait_until_done()

    def inspect(self, event: Mapping[str, Any]) -> str:
        """Hand an event to the inspector past the rule; gives the message's id."""
        return self.inspector.send(json.dumps(event))

    def wait_for_inspections(self, job: Job, *, count: int = 1) -> list[dict[str, Any]]:
        """What the inspector logged of a job, once it did so often."""

        def look() -> list[dict[str, Any]]:
            records = self.inspector.records(INSPECTED)
            found = [record for record in records if record["job_arn"] == job.arn]
            return found if len(found) >= count else []

        return self.inspector.wait_until(look, f"{job.name} is not inspected {count} times")

    def wait_for_verdict(self, job: Job) -> Notification:
        return self._wait_for("verdict", job, self.inspector)

    def wait_for_report(self, job: Job) -> Notification:
        """What the enforcer told of a job."""
        return self._wait_for("enforcement", job, self.enforcer)

    def wait_until_done(self) -> None:
        """Wait until both queues are empty, so that nothing more can come of what was sent."""
        self.inspector.wait_until_done()
        self.enforcer.wait_until_done()

    def told(self, message_type: str) -> list[Notification]:
        """All that was told of one type up to now."""
        arrived = self.inbox.notifications()
        return [each for each in arrived if each.attributes["message_type"] == message_type]

    def verdicts_on(self, job: Job) -> list[Notification]:
        """The verdicts on a job that arrived up to now."""
        return [each for each in self.inbox.notifications() if _is(each, "verdict", job)]

    def reports_on(self, job: Job) -> list[Notification]:
        """What the enforcer told of a job up to now."""
        return [each for each in self.inbox.notifications() if _is(each, "enforcement", job)]

    def _wait_for(self, kind: str, job: Job, teller: Function) -> Notification:
        try:
            return self.inbox.wait_for(lambda each: _is(each, kind, job), seconds=SECONDS)
        except TimeoutError as error:
            error.add_note(f"The end of its log:\n{teller.log_tail()}")
            raise


def findings_by_check(verdict: Mapping[str, Any]) -> dict[str, set[str]]:
    """The statuses that a verdict's document gives to each check."""
    statuses: dict[str, set[str]] = {}
    for finding in verdict["findings"]:
        statuses.setdefault(finding["check"], set()).add(finding["status"])
    return statuses


def _is(notification: Notification, kind: str, job: Job) -> bool:
    return (
        notification.attributes.get("message_type") == kind
        and notification.json()["job"]["arn"] == job.arn
    )
