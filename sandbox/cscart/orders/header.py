"""The columns of an order that say what it is, whatever was bought."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO
from sandbox.cscart.notation import number, text
from sandbox.cscart.orders.statuses import UNFINISHED
from sandbox.cscart.versions import MULTIVENDOR

# What only a row of the list tells, or only the database.
ROW_ONLY = ("issuer_id", "invoice_id", "credit_memo_id", "points", "returns")


def header(
    order_id: int, at: str, company: str, whole: dict[str, Any] | None, *, edition: str
) -> dict[str, Any]:
    """A new order of a storefront or vendor; `whole` is the parent of a vendor's."""
    storefront = "1" if edition == MULTIVENDOR else company
    return {
        "order_id": str(order_id), "is_parent_order": "N",
        "parent_order_id": whole["order_id"] if whole else "0", "company_id": company,
        "issuer_id": None, "timestamp": at, "updated_at": at, "status": UNFINISHED, "details": "",
        "s_address_type": "", "tax_exempt": "N", "lang_code": "en", "ip_address": "192.0.2.1",
        "repaid": "0", "validation_code": "", "localization_id": "0", "profile_id": "75",
        "storefront_id": storefront, "fields": [], "shipment_ids": [], "need_shipment": True,
        "user_type": "C", "invoice_id": None, "credit_memo_id": None, "points": None,
        "returns": [],
    }  # fmt: skip


def parent(whole: dict[str, Any], children: Sequence[dict[str, Any]]) -> None:
    """Make an order the parent of its vendors': their sums, and no taxes of its own."""
    whole |= {
        "is_parent_order": "Y", "taxes": [], "tax_subtotal": 0,
        "total": text(_sum(children, "total")),
        "shipping_cost": text(_sum(children, "shipping_cost")),
    }  # fmt: skip
    for key in ("subtotal", "display_subtotal", "subtotal_discount", "payment_surcharge"):
        whole[key] = number(_sum(children, key))


def _sum(children: Sequence[dict[str, Any]], key: str) -> Decimal:
    return sum((Decimal(str(one[key])) for one in children), ZERO)
