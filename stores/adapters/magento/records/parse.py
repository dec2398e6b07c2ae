"""Magento's JSON to canonical orders and refunds: pure, total, exact.

A record is an order of `GET /V1/orders/:id`, or that order with what belongs to it:
`{"order": …, "invoices": […], "shipments": […], "creditmemos": […]}`, the last three
optional. Every figure that the record needs and lacks, or has and contradicts, is a
ParseError that names where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO
from stores.adapters.magento.records import amounts, people, refunds
from stores.adapters.magento.records.cancelled import without_cancelled
from stores.adapters.magento.records.cards import redeemed_cards, sold_cards
from stores.adapters.magento.records.forms import order_form, order_of
from stores.adapters.magento.records.invoices import covering_number
from stores.adapters.magento.records.lines import item_lines, shipping_lines
from stores.adapters.magento.records.payments import (
    payment_title,
    read_payments,
    read_received,
    transaction_id,
)
from stores.adapters.magento.records.rows import candidate_rows, commerce_rows
from stores.adapters.magento.records.taxes import fixed_taxes, read_taxes
from stores.adapters.magento.records.tenders import given_back
from stores.canonical.order import Line, Order, PartKeys, StatusChange, TotalRow, Whereabouts
from stores.canonical.records import ParseError, ParseFacts
from stores.canonical.refund import Refund
from stores.raw import Raw

_BREAK = re.compile(r"\r?\n|\\n")


@dataclass(frozen=True, slots=True)
class _Money:
    lines: tuple[Line, ...]
    rows: tuple[TotalRow, ...]
    inclusive: bool | None


def parse_order(record: Mapping[str, Any], facts: ParseFacts) -> Order:
    """One order in its current state; ParseError for what cannot be read for certain."""
    order, invoices, shipments, memos = order_form(record)
    zone = facts.shop_timezone
    sold = _sold(order, facts)
    by_id = {line.id: line for line in sold.lines}
    placed = replace(
        sold,
        payments=read_payments(order, invoices, zone),
        received=read_received(order),
        outstanding=order.optional("total_due"),
        refunded=order.amount("total_refunded"),
        given_back=given_back(order),
        refunds=refunds.read_refunds(order, memos, by_id, zone),
        payment_method=order.child("payment").text("method"),
        payment_title=payment_title(order),
        transaction_id=transaction_id(order, invoices, zone),
        po_number=order.child("payment").text("po_number"),
        shipped_at=_shipped_at(shipments, zone),
        ships=order.flag("is_virtual") is not True,
        history=_history(order, zone),
        replaces=_replaces(order),
        replaced_by=order.text("relation_child_real_id"),
    )
    left = without_cancelled(placed, order)
    return replace(left, invoice_number=covering_number(invoices, left.total))


def _sold(order: Raw, facts: ParseFacts) -> Order:
    """What was sold, to whom and where: everything but what happened to it afterwards."""
    charged = _read_money(order, facts)
    currency, base = order.currency("order_currency_code"), order.currency("base_currency_code")
    where = _where(order, facts)
    return Order(
        id=order.required_text("entity_id"),
        number=order.required_text("increment_id"),
        status=order.text("status"),
        state=order.text("state"),
        currency=currency,
        base_currency=base,
        total=order.number("grand_total"),
        tax=order.number("tax_amount"),
        base_total=order.optional("base_grand_total"),
        base_tax=order.optional("base_tax_amount"),
        rate=_rate(order, currency, base),
        placed_at=order.moment("created_at", facts.shop_timezone),
        updated_at=order.moment("updated_at", facts.shop_timezone),
        lines=charged.lines,
        rows=charged.rows,
        cards_sold=sold_cards(order),
        cards_redeemed=redeemed_cards(order, charged.rows),
        prices_include_tax=charged.inclusive,
        customer=people.read_customer(order, facts),
        billing=people.read_address(order.child("billing_address")),
        shipping=people.read_shipping_address(order),
        shipping_method=people.shipping_part(order).text("method"),
        shipping_title=order.text("shipping_description"),
        store_view_id=where.store_view_id,
        store_view=where.store_view,
        store_group=where.store_group,
        website=where.website,
        parts=where.parts,
        coupon=order.text("coupon_code"),
        note=order.text("customer_note"),
    )


def parse_creditmemo(record: Mapping[str, Any], facts: ParseFacts) -> Refund:
    """One credit memo, alone or as `{"creditmemo": …, "order": …}`.

    A memo does not state tax rates. Without its order a taxed one is a ParseError
    `tax_without_rate`.
    """
    memo = record.get("creditmemo")
    if memo is None:
        return refunds.read_refund(Raw(record), {}, facts.shop_timezone)
    if not isinstance(memo, Mapping):
        raise refunds.unreadable(memo)
    lines: dict[str, Line] = {}
    if record.get("order") is not None:
        order, *_ = order_form({"order": record["order"]})
        lines = {line.id: line for line in _read_money(order, facts).lines}
    return refunds.read_refund(Raw(memo, "creditmemo"), lines, facts.shop_timezone)


def _read_money(order: Raw, facts: ParseFacts) -> _Money:
    """Lines, rows and tax basis, checked against the order's header."""
    for key in ("grand_total", "subtotal", "tax_amount"):
        order.number(key)
    fees = [(raw, fixed_taxes(raw)) for raw in amounts.charged(order.required_children("items"))]
    items = [
        amounts.read_item(raw, sum((fee.amount for fee in fixed), ZERO)) for raw, fixed in fees
    ]
    shipping = amounts.read_shipping(order)
    slack = amounts.rounding_slack(len(items) + shipping.charged)
    full_nets = amounts.full_nets(items, order, slack)
    inclusive = facts.prices_include_tax
    if inclusive is None:
        inclusive = amounts.prices_include_tax(items, full_nets, shipping, order)
    taxes = read_taxes(order)
    lines: list[Line] = []
    for item, full_net, (_, fixed) in zip(items, full_nets, fees, strict=True):
        lines += item_lines(item, full_net, fixed, taxes, bool(inclusive), facts)
    lines += shipping_lines(order, shipping, taxes)
    rows = _rows(order, lines)
    if all(row.counted for row in rows):
        other = sum((row.tax for row in rows), ZERO)
        other += sum((fee.tax for _, fixed in fees for fee in fixed), ZERO)
        amounts.check_sums(order, items, shipping, other, slack)
    return _Money(tuple(lines), rows, inclusive)


