"""The tax attributes of an order: which rate took how much, in total and by item."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.magento.notation import number
from sandbox.magento.orders.draft import OWN, Draft, Row


def _tax_row(
    draft: Draft, side: tuple[Decimal, Decimal], kind: str, tax_item: int
) -> dict[str, Any]:
    amount, base = number(side[0]), number(side[1])
    return {
        "tax_item_id": tax_item,
        "tax_id": draft.number,
        "tax_code": draft.profile.tax_code,
        "tax_percent": number(draft.rate),
        "amount": amount,
        "base_amount": base,
        "real_amount": amount,
        "real_base_amount": base,
        "taxable_item_type": kind,
    }


def itemized(draft: Draft, row: Row, item_id: int) -> list[dict[str, Any]]:
    """`itemized_taxes` of one item: a row where it was taxed."""
    if not (row.role == OWN and row.product.taxed and draft.rate):
        return []
    tax = (row.order.tax, row.base.tax)
    return [_tax_row(draft, tax, "product", item_id) | {"item_id": item_id}]


def tax_attributes(draft: Draft, totals: dict[str, Any]) -> dict[str, Any]:
    """`applied_taxes` and its cousins: empty where nothing was taxed."""
    applied = _applied(draft, totals["tax_amount"], totals["base_tax_amount"])
    by_item: list[dict[str, Any]] = []
    extra: list[dict[str, Any]] = []
    if draft.rate and draft.shipping_method:
        tax = (draft.shipping_order.tax, draft.shipping_base.tax)
        one = _applied(draft, number(tax[0]), number(tax[1]))
        by_item.append({"type": "shipping", "applied_taxes": [one]})
        extra.append(_tax_row(draft, tax, "shipping", draft.item_id + 99))
    for position, row in enumerate(draft.rows):
        if row.role == OWN and row.product.taxed and draft.rate:
            one = _applied(draft, number(row.order.tax), number(row.base.tax))
            entry = {"type": "product", "item_id": draft.item_id + position}
            by_item.append(entry | {"applied_taxes": [one]})
    numbers = {
        "tax_id": draft.number,
        "order_id": draft.number,
        "base_real_amount": applied["base_amount"],
        "priority": 0,
        "position": 0,
        "process": 0,
    }
    return {
        "applied_taxes": [applied] if by_item else [],
        "item_applied_taxes": by_item,
        "taxes": [applied | numbers] if by_item else [],
        "additional_itemized_taxes": extra,
    }


def _applied(draft: Draft, amount: int | float, base: int | float) -> dict[str, Any]:
    code = draft.profile.tax_code
    percent = number(draft.rate)
    return {
        "code": code, "title": code, "percent": percent, "amount": amount, "base_amount": base,
    }  # fmt: skip
