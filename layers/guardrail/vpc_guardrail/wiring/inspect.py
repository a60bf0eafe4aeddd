"""Builds the inspector from the function's environment."""

import os
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from vpc_guardrail.adapters.file_systems import FileSystemReader
from vpc_guardrail.adapters.inventory import Inventory
from vpc_guardrail.adapters.job_reader import SageMakerJobReader
from vpc_guardrail.adapters.s3_reader import S3Reader
from vpc_guardrail.adapters.stop_orders import SqsStopOrders
from vpc_guardrail.adapters.tag_reader import SageMakerTagReader
from vpc_guardrail.app.alerts import Alerts
from vpc_guardrail.app.batch import RememberingJobReader
from vpc_guardrail.app.errors import JobNotReadableError
from vpc_guardrail.app.inspect_job import (
    Announcement,
    Inspector,
    JobUnknownError,
    announced_job,
)
from vpc_guardrail.app.look_again import LookAgain, job_asked_for, widest_form
from vpc_guardrail.app.members import MalformedRequestError
from vpc_guardrail.app.second_look import SecondLook
from vpc_guardrail.core.model import TrainingJob
from vpc_guardrail.core.settings import InternetAccess
from vpc_guardrail.wiring.batches import process_as_set
from vpc_guardrail.wiring.clock import now
from vpc_guardrail.wiring.events import Home, Ignored, MalformedEventError, parse_event
from vpc_guardrail.wiring.logs import logger
from vpc_guardrail.wiring.metrics import Metrics, metered
from vpc_guardrail.wiring.parts import parts
from vpc_guardrail.wiring.settings import required

FAILS_ON_ITS_OWN_TURN = (
    BotoCoreError,
    ClientError,
    JobNotReadableError,
    JobUnknownError,
    MalformedEventError,
    MalformedRequestError,
)
"""What may be wrong with another message of the batch; it is told when that one is handled."""


@cache
def _stop_orders() -> SqsStopOrders:
    return SqsStopOrders(lambda: parts().clients.sqs, required(os.environ, "ENFORCEMENT_QUEUE_URL"))


def inspect_batch(event: dict[str, Any], context: Any) -> Any:
    """Inspect the jobs that an SQS event announces; gives the partial batch response."""
    with metered(os.environ) as metrics:
        return process_as_set(event, context, lambda: _handler(event, context, metrics))


def _handler(event: dict[str, Any], context: Any, metrics: Metrics) -> Callable[[str], None]:
    made = parts()
    settings = made.settings()
    home = Home.of_function(context.invoked_function_arn)
    jobs = RememberingJobReader(SageMakerJobReader(made.clients.sagemaker))
    bodies = [record["body"] for record in event["Records"]]
    networks = Inventory(
        made.clients.ec2,
        now,
        lambda: _jobs_in_view(bodies, home, jobs),
        FileSystemReader(made.clients),
        S3Reader(lambda: made.clients.s3),
        every_nat_gateway=settings.internet_access is InternetAccess.REQUIRED,
    )
    ledger = made.ledger.during(context)
    alerts = Alerts(
        book=made.alert_book(home),
        publisher=made.publisher,
        settings=settings,
        now=now,
        pause=time.sleep,
    )
    tags = SageMakerTagReader(made.clients.sagemaker)
    inspector = Inspector(
        jobs=jobs,
        networks=networks,
        ledger=ledger,
        alerts=alerts,
        stop_orders=_stop_orders(),
        meter=metrics,
        settings=settings,
        now=now,
        tags=tags,
    )
    again = LookAgain(jobs, networks, ledger, alerts, settings, now, tags)

    def handle(body: str) -> None:
        told = parse_event(body, home)
        if isinstance(told, Ignored):
            logger().info("The event is ignored", reason=told.reason)
        elif isinstance(told, SecondLook):
            _look_again(told, again)
        else:
            _inspect(told, inspector)

    return handle


def _inspect(announcement: Announcement, inspector: Inspector) -> None:
    receipt = inspector.inspect(announcement)
    logger().info(
        "The job is inspected",
        job_arn=announcement.arn.text,
        verdict=receipt.verdict,
        action=receipt.action,
        severity=receipt.severity,
        vpc_id=receipt.vpc_id,
    )


def _look_again(asked: SecondLook, again: LookAgain) -> None:
    outcome = again.at(asked)
    logger().info(
        "The job is looked at again",
        job_arn=asked.arn.text,
        vpc_id=asked.vpc_id,
        outcome=outcome.value,
    )


def _jobs_in_view(
    bodies: Sequence[str], home: Home, jobs: RememberingJobReader
) -> list[TrainingJob]:
    """The jobs of the batch, so that one reading of the network serves all of them."""
    found: list[TrainingJob] = []
    for body in bodies:
        try:
            told = parse_event(body, home)
            if isinstance(told, Announcement):
                found.append(announced_job(told, jobs))
            elif isinstance(told, SecondLook):
                job = job_asked_for(told, jobs)
                found += [widest_form(job)] if job else []
        except FAILS_ON_ITS_OWN_TURN:
            continue
    return found
