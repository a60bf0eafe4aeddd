"""Environments before moto: the settings document in its SSM, and stacks that a server tells of.

moto's own CloudFormation takes packages that nothing else here needs.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import boto3

from tests.builders import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL_CLOUDFORMATION"
DEFAULTS = {"Mode": "audit", "InternetAccess": "allowed", "RequiredServices": ""}
"""The stack's parameters that settings are made of, as the template has them by default."""

NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"


@dataclass
class Environments:
    """The stacks there are, by name with their parameters; and whether they may be described."""

    stacks: dict[str, dict[str, str]] = field(default_factory=dict)
    may_be_described: bool = True
    asked_for: list[str] = field(default_factory=list)

    def build(self, name: str, document: str = "{}", **own: str) -> None:
        """Make a stack with its SSM parameter, and with these parameters of its own."""
        self.stacks[name] = DEFAULTS | own
        ssm = boto3.client("ssm", region_name=REGION)
        ssm.put_parameter(Name=f"/vpc-guardrail/{name}/settings", Value=document, Type="String")

    def describe(self, name: str) -> tuple[int, str]:
        """The status and the body of CloudFormation's answer to DescribeStacks."""
        self.asked_for.append(name)
        if not self.may_be_described:
            denied = "User: reader is not authorized to perform: cloudformation:DescribeStacks"
            return 403, _error("AccessDenied", denied)
        if name not in self.stacks:
            return 400, _error("ValidationError", f"Stack with id {name} does not exist")
        members = "".join(
            f"<member><ParameterKey>{escape(key)}</ParameterKey>"
            f"<ParameterValue>{escape(value)}</ParameterValue></member>"
            for key, value in self.stacks[name].items()
        )
        return 200, (
            f'<DescribeStacksResponse xmlns="{NAMESPACE}"><DescribeStacksResult><Stacks><member>'
            f"<StackName>{escape(name)}</StackName><Parameters>{members}</Parameters>"
            "</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
        )


@contextmanager
def served_environments() -> Iterator[tuple[Environments, str]]:
    """Environments, and the address where their stacks are told of."""
    environments = Environments()

    class Teller(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            assert form["Action"] == ["DescribeStacks"]
            status, body = environments.describe(form["StackName"][0])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Teller) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield environments, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _error(code: str, message: str) -> str:
    return (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    )
