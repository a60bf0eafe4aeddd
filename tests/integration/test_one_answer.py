"""One short answer on the wire: over TLS, through slack_sdk, and bounded whatever answers."""

from __future__ import annotations

import socket
import ssl
import threading
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local_aws.slack import Answer, LocalSlack
from tests.builders import NOW
from vpc_guardrail.adapters import one_answer
from vpc_guardrail.adapters import slack as slack_adapter
from vpc_guardrail.adapters.one_answer import MOST_BYTES
from vpc_guardrail.adapters.slack import SlackWebhook
from vpc_guardrail.app.slack import SlackNotNowError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAYLOAD = {"text": "noncompliant"}
BODY = b'{"text": "noncompliant"}'


@dataclass(frozen=True)
class OneUrl:
    """An address that never changes."""

    url: str

    def current(self) -> str:
        return self.url

    def anew(self) -> str:
        return self.url


def post(url: str) -> None:
    """Post as slack_notifier does."""
    one_answer.install()
    SlackWebhook(OneUrl(url)).post(PAYLOAD)


def post_to(port: int, host: str = "http://127.0.0.1") -> None:
    post(f"{host}:{port}/services/x")


@pytest.fixture(autouse=True)
def opener_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed for the process, is so until the test ends."""
    monkeypatch.setattr(urllib.request, "_opener", None)


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as server:
        yield server


def test_the_message_is_posted(slack: LocalSlack) -> None:
    post(slack.webhook("alerts"))

    assert slack.messages("alerts") == [PAYLOAD]


def test_of_an_answer_without_end_only_the_beginning_is_read(slack: LocalSlack) -> None:
    """Fault: it was read, and kept, for as long as it came."""
    slack.answer_next("alerts", Answer(200, "no", {"X-Slack": "yes"}, without_end=0))
    one_answer.install()

    with urllib.request.urlopen(slack.webhook("alerts"), BODY, timeout=30) as answer:
        body = answer.read()

    assert (answer.status, answer.reason, answer.headers["X-Slack"]) == (200, "OK", "yes")
    assert body.startswith(b"no...")
    assert len(body) == MOST_BYTES


def test_an_answer_that_drips_is_not_waited_for(
    slack: LocalSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault: each drop was given the whole time anew."""
    monkeypatch.setattr(slack_adapter, "ANSWER_SECONDS", 0.3)
    slack.answer_next("alerts", Answer(200, "no", without_end=0.05))

    with pytest.raises(SlackNotNowError, match="timed out"):
        post(slack.webhook("alerts"))


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:,ok"])
def test_nothing_but_http_is_opened(url: str) -> None:
    one_answer.install()

    with pytest.raises(urllib.request.URLError, match="unknown url type"):
        urllib.request.urlopen(url, timeout=1)


CUT = "IncompleteRead"
ODD_ANSWERS = {
    "is cut": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", CUT),
    "is cut within a chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
        CUT,
    ),
    "is no HTTP": (b"hello\r\n\r\n", "did not answer"),
    "is none": (b"", "did not answer"),
    "has headers without end": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000, "100 headers"),
    "has a line without end": (b"HTTP/1.1 200 " + b"K" * 100_000, "did not answer"),
    "leads to no address": (
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 2\r\n\r\nno",
        "answered 302: no",
    ),
    "is no text": (
        b"HTTP/1.1 500 X\r\nContent-Length: 3\r\n\r\n\xff\xfex",
        "answered 500: \N{REPLACEMENT CHARACTER}{2}x",
    ),
}


@pytest.mark.parametrize("what", ODD_ANSWERS)
def test_an_answer_that(what: str) -> None:
    raw, reason = ODD_ANSWERS[what]
    with listening(raw) as port, pytest.raises(SlackNotNowError, match=reason):
        post_to(port)


WHOLE_ANSWERS = {
    "chunked": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"1\r\no\r\n1\r\nk\r\n0\r\n\r\n"
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
        post_to(port)


class TestEncrypted:
    def test_whom_a_known_authority_vouches_for_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        identity = Identity.of("localhost", tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(identity.certificate))
        with listening(WHOLE_ANSWERS["with a length"], identity) as port:
            post_to(port, "https://localhost")

    def test_whom_no_authority_vouches_for_is_not(self, tmp_path: Path) -> None:
        identity = Identity.of("localhost", tmp_path)
        with (
            listening(WHOLE_ANSWERS["with a length"], identity) as port,
            pytest.raises(SlackNotNowError, match="self-signed"),
        ):
            post_to(port, "https://localhost")

    def test_nor_is_another_host(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        identity = Identity.of("hooks.example.com", tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(identity.certificate))
        with (
            listening(WHOLE_ANSWERS["with a length"], identity) as port,
            pytest.raises(SlackNotNowError, match="not valid for 'localhost'"),
        ):
            post_to(port, "https://localhost")


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
