"""What the add-on answers to each call of the connector."""

from __future__ import annotations

from sandbox.cscart.addon import reading, writing
from sandbox.cscart.addon.probe import told as probe
from sandbox.cscart.shop import CSCartShop
from sandbox.shop.signed.calls import Calls, set_stock

CALLS: Calls[CSCartShop] = Calls(probe, {
    "orders": reading.orders, "count": reading.count, "customers": reading.customers,
    "products": reading.products, "stock": reading.stock,
    "order_condition": writing.order_condition, "set_status": writing.set_status,
    "set_stock": set_stock(writing.put),
})  # fmt: skip
