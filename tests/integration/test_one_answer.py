"""What is asked on the wire: over TLS, of nobody else, and bounded whatever answers."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException, IncompleteRead
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local_aws.slack import Answer, LocalSlack
from tests.builders import NOW
from vpc_guardrail.adapters.one_answer import MOST_BYTES, bounded_opener

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BODY = b'{"text": "noncompliant"}'
LONG = 30.0


@dataclass(frozen=True)
class Told:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: str


def post(url: str, seconds: float = LONG) -> Told:
    """Ask as slack_sdk does, for which an HTTPError is an answer."""
    request = Request(url, BODY, method="POST")  # noqa: S310 - a server of the tests
    try:
        with bounded_opener().open(request, timeout=seconds) as answer:
            return Told(answer.status, dict(answer.headers), answer.read().decode())
    except HTTPError as error:
        return Told(error.code, dict(error.headers), error.read().decode())


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as server:
        yield server


def test_the_body_is_posted_and_the_answer_comes_back(slack: LocalSlack) -> None:
    slack.answer_next("alerts", Answer(200, "ok", {"X-Slack": "yes"}))

    answer = post(slack.webhook("alerts"))

    assert (answer.status, answer.body, answer.headers["X-Slack"]) == (200, "ok", "yes")
    assert slack.messages("alerts") == [{"text": "noncompliant"}]


def test_of_an_answer_without_end_only_the_beginning_is_read(slack: LocalSlack) -> None:
    """Fault: it was read, and kept, for as long as it came."""
    slack.answer_next("alerts", Answer(200, "no", without_end=0))

    answer = post(slack.webhook("alerts"))

    assert answer.body.startswith("no...")
    assert len(answer.body) == MOST_BYTES


def test_an_answer_that_drips_is_not_waited_for(slack: LocalSlack) -> None:
    """Fault: each drop was given the whole time anew."""
    slack.answer_next("alerts", Answer(200, "no", without_end=0.05))

    with pytest.raises(TimeoutError):
        post(slack.webhook("alerts"), 0.3)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(slack: LocalSlack, status: int) -> None:
    """Fault: it was followed without the message, and a 200 there was taken for Slack's."""
    headers = {"Location": slack.webhook("elsewhere"), "Retry-After": "3"}
    slack.answer_next("alerts", Answer(status, "" if status == 304 else "moved", headers))

    answer = post(slack.webhook("alerts"))

    assert (answer.status, answer.headers["Retry-After"]) == (status, "3")
    assert slack.asked("elsewhere") == 0


@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_of_an_error_too_only_the_beginning_is_read(slack: LocalSlack, status: int) -> None:
    slack.answer_next("alerts", Answer(status, "no", without_end=0))

    answer = post(slack.webhook("alerts"))

    assert (answer.status, len(answer.body)) == (status, MOST_BYTES)


ODD_ANSWERS = {
    "is cut": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", IncompleteRead),
    "is cut within a chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
        IncompleteRead,
    ),
    "is no HTTP": (b"hello\r\n\r\n", HTTPException),
    "is none": (b"", HTTPException),
    "has headers without end": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000, HTTPException),
    "has a line without end": (b"HTTP/1.1 200 " + b"K" * 100_000, HTTPException),
}


@pytest.mark.parametrize("what", ODD_ANSWERS)
def test_an_answer_that(what: str) -> None:
    raw, error = ODD_ANSWERS[what]
    with listening(raw) as port, pytest.raises(error):
        post(f"http://127.0.0.1:{port}/services/x")


WHOLE_ANSWERS = {
    "chunked": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"
    ),
    "with a length": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "up to its end": b"HTTP/1.1 200 OK\r\n\r\nok",
    "in an unknown charset": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=nope\r\nContent-Length: 2\r\n\r\nok"
    ),
}


@pytest.mark.parametrize("how", WHOLE_ANSWERS)
def test_an_answer_is_read(how: str) -> None:
    with listening(WHOLE_ANSWERS[how]) as port:
        answer = post(f"http://127.0.0.1:{port}/services/x")

    assert (answer.status, answer.body) == (200, "ok")


def test_what_is_no_text_does_not_hide_the_status() -> None:
    with listening(b"HTTP/1.1 404 X\r\nContent-Length: 3\r\n\r\n\xff\xfex") as port:
        answer = post(f"http://127.0.0.1:{port}/services/x")

    assert (answer.status, answer.body) == (404, "\N{REPLACEMENT CHARACTER}" * 2 + "x")


def test_a_redirect_to_no_address_is_an_answer_too() -> None:
    raw = b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 2\r\n\r\nno"
    with listening(raw) as port:
        answer = post(f"http://127.0.0.1:{port}/services/x")

    assert (answer.status, answer.body) == (302, "no")


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:,ok"])
def test_nothing_but_http_is_asked(url: str) -> None:
    with pytest.raises(URLError, match="unknown url type"):
        post(url)


class TestEncrypted:
    def test_whom_a_known_authority_vouches_for_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        identity = Identity.of("localhost", tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(identity.certificate))
        with listening(WHOLE_ANSWERS["with a length"], identity) as port:
            answer = post(f"https://localhost:{port}/services/x")

        assert (answer.status, answer.body) == (200, "ok")

    def test_whom_no_authority_vouches_for_is_not(self, tmp_path: Path) -> None:
        identity = Identity.of("localhost", tmp_path)
        with (
            listening(WHOLE_ANSWERS["with a length"], identity) as port,
            pytest.raises(URLError, match="self-signed"),
        ):
            post(f"https://localhost:{port}/services/x")

    def test_nor_is_another_host(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        identity = Identity.of("hooks.example.com", tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(identity.certificate))
        with (
            listening(WHOLE_ANSWERS["with a length"], identity) as port,
            pytest.raises(URLError, match="localhost"),
        ):
            post(f"https://localhost:{port}/services/x")


@dataclass(frozen=True)
class Identity:
    """A certificate that vouches for itself, and its key."""

    certificate: Path
    key: Path

    @classmethod
    def of(cls, host: str, folder: Path) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        # A certificate is judged by the true clock of the machine, so it holds long.
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=10_000))
            .not_valid_after(NOW + timedelta(days=10_000))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        made = cls(folder / "certificate.pem", folder / "key.pem")
        made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        made.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return made


@contextmanager
def listening(raw: bytes, identity: Identity | None = None) -> Iterator[int]:
    """A server that says the same to whoever comes, and hangs up; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                plain, _ = server.accept()
                with encrypted(plain, identity) as line:
                    while BODY not in (received := line.recv(65_536)) and received:
                        pass
                    line.sendall(raw)
            except OSError:
                return  # Whoever came hung up first.

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def encrypted(plain: socket.socket, identity: Identity | None) -> socket.socket:
    if identity is None:
        return plain
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    with plain:
        return context.wrap_socket(plain, server_side=True)
