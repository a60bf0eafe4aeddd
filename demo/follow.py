"""Looks at what the deployed guardrail does, until it did what is waited for."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from demo.outcome import Finding, Outcome
from local_aws import logs, queues

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from demo.stage import Stage
    from local_aws.client import AwsSession
    from local_aws.deploy import Stack
    from local_aws.inbox import Inbox

SECONDS_TO_WAIT = 90.0
"""Far more than it takes: a busy machine is slow, and only a failure waits that long."""

SECONDS_BETWEEN_LOOKS = 0.4
LOG_TAIL_LINES = 12

INSPECTED = "The job is inspected"
"""What the inspector logs once for each event that it handled."""

LOG_GROUPS = ("JobInspectorLogGroup", "JobEnforcerLogGroup")
WORK_QUEUES = ("InspectionQueueUrl", "EnforcementQueueUrl")
DEAD_LETTER_QUEUES = ("InspectionDeadLetterQueueUrl", "EnforcementDeadLetterQueueUrl")


class WaitError(TimeoutError):
    """What had to happen did not; the message ends with the functions' log."""


@dataclass(frozen=True)
class Sight:
    """What can be seen at one moment, each from where an owner of the guardrail sees it."""

    messages: Sequence[Mapping[str, Any]] = ()
    """Bodies of the SNS messages that a subscriber got."""
    inspector_log: Sequence[Mapping[str, Any]] = ()
    enforcer_log: Sequence[Mapping[str, Any]] = ()
    """Structured lines of the functions in CloudWatch Logs."""
    recorded: Sequence[Mapping[str, Any]] = ()
    """SageMaker's calls, as CloudTrail records them."""
    statuses: Mapping[str, str] = field(default_factory=dict)
    """TrainingJobStatus by job name."""

    def verdict_message(self, arn: str) -> Mapping[str, Any] | None:
        """The first alert about a job."""
        return next(iter(self._about(arn, "verdict")), None)

    def orders_handled(self, arn: str) -> int:
        """How often the enforcer handled a stop order for a job."""
        return sum("outcome" in line and line.get("job_arn") == arn for line in self.enforcer_log)

    def outcome(self, name: str, arn: str) -> Outcome:
        """What became of a job up to now."""
        alerts = self._about(arn, "verdict")
        inspections = [
            line
            for line in self.inspector_log
            if line.get("message") == INSPECTED and line.get("job_arn") == arn
        ]
        verdicts = dict.fromkeys(each["verdict"] for each in (*alerts, *inspections))
        return Outcome(
            verdict=" and ".join(verdicts),
            findings=frozenset(
                Finding(each["check"], each["severity"], each["status"])
                for alert in alerts
                for each in alert["findings"]
                if each["status"] in ("FAIL", "UNKNOWN")
            ),
            inspections=len(inspections),
            alerts=len(alerts),
            stop_calls=sum(
                call["eventName"] == "StopTrainingJob"
                and (call["requestParameters"] or {}).get("trainingJobName") == name
                for call in self.recorded
            ),
            stop_reports=len(self._about(arn, "outcome")),
            status=self.statuses.get(name, ""),
        )

    def _about(self, arn: str, member: str) -> list[Mapping[str, Any]]:
        """Messages about a job that carry a `verdict`, or the `outcome` of a stop order."""
        return [
            message
            for message in self.messages
            if member in message and message["job"]["arn"] == arn
        ]


class Follower:
    """Looks again and again, tells a listener what it sees, and gives up in bounded time."""

    def __init__(
        self,
        session: AwsSession,
        stack: Stack,
        inbox: Inbox,
        stage: Stage,
        listener: Callable[[Sight], None],
        *,
        seconds: float = SECONDS_TO_WAIT,
    ) -> None:
        self._session = session
        self._stack = stack
        self._inbox = inbox
        self._stage = stage
        self._listener = listener
        self._seconds = seconds

    def look(self) -> Sight:
        """Everything that can be seen now."""
        inspector, enforcer = (
            logs.log_records(self._session, self._stack.resources[group]) for group in LOG_GROUPS
        )
        sight = Sight(
            messages=[note.json() for note in self._inbox.notifications()],
            inspector_log=inspector,
            enforcer_log=enforcer,
            recorded=self._stage.recorded_calls(),
            statuses={name: self._stage.status(name) for name in self._stage.arns},
        )
        self._listener(sight)
        return sight

    def wait(self, what: str, until: Callable[[Sight], bool]) -> Sight:
        """Look until it is so; `WaitError` if a function fails, or if it takes too long.

        A message that failed comes back after minutes: there is no use in waiting for that.
        """
        deadline = time.monotonic() + self._seconds
        while True:
            sight = self.look()
            if until(sight):
                return sight
            if any(line.get("level") == "ERROR" for line in _lines(sight)):
                raise WaitError(f"A function failed while waiting for {what}.\n{self.log_tails()}")
            if time.monotonic() > deadline:
                raise WaitError(
                    f"After {self._seconds:.0f} s still waiting for {what}.\n{self.log_tails()}"
                )
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def wait_until_quiet(self) -> Sight:
        """Look when no event and no order is left: a function that told has told by then."""
        self.wait("the queues to be empty", lambda _: not self._messages_in(WORK_QUEUES))
        return self.look()

    def dead_letters(self) -> int:
        """Messages in the dead-letter queues."""
        return self._messages_in(DEAD_LETTER_QUEUES)

    def log_tails(self) -> str:
        """The last lines that each function wrote."""
        tails = []
        for group in LOG_GROUPS:
            name = self._stack.resources[group]
            lines = logs.log_lines(self._session, name)[-LOG_TAIL_LINES:]
            tails.append("\n  ".join([f"The end of {name}:", *(lines or ["(no line at all)"])]))
        return "\n".join(tails)

    def _messages_in(self, outputs: Sequence[str]) -> int:
        urls = [self._stack.outputs[output] for output in outputs]
        return sum(queues.message_count(self._session, url) for url in urls)


def _lines(sight: Sight) -> list[Mapping[str, Any]]:
    return [*sight.inspector_log, *sight.enforcer_log]
