"""A shop that says much of its money and little of its taxes: several payments with several names,
refunds that are under way, taxes that it pays itself, products by ids."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from stores.canonical import order as c
from stores.canonical.records import Stream
from stores.canonical.refund import MoneyBack, Refund, RefundPayment
from stores.raw import Raw
from tests.stores.toy import parse, profile
from tests.stores.toy.adapter import ToyAdapter


class ToyBazaar(ToyAdapter):
    profile: ClassVar = replace(
        profile.PROFILE, kind="toybazaar", label="Toy bazaar", tax_per_line=False
    )

    @staticmethod
    def parse(stream: Stream, record: Any, facts: Any) -> Any:
        order, raw = parse.parse_order(stream, record, facts), Raw(record)
        payments = (
            replace(
                payment,
                reference=one.text("id"),
                others=(one.text("gateway"),),
                currency=one.text("money"),
            )
            for payment, one in zip(order.payments, raw.children("paid"), strict=True)
        )
        toys = zip(order.lines, raw.children("toys"), strict=True)
        refunds = tuple(_refund(order, one) for one in raw.children("back"))
        return replace(
            order, payments=tuple(payments), lines=tuple(_line(*pair) for pair in toys),
            refunds=refunds, refunded=raw.amount("given"),
        )  # fmt: skip


def _line(line: c.Line, toy: Raw) -> c.Line:
    collector = c.Collector(toy.text("taxed_by") or "shop")
    share = c.TaxShare("Toy tax", line.rate, line.tax, collector)
    return replace(line, taxes=(share,) if line.tax else (), product_id=toy.text("product"))


def _refund(order: c.Order, back: Raw) -> Refund:
    """An amount and no more: neither lines nor tax."""
    ways = (
        RefundPayment(
            one.required_text("by"),
            one.number("amount"),
            MoneyBack(one.required_text("state")),
            fee=one.optional("fee"),
        )
        for one in back.children("ways")
    )
    number, at = back.required_text("id"), back.moment("at", "UTC")
    return Refund(
        id=number, number=number, order_id=order.id, currency=order.currency,
        total=back.number("amount"), refunded_at=at, updated_at=at, lines=(),
        shipping_net=back.amount("none"), shipping_tax=back.amount("none"),
        adjustment=back.amount("none"), tax=None, payments=tuple(ways),
    )  # fmt: skip
