"""Refunds in canonical form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What was refunded of one order line: `net` and `tax` after discounts, both positive.

    `fixed`: a fixed tax of that line, not the line itself. `restocked`: the goods went back
    to stock.
    """

    order_line_id: str
    name: str
    sku: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    rate: Decimal
    path: str
    restocked: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class TenderBack:
    """A part of a refund that went back on what the shop issues itself: a gift card, store
    credit, points.

    `code` is what `total_rows` of the configuration names, `amount` is positive; `base_amount`
    is the same in the shop's base currency, None where it does not state it. `of` is the code of
    what had paid it, "" where that was money.
    """

    code: str
    title: str
    amount: Decimal
    of: str = ""
    path: str = ""
    base_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """Goods of one kind that came back, of a shop that does not say what was given back for them.

    `action` is what the shop did about it, as `refunds.return_actions` of the configuration has
    it; "" where nothing yet. `line_ids` are the lines that they may be of, in their order.
    """

    id: str
    action: str
    name: str
    quantity: Decimal
    line_ids: tuple[str, ...]
    returned_at: datetime
    path: str


class MoneyBack(StrEnum):
    """What became of the money of a refund."""

    DONE = "done"
    PENDING = "pending"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class RefundPayment:
    """One way by which a refund goes back as money. `amount` is what the buyer gets, 0 where
    nothing moved; `fee` is what the provider gave back of its own, None where the shop does not
    say."""

    method: str
    amount: Decimal
    state: MoneyBack = MoneyBack.DONE
    reference: str = ""
    fee: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """What was taken back of an order. `total` is positive, and before the tenders by which it
    went back; `adjustment` is goodwill minus fees kept.

    `tax` is None where the shop does not state it: the amounts of the refund then have it inside.
    Without lines too, a refund of all that the order came to is of all of it, and any other an
    amount that no goods are named for. `payments` are the ways by which the money goes back, as
    far as the shop tells them apart: a refund counts once none of them is pending, and without
    those that were declined. Each goes back by its own method, and what they come to less than
    the refund did not go back: it is still the buyer's. `tenders` is what went back on gift
    cards, as store credit or points, and `money` the rest. `base_total` and `base_tax` are `total`
    and `tax` in the shop's base currency, as it states.
    """

    id: str
    number: str
    order_id: str
    currency: str
    total: Decimal
    refunded_at: datetime
    updated_at: datetime
    lines: tuple[RefundLine, ...]
    shipping_net: Decimal
    shipping_tax: Decimal
    adjustment: Decimal
    tax: Decimal | None
    method: str = ""
    base_total: Decimal | None = None
    base_tax: Decimal | None = None
    tenders: tuple[TenderBack, ...] = ()
    payments: tuple[RefundPayment, ...] = ()

    @property
    def tax_back(self) -> Decimal:
        """The tax of a refund once it is known: what a shop leaves unsaid is worked out before."""
        assert self.tax is not None
        return self.tax

    @property
    def money(self) -> Decimal:
        """What went back as money."""
        return self.total - sum((one.amount for one in self.tenders), Decimal(0))

    @property
    def kept(self) -> Decimal:
        """What of its money did not go back, as the ways by which it went tell; below zero where
        they come to more."""
        if not self.payments:
            return Decimal(0)
        return self.money - sum((one.amount for one in self.payments), Decimal(0))

    @property
    def of_money(self) -> Decimal:
        """What went back of what had been paid with money, whatever it went back as: an order
        states the sum."""
        issued = sum((one.amount for one in self.tenders if one.of), Decimal(0))
        return self.total - issued - self.kept
