"""What the web server itself says on the wire: a real gunicorn, and a socket without a library."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.processes import ports, programs

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[2]
_HEAD = "POST {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a web app listens."""
    found = ports.free_port()
    with subprocess.Popen(programs.web("127.0.0.1", found), cwd=ROOT) as web:
        until = time.monotonic() + 60
        while not ports.listening(found):
            assert time.monotonic() < until
            time.sleep(0.2)
        yield found
        web.terminate()


def answered(port: int, path: str, more: str, body: bytes) -> str:
    """The head of the answer, in small letters."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(_HEAD.format(path=path, more=more).encode() + body)
        return line.recv(65536).decode().lower()


@pytest.mark.parametrize("path", ["/hooks/au/", "/stock/au/", "/xero/webhook/"])
def test_a_body_that_is_too_long_is_refused_and_the_end_of_the_connection_said(
    port: int, path: str
) -> None:
    head = answered(port, path, f"Content-Length: {3 * 1024 * 1024}", b"x" * 1000)
    assert head.startswith("http/1.1 413 ")
    assert "\r\nconnection: close\r\n" in head


def test_a_call_in_pieces_ends_its_connection_as_well(port: int) -> None:
    head = answered(port, "/xero/webhook/", "Transfer-Encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n")
    assert "\r\nconnection: close\r\n" in head


def test_other_answers_keep_the_connection(port: int) -> None:
    head = answered(port, "/nowhere/", "Content-Length: 2", b"{}")
    assert "\r\nconnection: keep-alive\r\n" in head
