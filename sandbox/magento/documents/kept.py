"""The documents of a shop's orders: which there are, and the credit memos made so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.magento.documents import refunds, written
from sandbox.magento.documents.invoicing import invoice_part
from sandbox.magento.documents.refunds import Refund
from sandbox.magento.orders.generate import Born
from sandbox.magento.orders.lifecycle import Order

Record = dict[str, Any]
_PARTS_FROM = 1_000_000  # what an invoice of a part of an order is numbered from


class Documents:
    """What was written about `orders`, which are looked up by id when it is asked for.

    Invoices of whole orders are counted `apart` from the orders. Whoever calls holds the
    shop's lock.
    """

    def __init__(self, orders: Mapping[int, Order]) -> None:
        self.apart = 0
        self._orders = orders
        self._paid_at: dict[int, str] = {}
        self._sent_at: dict[int, str] = {}
        self._memos: dict[int, Record] = {}
        self._parts: list[Record] = []
        self._written: dict[str, dict[int, Record]] = {}

    def clear(self) -> None:
        """Forget all of them."""
        for kept in (self._paid_at, self._sent_at, self._memos, self._parts, self._written):
            kept.clear()

    def born(self, order: Born) -> None:
        """An order came with what had happened to it."""
        number = order.order["entity_id"]
        if order.paid_at:
            self.paid(number, order.paid_at)
        if order.sent_at:
            self.sent(number, order.sent_at)

    def paid(self, order_id: int, at: str) -> None:
        """The whole order was invoiced."""
        self._paid_at[order_id] = at

    def sent(self, order_id: int, at: str) -> None:
        """The whole order was shipped."""
        self._sent_at[order_id] = at

    def invoice(
        self, order: Order, items: Mapping[int | str, int] | None, *, shipping: bool, at: str
    ) -> Record:
        """Invoice a part of an order: of item ids or skus so many, None for all that is left."""
        chosen = None if items is None else refunds.item_ids(order, items)
        number = _PARTS_FROM + len(self._parts)
        made = invoice_part(order, chosen, shipping=shipping, number_of_it=number, at=at)
        self._parts.append(made)
        return made

    def refund(self, order: Order, wish: Refund, at: str) -> Record:
        """Make the next credit memo."""
        memo_id = len(self._memos) + 1
        memo = refunds.credit_memo(order, wish, memo_id=memo_id, at=at)
        self._memos[memo_id] = memo
        return memo

    def creditmemos(self) -> list[Record]:
        """All credit memos by id."""
        return list(self._memos.values())

    def invoices(self) -> list[Record]:
        """The invoices of all paid orders, and those of parts of orders."""
        whole = self._of(written.invoice, self._paid_at)
        if self.apart:
            whole = [written.renumbered(one, self.apart) for one in whole]
        return [*whole, *self._parts]

    def shipments(self) -> list[Record]:
        """The shipments of all orders that were sent."""
        return self._of(written.shipment, self._sent_at)

    def transactions(self) -> list[Record]:
        """The captures of all orders paid by card or PayPal."""
        paid = self._paid_at.items()
        online = {n: at for n, at in paid if "last_trans_id" in self._orders[n]["payment"]}
        return self._of(written.transaction, online)

    def _of(
        self, write: Callable[[Order, str], Record], moments_by_id: Mapping[int, str]
    ) -> list[Record]:
        """Documents of orders. They never change, so each is written once."""
        cache = self._written.setdefault(write.__name__, {})
        for number, at in moments_by_id.items():
            if number not in cache:
                cache[number] = write(self._orders[number], at)
        return list(cache.values())
