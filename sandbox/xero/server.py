"""The HTTP server around the stand-in: `StandIn` for tests, `serve` for a process."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connector.lib import clock
from sandbox.xero import control
from sandbox.xero.app import App
from sandbox.xero.limits import Limits
from sandbox.xero.wire import Doc, Request, Response

log = logging.getLogger(__name__)
_LARGEST_READ = 20_000_000


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], app: App) -> None:
        super().__init__(address, _Handler)
        self.app = app
        self._open: set[socket.socket] = set()

    def server_bind(self) -> None:
        # The base class looks up the host's name, which can take seconds.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error; anything else is told with its traceback."""
        log.debug("connection of %s ended", client_address, exc_info=True)

    def close_connections(self) -> None:
        for one in list(self._open):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    timeout = 300

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the statistics say what was called."""

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        parts = urlsplit(self.path)
        query: dict[str, str] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            query.setdefault(name, value)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, query, headers, body)
        app, tenant = self.server.app, None
        try:
            if parts.path.startswith(control.PREFIX):
                response = control.handle(app, request, str(self.client_address[0]))
            else:
                response, tenant = app.handle(request)
        except Exception:
            log.exception("a request failed: %s %s", self.command, self.path)
            response = Response(500, b'{"Title":"An error occurred","Status":500}')
        try:
            self._send(response)
        finally:
            if tenant is not None:
                app.traffic.leave(tenant)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve

    def _body(self) -> bytes | None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LARGEST_READ or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._send(Response(413, b"", "text/plain"))
            return None
        return self.rfile.read(length) if length else b""

    def _send(self, response: Response) -> None:
        if response.drop:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.cut:
            self.end_headers()
            self.wfile.write(response.body[: len(response.body) // 2])
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if not response.slow_seconds:
            # One write for head and body: two would wait for each other's acknowledgement.
            self._headers_buffer.append(b"\r\n")  # type: ignore[attr-defined]
            self._headers_buffer.append(response.body)  # type: ignore[attr-defined]
            self.flush_headers()
            return
        self.end_headers()
        self._trickle(response)

    def _trickle(self, response: Response) -> None:
        size = max(1, len(response.body) // 10)
        for start in range(0, len(response.body), size):
            clock.sleep(response.slow_seconds / 10)
            self.wfile.write(response.body[start : start + size])
            self.wfile.flush()


class StandIn:
    """A stand-in Xero on a loopback port, in threads of this process.

    A context manager; `url` is its address. Give it to the connector as XERO_LOGIN_URL,
    XERO_IDENTITY_URL and XERO_API_URL. `limits` as a dict, e.g. `{"per_minute": 0}`.
    `countries`: of each a new organisation, `New Shop (NZ)`, of its edition of Xero.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        state: str | None = None,
        latency_ms: float = 0,
        extra_organisations: int = 0,
        auto_consent: bool = False,
        limits: dict[str, int] | None = None,
        countries: Sequence[str] = (),
    ) -> None:
        self.app = App(
            state_path=state, extra=extra_organisations, limits=Limits(**(limits or {})),
            countries=countries,
        )  # fmt: skip
        self.app.configure({"latency_ms": latency_ms, "auto_consent": auto_consent})
        self._server = _Server(("127.0.0.1", port), self.app)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.api_url = f"{self.url}/api.xro/2.0"
        self._thread: threading.Thread | None = None

    def start(self) -> StandIn:
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the port and every open connection; keep what is stored."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.close_connections()
        self._server.server_close()
        self.app.close()

    def __enter__(self) -> StandIn:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # -- the control API, in process -----------------------------------------------------

    def stats(self) -> Doc:
        """As `GET /_sandbox/stats`."""
        return self.app.stats()

    def tenant_stats(self, tenant: str | None = None) -> Doc:
        """The statistics of one organisation (the first unless named)."""
        key = self.app.state.organisation(tenant).tenant_id
        empty = {"total": 0, "by_call": {}, "max_in_60s": 0, "max_concurrent": 0}
        found: Doc = self.app.stats()["tenants"].get(key, {**empty, "refused_429": {}})
        return found

    def faults(self, *specs: Doc) -> None:
        """Arm faults; without arguments disarm all."""
        if not specs:
            self.app.faults.clear()
        self.app.arm(*specs)

    def ledger(self, tenant: str | None = None) -> dict[str, list[Doc]]:
        """As `GET /_sandbox/ledger`, but with Decimal, date and datetime values."""
        return self.app.ledger(tenant)

    def connect(self, *tenants: str, **options: str) -> Doc:
        """Connect organisations by id or name and mint a token set."""
        return self.app.connect(*tenants, **options)

    def person(self, act: str, *, tenant: str | None = None, **args: Any) -> Doc:
        """A person's act in Xero, such as `person("void", invoice="S1-1001")`."""
        return self.app.person(act, tenant=tenant, **args)

    def config(self, **changes: Any) -> Doc:
        """Change settings: latency_ms, limits, auto_consent, auto_tenant, clients."""
        return self.app.configure(changes)

    def reset(self, what: str = "all") -> None:
        """Start anew (`all`), or forget `stats` or what the `limits` count."""
        self.app.reset(what)
