"""urllib as slack_sdk uses it, made to take one answer, from the address that was asked.

By itself urllib follows a redirect with a GET that leaves the message behind, whose 200 would pass
for the answer; and it reads an answer however long that is and takes.
"""

from __future__ import annotations

import io
import time
from http.client import HTTPResponse, IncompleteRead
from typing import TYPE_CHECKING
from urllib.request import (
    BaseHandler,
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    UnknownHandler,
    install_opener,
)
from urllib.response import addinfourl

if TYPE_CHECKING:
    from urllib.request import Request

MOST_BYTES = 16_384
"""Of a body that is read; what follows is left unread."""


def install() -> None:
    """Let all of this process ask so: in slack_notifier nothing else asks by urllib.

    slack_sdk takes the opener that is installed, and has no place to hand in another.
    """
    install_opener(bounded_opener())


def bounded_opener() -> OpenerDirector:
    """An opener that knows HTTP alone, no proxy, and to whom a redirect is an HTTPError.

    The time-out of a request bounds each wait for the line and the headers, and then the whole of
    the body. Headers that drip for ever are ended by Lambda, and the message comes back.
    """
    opener = OpenerDirector()
    for handler in (HTTPHandler, HTTPSHandler, HTTPDefaultErrorHandler, HTTPErrorProcessor):
        opener.add_handler(handler())
    opener.add_handler(UnknownHandler())
    opener.add_handler(_ReadsSoMuch())
    return opener


class _Answer(addinfourl):
    """An answer as urllib's own handlers take it on."""

    msg: str
    """The reason beside the status."""


class _ReadsSoMuch(BaseHandler):
    handler_order = 900
    """Before the handler that makes errors of answers, whose bodies are bounded as well."""

    def http_response(self, request: Request, response: HTTPResponse) -> addinfourl:
        """The answer with the beginning of its body, read by the time-out of the request.

        In UTF-8 whatever it was written in: what cannot be read would hide the status.
        """
        ends = time.monotonic() + (request.timeout or 0.0)
        body = _beginning(response, ends).decode("utf-8", "replace").encode()
        response.close()
        del response.headers["Content-Type"]
        answer = _Answer(io.BytesIO(body), response.headers, request.full_url, response.status)
        answer.msg = response.reason
        return answer

    https_response = http_response


def _beginning(response: HTTPResponse, ends: float) -> bytes:
    body = b""
    while len(body) < MOST_BYTES and (more := response.read1(MOST_BYTES - len(body))):
        body += more
        if time.monotonic() > ends:
            raise TimeoutError("timed out")
    if response.length and len(body) < MOST_BYTES:
        raise IncompleteRead(body, response.length)
    return body
