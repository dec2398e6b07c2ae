"""HTTP in front of the shop: the REST answers, the faults, two pages, and `/_sandbox`."""

from __future__ import annotations

import json
import re
import threading
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from connector.lib import clock
from sandbox.magento import control, pages, routes
from sandbox.magento.faults import Fault
from sandbox.magento.lifecycle import NotPossible
from sandbox.magento.messages import Request, dump

if TYPE_CHECKING:
    from sandbox.magento.shop import DemoShop

JSON, HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"
_HTML_ERROR = b"<!doctype html><html><body><h1>There has been an error</h1></body></html>"
_BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_ENDLESS = b'{"items":[' + b" " * 4096


class Server:
    """The listening socket and its thread; handler threads die with the process."""

    def __init__(self, shop: DemoShop, port: int) -> None:
        handler = type("ShopHandler", (Handler,), {"shop": shop})
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

    shop: DemoShop
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: requests are in `shop.requests`."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._handle()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._handle()

    def do_PUT(self) -> None:
        """Answer a PUT."""
        self._handle()

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._handle()

    def _handle(self) -> None:
        # A reader that gave up while we were writing is no news.
        with suppress(BrokenPipeError, ConnectionResetError):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            path = urlsplit(self.path).path
            if path.startswith("/_sandbox/"):
                self._control(path, body)
            elif path.startswith("/rest/"):
                self._rest(path, body)
            else:
                self._page(path)

    # --- what is answered ----------------------------------------------------------------

    def _page(self, path: str) -> None:
        found = re.fullmatch(r"/admin/sales/order/view/order_id/(\d+)/?", path)
        try:
            with self.shop.lock:
                if found:
                    text = pages.order_page(self.shop, self.shop.order(int(found[1])))
                elif path == "/":
                    text = pages.home(self.shop)
                else:
                    raise KeyError(path)
        except KeyError:
            self._send(404, b"<h1>404 Not Found</h1>", HTML)
            return
        self._send(200, text.encode(), HTML)

    def _control(self, path: str, body: bytes) -> None:
        try:
            asked = json.loads(body) if body else {}
            answer = control.handle(self.shop, self.command, path, asked)
        except KeyError as error:
            self._send(404, dump({"message": f"unknown: {error}"}), JSON)
        except (ValueError, TypeError, NotPossible) as error:
            self._send(400, dump({"message": str(error)}), JSON)
        else:
            self._send(200, dump(answer), JSON)

    def _rest(self, path: str, body: bytes) -> None:
        self.shop.requests.append(f"{self.command} {self.path}")
        fault = self.shop.faults.take(path)
        if fault is not None and self._instead(fault):
            return
        request = self._request(path, body)
        if request is None:
            self._send(400, dump({"message": "Decoding error."}), JSON)
            return
        if fault is not None:
            self._bend(fault, request)
        answer = routes.answer(self.shop, request)
        payload = answer.payload
        if fault is not None and fault.kind == "truncated":
            payload = payload[: max(1, len(payload) // 2)]
        if fault is not None and fault.kind == "cut":
            self._cut(payload)
            return
        wrong = fault is not None and fault.kind == "wrong_type"
        self._send(answer.status, payload, HTML if wrong else JSON)

    def _request(self, path: str, body: bytes) -> Request | None:
        query = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
        try:
            decoded = json.loads(body) if body else None
        except ValueError:
            return None
        return Request(
            self.command, path, query, decoded, f"http://{self.headers.get('Host', '')}",
            self.headers.get("Authorization", ""),
        )  # fmt: skip

    # --- what goes wrong -----------------------------------------------------------------

    def _instead(self, fault: Fault) -> bool:
        """Answer by the fault alone; False when the real answer is to follow."""
        if fault.kind == "html":
            self._send(200, _HTML_ERROR, HTML)
        elif fault.kind == "error":
            self._send(fault.status, dump({"message": "Internal Error"}), JSON)
        elif fault.kind == "no_route":
            self._send(404, dump({"message": "Request does not match any route."}), JSON)
        elif fault.kind == "bad_gateway":
            self._send(502, _BAD_GATEWAY, HTML)
        elif fault.kind == "redirect":
            self._send(302, b"", HTML, {"Location": fault.location})
        elif fault.kind == "throttled":
            after = fault.retry_after
            extra = {} if after is None else {"Retry-After": str(after)}
            self._send(429, dump({"message": "Too Many Requests"}), JSON, extra)
        elif fault.kind == "endless":
            self._stream()
        elif fault.kind == "hang":
            self.shop.stopping.wait()
            self.close_connection = True
        else:
            return False
        return True

    def _bend(self, fault: Fault, request: Request) -> None:
        """What has to happen before the real answer is made."""
        if fault.kind == "slow":
            self.shop.stopping.wait(clock.wall_seconds(fault.seconds))
        elif fault.kind == "items_null":
            request.items_null = True
        elif fault.kind == "repeat_last_page":
            request.repeat_last = True
        elif fault.kind == "update_between_pages":
            pairs = dict(request.query)
            page = pairs.get("searchCriteria[currentPage]", "1")
            if page not in ("", "0", "1"):
                control.touch_oldest(self.shop)

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
        self, status: int, payload: bytes, kind: str, extra: dict[str, str] | None = None
    ) -> None:
        """Headers and body in one write: small answers then fit one packet."""
        self.log_request(status)
        date = self.date_time_string(self.shop.now().timestamp())
        headers = {
            "Server": self.server_version,
            "Date": date,
            "Content-Type": kind,
            "Content-Length": str(len(payload)),
            **(extra or {}),
        }
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.wfile.write(head.encode("latin-1") + b"\r\n" + payload)
