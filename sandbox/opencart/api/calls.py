"""What the extension answers to each call of the connector."""

from __future__ import annotations

from sandbox.opencart.api import reading, writing
from sandbox.opencart.api.probe import told as probe
from sandbox.opencart.shop import OpenCartShop
from sandbox.shop.signed.calls import Calls, set_stock

CALLS: Calls[OpenCartShop] = Calls(probe, {
    "orders": reading.orders, "count": reading.count, "customers": reading.customers,
    "products": reading.products, "stock": reading.stock, "events": reading.events,
    "order_condition": writing.order_condition, "set_status": writing.set_status,
    "add_comment": writing.add_comment, "set_stock": set_stock(writing.put),
})  # fmt: skip
