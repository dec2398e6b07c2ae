"""Charged items and shipping of a Magento order as canonical lines."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connector.lib.money import ZERO
from stores.adapters.magento.records.amounts import OrderItem, Shipping, full_gross
from stores.adapters.magento.records.taxes import FixedTax, Taxes
from stores.canonical.order import FIXED_TAX_CODE, Line, LineKind, TaxShare
from stores.canonical.records import ParseFacts
from stores.raw import Raw

SHIPPING_ID = "shipping"


def item_lines(
    item: OrderItem,
    full_net: Decimal,
    fixed: Sequence[FixedTax],
    taxes: Taxes,
    inclusive: bool,
    facts: ParseFacts,
) -> list[Line]:
    """The item's line, and one more for each fixed product tax that is itself taxed."""
    raw = item.raw
    sku = raw.text("sku")
    known = facts.products.get(sku, {})
    rate, shares = taxes.of_item(item)
    untaxed = tuple(TaxShare(fee.name, None, fee.amount) for fee in fixed if not fee.tax)
    goods = Line(
        id=item.id,
        kind=LineKind.GOODS,
        name=raw.text("name"),
        sku=sku,
        quantity=item.quantity,
        net=item.net(full_net),
        tax=item.tax,
        full_net=full_net,
        full_gross=full_gross(item, full_net, rate, inclusive),
        unit_net=item.price,
        unit_gross=item.price_gross,
        rate=rate,
        taxes=shares,
        fixed_taxes=untaxed,
        tax_class=_text(known.get("tax_class")),
        category=_text(known.get("category")),
        product_type=raw.text("product_type") or _text(known.get("type")),
        product_known=not sku or sku in facts.products,
        path=raw.path,
    )
    taxed = [fee for fee in fixed if fee.tax]
    return [goods, *(_fixed_tax_line(item, fee, n, taxes) for n, fee in enumerate(taxed))]


def _fixed_tax_line(item: OrderItem, fee: FixedTax, position: int, taxes: Taxes) -> Line:
    """A fixed product tax with tax on it: it has a net and a tax, so it is a line."""
    rate, shares = taxes.of_fixed(item, fee)
    return Line(
        id=f"{item.id}:{FIXED_TAX_CODE}{position or ''}",
        kind=LineKind.FEE,
        code=FIXED_TAX_CODE,
        name=fee.name,
        quantity=Decimal(1),
        net=fee.amount,
        tax=fee.tax,
        full_net=fee.amount,
        full_gross=fee.amount + fee.tax,
        rate=rate,
        taxes=shares,
        path=item.raw.at("weee_tax_applied"),
    )


def shipping_lines(order: Raw, part: Shipping, taxes: Taxes) -> list[Line]:
    """The shipping line, or none where nothing about it is an amount."""
    if not part.charged:
        return []
    rate, shares = taxes.of_shipping(order, part)
    return [
        Line(
            id=SHIPPING_ID,
            kind=LineKind.SHIPPING,
            code=SHIPPING_ID,
            name=order.text("shipping_description"),
            quantity=Decimal(1),
            net=part.net,
            tax=part.tax,
            full_net=part.full_net,
            full_gross=_shipping_gross(part),
            unit_net=part.full_net,
            unit_gross=part.full_gross,
            rate=rate,
            taxes=shares,
            path=order.at("shipping_amount"),
        )
    ]


def _shipping_gross(part: Shipping) -> Decimal | None:
    """Shipping with tax before discounts: as stated, else known where nothing was taken off."""
    if part.full_gross is not None:
        return part.full_gross
    return part.net + part.tax if part.discount == ZERO else None


def _text(value: object) -> str:
    return "" if value is None else str(value)
