"""EC2 of a synthetic account, on a port of this machine: `python -m benchmarks.account_server N`.

It answers in pages as EC2 does, and prints its port. It is a process of its own, so that neither
its time nor its memory is counted as the guardrail's.
"""

from __future__ import annotations

import re
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from benchmarks.account_answers import items_of

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
LONGEST_PAGE = 1000
FILTER_NAME = re.compile(r"Filter\.(\d+)\.Name")
ATTRIBUTE = "DescribeVpcAttribute"


def answer(parameters: Mapping[str, str], vpcs: int) -> str:
    """The body of EC2's answer to a call."""
    action = parameters["Action"]
    if action == ATTRIBUTE:
        name = parameters["Attribute"]
        content = f"<vpcId>{parameters['VpcId']}</vpcId><{name}><value>true</value></{name}>"
    else:
        member, items = items_of(action, _filters(parameters), vpcs)
        start = int(parameters.get("NextToken", "0"))
        end = start + int(parameters.get("MaxResults", LONGEST_PAGE))
        more = f"<nextToken>{end}</nextToken>" if end < len(items) else ""
        content = f"<{member}>{''.join(items[start:end])}</{member}>{more}"
    return f'<{action}Response xmlns="{NAMESPACE}">{content}</{action}Response>'


def _filters(parameters: Mapping[str, str]) -> dict[str, list[str]]:
    filters: dict[str, list[str]] = {}
    for key, name in parameters.items():
        if found := FILTER_NAME.fullmatch(key):
            start = f"Filter.{found[1]}.Value."
            filters[name] = [text for each, text in parameters.items() if each.startswith(start)]
    return filters


def serve(vpcs: int) -> None:
    """Serve until the process is ended."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            parameters = dict(parse_qsl(self.rfile.read(length).decode()))
            body = answer(parameters, vpcs).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
