"""AWS on the wire: what a request asks for, and how each protocol says an answer or an error."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_1_1 = "application/x-amz-json-1.1"
XML = "text/xml;charset=UTF-8"
UNSIGNED = ""


OF_SECURITY_HUB = {"/findings/import": "BatchImportFindings", "/findings": "GetFindings"}
"""Security Hub's operations that are answered here, by their path."""

ABOUT_BUCKETS = {"policy": "GetBucketPolicy"}
"""What the guardrail asks of S3, by the sub-resource of a bucket."""


class Unreadable(ValueError):
    """The body is not what the protocol wants."""


_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class AwsCall:
    """One HTTP request, read as a call of an AWS API."""

    service: str
    """Signing name, as in the credential scope; empty when the request is not signed."""
    operation: str
    """`DescribeSubnets`; for REST protocols, which name none, the method and the path, but for what
    the guardrail asks of S3, and for Security Hub."""
    access_key: str
    region: str
    method: str
    path: str
    raw_path: str
    query_string: str
    headers: Mapping[str, str]
    raw_headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_json(self) -> bool:
        return "x-amz-target" in self.headers

    @property
    def parameters(self) -> dict[str, Any]:
        """Members of the request: a JSON object, or the flat form of the query protocols.

        Raises `Unreadable`.
        """
        if self.is_json:
            try:
                members = json.loads(self.body or b"{}")
            except ValueError as error:
                raise Unreadable(str(error)) from error
            if not isinstance(members, dict):
                raise Unreadable("The request is no JSON object.")
            return members
        return _form(self.query_string, self.body)


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))


def read_call(scope: Mapping[str, Any], body: bytes) -> AwsCall:
    """Read an ASGI scope and its whole body as an AWS call."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1")
               for name, value in scope["headers"]}  # fmt: skip
    signed = _CREDENTIAL.search(headers.get("authorization", ""))
    access_key, region, service = signed.groups() if signed else (UNSIGNED, "", "")
    query_string = scope.get("query_string", b"").decode("latin-1")
    path = scope["path"]
    return AwsCall(
        service=service,
        operation=OF_SECURITY_HUB.get(path if service == "securityhub" else "")
        or _operation(headers, scope["method"], path, query_string, body),
        access_key=access_key,
        region=region,
        method=scope["method"],
        path=path,
        raw_path=(scope.get("raw_path") or path.encode()).decode("latin-1"),
        query_string=query_string,
        headers=headers,
        raw_headers=tuple(scope["headers"]),
        body=body,
    )


def json_reply(document: Mapping[str, Any]) -> Reply:
    """Answer of the JSON 1.1 protocol."""
    return Reply(200, json.dumps(document).encode(), JSON_1_1)


def json_error(code: str, message: str, status: int = 400) -> Reply:
    """Error of the JSON protocols, with the code in the body and in the header."""
    body = json.dumps({"__type": code, "message": message}).encode()
    return Reply(status, body, JSON_1_1, {"x-amzn-errortype": code})


def ec2_error(code: str, message: str, status: int = 400) -> Reply:
    """Error of the EC2 protocol."""
    reply = Reply(status, b"", XML)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
        f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error></Errors>"
        f"<RequestID>{reply.request_id}</RequestID></Response>"
    )
    return Reply(status, body.encode(), XML, request_id=reply.request_id)


def s3_error(code: str, message: str, status: int = 400) -> Reply:
    """Error of S3's protocol."""
    body = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    return Reply(status, body.encode(), XML)


def query_error(code: str, message: str, status: int = 400) -> Reply:
    """Error of the query protocol (SNS, IAM, CloudFormation, and SQS of old)."""
    reply = Reply(status, b"", XML)
    fault = "Receiver" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "Sender"
    body = (
        f"<ErrorResponse><Error><Type>{fault}</Type><Code>{escape(code)}</Code>"
        f"<Message>{escape(message)}</Message></Error>"
        f"<RequestId>{reply.request_id}</RequestId></ErrorResponse>"
    )
    return Reply(status, body.encode(), XML, request_id=reply.request_id)


def error_reply(call: AwsCall, code: str, message: str, status: int) -> Reply:
    """The same error in the protocol that the caller speaks."""
    if call.service == "ec2":
        return ec2_error(code, message, status)
    if call.service == "s3":
        return s3_error(code, message, status)
    if _speaks_query(call):
        return query_error(code, message, status)
    return json_error(code, message, status)


def _speaks_query(call: AwsCall) -> bool:
    return not call.is_json and "Action" in _form(call.query_string, call.body)


def _operation(
    headers: Mapping[str, str], method: str, path: str, query_string: str, body: bytes
) -> str:
    target = headers.get("x-amz-target")
    if target:
        return target.rpartition(".")[2]
    form_body = body if "form-urlencoded" in headers.get("content-type", "") else b""
    named = _form(query_string, form_body).get("Action")
    return str(named or _of_bucket(method, path, query_string) or f"{method} {path}")


def _of_bucket(method: str, path: str, query_string: str) -> str:
    """The S3 operation that asks about a bucket, whose name is the whole path."""
    if method != "GET" or "/" in path.strip("/"):
        return ""
    return ABOUT_BUCKETS.get(query_string.partition("&")[0].rstrip("="), "")


def _form(query_string: str, body: bytes) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for text in (query_string, body.decode("utf-8", "replace")):
        pairs |= {name: values[0] for name, values in parse_qs(text).items()}
    return pairs
