"""What one order shows that a mapping must know. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from connector.lib.exact_json import printable
from connector.lib.money import ZERO, plain
from stores.canonical.order import Line, Order, TaxShare, TotalRow

# What a row holds; a shop's own text may be longer.
_PART, _TEXT = 100, 200
# Countries whose taxes differ by state or province: elsewhere a region says nothing.
BY_STATE = frozenset(("US", "CA", "IN", "BR"))


class Showed(StrEnum):
    """What kind of thing an order showed, and the parts of the key that tells one from another."""

    PAYMENT_METHOD = "payment_method"
    TAX = "tax"
    TOTAL_ROW = "total_row"
    STATUS = "status"
    CUSTOMER_GROUP = "customer_group"
    CURRENCY = "currency"
    SHIPPING_METHOD = "shipping_method"
    STORE_VIEW = "store_view"


# The parts of each key, in their order. A sum is of one currency always.
PARTS: Mapping[Showed, tuple[str, ...]] = {
    Showed.PAYMENT_METHOD: ("method", "currency"),
    Showed.TAX: ("country", "state", "class", "name", "rate", "vat_number"),
    Showed.TOTAL_ROW: ("code", "currency"),
    Showed.STATUS: ("status",),
    Showed.CUSTOMER_GROUP: ("group",),
    Showed.CURRENCY: ("currency",),
    Showed.SHIPPING_METHOD: ("method",),
    Showed.STORE_VIEW: ("view",),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing of one order: `key` are the parts that `PARTS` names, `title` what the shop calls
    it, `amount` what of the order's money it moved, in the order's currency."""

    showed: Showed
    key: tuple[str, ...]
    title: str = ""
    amount: Decimal = ZERO

    @property
    def text(self) -> str:
        """The key as one text of at most 200 characters, equal for equal keys only."""
        text = json.dumps([self.showed.value, *self.key], ensure_ascii=False)
        if len(text) <= _TEXT:
            return text
        digest = hashlib.sha256(text.encode()).hexdigest()
        return f"{text[: _TEXT - len(digest)]}{digest}"


def facts_of(order: Order) -> tuple[Fact, ...]:
    """Each thing that the order shows, once, with the sum of what it moved.

    An order that nobody bought, or has not placed yet, shows nothing.
    """
    if order.test or order.unconfirmed:
        return ()
    sums: dict[tuple[Showed, tuple[str, ...]], Fact] = {}
    for fact in (*_money(order), *_taxes(order), *_rows(order), *_rest(order)):
        known = sums.get((fact.showed, fact.key))
        amount = fact.amount + (known.amount if known else ZERO)
        title = (known.title if known else "") or fact.title
        sums[fact.showed, fact.key] = Fact(fact.showed, fact.key, title, amount)
    return tuple(sums.values())


def _fact(showed: Showed, *key: str, title: str = "", amount: Decimal = ZERO) -> Fact:
    parts = tuple(printable(part.strip())[:_PART] for part in key)
    return Fact(showed, parts, printable(title.strip())[:_PART], amount)


def _money(order: Order) -> Iterator[Fact]:
    """Its tenders; where the shop names none, the method that was chosen, for all of it."""
    for payment in order.payments:
        if payment.method or payment.title:
            yield _fact(
                Showed.PAYMENT_METHOD, payment.method or payment.title, order.currency,
                title=payment.title, amount=payment.amount,
            )  # fmt: skip
    if not order.payments and (order.payment_method or order.payment_title):
        yield _fact(
            Showed.PAYMENT_METHOD, order.payment_method or order.payment_title, order.currency,
            title=order.payment_title, amount=order.total,
        )  # fmt: skip


def _taxes(order: Order) -> Iterator[Fact]:
    for line in order.lines:
        yield _tax(order, line.tax_class, line.rate, line.taxes, line.net + line.tax, line)
    for row in order.rows:
        if row.tax:
            yield _tax(order, "", row.rate, row.taxes, row.amount + row.tax, row)


def _tax(
    order: Order, of_class: str, rate: Decimal | None, shares: Iterable[TaxShare],
    amount: Decimal, of: Line | TotalRow,
) -> Fact:  # fmt: skip
    """One pair of country and tax. The buyer's number counts where nothing was charged for it."""
    country = order.country
    state = order.region if country in BY_STATE else ""
    names = " + ".join(sorted({share.name for share in shares if share.name}))
    number = "yes" if rate == 0 and order.customer.tax_number else ""
    told = "" if rate is None else plain(rate.normalize())
    title = of.name if isinstance(of, Line) else of.title
    return _fact(
        Showed.TAX, country, state, of_class, names, told, number, title=title, amount=amount
    )


def _rows(order: Order) -> Iterator[Fact]:
    for row in order.rows:
        if row.amount and row.counted:
            yield _fact(
                Showed.TOTAL_ROW, row.code, order.currency, title=row.title, amount=row.amount
            )


def _rest(order: Order) -> Iterator[Fact]:
    customer, whole = order.customer, order.total
    yield _fact(Showed.STATUS, order.status or order.state, amount=ZERO)
    yield _fact(Showed.CURRENCY, order.currency, amount=whole)
    if customer.group or customer.group_id:
        group = customer.group_id or customer.group
        yield _fact(Showed.CUSTOMER_GROUP, group, title=customer.group)
    if order.shipping_method or order.shipping_title:
        method = order.shipping_method or order.shipping_title
        yield _fact(Showed.SHIPPING_METHOD, method, title=order.shipping_title)
    if order.store_view_id or order.store_view:
        view = order.store_view_id or order.store_view
        yield _fact(Showed.STORE_VIEW, view, title=order.store_view)
