"""An answer to CloudFormation, as a server on this machine receives it."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

import pytest

from vpc_guardrail.adapters.cloudformation_answers import UnsoundAddressError, send

if TYPE_CHECKING:
    from collections.abc import Iterator

RECEIVED: list[tuple[str, str | None, Any]] = []


class Receiver(BaseHTTPRequestHandler):
    """What stands at a ResponseURL; it refuses what is sent to /refused."""

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        RECEIVED.append((self.path, self.headers["Content-Type"], json.loads(body)))
        self.send_response(403 if self.path == "/refused" else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    RECEIVED.clear()
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_body_is_put_without_a_content_type(url: str) -> None:
    send(f"{url}/answer?signature=x", {"Status": "SUCCESS"})

    assert RECEIVED == [("/answer?signature=x", "", {"Status": "SUCCESS"})]


def test_a_refused_answer_is_raised_so_that_lambda_tries_again(url: str) -> None:
    with pytest.raises(HTTPError):
        send(f"{url}/refused", {})


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/x", ""])
def test_nothing_but_http_is_spoken(address: str) -> None:
    with pytest.raises(UnsoundAddressError):
        send(address, {})
