"""Answers put on the wire in AWS's own form, for what moto lacks; all of botocore stays in play."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.awsrequest import AWSPreparedRequest
    from botocore.client import BaseClient
    from botocore.model import OperationModel

ALWAYS = 1_000_000

ANSWERED = "https://answered.invalid/"
"""Where an answered request is sent, as moto would still act on it, and find no service there."""

EC2_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: str
    headers: Mapping[str, str]


class Wire:
    """The wire of one client: counts its calls, and answers those it was told to."""

    def __init__(self, client: BaseClient) -> None:
        self.calls: list[str] = []
        """The operations called, in the order they were begun; retries do not count."""
        self.requests: list[tuple[str, dict[str, Any]]] = []
        """The operations called, with their parameters."""
        self.attempts: list[str] = []
        """The requests that went out, retries too."""
        self._answers: dict[str, list[Answer | None]] = {}
        self._lock = Lock()
        self._service = client.meta.service_model.service_name
        events = client.meta.events
        events.register("provide-client-params.*.*", self._note_parameters)
        events.register(f"before-call.{self._service}.*", self._note_call)
        answer: Any = self._answer
        events.register_first(f"before-send.{self._service}.*", answer)

    def answers(
        self,
        operation: str,
        *bodies: str,
        status: int = 200,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Let the next calls of an operation get these bodies, one after the other."""
        answers = [Answer(status, body, headers or {}) for body in bodies] * times
        self._answers.setdefault(operation, []).extend(answers)

    def passes(self, operation: str) -> None:
        """Let the next call of an operation reach moto, before those that are answered here."""
        self._answers.setdefault(operation, []).append(None)

    def fails(
        self, operation: str, code: str, message: str = "No.", *, status: int = 400, times: int = 1
    ) -> None:
        """Let the next calls of an operation fail as AWS would make them fail."""
        error = {"ec2": _ec2_error, "s3": _s3_error}.get(self._service, _json_error)
        body = error(code, message)
        self.answers(operation, body, status=status, times=times)

    def forget(self, operation: str) -> None:
        """Let an operation reach moto again."""
        self._answers.pop(operation, None)

    def _note_parameters(self, params: dict[str, Any], model: OperationModel, **_: object) -> None:
        with self._lock:
            self.requests.append((model.name, dict(params)))

    def _note_call(self, model: OperationModel, **_: object) -> None:
        with self._lock:
            self.calls.append(model.name)

    def _answer(
        self, request: AWSPreparedRequest, event_name: str, **_: object
    ) -> AWSResponse | None:
        operation = event_name.rpartition(".")[2]
        with self._lock:
            self.attempts.append(operation)
            answers = self._answers.get(operation)
            answer = answers.pop(0) if answers else None
        if answer is None:
            return None
        request.url = ANSWERED
        raw: Any = _Raw(answer.body.encode())
        headers = HTTPHeaders()
        for name, value in answer.headers.items():
            headers[name] = value
        return AWSResponse(request.url, answer.status, headers, raw)


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def ec2_answer(operation: str, content: str, next_token: str = "") -> str:
    """The body of an EC2 answer."""
    token = f"<nextToken>{next_token}</nextToken>" if next_token else ""
    return (
        f'<{operation}Response xmlns="{EC2_NAMESPACE}"><requestId>r</requestId>'
        f"{content}{token}</{operation}Response>"
    )


def _ec2_error(code: str, message: str) -> str:
    return (
        f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        "</Errors><RequestID>r</RequestID></Response>"
    )


def _s3_error(code: str, message: str) -> str:
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"


def _json_error(code: str, message: str) -> str:
    return json.dumps({"__type": code, "message": message})


def json_answer(**members: Mapping[str, Any] | str | float) -> str:
    """The body of an answer of a JSON service."""
    return json.dumps(members)
