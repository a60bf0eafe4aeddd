"""The server's own endpoints, under `/_local_aws/`: what a test needs and AWS does not offer.

GET    health      {"ready": true}
POST   reset       forget everything, faults and calls too
GET    calls       [{"service", "operation", "principal", "status", "at"}], oldest first
DELETE calls       forget the calls only
POST   faults      {"service", "operation", "error_code", "times", ...}, see `faults.Fault`
DELETE faults      no more faults
GET    events      entries of PutEvents that SageMaker's calls left, oldest first
GET    published   parameters of each sns:Publish that was taken, oldest first
POST   events      an entry of PutEvents, put on the default bus as AWS itself would
POST   jobs        {"name", "status"}: the training job ends by itself
POST   subnets     {"subnet_id", "free_addresses"}
POST   items       {"item", "oversized"}: Config records a configuration item
POST   ticks       the time of the scheduled rules of Config has come
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from local_aws import hooks
from local_aws.account import CONTROL_PREFIX, REGION
from local_aws.config import now_text
from local_aws.faults import BadFault, Fault
from local_aws.sagemaker import SageMakerError
from local_aws.wire import Reply

if TYPE_CHECKING:
    from local_aws.config import Message
    from local_aws.server import LocalAwsServer


Handler = Callable[[Mapping[str, Any]], Awaitable[Any]]


class Control:
    """Answers the control endpoints of one server."""

    def __init__(self, server: LocalAwsServer) -> None:
        self._server = server
        self._handlers: dict[tuple[str, str], Handler] = {
            ("GET", "health"): self._health,
            ("POST", "reset"): self._reset,
            ("GET", "calls"): self._calls,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "events"): self._events,
            ("POST", "events"): self._put_event,
            ("GET", "published"): self._published,
            ("POST", "jobs"): self._finish_job,
            ("POST", "subnets"): self._set_free_addresses,
            ("POST", "items"): self._record_item,
            ("POST", "ticks"): self._tick,
        }

    async def answer(self, method: str, path: str, body: bytes) -> Reply:
        handler = self._handlers.get((method, path.removeprefix(CONTROL_PREFIX)))
        if handler is None:
            return _say(404, {"error": f"There is no {method} {path}."})
        try:
            document = json.loads(body or b"{}")
            return _say(200, await handler(document))
        except (ValueError, KeyError, BadFault, SageMakerError) as error:
            return _say(400, {"error": f"{type(error).__name__}: {error}"})

    async def _health(self, _: Mapping[str, Any]) -> Any:
        return {"ready": self._server.ready}

    async def _reset(self, _: Mapping[str, Any]) -> Any:
        await self._server.reset()
        return {}

    async def _calls(self, _: Mapping[str, Any]) -> Any:
        return self._server.calls.as_documents()

    async def _add_fault(self, document: Mapping[str, Any]) -> Any:
        self._server.faults.add(Fault.of(document))
        return {}

    async def _clear_faults(self, _: Mapping[str, Any]) -> Any:
        self._server.faults.clear()
        return {}

    async def _events(self, _: Mapping[str, Any]) -> Any:
        return self._server.announced

    async def _published(self, _: Mapping[str, Any]) -> Any:
        return self._server.published

    async def _put_event(self, document: Mapping[str, Any]) -> Any:
        return hooks.put_event_as_aws(document, REGION)

    async def _finish_job(self, document: Mapping[str, Any]) -> Any:
        self._server.sagemaker(REGION).finish(document["name"], document["status"])
        return {}

    async def _set_free_addresses(self, document: Mapping[str, Any]) -> Any:
        subnet_id, free = document["subnet_id"], int(document["free_addresses"])
        self._server.ec2.set_free_addresses(REGION, subnet_id, free)
        return {}

    async def _record_item(self, document: Mapping[str, Any]) -> Any:
        config = self._server.config(REGION)
        return self._deliver(
            config.record(document["item"], oversized=bool(document.get("oversized")))
        )

    async def _tick(self, _: Mapping[str, Any]) -> Any:
        at = now_text()
        self._deliver(self._server.config(REGION).tick(at))
        return {"at": at}

    def _deliver(self, messages: list[Message]) -> Any:
        for message in messages:
            hooks.invoke_later(message.function_arn, message.event, REGION)
        return {"rules": [message.rule for message in messages]}


def _say(status: int, document: Any) -> Reply:
    return Reply(status, json.dumps(document).encode(), "application/json")