def _rows(order: Raw, lines: Sequence[Line]) -> tuple[TotalRow, ...]:
    """The rows; numbers of unknown meaning only where the total is not explained without."""
    rows = commerce_rows(order)
    explained = sum((line.gross for line in lines), ZERO)
    explained += sum((fee.amount for line in lines for fee in line.fixed_taxes), ZERO)
    explained += sum((row.amount + row.tax for row in rows), ZERO)
    return rows if explained == order.number("grand_total") else rows + candidate_rows(order)


def _rate(order: Raw, currency: str, base: str) -> Decimal | None:
    """Order currency per unit of base currency; `store_to_*` are 0 nowadays and ignored."""
    rate = order.optional("base_to_order_rate")
    return rate if currency != base and rate is not None and rate > 0 else None


def whereabouts(record: Mapping[str, Any], facts: ParseFacts) -> Whereabouts:
    """Which part of the shop an order is of, also of one that cannot be read; empty where its
    record does not tell."""
    order = order_of(record)
    readable = {}
    for key in ("store_id", "store_name"):
        with suppress(ParseError):
            readable[key] = Raw(order).text(key)
    return _where(Raw(readable), facts)


def _where(order: Raw, facts: ParseFacts) -> Whereabouts:
    """Website, store group and store view, which Magento writes as lines of one text."""
    view_id = order.text("store_id")
    names = [name.strip() for name in _BREAK.split(order.text("store_name"))]
    website, group = (names[0], names[1]) if len(names) >= 3 else ("", "")
    if len(names) == 2:
        website = names[0]
    view = names[2] if len(names) >= 3 else names[-1]
    return Whereabouts(
        website=website,
        store_group=group,
        store_view=view or facts.store_views.get(view_id, ""),
        store_view_id=view_id,
        parts=facts.parts.get(view_id, PartKeys()),
    )


def _shipped_at(shipments: Sequence[Raw], zone: str) -> datetime | None:
    return min((one.moment("created_at", zone) for one in shipments), default=None)


def _history(order: Raw, zone: str) -> tuple[StatusChange, ...]:
    """Statuses, oldest first; comments that set none are skipped."""
    entries = [entry for entry in order.children("status_histories") if entry.text("status")]
    changes = [
        (entry.moment("created_at", zone), entry.amount("entity_id"), entry.text("status"))
        for entry in entries
    ]
    return tuple(StatusChange(status, at) for at, _, status in sorted(changes))


def _replaces(order: Raw) -> str:
    """The number of the order that an edit made this one from."""
    earlier = order.text("relation_parent_real_id") or order.text("original_increment_id")
    return "" if earlier == order.text("increment_id") else earlier
