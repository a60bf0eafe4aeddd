"""The two ways to talk to a running local AWS: a boto3 session, and the server's own controls."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config

from local_aws.account import CONTROL_PREFIX, REGION
from local_aws.calls import CallRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS_TO_ANSWER = 60.0

NO_PROFILE = {
    "profile": (None, None, None, None),
    "config_file": (None, None, "/dev/null", None),
    "credentials_file": (None, None, "/dev/null", None),
}
"""Overrides botocore's session variables: the developer's profile and files play no part."""


class ServerGone(ConnectionError):
    """Nobody answers at the server's address."""


class ControlError(ValueError):
    """The server did not understand a control request."""


class AwsSession(boto3.Session):
    """A boto3 session whose clients all speak to one endpoint, past any proxy."""

    def __init__(
        self, url: str, access_key: str, secret_key: str, token: str | None = None
    ) -> None:
        core = botocore.session.Session(session_vars=NO_PROFILE)
        super().__init__(
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            aws_session_token=token,
            region_name=REGION,
            botocore_session=core,
        )
        self._url = url

    def client(self, service_name: Any, *args: Any, **options: Any) -> Any:
        """As `boto3.Session.client`; the endpoint is this server's unless one is named."""
        options.setdefault("endpoint_url", self._url)
        own = Config(proxies={}, s3={"addressing_style": "path"})
        asked = options.get("config")
        options["config"] = own.merge(asked) if asked else own
        return super().client(service_name, *args, **options)


@dataclass(frozen=True)
class Controls:
    """The server's own endpoints; see `control` for what each does."""

    url: str

    def is_ready(self) -> bool:
        return bool(self._ask("GET", "health")["ready"])

    def reset(self) -> None:
        """Forget everything: resources of every service, jobs, faults and calls."""
        self._ask("POST", "reset")

    def fail(
        self,
        service: str,
        operation: str,
        error_code: str,
        *,
        times: int = 1,
        message: str = "",
        status: int = 0,
        principal: str = "",
    ) -> None:
        """Let the next `times` calls fail (-1: all), of callers whose ARN contains `principal`."""
        self._ask(
            "POST",
            "faults",
            {
                "service": service,
                "operation": operation,
                "error_code": error_code,
                "times": times,
                "message": message,
                "status": status,
                "principal": principal,
            },
        )

    def clear_faults(self) -> None:
        self._ask("DELETE", "faults")

    def calls(
        self, service: str = "", operation: str = "", principal: str = ""
    ) -> list[CallRecord]:
        """Calls since the last reset, oldest first; `principal` is a part of the caller's ARN."""
        records = [CallRecord(**document) for document in self._ask("GET", "calls")]
        return [
            record
            for record in records
            if service in ("", record.service)
            and operation in ("", record.operation)
            and principal in record.principal
        ]

    def events(self) -> list[dict[str, Any]]:
        """What SageMaker's calls left on the bus, oldest first.

        Give one to `put_event` again to have it delivered twice.
        """
        entries: list[dict[str, Any]] = self._ask("GET", "events")
        return entries

    def published(self) -> list[dict[str, str]]:
        """What was published over SNS, oldest first, e-mail's text too: no mail is sent here.

        The parameters are those of the query protocol: `Message` holds the body of each protocol.
        """
        messages: list[dict[str, str]] = self._ask("GET", "published")
        return messages

    def put_event(self, entry: Mapping[str, Any]) -> None:
        """Put one event on the default bus as AWS itself would; `entry` as in PutEvents."""
        self._ask("POST", "events", entry)

    def finish_job(self, name: str, status: str = "Completed") -> None:
        """Let a training job end by itself: Completed, Failed or Stopped."""
        self._ask("POST", "jobs", {"name": name, "status": status})

    def set_free_addresses(self, subnet_id: str, free_addresses: int) -> None:
        self._ask("POST", "subnets", {"subnet_id": subnet_id, "free_addresses": free_addresses})

    def record(self, item: Mapping[str, Any], *, oversized: bool = False) -> list[str]:
        """Hand a configuration item to Config; gives the rules that are told of it."""
        document = {"item": item, "oversized": oversized}
        rules: list[str] = self._ask("POST", "items", document)["rules"]
        return rules

    def tick(self) -> str:
        """Let the time of Config's scheduled rules come; gives that time."""
        return str(self._ask("POST", "ticks")["at"])

    def _ask(self, method: str, path: str, document: Mapping[str, Any] | None = None) -> Any:
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(
            address.hostname or "", address.port, timeout=SECONDS_TO_ANSWER
        )
        body = None if document is None else json.dumps(document)
        try:
            connection.request(method, CONTROL_PREFIX + path, body)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except OSError as error:
            raise ServerGone(f"{self.url} does not answer: {error}") from error
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise ControlError(answer["error"])
        return answer
