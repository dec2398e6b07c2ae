"""OpenCart's rows of an order as a canonical order: pure, total, exact.

A record is `{"order": …, "order_product": […], "order_option": […], "order_total": […],
"order_history": […], "order_voucher": […], "return": […]}`, as the extension answers it; the
last four are optional. Every figure that it needs and lacks, or has and contradicts, is a
ParseError that names where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.lib.money import minor_digits, round_to
from connector.lib.texts.said import said
from stores.adapters.opencart.records import people
from stores.adapters.opencart.records.amounts import ConversionRate
from stores.adapters.opencart.records.charges import read_charges
from stores.adapters.opencart.records.returned import read_returns
from stores.adapters.opencart.records.texts import decoded, named
from stores.adapters.opencart.records.totals import OrderTotals, read_totals
from stores.canonical.order import GiftCard, Order, PartKeys, StatusChange, Whereabouts
from stores.canonical.records import ParseError, ParseFacts
from stores.raw import Raw

_IN_BRACKETS = re.compile(r"\(([^()]+)\)\s*$")
_UNCONFIRMED = "0"


def parse_order(record: Mapping[str, Any], facts: ParseFacts) -> Order:
    """One order in its current state; ParseError for what cannot be read for certain."""
    whole = Raw(decoded(record))
    zone = zone_of(record, facts)
    order = whole.child("order")
    sold = _sold(whole, order, zone, facts)
    method, title = named(order, "payment")
    shipping, shipping_title = named(order, "shipping")
    return replace(
        sold,
        payment_method=method,
        payment_title=title,
        transaction_id=order.text("transaction_id"),
        shipping_method=shipping,
        shipping_title=shipping_title,
        ships=bool(shipping),
        note=order.text("comment").strip(),
        invoice_number=_invoice_number(order),
        history=_history(whole, zone),
        returns=read_returns(whole, sold.lines, zone),
        unconfirmed=sold.status == _UNCONFIRMED,
        deleted=whole.has("x_deleted"),
    )


def _sold(whole: Raw, order: Raw, zone: str, facts: ParseFacts) -> Order:
    """What was sold, to whom and where: everything but what happened to it afterwards."""
    total, currency = order.number("total"), order.currency("currency_code")
    exchange, base = _exchange(whole, order, facts)
    totals = read_totals(whole, total)
    charged = read_charges(whole, totals, exchange, facts)
    where = _where(order)
    return Order(
        id=order.required_text("order_id"),
        number=order.required_text("order_id"),
        status=order.required_text("order_status_id"),
        currency=currency,
        base_currency=base,
        total=exchange.row(total),
        tax=charged.tax,
        base_total=round_to(total),
        base_tax=round_to(charged.base_tax),
        rate=exchange.value if currency != base else None,
        placed_at=order.moment("date_added", zone),
        updated_at=_changed_at(whole, order, zone),
        lines=charged.lines,
        rows=charged.rows,
        cards_sold=_cards_sold(whole, exchange),
        cards_redeemed=_cards_redeemed(whole, totals, exchange),
        prices_include_tax=False,
        customer=people.read_customer(whole, order, facts),
        billing=people.read_address(order, "payment"),
        shipping=people.shipping_address(order),
        store_view_id=where.store_view_id,
        store_view=where.store_view,
        store_group=where.store_group,
        website=where.website,
        parts=where.parts,
        coupon=_coupon(totals),
    )


def _changed_at(whole: Raw, order: Raw, zone: str) -> datetime:
    """The last change of the order or of what belongs to it, as far as the record says."""
    if whole.has("x_changed"):
        return whole.moment("x_changed", zone)
    return order.moment("date_modified", zone)


def zone_of(record: Mapping[str, Any], facts: ParseFacts) -> str:
    """The time zone of the record's dates: the shop's own word, where it has one."""
    stated = record.get("x_timezone")
    if isinstance(stated, str) and stated:
        with suppress(ValueError, OSError, KeyError):
            ZoneInfo(stated)
            return stated
    return facts.shop_timezone


def whereabouts(record: Mapping[str, Any]) -> Whereabouts:
    """Which shop of a multi-store an order is of, also of one that cannot be read."""
    order = record.get("order")
    readable = {}
    for key in ("store_id", "store_name"):
        with suppress(ParseError):
            readable[key] = Raw(order if isinstance(order, Mapping) else {}).text(key)
    return _where(Raw(readable))


def _where(order: Raw) -> Whereabouts:
    number, name = order.text("store_id"), order.text("store_name")
    keys = tuple(filter(None, (number, name)))
    return Whereabouts(
        website=name,
        store_group=name,
        store_view=name,
        store_view_id=number,
        parts=PartKeys(website=keys, store_group=keys, store_view=keys),
    )


def _exchange(whole: Raw, order: Raw, facts: ParseFacts) -> tuple[ConversionRate, str]:
    """How amounts become the order's currency, and the shop's base currency."""
    currency, value = order.currency("currency_code"), order.number("currency_value")
    if value <= 0:
        raise order.refusal("currency_value", said("not a rate"), "bad_number")
    base = whole.text("x_base_currency") or facts.base_currency
    if not base:
        if value != 1:
            raise order.refusal(
                "currency_value",
                said("but nothing says what the shop's base currency is"),
                "missing",
            )
        base = currency
    if base == currency and value != 1:
        raise order.refusal(
            "currency_value",
            said("but %(currency)s is the shop's base currency", currency=currency),
            "bad_number",
        )
    return ConversionRate(value, minor_digits(currency)), base


def _cards_sold(whole: Raw, exchange: ConversionRate) -> tuple[GiftCard, ...]:
    return tuple(
        GiftCard(
            raw.text("code"), exchange.row(raw.number("amount")), raw.number("amount"), raw.path
        )
        for raw in whole.children("order_voucher")
    )


def _cards_redeemed(
    whole: Raw, totals: OrderTotals, exchange: ConversionRate
) -> tuple[GiftCard, ...]:
    """Vouchers that paid: as their own table has them, else by the code in the row's title, from
    which OpenCart takes it itself."""
    listed = {
        raw.text("code"): abs(raw.number("amount")) for raw in whole.children("x_vouchers_redeemed")
    }
    cards = []
    for row in totals.beside:
        if row.code == "voucher":
            code = _bracketed(row.title)
            code = code if code in listed or len(listed) != 1 else next(iter(listed))
            cards.append(GiftCard(code, -exchange.row(row.value), -row.value, row.path))
    return tuple(cards)


def _coupon(totals: OrderTotals) -> str:
    return next((_bracketed(row.title) for row in totals.others if row.code == "coupon"), "")


def _bracketed(title: str) -> str:
    found = _IN_BRACKETS.search(title)
    return found[1].strip() if found else ""


def _invoice_number(order: Raw) -> str:
    number = order.text("invoice_no")
    return f"{order.text('invoice_prefix')}{number}" if number not in ("", "0") else ""


def _history(whole: Raw, zone: str) -> tuple[StatusChange, ...]:
    """Statuses, the oldest first."""
    changes: list[tuple[Any, Decimal, str]] = [
        (
            raw.moment("date_added", zone),
            raw.amount("order_history_id"),
            raw.text("order_status_id"),
        )
        for raw in whole.children("order_history")
    ]
    return tuple(StatusChange(status, at) for at, _, status in sorted(changes))
