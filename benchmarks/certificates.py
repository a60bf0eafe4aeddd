"""A certificate for the answering server, so that a first invocation over TLS can be measured."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

FEW = 5
"""Root certificates in a small bundle: Amazon Trust Services has five."""

END = "-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class Certificates:
    """What the server shows, and two bundles by which a client trusts it."""

    server: ssl.SSLContext
    many_roots: Path
    """botocore's own bundle, and the server's certificate at its end."""
    few_roots: Path


def make_certificates(folder: Path, botocore_roots: Path) -> Certificates:
    """Make them anew in a folder; they are valid for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    own = certificate.public_bytes(serialization.Encoding.PEM).decode()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    shown = folder / "server.pem"
    shown.write_bytes(private + own.encode())
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown)

    roots = botocore_roots.read_text(encoding="utf-8")
    many, few = folder / "many-roots.pem", folder / "few-roots.pem"
    many.write_text(roots + own, encoding="utf-8")
    few.write_text(END.join([*roots.split(END)[:FEW], "\n"]) + own, encoding="utf-8")
    return Certificates(server, many, few)
