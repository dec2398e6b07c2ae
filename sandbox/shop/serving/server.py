"""HTTP in front of a demo shop: a platform's API, the faults, pages, and `/_sandbox`."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connector.lib import clock
from sandbox.shop.base import Shop
from sandbox.shop.faults import Fault
from sandbox.shop.refusals import NotPossible
from sandbox.shop.serving import control
from sandbox.shop.serving.wire import HTML, JSON, Answer, Request, dump

_CONTROL = "/_sandbox/"
_HTML_ERROR = b"<!doctype html><html><body><h1>There has been an error</h1></body></html>"
_BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_ENDLESS = b'{"items":[' + b" " * 4096


class Front(ABC):
    """What one platform answers. `api` is how the paths of its API begin; others are pages."""

    api: str | tuple[str, ...]

    @abstractmethod
    def answer(self, request: Request, fault: Fault | None) -> Answer:
        """The API's answer. `fault` is one that bends it and that the server does not know."""

    @abstractmethod
    def failure(self, fault: Fault) -> Answer:
        """How the platform words `error`, `no_route` and `throttled`."""

    @abstractmethod
    def page(self, path: str) -> str:
        """A page for people; KeyError where there is none."""

    def subject(self, request: Request) -> str:
        """The text in which a fault's `match` is looked for."""
        return request.path


class Server:
    """The listening socket and its thread; handler threads die with the process."""

    def __init__(self, shop: Shop, front: Front, port: int) -> None:
        handler = type("ShopHandler", (Handler,), {"shop": shop, "front": front})
        self._http = _Http(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where the shop listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close the socket and end the thread."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


class Handler(BaseHTTPRequestHandler):
    """One connection, kept alive between requests."""

    shop: Shop
    front: Front
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: requests are in `shop.requests`."""

    def _handle(self) -> None:
        # A reader that gave up while we were writing is no news.
        with suppress(BrokenPipeError, ConnectionResetError):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            path = urlsplit(self.path).path
            if path.startswith(_CONTROL):
                self._control(path, body)
            elif path.startswith(self.front.api):
                self._api(path, body)
            else:
                self._page(path)

    do_GET = do_POST = do_PUT = do_DELETE = _handle

    # --- what is answered ----------------------------------------------------------------

    def _page(self, path: str) -> None:
        try:
            with self.shop.lock:
                text = self.front.page(path)
        except KeyError:
            self._send(404, b"<h1>404 Not Found</h1>", HTML)
            return
        self._send(200, text.encode(), HTML)

    def _control(self, path: str, body: bytes) -> None:
        try:
            asked = json.loads(body) if body else {}
            if not isinstance(asked, dict):
                raise ValueError("a JSON object is expected")
            answer = control.handle(self.shop, self.command, path, asked)
        except KeyError as error:
            self._send(404, dump({"message": f"unknown: {error}"}), JSON)
        except (ValueError, TypeError, NotPossible) as error:
            self._send(400, dump({"message": str(error)}), JSON)
        else:
            self._send(200, dump(answer), JSON)

    def _api(self, path: str, body: bytes) -> None:
        self.shop.requests.append(f"{self.command} {self.path}")
        query = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers, body)
        fault = self.shop.faults.take(self.front.subject(request))
        if fault is None:
            self._answer(self.front.answer(request, None))
        elif not self._instead(fault):
            if fault.kind == "slow":
                self.shop.stopping.wait(clock.wall_seconds(fault.seconds))
            self._bent(fault, self.front.answer(request, fault))

    def _answer(self, answer: Answer) -> None:
        self._send(answer.status, answer.payload, answer.kind, answer.headers)

    # --- what goes wrong -----------------------------------------------------------------

    def _instead(self, fault: Fault) -> bool:
        """Answer by the fault alone; False when the real answer is to follow."""
        if fault.kind == "html":
            self._send(200, _HTML_ERROR, HTML)
        elif fault.kind in ("error", "no_route", "throttled"):
            self._answer(self.front.failure(fault))
        elif fault.kind == "bad_gateway":
            self._send(502, _BAD_GATEWAY, HTML)
        elif fault.kind == "redirect":
            self._send(302, b"", HTML, {"Location": fault.location})
        elif fault.kind == "endless":
            self._stream()
        elif fault.kind == "hang":
            self.shop.stopping.wait()
            self.close_connection = True
        else:
            return False
        return True

    def _bent(self, fault: Fault, answer: Answer) -> None:
        """Send the real answer with what the fault makes of it."""
        if fault.kind == "cut":
            self._cut(answer.payload)
        elif fault.kind == "truncated":
            half = answer.payload[: max(1, len(answer.payload) // 2)]
            self._send(answer.status, half, answer.kind, answer.headers)
        elif fault.kind == "wrong_type":
            self._send(answer.status, answer.payload, HTML, answer.headers)
        else:
            self._answer(answer)

    def _stream(self) -> None:
        """Send a JSON list that never ends, until the reader goes or the shop stops."""
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(_ENDLESS)
        row = b'{"entity_id":1,"increment_id":"000000001"},' * 500
        while not self.shop.stopping.is_set():
            self.wfile.write(row)

    def _cut(self, payload: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload[: len(payload) // 2])
        self.close_connection = True

    def _send(
        self, status: int, payload: bytes, kind: str, extra: Mapping[str, str] | None = None
    ) -> None:
        """Headers and body in one write: small answers then fit one packet."""
        self.log_request(status)
        headers = {
            "Server": self.server_version,
            "Date": self.date_time_string(self.shop.seconds()),
            "Content-Type": kind,
            "Content-Length": str(len(payload)),
            **(extra or {}),
        }
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.wfile.write(head.encode("latin-1") + b"\r\n" + payload)
