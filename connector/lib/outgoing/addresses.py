"""Connections that go only where they may, and end when their time is up.

A shop's address is typed by a person, and its DNS belongs to somebody else: both may point
into the network that the product runs in. So the check is made on the addresses that the
name resolves to, and the connection is made to the very address that was checked; asking
the DNS twice would leave a gap between check and use. Host header, SNI and certificate stay
those of the name.

Limits travel in a context variable, because urllib3 offers no way to hand them down to its
sockets. Every read asks how much time is left, so that a server that drips one byte a
second cannot outstay the deadline.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from connector.lib.errors import Misconfigured

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class DeadlineExceeded(TimeoutError):
    """The whole call, not one read of it, took too long."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may do. `deadline` is on time.monotonic()."""

    allow_private: bool = False
    deadline: float = float("inf")

    def remaining(self) -> float:
        """Seconds on the wall; raises DeadlineExceeded when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise DeadlineExceeded("the overall deadline of the call has passed")
        return left


limits: ContextVar[Limits] = ContextVar("limits", default=Limits())  # noqa: B039 - it is frozen


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also behind IPv6's disguises."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[Any, ...]]]:
    """The socket addresses of a host, all of them allowed.

    Raises Misconfigured (`private_address`) if one is not, whatever the others are, and
    socket.gaierror if there are none.
    """
    found = socket.getaddrinfo(host.strip("[]"), port, 0, socket.SOCK_STREAM)
    if not limits.get().allow_private:
        for *_, address in found:
            if not is_public(str(address[0])):
                raise Misconfigured(
                    f"{host} resolves to {address[0]}, a private or local address.",
                    code="private_address",
                    hint="Use the shop's public address, or set ALLOW_PRIVATE_HOSTS=True if"
                    " it is meant to be in your own network.",
                )
    return [(family, address) for family, _, _, _, address in found]


def _shorter(timeout: float | None, left: float) -> float | None:
    """The smaller of a socket's timeout (None: no limit) and the time left (may be inf)."""
    shorter = left if timeout is None else min(timeout, left)
    return None if shorter == float("inf") else shorter


class _Timed:
    """Mixed into sockets: each operation gets what is left of the call's time at most."""

    def _limit(self: Any) -> None:
        self.settimeout(_shorter(self.gettimeout(), limits.get().remaining()))

    def recv_into(self, *args: Any, **options: Any) -> int:
        self._limit()
        return int(super().recv_into(*args, **options))  # type: ignore[misc]

    def sendall(self, *args: Any, **options: Any) -> None:
        self._limit()
        super().sendall(*args, **options)  # type: ignore[misc]


class _Socket(_Timed, socket.socket):
    pass


class _TLSSocket(_Timed, ssl.SSLSocket):
    pass


def tls_context() -> ssl.SSLContext:
    """TLS 1.2 or newer, certificates checked by whoever opens the connection."""
    context = create_urllib3_context(ssl_minimum_version=ssl.TLSVersion.TLSv1_2)
    context.sslsocket_class = _TLSSocket
    return context


def _open(connection: HTTPConnection) -> socket.socket:
    """Connect to the first allowed address that answers, with urllib3's own errors."""
    connect_timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
    try:
        candidates = resolve(connection._dns_host, connection.port)
    except (socket.gaierror, UnicodeError) as error:
        reason = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
        raise NameResolutionError(connection.host, connection, reason) from error
    last: OSError = OSError("the name has no address")
    for family, address in candidates:
        sock = _Socket(family, socket.SOCK_STREAM)
        try:
            for option in connection.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(_shorter(connect_timeout, limits.get().remaining()))
            sock.connect(address)
        except OSError as error:
            sock.close()
            last = error
        else:
            return sock
    if isinstance(last, TimeoutError):
        raise ConnectTimeoutError(connection, f"{connection.host} did not answer") from last
    raise NewConnectionError(connection, f"{connection.host}: {last}") from last


class _GuardedHTTP(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _open(self)


class _GuardedHTTPS(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _open(self)


class _GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTP


class _GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPS


POOLS: dict[str, type[HTTPConnectionPool]] = {
    "http": _GuardedHTTPPool,
    "https": _GuardedHTTPSPool,
}
