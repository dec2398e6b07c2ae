"""What Magento answers over HTTP: its REST API, its failures, its pages."""

from __future__ import annotations

import json
import re

from sandbox.magento import pages
from sandbox.magento.rest import messages, routes
from sandbox.magento.shop import MagentoShop
from sandbox.shop.faults import Fault
from sandbox.shop.serving.server import Front
from sandbox.shop.serving.wire import Answer, Request, said


class MagentoFront(Front):
    """Magento Open Source 2.4.7."""

    api = "/rest/"

    def __init__(self, shop: MagentoShop) -> None:
        self.shop = shop

    def answer(self, request: Request, fault: Fault | None) -> Answer:
        try:
            body = json.loads(request.body) if request.body else None
        except ValueError:
            return said({"message": "Decoding error."}, 400)
        rest = messages.Request(
            request.method, request.path, request.query, body,
            f"http://{request.headers.get('host', '')}", request.headers.get("authorization", ""),
        )  # fmt: skip
        if fault is not None:
            self._bend(fault, rest)
        return routes.answer(self.shop, rest)

    def failure(self, fault: Fault) -> Answer:
        if fault.kind == "no_route":
            return said({"message": "Request does not match any route."}, 404)
        if fault.kind == "throttled":
            after = fault.retry_after
            headers = {} if after is None else {"Retry-After": str(after)}
            return said({"message": "Too Many Requests"}, 429, headers)
        return said({"message": "Internal Error"}, fault.status)

    def page(self, path: str) -> str:
        if found := re.fullmatch(r"/admin/sales/order/view/order_id/(\d+)/?", path):
            return pages.order_page(self.shop.order(int(found[1])))
        if path == "/":
            return pages.home(self.shop)
        raise KeyError(path)

    def _bend(self, fault: Fault, request: messages.Request) -> None:
        """What has to happen before the real answer is made."""
        if fault.kind == "items_null":
            request.items_null = True
        elif fault.kind == "repeat_last_page":
            request.repeat_last = True
        elif fault.kind == "update_between_pages":
            page = dict(request.query).get("searchCriteria[currentPage]", "1")
            if page not in ("", "0", "1"):
                self._touch_oldest()

    def _touch_oldest(self) -> None:
        """Change the order that was updated longest ago: it moves to the end of the list."""
        if orders := self.shop.orders:
            oldest = min(orders, key=lambda order: (order["updated_at"], order["entity_id"]))
            self.shop.update_order(oldest["entity_id"])
