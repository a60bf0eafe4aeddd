"""A Slack of one's own machine: takes messages for incoming webhooks, or answers as it is told to.

Faked: all of it. It takes what Slack's documented limits allow, and refuses the rest as Slack does.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

MOST_BLOCKS, MOST_FIELDS = 50, 10
LONGEST = {"header": 150, "section": 3000, "context": 3000}
LONGEST_FIELD = 2000
"""Source: https://docs.slack.dev/reference/block-kit/blocks"""

LONGEST_TEXT_OF_ALL = 9_597
"""The longest that is known to have been taken: https://github.com/slackapi/bolt-js/issues/2867"""


@dataclass(frozen=True)
class Answer:
    """What Slack says to one message; it takes a message that it answers with 200."""

    status: int = HTTPStatus.OK
    body: str = "ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """How long it takes to answer."""
    without_end: float | None = None
    """The seconds after which ever more of the body is sent, until nobody listens any more."""


def moved(to: str, status: int = HTTPStatus.FOUND) -> Answer:
    """A redirect to another address."""
    return Answer(status, "", {"Location": to})


class LocalSlack:
    """A server on the loopback; use it as a context manager."""

    def __init__(self) -> None:
        self._coming: dict[str, list[Answer]] = defaultdict(list)
        self._taken: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._asked: dict[str, int] = defaultdict(int)
        self._looked_at: list[str] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def webhook(self, channel: str) -> str:
        """The address of a channel's webhook."""
        return self.url + _path(channel)

    def answer_next(self, channel: str, *answers: Answer) -> None:
        """Let the next messages for a channel get these answers, one each."""
        with self._lock:
            self._coming[_path(channel)].extend(answers)

    def forget_answers(self) -> None:
        """Take messages again, whatever it was told to answer."""
        with self._lock:
            self._coming.clear()

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """What it took for a channel, oldest first."""
        with self._lock:
            return list(self._taken[_path(channel)])

    def asked(self, channel: str) -> int:
        """How often it was asked to take a message for a channel."""
        with self._lock:
            return self._asked[_path(channel)]

    def looked_at(self) -> list[str]:
        """The paths that somebody got and posted nothing to; it says `ok` to that as well."""
        with self._lock:
            return list(self._looked_at)

    def __enter__(self) -> LocalSlack:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Answer nobody any more; may be called twice."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, payload: Any) -> Answer:
        """The answer to a message, which is taken if that says so."""
        with self._lock:
            self._asked[path] += 1
            coming = self._coming[path]
            answer = coming.pop(0) if coming else checked(payload)
        self._closing.wait(answer.seconds)
        if answer.status == HTTPStatus.OK and answer.body == "ok":
            with self._lock:
                self._taken[path].append(payload)
        return answer

    def look(self, path: str) -> Answer:
        """The answer to whoever follows a redirect here, and leaves the message behind."""
        with self._lock:
            self._looked_at.append(path)
        return Answer()

    def go_on(self, answer: Answer, write: Callable[[bytes], object]) -> None:
        """Send ever more of a body without an end; raises `ConnectionError` when all hung up."""
        while answer.without_end is not None and not self._closing.wait(answer.without_end):
            write(b"." * 1000)

    def _handler(slack) -> type[BaseHTTPRequestHandler]:  # `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    answer = slack.answer(self.path, json.loads(body))
                except ValueError:
                    answer = Answer(HTTPStatus.BAD_REQUEST, "invalid_payload")
                self.say(answer)

            def do_GET(self) -> None:
                self.say(slack.look(self.path))

            def say(self, answer: Answer) -> None:
                try:
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(answer.body.encode())
                    slack.go_on(answer, self.wfile.write)
                except ConnectionError:
                    return  # Whoever asked did not wait for the answer.

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


def checked(payload: Any) -> Answer:
    """What Slack answers to a message by its documented limits."""
    blocks = payload.get("blocks", [])
    if len(blocks) > MOST_BLOCKS or not all(map(_fits, blocks)):
        return Answer(HTTPStatus.BAD_REQUEST, "invalid_blocks")
    texts = [text for block in blocks for text in _texts(block)]
    if sum(map(_length, texts)) > LONGEST_TEXT_OF_ALL:
        return Answer(HTTPStatus.BAD_REQUEST, "msg_blocks_too_long")
    return Answer() if payload.get("text") else Answer(HTTPStatus.BAD_REQUEST, "no_text")


def _fits(block: Mapping[str, Any]) -> bool:
    fields = block.get("fields", [])
    limit = LONGEST[block["type"]]
    return (
        len(fields) <= MOST_FIELDS
        and all(0 < _length(text) <= limit for text in _texts(block))
        and all(_length(each["text"]) <= LONGEST_FIELD for each in fields)
    )


def _texts(block: Mapping[str, Any]) -> list[str]:
    own = [block["text"]] if "text" in block else []
    return [each["text"] for each in (*own, *block.get("fields", ()), *block.get("elements", ()))]


def _length(text: str) -> int:
    """In units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _path(channel: str) -> str:
    return f"/services/T0LOCAL/B0LOCAL/{channel}"
