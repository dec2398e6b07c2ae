"""What CS-Cart answers over HTTP: its two addresses, its failures, pages for people."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from sandbox.cscart import pages
from sandbox.cscart.addon.calls import CALLS
from sandbox.cscart.api import reading, writing
from sandbox.cscart.api.refusals import Refused
from sandbox.cscart.shop import API_KEY, EMAIL, CSCartShop
from sandbox.shop.faults import Fault
from sandbox.shop.serving.server import Front
from sandbox.shop.serving.wire import HTML, Answer, Request, said
from sandbox.shop.signed import door

_ADDON = ("dispatch", "xero_connector.api")
_SHORT = re.compile(r"/api/(?:\d[\d.]*/)?(?P<path>.+?)/?")
_NOT_FOUND = Answer(404, b"<h1>The page you requested cannot be found!</h1>", HTML)
_BASIC = "Basic " + b64encode(f"{EMAIL}:{API_KEY}".encode()).decode()


class CSCartFront(Front):
    """The shop's REST API, `/api/2.0/orders/25` and `/api.php?_d=orders/25`, and the add-on's
    address where there is one."""

    api = ("/api", "/index.php")

    def __init__(self, shop: CSCartShop) -> None:
        self.shop = shop

    def subject(self, request: Request) -> str:
        """The object or call stands behind the address: `/api/2.0/orders/25`,
        `/api.php orders/25`, `/index.php orders`."""
        if request.path == "/index.php":
            return f"{request.path} {door.name_of(request)}"
        asked = dict(request.query).get("_d", "")
        return f"{request.path} {asked}".strip()

    def answer(self, request: Request, fault: Fault | None) -> Answer:
        if self.shop.addon and _ADDON in request.query:
            return CALLS.answer(self.shop, request)
        path = self._path(request)
        if path is None:
            return _NOT_FOUND
        query = {key: value for key, value in request.query if key != "_d"}
        try:
            with self.shop.lock:
                if fault is not None and fault.kind == "update_between_pages":
                    self._touch_oldest(query)
                return said(*self._answered(request, path, query))
        except Refused as refused:
            body = {"message": refused.message, "status": refused.status}
            return said(body, refused.status)

    def failure(self, fault: Fault) -> Answer:
        after = fault.retry_after
        headers = {} if after is None else {"Retry-After": str(after)}
        if fault.kind == "no_route":
            return _NOT_FOUND
        if fault.kind == "throttled":
            return Answer(429, b"<h1>Too Many Requests</h1>", HTML, headers)
        body = {"message": "Internal Server Error", "status": fault.status}
        return said(body, fault.status, headers)

    def page(self, path: str) -> str:
        if found := re.fullmatch(r"/orders/(\d+)/?", path):
            return pages.order_page(self.shop, self.shop.order(int(found[1])))
        if path == "/":
            return pages.home(self.shop)
        raise KeyError(path)

    def _path(self, request: Request) -> str | None:
        """The object that is asked for; None where there is no API at this address."""
        if request.path == "/api.php":
            return dict(request.query).get("_d", "").strip("/")
        found = _SHORT.fullmatch(request.path) if self.shop.rewrites else None
        return found["path"] if found else None

    def _answered(self, request: Request, path: str, query: Mapping[str, str]) -> tuple[Any, int]:
        if request.headers.get("authorization") != _BASIC:
            raise Refused(401, "Unauthorized")
        if path.split("/")[0] in self.shop.forbidden:
            raise Refused(403, "Access denied")
        if request.method == "GET":
            return reading.answer(self.shop, path.split("/"), query), 200
        if request.method == "PUT":
            return writing.put(self.shop, path.split("/"), self._body(request)), 200
        raise Refused(405, f"Method Not Allowed: {request.method} is not taken here")

    def _body(self, request: Request) -> dict[str, Any]:
        """A JSON object; without its type a body is plain text."""
        if "application/json" not in request.headers.get("content-type", ""):
            raise Refused(415, "Unsupported Media Type: text/plain")
        try:
            found = json.loads(request.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Refused(400, "Bad Request: the body is no JSON object")
        return found

    def _touch_oldest(self, query: Mapping[str, str]) -> None:
        """Change the oldest order before any page but the first."""
        if query.get("page", "1") != "1" and (orders := self.shop.orders):
            self.shop.update_order(self.shop.id_of(orders[0]))
