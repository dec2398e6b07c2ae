"""Magento credit memos as refunds: totals exactly as the shop keeps them, four decimals too.

Unlike order items, credit memo items are not rewritten by REST: `row_total` is before
discounts. Header and items need not agree (a fixed coupon's share of shipping is mixed in);
the header is handed on, and who posts the refund spreads the difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from connector.lib.money import ZERO
from connector.lib.texts.said import said
from stores.adapters.magento.records.taxes import fixed_taxes, without_rate
from stores.adapters.magento.records.tenders import (
    before_tenders,
    tenders_back,
    to_store_credit,
    told_by_order,
    unstated,
)
from stores.canonical.order import Line
from stores.canonical.records import ParseError
from stores.canonical.refund import Refund, RefundLine
from stores.raw import Raw

_REFUNDED = 2


def is_refunded(memo: Raw) -> bool:
    """Whether money was given back: an open (1) or cancelled (3) credit memo moved none."""
    state = memo.optional("state")
    return state is None or state == _REFUNDED


def read_refund(memo: Raw, lines: Mapping[str, Line], zone: str) -> Refund:
    """A credit memo. `lines` are the order's by id: they know the tax rates, memos do not."""
    if not is_refunded(memo):
        raise memo.refusal("state", said("no money was given back for it"), "not_refunded")
    items = [item for item in memo.children("items") if _carries_money(item, lines)]
    parts = [part for item in items for part in _lines(item, lines)]
    total, base_total = before_tenders(memo)
    refund = Refund(
        id=memo.required_text("entity_id"),
        number=memo.text("increment_id"),
        order_id=memo.required_text("order_id"),
        currency=memo.currency("order_currency_code"),
        total=total,
        refunded_at=memo.moment("created_at", zone),
        updated_at=memo.moment("updated_at", zone),
        lines=tuple(parts),
        shipping_net=_shipping_net(memo, items),
        shipping_tax=memo.amount("shipping_tax_amount"),
        adjustment=memo.amount("adjustment_positive") - memo.amount("adjustment_negative"),
        tax=memo.amount("tax_amount"),
        base_total=base_total,
        base_tax=memo.optional("base_tax_amount"),
        tenders=tenders_back(memo),
    )
    return to_store_credit(memo, refund)


def read_refunds(
    order: Raw, memos: Sequence[Raw], lines: Mapping[str, Line], zone: str
) -> tuple[Refund, ...]:
    """The credit memos of an order by which something was given back."""
    given = [memo for memo in memos if is_refunded(memo)]
    read = [read_refund(memo, lines, zone) for memo in given]
    return told_by_order(order, given, unstated(order, given, read))


def _carries_money(item: Raw, lines: Mapping[str, Line]) -> bool:
    """Not the child of a configurable, nor the parent of a dynamic bundle.

    They have no row total, or they are not among the order's lines, where that is known.
    """
    known = not lines or item.text("order_item_id") in lines
    return item.has("row_total") and known


def _lines(item: Raw, lines: Mapping[str, Line]) -> list[RefundLine]:
    quantity = item.number("qty")
    if quantity < 0:
        raise item.refusal("qty", said("a quantity cannot be negative"), "negative_quantity")
    row = item.number("row_total") - item.amount("discount_amount")
    tax = item.amount("tax_amount")
    line_id = item.required_text("order_item_id")
    goods = RefundLine(
        order_line_id=line_id,
        name=item.text("name"),
        sku=item.text("sku"),
        quantity=quantity,
        net=row + item.amount("discount_tax_compensation_amount"),
        tax=tax,
        rate=_rate(item, lines, tax),
        path=item.path,
    )
    fixed = [
        RefundLine(line_id, part.name, "", quantity, part.amount, part.tax,
                   goods.rate if part.tax else ZERO, item.at("weee_tax_applied"), fixed=True)
        for part in fixed_taxes(item)
    ]  # fmt: skip
    return [goods, *fixed]


def _rate(item: Raw, lines: Mapping[str, Line], tax: Decimal) -> Decimal:
    if line := lines.get(item.text("order_item_id")):
        return line.percent
    if tax:
        raise without_rate(item, "tax_amount")
    return ZERO


def _shipping_net(memo: Raw, items: Sequence[Raw]) -> Decimal:
    """Shipping refunded without tax, less its share of the discount.

    The header's discount beyond the items' is shipping's, if shipping was refunded at all.
    """
    shipping = memo.amount("shipping_amount")
    discount = -memo.amount("discount_amount")
    share = discount - sum((item.amount("discount_amount") for item in items), ZERO)
    limit = memo.optional("shipping_incl_tax") or shipping
    if not shipping or not ZERO < share <= limit:
        return shipping
    return shipping - share + memo.amount("shipping_discount_tax_compensation_amount")


def unreadable(record: object) -> ParseError:
    """The refusal of something that is no credit memo at all."""
    return ParseError("", record, said("The record is not a credit memo."), code="bad_object")
