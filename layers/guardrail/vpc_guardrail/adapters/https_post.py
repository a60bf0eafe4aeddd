"""One POST over HTTP, to the address it was given and nowhere else, bounded in time and size.

http.client and not a library on top: slack_sdk, like urllib below it, follows a redirect with a GET
that leaves the message behind, takes its 200 for the answer, and reads an answer however long it
is and takes. Only its private methods, or urllib's opener of the whole process, could change that.
There is no proxy: the functions stand in no VPC of their own.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Buffer

MOST_BYTES = 16_384
"""Of a body that is read; what follows is left unread."""

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; a redirect is an answer like any other."""

    status: int
    headers: Mapping[str, str]
    body: str


class Deadline:
    """A point in time, after which nothing is waited for."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds until then; raises `TimeoutError` if there are none."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("timed out")
        return seconds


def post_json(url: str, body: bytes, deadline: Deadline) -> Answer:
    """Post a JSON document; raises `OSError` and `HTTPException` where no whole answer came.

    How long a name takes to be resolved is the resolver's affair; all else ends by the deadline.
    """
    parts = urlsplit(url)
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "vpc-guardrail",
        "Connection": "close",
    }
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    with closing(_connected(host, port, deadline)) as line:
        encrypted = parts.scheme == "https"
        with closing(_encrypted(line, host, deadline) if encrypted else line) as spoken_on:
            connection = HTTPConnection(host)
            connection.sock = cast("socket.socket", _Line(spoken_on, deadline))
            connection.request("POST", parts.path, body, headers)
            return _answer(connection.getresponse())


def _answer(response: HTTPResponse) -> Answer:
    body = response.read(MOST_BYTES)
    if response.length and len(body) < MOST_BYTES:
        raise IncompleteRead(body, response.length)
    headers = dict(response.headers.items())
    return Answer(response.status, headers, body.decode("utf-8", "replace"))


def _connected(host: str, port: int, deadline: Deadline) -> socket.socket:
    """A connection to the first address of the host that takes it; each has its share of time."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    errors: list[OSError] = []
    for tried, (*_, address) in enumerate(found):
        share = deadline.left() / (len(found) - tried)
        try:
            return socket.create_connection((str(address[0]), port), share)
        except OSError as error:
            errors.append(error)
    raise errors[-1]


def _encrypted(plain: socket.socket, host: str, deadline: Deadline) -> socket.socket:
    """The same connection, with the host's certificate checked."""
    context = ssl.create_default_context()
    plain.settimeout(deadline.left())
    return context.wrap_socket(plain, server_hostname=host)


class _Line:
    """What http.client needs of a socket, each wait of it bounded by what is left of the whole."""

    def __init__(self, plain: socket.socket, deadline: Deadline) -> None:
        self._socket = plain
        self._deadline = deadline

    def sendall(self, data: Buffer) -> None:
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self._deadline.left())
            rest = rest[self._socket.send(rest) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Received(self._socket, self._deadline))

    def close(self) -> None:
        """Whoever opened the socket closes it: http.client would before the answer is read."""


class _Received(io.RawIOBase):
    def __init__(self, plain: socket.socket, deadline: Deadline) -> None:
        self._socket = plain
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv_into(buffer)
