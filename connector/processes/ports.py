"""Ports of this machine: free, taken, answered."""

from __future__ import annotations

import socket

from connector.lib.errors import Misconfigured


def require_free(host: str, port: int) -> None:
    """Raise Misconfigured if something listens on the port already, or it may not be used."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Misconfigured(
                f"Port {port} cannot be used: {error.strerror}.",
                code="port_in_use",
                hint=f"Stop what uses it, or choose another: --port {port + 1}, "
                f"PORT={port + 1} with make.",
            ) from None


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listening(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False
