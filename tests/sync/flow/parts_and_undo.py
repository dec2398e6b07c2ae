"""Rules of the books machine: orders that are invoiced in parts and cancelled for the rest, orders
that are lowered after a refund, and sales that a person takes back and has posted anew."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from sandbox.shop.refusals import NotPossible
from sync.models import TrackedOrder
from sync.orders import actions
from tests.sync.naive_books import Changed, OpenedAgain, Received, Refunded, Shrunk, Undone
from tests.sync.order_sums import cents
from tests.sync.orders.test_money_of_edits import differs

if TYPE_CHECKING:
    from tests.sync.flow.test_books_machine import BooksMachine, Story

    Machine = BooksMachine
else:
    Machine = object


class PartsAndUndo(Machine):
    """Mixed into the machine, whose orders, books and world these rules use."""

    # --- invoiced in parts, and cancelled for the rest ------------------------------------------

    @rule(more=st.integers(1, 3), method=st.sampled_from(["checkmo", "stripe_payments"]))
    def sells_and_invoices_a_part(self, more: int, method: str) -> None:
        """One piece and postage are paid; the rest is still to be invoiced."""
        self.sells(
            basket=[("MUG-STN", 1 + more), ("BEANS-250", 1)], pays="nothing", method=method,
            coupon="", shipping="flat", customer=1, guest=False, foreign=False, issued={},
        )  # fmt: skip
        story = self.stories[-1]
        story.in_parts = True
        made = self.world.shop.invoice(story.id, {"MUG-STN": 1})
        self._say(story, Received(self._today(), story.account, cents(made["grand_total"])))

    def _in_parts(self) -> list[Story]:
        return self._open(
            lambda s: s.in_parts and not s.page.has(Shrunk) and s.order["state"] == "processing"
        )

    @precondition(lambda self: self._in_parts())
    @rule(data=st.data())
    def cancels_the_rest(self, data: st.DataObject) -> None:
        """What was not invoiced was never charged, whatever was given back of the other."""
        story = data.draw(st.sampled_from(self._in_parts()))
        self._tick()
        order = self.world.shop.cancel(story.id)
        gone = Shrunk(self._today(), cents(order["total_canceled"]), cents(order["tax_canceled"]))
        self._say(story, gone)

    # --- lowered after a refund -----------------------------------------------------------------

    def _refunded_and_editable(self) -> list[Story]:
        return self._heard(
            lambda s: (
                s.plain and not s.coupon and not s.foreign and not s.issued and not s.in_parts
                and s.refunded and s.approved and not s.page.cancelled and not s.supplemented
                and s.order["state"] != "closed" and not s.person_paid_once
                and not self.keeper.ignores_edits and self._as_the_shop_says(s)
            )
        )  # fmt: skip

    @precondition(lambda self: self._refunded_and_editable())
    @rule(data=st.data(), sku=st.sampled_from(["HONEY-500", "SALT-PINK", "BEANS-250"]))
    def edits_after_a_refund(self, data: st.DataObject, sku: str) -> None:
        """Up, and down again by another amount than was ever given back."""
        story = data.draw(st.sampled_from(self._refunded_and_editable()))
        rows = [(row["sku"], int(row["qty_ordered"])) for row in story.order["items"]]
        smaller = [(known, count) for known, count in rows if known != sku]
        basket = smaller if len(smaller) < len(rows) and smaller else [*rows, (sku, 1)]
        total, tax = story.total, cents(story.order["tax_amount"])
        self._tick()
        try:
            self.world.shop.edit(story.id, basket)
        except NotPossible:
            return
        more, more_tax = story.total - total, cents(story.order["tax_amount"]) - tax
        self._say(story, Changed(self._today(), more, more_tax))
        story.supplemented = True
        if -more in _sums(story):
            story.page.closed = "lowered by what was given back: one event, or two"

    # --- what a reconciliation tells ------------------------------------------------------------

    def _reconciles(self) -> None:
        """Of orders that are booked as the shop has them, nothing differs."""
        settled = {story.page.number for story in self.stories if self._is_settled(story)}
        told = [one for one in differs(self.world) if f"S1-{one[0]}" in settled]
        assert told == []

    def _is_settled(self, story: Story) -> bool:
        page = story.page
        if page.closed or page.unread or page.cancelled or not story.approved:
            return False
        if story.person_paid_once or page.outdated:
            return False
        return self._as_the_shop_says(story)

    # --- undone, and opened again ---------------------------------------------------------------

    def _as_the_shop_says(self, story: Story) -> bool:
        """Whether all of its money is in the books, and by nobody's hand."""
        by_hand = story.by_hand or story.by_people or story.page.unmapped
        return not by_hand and story.page.sums.money == story.paid - story.refunded

    def _undoable(self) -> list[Story]:
        if self.keeper.drafts or self.keeper.ignores_edits or self.keeper.locked_until != date.min:
            return []
        return self._heard(
            lambda s: (
                s.page.told and s.page.sums.net > 0 and s.approved and not s.page.cancelled
                and not s.issued and not s.supplemented and not s.edited_unheard
                and not s.person_paid_once and self._as_the_shop_says(s)
            )
        )  # fmt: skip

    @precondition(lambda self: self._undoable())
    @rule(data=st.data())
    def a_person_undoes_it_and_has_it_posted_anew(self, data: st.DataObject) -> None:
        story = data.draw(st.sampled_from(self._undoable()))
        self._sync_and_compare()
        self._tick()
        mine = TrackedOrder.objects.filter(pk=self.world.row(story.order).pk)
        if not actions.undo(mine, None, "a sample"):
            return
        self.world.work()
        story.page.told.append(Undone(self._today(), story.account))
        self._sync_and_compare()
        self._tick()
        actions.sync_now(mine, None)
        self.world.work()
        story.page.told.append(OpenedAgain(self._today(), story.account))
        self._sync_and_compare()


def _sums(story: Story) -> set[Decimal]:
    """All that some of its refunds come to together."""
    found: set[Any] = {cents(0)}
    for event in story.page.events:
        if isinstance(event, Refunded):
            found |= {one + event.total for one in found}
    return found - {cents(0)}
