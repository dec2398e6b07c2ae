"""Sums by day of the books: what the shop says, what was posted, what Xero holds. Pure.

By currency, and by tax type (sales, credits) or account (payments, refunds). What has no tax
type or account, because it was not posted or was changed in Xero, is under "".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounting.reconcile.rows import (
    DocumentRow,
    Held,
    InXero,
    OrderRow,
    Standing,
    Verdict,
    entries,
)
from xero.documents.kinds import CREDITS, MOVED, SALES, Kind, Measure

_SHOP, _POSTED, _XERO = 0, 2, 4  # net, and tax after it
Key = tuple[date, str, str, str]


@dataclass(frozen=True, slots=True)
class DaySum:
    """`sums` are net and tax of the shop, of what was posted, and of Xero, in units."""

    day: date
    currency: str
    measure: str
    name: str
    sums: Sequence[int]
    documents: int


class DaySums:
    """Takes one order after the other; its size is that of the answer."""

    def __init__(self) -> None:
        self._sums: dict[Key, list[int]] = {}
        self._documents: dict[Key, int] = {}

    def rows(self) -> Iterator[DaySum]:
        """In the order of days. Rows of nothing but zeros are left out."""
        for key in sorted(self._sums):
            if any(self._sums[key]):
                yield DaySum(*key, self._sums[key], self._documents.get(key, 0))

    def add(
        self, order: OrderRow, postings: Sequence[DocumentRow], verdict: Verdict, found: InXero
    ) -> None:
        """One order with its documents. Orders that were left out are in no column."""
        if verdict.standing in (Standing.LEFT_OUT, Standing.BY_HAND):
            return
        if order.state != "skipped":
            self._sale(order, verdict.held)
            self._credits(order, verdict.held)
        for posting in postings:
            if posting.kind == Kind.PAYMENT:
                self._money(order, posting, Measure.PAYMENT)
            elif posting.kind == Kind.REFUND:
                self._money(order, posting, Measure.REFUND)
        self._rest_received(order, postings)
        self._in_xero(order, postings, verdict.held, found)

    # --- sales and credits ------------------------------------------------------------------

    def _sale(self, order: OrderRow, held: Sequence[Held]) -> None:
        sales = [one for one in held if one.is_of(SALES)]
        self._documented(order, sales, Measure.SALE)
        self._shops(order, sales, Measure.SALE, order.invoiced, order.tax)

    def _credits(self, order: OrderRow, held: Sequence[Held]) -> None:
        credits = [one for one in held if one.is_of(CREDITS)]
        self._documented(order, credits, Measure.CREDIT)
        tax = order.refunded_tax
        if tax is None:
            tax = sum(one.posting.expected_tax or 0 for one in credits)
        self._shops(order, credits, Measure.CREDIT, order.refunded, tax)

    def _documented(self, order: OrderRow, held: Iterable[Held], measure: str) -> None:
        """What was posted, and what Xero has of it; by tax type while its totals are ours."""
        for one in held:
            posting, parts = one.posting, _parts(one.posting)
            day = posting.day or order.day
            for name, net, tax in parts:
                self._put((day, order.currency, measure, name), _POSTED, net, tax)
            if not one.there:
                continue
            day = one.day or day
            same = (one.total, one.tax) == (posting.expected_total, posting.expected_tax)
            if same or one.tax is None:
                for name, net, tax in parts:
                    self._put((day, order.currency, measure, name), _XERO, net, tax)
            else:
                key = (day, order.currency, measure, "")
                self._put(key, _XERO, one.total - one.tax, one.tax)
            key = (day, order.currency, measure, parts[0][0] if parts else "")
            self._documents[key] = self._documents.get(key, 0) + 1

    def _shops(
        self, order: OrderRow, held: Sequence[Held], measure: str, total: int, tax: int
    ) -> None:
        """What the shop says, by the tax types that were posted where it says the same."""
        if not total and not tax:
            return
        predicted = sum(one.posting.expected_total or 0 for one in held)
        of_tax = sum(one.posting.expected_tax or 0 for one in held)
        if held and predicted == total:
            for one in held:
                for name, net, part in _parts(one.posting):
                    key = (one.posting.day or order.day, order.currency, measure, name)
                    self._put(key, _SHOP, net, part)
            if of_tax == tax:
                return
            # A disclosed rounding: the shop's own tax on the first of the tax types.
            name = next(iter(_parts(held[0].posting)))[0]
            key = (held[0].posting.day or order.day, order.currency, measure, name)
            self._put(key, _SHOP, of_tax - tax, tax - of_tax)
            return
        day = held[0].posting.day if held else None
        self._put((day or order.day, order.currency, measure, ""), _SHOP, total - tax, tax)

    # --- payments and refunds ---------------------------------------------------------------

    def _money(self, order: OrderRow, posting: DocumentRow, measure: str) -> None:
        """A payment that shall exist: the shop's, and posted once it is."""
        if posting.state == "voided":
            return
        key = (posting.day or order.day, order.currency, measure, _account(posting))
        self._put(key, _SHOP, posting.amount, 0)
        if posting.is_posted:
            self._put(key, _POSTED, posting.amount, 0)
            self._documents[key] = self._documents.get(key, 0) + 1

    def _rest_received(self, order: OrderRow, postings: Sequence[DocumentRow]) -> None:
        """What came in by the shop's word, and for which there is no payment."""
        if order.received is None or order.state == "skipped":
            return
        wanted = sum(p.amount for p in postings if p.kind == Kind.PAYMENT and p.state != "voided")
        if rest := order.received - wanted:
            self._put((order.day, order.currency, Measure.PAYMENT, ""), _SHOP, rest, 0)

    def _in_xero(
        self, order: OrderRow, postings: Sequence[DocumentRow], held: Sequence[Held],
        found: InXero,
    ) -> None:  # fmt: skip
        """The payments that Xero lists on our documents; unread, those that it took from us."""
        ours = {p.xero_id: p for p in postings if p.is_posted and p.kind in MOVED}
        if found.payments_at is None:
            for posting in ours.values():
                self._paid(order, posting, posting.day)
            return
        listed = set()
        for one in held:
            measure = Measure.REFUND if one.is_of(CREDITS) else Measure.PAYMENT
            for payment in found.payments.get(one.posting.xero_id, ()):
                listed.add(payment.payment_id)
                if payment.status == "DELETED":
                    continue
                known = ours.get(payment.payment_id)
                name = _account(known) if known else payment.account
                key = (payment.day or order.day, order.currency, measure, name)
                self._put(key, _XERO, payment.amount, 0)
        for xero_id, posting in ours.items():
            late = posting.posted_at is not None and posting.posted_at >= found.payments_at
            if xero_id not in listed and late:
                self._paid(order, posting, posting.day)

    def _paid(self, order: OrderRow, posting: DocumentRow, day: date | None) -> None:
        measure = Measure.REFUND if posting.kind == Kind.REFUND else Measure.PAYMENT
        key = (day or order.day, order.currency, measure, _account(posting))
        self._put(key, _XERO, posting.amount, 0)

    def _put(self, key: Key, side: int, net: int, tax: int) -> None:
        sums = self._sums.get(key)
        if sums is None:
            sums = self._sums[key] = [0, 0, 0, 0, 0, 0]
        sums[side] += net
        sums[side + 1] += tax


def _parts(posting: DocumentRow) -> list[tuple[str, int, int]]:
    """Net and tax by tax type, as predicted; unknown types under ""."""
    if posting.breakdown is None:
        tax = posting.expected_tax or 0
        return [("", (posting.expected_total or 0) - tax, tax)]
    sums: dict[str, list[int]] = {}
    for entry in entries(posting.breakdown):
        _, name, net, tax = _four(entry)
        pair = sums.setdefault(name, [0, 0])
        pair[0] += net
        pair[1] += tax
    return [(name, net, tax) for name, (net, tax) in sums.items()]


def _four(entry: Sequence[Any]) -> tuple[str, str, int, int]:
    account, tax_type, net, tax = entry
    return str(account), str(tax_type), int(net), int(tax)


def _account(posting: DocumentRow) -> str:
    if not posting.breakdown:
        return ""
    return str(entries(posting.breakdown)[0][0])
