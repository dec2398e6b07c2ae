"""Whatever becomes of an order, and whenever it is looked at: its documents are what the shop says.

The shop here sells, invoices parts, gives back, cancels the rest, edits, and a person undoes and
opens again; after each look the sale, its tax and the money are what a child would add up.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stores.canonical.order import Line, Order, Payment
from stores.canonical.refund import Refund, RefundLine
from tests.accounting.one_order import OneOrder
from tests.accounting.orders import NOON, D, books, line, order
from tests.accounting.sale.test_refund_documents import METHODS

ZERO = Decimal(0)
# Net prices of one piece; tax is 10 %, to the cent.
PRICES = {"1": D("9.90"), "2": D("20.30"), "3": D("44.70"), "4": D("100.10")}


def gross(item: str) -> Decimal:
    return PRICES[item] * D("1.1")


@dataclass
class Shop:
    """One order by its pieces: what was ordered, invoiced and paid, cancelled and given back."""

    ordered: Counter[str] = field(default_factory=Counter)
    invoiced: Counter[str] = field(default_factory=Counter)
    cancelled: Counter[str] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)
    refunds: list[Refund] = field(default_factory=list)
    off: list[Decimal] = field(default_factory=list)
    paid: Decimal = ZERO
    undone: bool = False

    @staticmethod
    def worth(pieces: Counter[str]) -> Decimal:
        return sum((gross(item) * count for item, count in pieces.items()), D(0))

    @property
    def total(self) -> Decimal:
        return self.worth(self.ordered) - self.worth(self.cancelled)

    def order(self) -> Order:
        left = {item: self.ordered[item] - self.cancelled[item] for item in PRICES}
        lines = tuple(_line(item, count) for item, count in left.items() if count)
        payments = (Payment("checkmo", self.paid, received_at=NOON),) if self.paid else ()
        closed = bool(self.cancelled) and +self.invoiced == +self.returned
        made = order(
            *lines, received=self.paid, payments=payments, refunds=tuple(self.refunds),
            refunded=sum((one.total for one in self.refunds), D(0)),
            cancelled=self.worth(self.cancelled), state="canceled" if closed else "processing",
            status="canceled" if closed else "processing",
        )  # fmt: skip
        return replace(made, total=self.total) if lines else made

    # --- what may happen --------------------------------------------------------------------

    def invoice(self, item: str, count: int) -> None:
        open_ones = self.ordered[item] - self.invoiced[item] - self.cancelled[item]
        count = min(count, open_ones)
        self.invoiced[item] += count
        self.paid += gross(item) * count

    def refund(self, item: str, count: int) -> None:
        count = min(count, self.invoiced[item] - self.returned[item])
        if count <= 0 or _sums(self.off) & {gross(item) * count}:
            return  # as much as the order was lowered by is one event with that
        self.returned[item] += count
        self.refunds.append(_refund(str(len(self.refunds) + 1), item, count))

    def cancel_rest(self) -> None:
        if not any(self.invoiced.values()):
            return
        for item in PRICES:
            rest = self.ordered[item] - self.invoiced[item] - self.cancelled[item]
            self.cancelled[item] += rest
        self.cancelled = +self.cancelled

    def add(self, item: str, count: int) -> None:
        if not self.cancelled:
            self.ordered[item] += count

    def take_off(self, item: str, count: int) -> None:
        """Also what is paid: the shop leaves that open."""
        count = min(count, self.ordered[item] - self.returned[item])
        less = gross(item) * count
        given = [one.total for one in self.refunds]
        keeps = self.total - less - self.worth(self.returned) > 0
        if self.cancelled or count <= 0 or not keeps or _sums(given) & _sums([*self.off, less]):
            return
        self.ordered[item] -= count
        self.invoiced[item] = min(self.invoiced[item], self.ordered[item])
        self.off.append(less)


def _line(item: str, count: int) -> Line:
    return line(str(PRICES[item] * count), id=item, name=f"Piece {item}", quantity=D(count))


def _refund(id: str, item: str, count: int) -> Refund:
    net, total = PRICES[item] * count, gross(item) * count
    goods = RefundLine(item, f"Piece {item}", "", D(count), net, total - net, D(10), "items[0]")
    at = NOON + timedelta(days=3, minutes=int(id))
    return Refund(
        id=id, number=id, order_id="7", currency="AUD", total=total, refunded_at=at, updated_at=at,
        lines=(goods,), shipping_net=D(0), shipping_tax=D(0), adjustment=D(0), tax=total - net,
    )  # fmt: skip


def _sums(amounts: list[Decimal]) -> set[Decimal]:
    found = {D(0)}
    for amount in amounts:
        found |= {one + amount for one in found}
    return found - {D(0)}


PIECES = st.tuples(st.sampled_from(list(PRICES)), st.integers(1, 3))
ACTS = st.one_of(
    st.tuples(st.sampled_from(["invoice", "refund", "add", "take_off"]), PIECES),
    st.tuples(st.sampled_from(["invoice", "refund"]), PIECES),
    st.tuples(st.sampled_from(["cancel_rest", "undo", "open", "look"]), st.just(())),
)


@given(
    basket=st.lists(PIECES, min_size=1, max_size=4),
    acts=st.lists(ACTS, max_size=14),
    looks=st.booleans(),
)
def test_the_documents_are_what_the_shop_says_after_each_look(
    basket: list[tuple[str, int]], acts: list[tuple[str, Any]], looks: bool
) -> None:
    """`looks`: after each act; otherwise where the story says so, and at the end."""
    shop, one = Shop(), OneOrder(books(METHODS))
    for item, count in basket:
        shop.ordered[item] += count
    compare(shop, one)
    for name, pieces in [*acts, ("look", ())]:
        if name == "undo":
            compare(shop, one)
            # Money beyond the total would be an overpayment of the sale that comes next.
            shop.undone = shop.paid <= shop.total
        elif name == "open":
            shop.undone = False
        elif name != "look" and not shop.undone:
            getattr(shop, name)(*pieces)
        if looks or name in ("look", "undo", "open"):
            compare(shop, one)


def compare(shop: Shop, one: OneOrder) -> None:
    one.see(shop.order(), undo=shop.undone)
    back = sum((refund.total for refund in shop.refunds), D(0))
    net, money = shop.total - back, shop.paid - back
    if shop.undone:
        net, money = ZERO, one.overpaid  # a bank transaction is left to the statement
    assert one.sums == (net, net / 11, money), (one.books_of, [r.code for r in one.reasons])
    assert one.receivable == net - money
