"""A server that knows the answers: AWS's part of an invocation, at next to no cost.

While it records, it asks a local AWS and keeps what that says. While it replays, it gives the kept
answers, so that what is measured is the function and not moto. It counts the calls, and the time
that it spends itself.
"""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local_aws.wire import AwsCall, read_call

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

SECONDS_TO_ANSWER = 30.0

HOP_BY_HOP = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})
"""Headers that the server writes itself."""

OVER_THE_BODY = frozenset({"x-amz-crc32"})
"""Checksums, which would be wrong for a changed body; the SDK goes without."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it was recorded."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(slots=True)
class Tally:
    """What was asked since the last look."""

    calls: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    """Between a call's last byte in and its answer's last byte out, summed over the calls."""
    unknown: list[str] = field(default_factory=list)


class Answers:
    """The kept answers, and what was asked of them."""

    def __init__(self, replace: Mapping[bytes, bytes]) -> None:
        self._replace = replace
        self._exact: dict[tuple[str, str, str, bytes], Answer] = {}
        self._by_operation: dict[tuple[str, str], Answer] = {}
        self._upstream = ""
        self._lock = threading.Lock()
        self._tally = Tally()

    @contextlib.contextmanager
    def recording(self, upstream: str) -> Iterator[None]:
        """Learn from the local AWS at this address for a while."""
        self._upstream = upstream
        try:
            yield
        finally:
            self._upstream = ""

    def take_tally(self) -> Tally:
        """What was asked since the last time."""
        with self._lock:
            tally, self._tally = self._tally, Tally()
        return tally

    def answer(self, call: AwsCall) -> Answer | None:
        """The answer; None if nothing like it was recorded.

        A call that carries the time, such as a write to the ledger, is known by its operation.
        """
        if self._upstream:
            self._learn(call)
        exact = self._exact.get((call.service, call.operation, call.path, call.body))
        return exact or self._by_operation.get((call.service, call.operation))

    def note(self, call: AwsCall, seconds: float, known: bool) -> None:
        """Count a call that was answered."""
        name = f"{call.service}:{call.operation}"
        with self._lock:
            self._tally.calls[name] += 1
            self._tally.seconds += seconds
            if not known:
                self._tally.unknown.append(name)

    def _learn(self, call: AwsCall) -> None:
        address = urlsplit(self._upstream)
        connection = http.client.HTTPConnection(
            address.hostname or "", address.port, timeout=SECONDS_TO_ANSWER
        )
        headers = {name: value for name, value in call.headers.items() if name not in HOP_BY_HOP}
        target = call.raw_path + (f"?{call.query_string}" if call.query_string else "")
        with contextlib.closing(connection):
            connection.request(call.method, target, call.body, headers)
            response = connection.getresponse()
            body = response.read()
        for old, new in self._replace.items():
            body = body.replace(old, new)
        kept = tuple(
            (name, value)
            for name, value in response.getheaders()
            if name.lower() not in HOP_BY_HOP | OVER_THE_BODY
        )
        answer = Answer(response.status, kept, body)
        self._exact[call.service, call.operation, call.path, call.body] = answer
        self._by_operation[call.service, call.operation] = answer


class _Handler(BaseHTTPRequestHandler):
    """Reads calls off a connection that stays open, as AWS's do."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    answers: Answers

    def do_GET(self) -> None:
        """Give the kept answer."""
        self._answer()

    def do_POST(self) -> None:
        """Give the kept answer."""
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        begin = time.perf_counter()
        path, _, query = self.path.partition("?")
        scope = {
            "headers": [(name.encode(), value.encode()) for name, value in self.headers.items()],
            "method": self.command,
            "path": path,
            "query_string": query.encode(),
        }
        call = read_call(scope, body)
        answer = self.answers.answer(call)
        given = answer or Answer(HTTPStatus.NOT_IMPLEMENTED, (), b"{}")
        self.send_response_only(given.status)
        for name, value in given.headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(given.body)))
        self.end_headers()
        self.wfile.write(given.body)
        self.wfile.flush()
        self.answers.note(call, time.perf_counter() - begin, answer is not None)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the function was killed while it held its connections open."""


@contextlib.contextmanager
def serving(answers: Answers, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on a free port of this machine alone; gives the address."""
    handler = type("Handler", (_Handler,), {"answers": answers})
    with _Server(("127.0.0.1", 0), handler) as server:
        if tls:
            # The handshake is left to the connection's own thread.
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
