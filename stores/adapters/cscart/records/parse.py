"""CS-Cart's JSON to canonical orders: pure, total, exact.

A record is an order of `GET /api/2.0/orders/:id`. Its amounts are in the shop's primary currency,
which the record does not name: `secondary_currency` is only what the buyer looked at. Every
figure that the record needs and lacks, or has and contradicts, is a ParseError that names where
it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from connector.lib.money import ZERO, known_currency, minor_digits
from connector.lib.texts.said import said
from stores.adapters.cscart.records import lines as made
from stores.adapters.cscart.records import people
from stores.adapters.cscart.records.cart import read_cart
from stores.adapters.cscart.records.forms import document_id
from stores.adapters.cscart.records.returned import read_returns
from stores.adapters.cscart.records.taxes import by_unit_price, read_taxes, share_out
from stores.adapters.cscart.records.texts import id_of, inner, text_of
from stores.adapters.cscart.records.totals import reading_of
from stores.canonical.customer import Address
from stores.canonical.order import Order, PartKeys, Whereabouts
from stores.canonical.records import ParseError, ParseFacts
from stores.raw import Raw

# An order that the buyer has not finished, and one that was divided among vendors.
_INCOMPLETE, _PARENT = "N", "T"
_REFERENCES = ("transaction_id", "txn_id", "order_transaction_id")


def parse_order(record: Mapping[str, Any], facts: ParseFacts) -> Order:
    """One order in its current state; ParseError for what cannot be read for certain."""
    raw = Raw(record)
    order = replace(_head(raw, facts), deleted=raw.has("x_deleted"))
    if order.divided:
        return order
    return _with_money(order, raw, facts)


def _head(order: Raw, facts: ParseFacts) -> Order:
    """What it is, who bought it and where: everything but what was charged."""
    currency = _currency(facts)
    where, method = _where(order, facts), inner(order, "payment_method")
    placed = order.unix_moment("timestamp")
    billing = people.read_address(order, people.BILLING)
    shipping = people.read_address(order, people.SHIPPING)
    status = order.required_text("status")
    return Order(
        id=order.required_text("order_id").strip(),
        number=order.required_text("order_id").strip(),
        status=status,
        currency=currency,
        base_currency=currency,
        total=order.number("total"),
        tax=ZERO,
        base_total=order.number("total"),
        placed_at=placed,
        updated_at=_changed(order, placed),
        lines=(),
        customer=people.read_customer(order, facts),
        billing=billing or shipping or Address(),
        shipping=shipping,
        payment_method=id_of(order, "payment_id") or id_of(method, "payment_id"),
        payment_title=text_of(method, "payment"),
        transaction_id=_transaction(order),
        invoice_number=document_id(order, "invoice_id"),
        ships=order.flag("need_shipping") is not False,
        store_view_id=where.store_view_id,
        store_view=where.store_view,
        store_group=where.store_group,
        website=where.website,
        parts=where.parts,
        vendor_id=where.store_group,
        vendor=where.website,
        coupon=_coupons(order),
        note=text_of(order, "notes"),
        unconfirmed=status == _INCOMPLETE,
        taken_back=bool(document_id(order, "credit_memo_id")),
        divided=order.flag("is_parent_order") is True or status == _PARENT,
    )


def _with_money(order: Order, raw: Raw, facts: ParseFacts) -> Order:
    """The order with all that was charged, which comes to its total to the cent."""
    cart, taxes = read_cart(raw), read_taxes(raw)
    reading = reading_of(raw, cart, taxes, max(2, minor_digits(order.currency)))
    by_unit = by_unit_price(taxes)
    off = made.discounts(raw, cart, reading)
    amounts = {item.id: made.amount_of(item, reading) for item in cart.items}
    left = {one: amount if by_unit else amount - off[one] for one, amount in amounts.items()}
    shares = share_out(raw, taxes, left, cart.shippings)
    goods = [
        made.item_line(
            item, amounts[item.id], off[item.id], shares.items.get(item.id, ()),
            by_unit=by_unit, facts=facts,
        )
        for item in cart.items
    ]  # fmt: skip
    sent = [
        made.shipping_line(place, one, shares.shippings.get(place, ()), reading)
        for place, one in enumerate(cart.shippings)
    ]
    rows = made.rows_of(raw, cart, reading, shares)
    lines = (*goods, *(made.certificate_line(one) for one in cart.sold), *sent)
    inclusive = made.includes_tax(shares, {line.id: line for line in goods})
    tax = sum((line.tax for line in lines), ZERO) + sum((row.tax for row in rows), ZERO)
    return replace(
        order,
        lines=lines,
        rows=rows,
        tax=tax,
        base_tax=tax,
        prices_include_tax=facts.prices_include_tax if inclusive is None else inclusive,
        returns=read_returns(raw),
        cards_sold=made.cards_sold(cart),
        cards_redeemed=made.cards_used(cart, reading),
        shipping_method=_shipping_method(raw),
        shipping_title=", ".join(line.name for line in sent),
    )


def _currency(facts: ParseFacts) -> str:
    if not known_currency(facts.base_currency):
        raise ParseError(
            "", facts.base_currency or None,
            said(
                "CS-Cart's orders do not say their currency. Name the shop's primary one as "
                "base_currency of the store."
            ),
            code="unknown_currency",
        )  # fmt: skip
    return facts.base_currency


def _changed(order: Raw, placed: datetime) -> datetime:
    """The moment of the last change; that of the order where the shop does not date changes."""
    return order.unix_moment("updated_at") if id_of(order, "updated_at") else placed


def _transaction(order: Raw) -> str:
    """What the gateway calls its transaction."""
    answer = inner(order, "payment_info")
    for key in _REFERENCES:
        with suppress(ParseError):
            if found := answer.text(key).strip():
                return found
    return ""


def _shipping_method(order: Raw) -> str:
    """The ids of the ways of shipping, as the order lists them."""
    return order.text("shipping_ids").strip()


def _coupons(order: Raw) -> str:
    """The codes of all coupons that were used."""
    value = order.data.get("coupons")
    return ", ".join(str(code) for code in value) if isinstance(value, dict) else ""


def whereabouts(record: Mapping[str, Any], facts: ParseFacts) -> Whereabouts:
    """Which part of the shop an order is of, also of one that cannot be read; empty where its
    record does not tell."""
    readable = {}
    for key in ("company_id", "storefront_id"):
        with suppress(ParseError):
            readable[key] = Raw(record).text(key)
    return _where(Raw(readable), facts)


def _where(order: Raw, facts: ParseFacts) -> Whereabouts:
    """The company is a storefront or a vendor, by the edition of CS-Cart: its id is what settings
    call the store (group), its name the website. A storefront of its own is the store view."""
    company, storefront = id_of(order, "company_id"), id_of(order, "storefront_id")
    name = facts.websites.get(company, "")
    keys = tuple(filter(None, (company, name)))
    return Whereabouts(
        website=name,
        store_group=company,
        store_view=facts.store_views.get(storefront, ""),
        store_view_id=storefront,
        parts=PartKeys(keys, keys, tuple(filter(None, (storefront,)))),
    )
