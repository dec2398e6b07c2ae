from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connector.lib.errors import (
    ConnectorError,
    Misconfigured,
    NotConnected,
    OutcomeUnknown,
    Rejected,
    Temporary,
)
from connector.lib.outgoing import addresses, answers, http
from tests.conftest import QuietServer, reply

Handler = BaseHTTPRequestHandler
Serve = Callable[[Callable[[Handler], None]], str]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """DNS by hand: per name the answers to the first, second … question; the last repeats."""
    table: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def answer(host: str, port: int, *args: Any, **options: Any) -> Any:
        if host not in table:
            return real(host, port, *args, **options)
        found = table[host].pop(0) if len(table[host]) > 1 else table[host][0]
        return [found_at for ip in found for found_at in real(ip, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return table


@pytest.fixture
def seen() -> list[Handler]:
    return []


# --- Addresses ----------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert addresses.is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)
def test_private_and_special_addresses_are_not(address: str) -> None:
    assert not addresses.is_public(address)


def test_a_shop_on_a_private_address_is_refused_before_anything_is_sent(
    serve: Serve, seen: list[Handler]
) -> None:
    url = serve(seen.append)
    with pytest.raises(Misconfigured, match=r"127\.0\.0\.1") as caught:
        http.session().get(url)
    assert caught.value.code == "private_address"
    assert "ALLOW_PRIVATE_HOSTS" in caught.value.hint
    assert seen == []


def test_one_private_address_among_public_ones_is_enough(
    names: dict[str, list[list[str]]],
) -> None:
    names["shop.example.com"] = [["8.8.8.8", "10.0.0.1"]]
    with pytest.raises(Misconfigured, match=r"10\.0\.0\.1"):
        http.session().post("https://shop.example.com/")


def test_the_checked_address_is_the_one_connected_to(
    names: dict[str, list[list[str]]], serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first answer passes the check; a second question would lead elsewhere.
    url = serve(lambda handler: reply(handler, handler.headers["Host"].encode()))
    port = url.rpartition(":")[2]
    names["shop.example.com"] = [["127.0.0.1"], ["192.0.2.1"]]
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")

    answer = http.session().get(f"http://shop.example.com:{port}/")

    assert answer.text == f"shop.example.com:{port}"
    assert names["shop.example.com"] == [["192.0.2.1"]]


def test_the_setting_allows_private_addresses(serve: Serve, private_hosts: None) -> None:
    url = serve(lambda handler: reply(handler, b'{"ok": true}'))
    assert http.session().get(url).json() == {"ok": True}
    with pytest.raises(Misconfigured):
        http.session(allow_private=False).get(url)


def test_proxies_of_the_environment_are_ignored(
    serve: Serve, private_hosts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert http.session().get(serve(reply)).status_code == 200


def test_requests_say_who_asks(serve: Serve, private_hosts: None) -> None:
    def echo(handler: Handler) -> None:
        reply(
            handler, f"{handler.headers['User-Agent']} {handler.headers['X-Correlation']}".encode()
        )

    text = http.session().get(serve(echo)).text
    assert text.startswith("shop-to-xero/")
    assert len(text.split()[1]) == 36


# --- Time and size ------------------------------------------------------------------------


def _drip(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"x")
        time.sleep(0.05)


def _drip_head(handler: Handler) -> None:
    for _ in range(100):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: "[:1])
        time.sleep(0.05)


@pytest.mark.parametrize("drip", [_drip, _drip_head])
def test_a_dripping_server_cannot_outstay_the_deadline(
    serve: Serve, private_hosts: None, drip: Callable[[Handler], None]
) -> None:
    started = time.monotonic()
    with pytest.raises(Temporary, match="did not answer in time"):
        http.session(total_timeout=0.3).get(serve(drip))
    assert time.monotonic() - started < 1


def test_silence_after_a_write_leaves_its_outcome_unknown(
    serve: Serve, private_hosts: None
) -> None:
    url = serve(lambda handler: time.sleep(0.5))
    with pytest.raises(OutcomeUnknown):
        http.session(read_timeout=0.1).put(url, json={})
    with pytest.raises(Temporary):
        http.session(read_timeout=0.1).get(url)


def test_large_answers_are_cut_off_also_when_compressed(serve: Serve, private_hosts: None) -> None:
    bomb = gzip.compress(b"0" * 3_000_000)
    url = serve(lambda handler: reply(handler, bomb, Content_Encoding="gzip"))
    assert len(http.session().get(url).content) == 3_000_000
    with pytest.raises(Misconfigured) as caught:
        http.session(max_bytes=1_000_000).get(url)
    assert caught.value.code == "too_large"


def test_a_body_that_ends_early_is_no_answer(serve: Serve, private_hosts: None) -> None:
    def short(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"[1, 2")
        handler.close_connection = True

    with pytest.raises(Temporary, match="broke the connection"):
        http.session().get(serve(short))


def test_chunked_answers_are_read_whole(serve: Serve, private_hosts: None) -> None:
    def chunked(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"3\r\n[1,\r\n3\r\n 2]\r\n0\r\n\r\n")

    session = http.session()
    url = serve(chunked)
    assert [session.get(url).json() for _ in range(2)] == [[1, 2], [1, 2]]


# --- Trouble ------------------------------------------------------------------------------


def test_nothing_was_sent_is_temporary_for_writes_too(
    private_hosts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/?key=s3cret"
        with pytest.raises(Temporary, match="cannot be reached") as caught:
            http.session().post(url)
    assert "s3cret" not in str(caught.value)

    def fail(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Temporary, match="cannot be reached"):
        http.session().post("https://shop.example.com/")


@pytest.mark.parametrize("url", ["shop.example.com", "ftp://shop.example.com", "https://", "//x"])
def test_what_is_no_address_is_said_so(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        http.session().get(url)
    assert caught.value.code == "bad_address"


def test_http_on_a_tls_port_is_explained(serve: Serve, private_hosts: None) -> None:
    url = serve(reply).replace("http:", "https:")
    with pytest.raises(Misconfigured) as caught:
        http.session().get(url)
    assert caught.value.code == "tls_protocol"


@pytest.fixture
def tls_shop(tmp_path: Path) -> Any:
    """(port, certificate file) of an https server for shop.example.com, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example.com")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "shop.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply(self, b"{}")

        def log_message(self, *_: object) -> None:
            pass

    server = QuietServer(("127.0.0.1", 0), Shop)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_address[1], file
    server.shutdown()
    server.server_close()


def test_certificates_are_checked_for_the_name_and_a_private_ca_can_be_given(
    tls_shop: tuple[int, Path],
    names: dict[str, list[list[str]]],
    private_hosts: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port, file = tls_shop
    names["shop.example.com"] = names["other.example.com"] = [["127.0.0.1"]]
    with pytest.raises(Misconfigured, match=r"shop\.example\.com") as caught:
        http.session().get(f"https://shop.example.com:{port}/")
    assert caught.value.code == "tls_certificate"

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    assert http.session().get(f"https://shop.example.com:{port}/").status_code == 200
    with pytest.raises(Misconfigured, match=r"other\.example\.com") as caught:
        http.session().get(f"https://other.example.com:{port}/")
    assert caught.value.code == "tls_certificate"


# --- Redirects ----------------------------------------------------------------------------


def _redirect_to(target: str, status: int = 302) -> Callable[[Handler], None]:
    return lambda handler: reply(handler, b"", status=status, Location=target)


def test_credentials_stay_with_the_host_that_they_are_for(
    serve: Serve, private_hosts: None
) -> None:
    headers: list[dict[str, str]] = []

    def other(handler: Handler) -> None:
        headers.append(dict(handler.headers))
        reply(handler)

    first = serve(_redirect_to(serve(other)))
    session = http.session()
    session.headers["X-Api-Key"] = "s3cret"
    session.cookies.set("sid", "s3cret")
    answer = session.get(first, auth=("user", "s3cret"))

    assert answer.status_code == 200
    assert "s3cret" not in str(headers)
    assert set(headers[0]) <= {
        "Host", "Accept", "Accept-Encoding", "Connection", "User-Agent", "X-Correlation",
    }  # fmt: skip


def test_credentials_follow_on_the_same_host(serve: Serve, private_hosts: None) -> None:
    def answer(handler: Handler) -> None:
        if handler.path == "/":
            _redirect_to("/there")(handler)
        else:
            reply(handler, handler.headers["X-Api-Key"].encode())

    assert http.session().get(serve(answer), headers={"X-Api-Key": "mine"}).text == "mine"


def test_each_hop_is_checked(
    serve: Serve, names: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = serve(_redirect_to("http://169.254.169.254/latest/meta-data"))
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    with pytest.raises(Misconfigured, match=r"169\.254\.169\.254") as caught:
        http.session().get(url)
    assert caught.value.code == "private_address"


def test_three_redirects_are_enough(serve: Serve, private_hosts: None) -> None:
    def chain(handler: Handler) -> None:
        left = int(handler.path.strip("/"))
        _redirect_to(f"/{left - 1}")(handler) if left else reply(handler)

    url = serve(chain)
    assert http.session().get(f"{url}/3").status_code == 200
    with pytest.raises(Misconfigured, match="too often") as caught:
        http.session().get(f"{url}/4")
    assert caught.value.code == "redirect_refused"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_write_is_never_redirected(serve: Serve, private_hosts: None, status: int) -> None:
    calls: list[Handler] = []
    url = serve(_redirect_to(serve(calls.append), status))
    with pytest.raises(Misconfigured, match="a request that writes"):
        http.session().post(url, json={})
    assert calls == []
    assert http.session().post(url, allow_redirects=False).status_code == status


@responses.activate
def test_https_never_leads_to_http() -> None:
    responses.get(
        "https://shop.example.com/", status=302, headers={"Location": "http://shop.example.com/"}
    )
    with pytest.raises(Misconfigured, match="from https to http") as caught:
        http.session().get("https://shop.example.com/")
    assert caught.value.code == "redirect_refused"


# --- Answers ------------------------------------------------------------------------------


def answered(
    body: bytes = b"", status: int = 200, method: str = "GET", **headers: str
) -> requests.Response:
    with responses.RequestsMock() as shop:
        shop.add(
            method,
            "https://shop.example.com/",
            body=body,
            status=status,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        return http.session().request(method, "https://shop.example.com/?api_key=s3cret")


@pytest.mark.parametrize(
    ("method", "status", "headers", "kind"),
    [
        ("GET", 429, {"Retry_After": "7"}, Temporary),
        ("PUT", 429, {}, Temporary),
        ("GET", 503, {}, Temporary),
        ("PUT", 503, {"Retry_After": "7"}, Temporary),
        ("PUT", 503, {}, OutcomeUnknown),
        ("GET", 500, {}, Temporary),
        ("POST", 502, {}, OutcomeUnknown),
        ("GET", 401, {}, NotConnected),
        ("GET", 403, {}, NotConnected),
        ("GET", 404, {}, Rejected),
        ("PUT", 422, {}, Rejected),
    ],
)
def test_a_status_means_who_must_act(
    method: str, status: int, headers: dict[str, str], kind: type[ConnectorError]
) -> None:
    with pytest.raises(ConnectorError, match=r"shop\.example\.com") as caught:
        answers.checked(answered(b"no", status, method, **headers))
    assert type(caught.value) is kind
    assert "s3cret" not in str(caught.value)
    if headers:
        assert isinstance(caught.value, Temporary)
        assert caught.value.retry_after == 7


def test_retry_after_may_be_a_date() -> None:
    later = datetime.now(UTC) + timedelta(seconds=90)
    date = later.strftime("%a, %d %b %Y %H:%M:%S GMT")
    seconds = answers.retry_after(answered(status=429, Retry_After=date))
    assert seconds is not None
    assert 85 < seconds <= 90


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("soon", None), ("-5", 0), ("nan", None), ("999999999", 86400), ("Wed, 32 Foo", None)],
)
def test_odd_values_of_retry_after(header: str, seconds: float | None) -> None:
    assert answers.retry_after(answered(status=429, Retry_After=header)) == seconds


def test_rejections_keep_the_remotes_own_words() -> None:
    with pytest.raises(Rejected) as caught:
        answers.checked(answered(b'{"message": "No such entity"}', 404))
    assert caught.value.code == "http_404"
    assert caught.value.texts == ('{"message": "No such entity"}',)


def test_json_is_exact() -> None:
    data = answers.read_json(
        answered(b'\xef\xbb\xbf{"a": 0.1, "b": 12345678901234567890.12, "c": 3}')
    )
    assert data == {"a": Decimal("0.1"), "b": Decimal("12345678901234567890.12"), "c": 3}
    assert isinstance(data["c"], int)


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (b"<!DOCTYPE html><title>Log in</title>", "web page"),
        (b"", "empty"),
        (b'{"a": NaN}', "error log"),
        (b'{"a": -Infinity}', "error log"),
        (b"\xff\xfe", "error log"),
        (b"[" * 100_000, "error log"),
        (b"Notice: Undefined index in /var/www", "error log"),
    ],
)
def test_what_is_not_json_is_shown_with_a_hint(body: bytes, hint: str) -> None:
    with pytest.raises(Misconfigured, match=r"^shop\.example\.com did not") as caught:
        answers.read_json(answered(body))
    assert caught.value.code == "not_json"
    assert hint in caught.value.hint
    assert "s3cret" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_excerpts_hide_secrets() -> None:
    with pytest.raises(Misconfigured) as caught:
        answers.read_json(answered(b"error: token=abcdef1234 for ana@example.com"))
    assert "abcdef1234" not in str(caught.value)
    assert "ana@" not in str(caught.value)


def test_php_that_serves_json_as_html_is_understood() -> None:
    assert answers.read_json(answered(b"[1]", Content_Type="text/html; charset=utf-8")) == [1]


# --- Retries ------------------------------------------------------------------------------


def test_a_read_is_tried_three_times(serve: Serve, private_hosts: None) -> None:
    calls: list[str] = []

    def flaky(handler: Handler) -> None:
        calls.append(handler.path)
        reply(handler, b"[]", status=502 if len(calls) < 3 else 200)

    assert http.get(http.session(), serve(flaky)).json() == []
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [(502, {}, 3), (429, {"Retry_After": "600"}, 1), (404, {}, 1)],
)
def test_only_what_may_pass_soon_is_tried_again(
    serve: Serve, private_hosts: None, status: int, headers: dict[str, str], expected: int
) -> None:
    calls: list[str] = []

    def refuse(handler: Handler) -> None:
        calls.append(handler.path)
        reply(handler, b"", status=status, **headers)

    with pytest.raises(ConnectorError):
        http.get(http.session(), serve(refuse))
    assert len(calls) == expected


def test_a_session_of_another_library_gets_the_same_guard(serve: Serve) -> None:
    plain = http.equip(requests.Session())
    with pytest.raises(Misconfigured) as caught:
        plain.get(serve(reply))
    assert caught.value.code == "private_address"
