"""TLS and addresses: what is refused before a byte of a request is sent."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from connector.lib import clock
from connector.lib.errors import Misconfigured, Temporary
from tests.conftest import reply
from xero.api.gateway import Gateway
from xero.models import DayCount, Lane, Organisation

requests_seen: list[str] = []


def certificate(path: Path, host: str) -> Path:
    """A self-signed certificate of `host` with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        requests_seen.append(self.path)
        reply(self, b'{"Accounts": []}')

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return certificate(tmp_path / "localhost.pem", "localhost")


@pytest.fixture
def tls_port(authority: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    requests_seen.clear()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_a_certificate_that_nobody_vouches_for_is_refused_unsent(
    organisation: Organisation, tls_port: int, settings: Settings
) -> None:
    settings.XERO_API_URL = f"https://localhost:{tls_port}"
    with pytest.raises(Temporary):
        Gateway(organisation, Lane.LIVE).read("accounts")

    assert requests_seen == []
    assert DayCount.objects.get().calls == 0


def test_a_certificate_of_another_name_is_refused_unsent(
    organisation: Organisation,
    tls_port: int,
    authority: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    settings.XERO_API_URL = f"https://127.0.0.1:{tls_port}"
    with pytest.raises(Temporary):
        Gateway(organisation, Lane.LIVE).read("accounts")

    assert requests_seen == []


def test_a_private_authority_of_the_environment_is_trusted(
    organisation: Organisation,
    tls_port: int,
    authority: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    settings.XERO_API_URL = f"https://localhost:{tls_port}"

    assert Gateway(organisation, Lane.LIVE).read("accounts").json == {"Accounts": []}
    assert requests_seen == ["/api.xro/2.0/Accounts"]


def test_a_token_is_not_sent_to_another_machine_in_plain_text(
    organisation: Organisation, settings: Settings
) -> None:
    settings.XERO_API_URL = "http://api.example.com"
    with pytest.raises(Misconfigured) as caught:
        Gateway(organisation, Lane.LIVE).read("accounts")

    assert caught.value.code == "xero_plain_http"
