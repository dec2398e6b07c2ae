"""What OpenCart answers over HTTP: the extension's address, its failures, pages for people."""

from __future__ import annotations

import re

from sandbox.opencart import pages
from sandbox.opencart.api.calls import CALLS
from sandbox.opencart.placing import changed_at
from sandbox.opencart.shop import OpenCartShop
from sandbox.shop.faults import Fault
from sandbox.shop.serving.server import Front
from sandbox.shop.serving.wire import HTML, Answer, Request, said
from sandbox.shop.signed import door

_ROUTE = ("route", "extension/xero_connector/api")
_NOT_FOUND = Answer(404, b"<h1>The page you requested cannot be found!</h1>", HTML)


class OpenCartFront(Front):
    """OpenCart with the connector's extension."""

    api = "/index.php"

    def __init__(self, shop: OpenCartShop) -> None:
        self.shop = shop

    def subject(self, request: Request) -> str:
        """The call's name stands behind the path: `/index.php orders`."""
        return f"{request.path} {door.name_of(request)}"

    def answer(self, request: Request, fault: Fault | None) -> Answer:
        if _ROUTE not in request.query:
            return _NOT_FOUND
        if fault is not None and fault.kind == "update_between_pages":
            self._touch_oldest(request)
        return CALLS.answer(self.shop, request)

    def failure(self, fault: Fault) -> Answer:
        if fault.kind == "no_route":
            return _NOT_FOUND
        if fault.kind == "throttled":
            after = fault.retry_after
            headers = {} if after is None else {"Retry-After": str(after)}
            return Answer(429, b"<h1>Too Many Requests</h1>", HTML, headers)
        return said({"error": "Internal Server Error"}, fault.status)

    def page(self, path: str) -> str:
        if found := re.fullmatch(r"/orders/(\d+)/?", path):
            return pages.order_page(self.shop.order(int(found[1])))
        if path == "/":
            return pages.home(self.shop)
        raise KeyError(path)

    def _touch_oldest(self, request: Request) -> None:
        """Change the order that was changed longest ago, before any page but the first."""
        with self.shop.lock:
            if b'"after"' in request.body and (orders := self.shop.orders):
                self.shop.update_order(self.shop.id_of(min(orders, key=changed_at)))
