"""One process, one port: the ASGI application of the local AWS.

Requests are told apart by the service in their SigV4 credential scope: `ec2` goes to moto,
`sagemaker`, `config` and `securityhub` to our stand-ins, everything else to ministack. Before that
come the faults on order, and for the services that are not ministack's the IAM gate; after it, the
record of calls.

Faked: encryption in transit. The loopback speaks plain HTTP, but every request counts as one that
came over TLS, or policies that deny `aws:SecureTransport: false` would deny everything.

Start it with `launch.LocalAws`, which makes the environment that it reads.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as ministack

from local_aws import cloudtrail, config_rules, hooks, iam
from local_aws.account import CONTROL_PREFIX
from local_aws.calls import CallLog, CallRecord
from local_aws.cloudtrail import Caller, Failure
from local_aws.config import ConfigError, ConfigService
from local_aws.control import Control
from local_aws.ec2 import Ec2
from local_aws.faults import FaultBook
from local_aws.sagemaker import SageMakerError, TrainingJobs
from local_aws.security_hub import SecurityHub
from local_aws.wire import AwsCall, Reply, Unreadable, json_error, json_reply, read_call

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SECONDS_TO_EVENT = 0.1
"""How long after a call its CloudTrail event is on the bus. On AWS: seconds to minutes."""


ATTEMPTS_TO_REMOVE = 10


class LocalAwsServer:
    """The ASGI application and what it keeps between requests."""

    def __init__(self) -> None:
        self.ec2 = Ec2()
        self.calls = CallLog()
        self.faults = FaultBook()
        self.ready = True
        self.announced: list[dict[str, Any]] = []
        """Events that SageMaker's calls left on the bus, as entries of PutEvents."""
        self.published: list[dict[str, Any]] = []
        """Parameters of each Publish that SNS took: nobody delivers what is for e-mail alone."""
        self._regions: dict[str, TrainingJobs] = {}
        self._hubs: dict[str, SecurityHub] = {}
        self._configs: dict[str, ConfigService] = {}
        config_rules.provide(self.config)
        self._control = Control(self)
        self._events: set[asyncio.Task[None]] = set()

    def sagemaker(self, region: str) -> TrainingJobs:
        return self._regions.setdefault(region, TrainingJobs(region))

    def security_hub(self, region: str) -> SecurityHub:
        return self._hubs.setdefault(region, SecurityHub(region))

    def config(self, region: str) -> ConfigService:
        return self._configs.setdefault(region, ConfigService(region))

    async def reset(self) -> None:
        for event in list(self._events):
            event.cancel()
        self._regions.clear()
        self._hubs.clear()
        self._configs.clear()
        self.announced.clear()
        self.published.clear()
        await asyncio.to_thread(self.ec2.reset)
        await hooks.reset()
        self.faults.clear()
        self.calls.clear()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await ministack.app(scope, receive, send)
            return
        scope = {**scope, "scheme": "https"}
        body = await _read(receive)
        if scope["path"].startswith(CONTROL_PREFIX):
            reply = await self._control.answer(scope["method"], scope["path"], body)
            await _send(reply, send)
            return
        call = read_call(scope, body)
        if not call.service:
            await ministack.app(scope, _replay(body, receive), send)
            return
        iam.enter(call)
        principal = iam.principal(call)
        own = self._fault(call, principal) or await self._own(call, principal)
        if own is None:
            status = await _pass_on(scope, _replay(body, receive), send)
        else:
            status = own.status
        if (call.service, call.operation, status) == ("sns", "Publish", 200):
            self.published.append(call.parameters)
        self.calls.add(CallRecord(call.service, call.operation, principal, status, time.time()))
        if own is not None:
            await _send(own, send)

    def _fault(self, call: AwsCall, principal: str) -> Reply | None:
        fault = self.faults.take(call, principal)
        return fault.reply(call) if fault else None

    async def _own(self, call: AwsCall, principal: str) -> Reply | None:
        """The answer of the services that are not ministack's; None when the call is not theirs."""
        if call.service == "sagemaker":
            return self._sagemaker(call, principal)
        if call.service == "securityhub":
            denial = iam.denial(call)
            return denial.reply if denial else self.security_hub(call.region).answer(call)
        if call.service == "config":
            return self._config(call)
        if call.service == "ec2":
            denial = iam.denial(call)
            return denial.reply if denial else await asyncio.to_thread(self.ec2.answer, call)
        return None

    def _sagemaker(self, call: AwsCall, principal: str) -> Reply:
        try:
            request = call.parameters
        except Unreadable as error:
            return json_error("SerializationException", str(error))
        denial = iam.denial(call)
        outcome: dict[str, Any] | Failure
        if denial:
            reply = denial.reply
            outcome = Failure("AccessDenied", denial.message, denied=True)
        else:
            try:
                outcome = self.sagemaker(call.region).answer(call.operation, request)
                reply = json_reply(outcome)
            except SageMakerError as error:
                outcome = Failure(error.code, error.message)
                reply = json_error(error.code, error.message)
        if call.operation in cloudtrail.RECORDED:
            caller = Caller(
                principal, call.access_key, user_agent=call.headers.get("user-agent", "")
            )
            detail = cloudtrail.event_detail(call.operation, request, outcome, caller, call.region)
            self._announce(cloudtrail.entry(detail), call.region)
        return reply

    def _config(self, call: AwsCall) -> Reply:
        config = self.config(call.region)
        try:
            request = call.parameters
            rule = request.get("ConfigRuleName")
            denial = iam.denial(call, config.arn_of(rule) if isinstance(rule, str) else "")
            return denial.reply if denial else json_reply(config.answer(call.operation, request))
        except Unreadable as error:
            return json_error("SerializationException", str(error))
        except ConfigError as error:
            return json_error(error.code, error.message)

    def _announce(self, entry: dict[str, Any], region: str) -> None:
        """Put the event on the bus a little after the call was answered."""

        async def later() -> None:
            await asyncio.sleep(SECONDS_TO_EVENT)
            await asyncio.to_thread(hooks.put_event_as_aws, entry, region)
            self.announced.append(entry)

        task = asyncio.create_task(later())
        self._events.add(task)
        task.add_done_callback(self._events.discard)


async def _read(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was already read, then goes on with the real one."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


async def _pass_on(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> int:
    """Let ministack answer, and tell the status that it sent."""
    statuses = []

    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(message["status"]))
        await send(message)

    await ministack.app(scope, receive, noting)
    return statuses[0] if statuses else 0


async def _send(reply: Reply, send: Send) -> None:
    headers = {
        "content-type": reply.content_type,
        "content-length": str(len(reply.body)),
        "x-amzn-requestid": reply.request_id,
        **reply.headers,
    }
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": reply.body})


def _end_with_parent(folder: str) -> None:
    """Wait until the launcher is gone, then leave nothing: no folder, no process of this group.

    The launcher holds the other end of standard input; its end comes even with SIGKILL.
    """
    sys.stdin.buffer.read()
    for _ in range(ATTEMPTS_TO_REMOVE):  # Other threads and the functions may still write.
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            break
        time.sleep(0.1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    hooks.run_functions_with(os.environ.pop("LOCAL_AWS_LAMBDA_PYTHON"))
    hooks.judge_batches_by_the_single_call()
    folder = os.environ.pop("LOCAL_AWS_FOLDER")
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    config = Config()
    config.bind = [f"fd://{os.environ['LOCAL_AWS_SOCKET']}"]
    config.loglevel = "WARNING"
    config.keep_alive_timeout = 75
    asyncio.run(serve(LocalAwsServer(), config))


if __name__ == "__main__":
    main()
