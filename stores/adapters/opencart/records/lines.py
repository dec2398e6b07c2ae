"""Goods, vouchers and shipping of an order as canonical lines, before coupons and tax."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from connector.lib.money import ZERO
from connector.lib.texts.said import said
from stores.adapters.opencart.records.amounts import ConversionRate
from stores.adapters.opencart.records.texts import joined
from stores.adapters.opencart.records.totals import OrderTotals
from stores.canonical.order import Line, LineKind
from stores.canonical.records import ParseFacts
from stores.raw import Raw


def goods_line(
    raw: Raw,
    options: Mapping[str, str],
    amount: Decimal,
    exchange: ConversionRate,
    facts: ParseFacts,
) -> Line:
    sku = raw.text("sku") or raw.text("model")
    known = facts.products.get(sku, {})
    key, product = raw.required_text("order_product_id"), raw.text("product_id")
    tax_class = raw.text("tax_class_id") or _text(known.get("tax_class"))
    name = raw.text("name")
    return Line(
        id=key,
        kind=LineKind.GOODS,
        name=f"{name} ({options[key]})" if key in options else name,
        sku=sku,
        quantity=raw.number("quantity"),
        net=amount,
        tax=ZERO,
        full_net=amount,
        full_gross=None,
        # What a piece cost in another currency nobody was shown in full.
        unit_net=raw.number("price") if exchange.value == 1 else None,
        rate=ZERO,
        tax_class="" if tax_class == "0" else tax_class,
        category="\n".join(category_names(raw)) or _text(known.get("category")),
        product_type=_text(known.get("type")),
        product_known=not sku or sku in facts.products or raw.has("tax_class_id"),
        sales_account=raw.text("sales_account") or _text(known.get("sales_account")),
        path=raw.path,
        product_id="" if product == "0" else product,
    )


def category_names(raw: Raw) -> list[str]:
    """Each category's full name, and the names on the way to it."""
    found = raw.data.get("x_categories")
    names = [str(one) for one in found] if isinstance(found, list) else []
    return list(dict.fromkeys([*names, *(part for name in names for part in name.split(" > "))]))


def options_of(record: Raw) -> dict[str, str]:
    """The options that were chosen, by line."""
    chosen: dict[str, list[str]] = {}
    for raw in record.children("order_option"):
        chosen.setdefault(raw.text("order_product_id"), []).append(
            f"{raw.text('name')}: {raw.text('value')}"
        )
    return {key: joined(options) for key, options in chosen.items()}


def shipping_key(place: int) -> str:
    """The id of a line of shipping."""
    return f"shipping-{place + 1}" if place else "shipping"


def shipping_lines(totals: OrderTotals, exchange: ConversionRate) -> list[Line]:
    lines = []
    for place, row in enumerate(totals.shipping):
        amount = exchange.row(row.value)
        lines.append(
            Line(
                id=shipping_key(place), kind=LineKind.SHIPPING, code="shipping", name=row.title,
                quantity=Decimal(1), net=amount, tax=ZERO, full_net=amount, full_gross=None,
                rate=ZERO, path=row.path,
            )
        )  # fmt: skip
    return lines


def voucher_amount(raw: Raw) -> Decimal:
    amount = raw.number("amount")
    if amount < 0:
        raise raw.refusal("amount", said("a voucher cannot be over less than nothing"), "bad_value")
    return amount


def voucher_line(raw: Raw, amount: Decimal) -> Line:
    """A voucher that was bought: no tax, and the price is what it is worth."""
    return Line(
        id=f"voucher-{raw.required_text('order_voucher_id')}",
        kind=LineKind.GOODS,
        name=raw.text("description") or f"Gift voucher {raw.text('code')}".strip(),
        quantity=Decimal(1),
        net=amount,
        tax=ZERO,
        full_net=amount,
        full_gross=amount,
        rate=ZERO,
        product_type="voucher",
        path=raw.path,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
