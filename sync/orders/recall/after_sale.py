"""What may have been posted after a sale that stands, whether or not it is wanted now. Pure.

A cancellation and a change are told by their numbers, which are made from the sale's. On which day
they happened, and what they came to, is what Xero has of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from accounting.history import Entry, History, Slot
from stores.canonical.order import Order
from xero.documents.documents import CreditNote, Invoice
from xero.documents.kinds import Kind

# Places whose day is that of an event, which the shop does not say afterwards.
EVENTS = ("cancel-credit", "edit")


def after_sale(
    order: Order, history: History, reference: str
) -> Iterator[tuple[Slot, Invoice | CreditNote]]:
    """Each place where nothing is by what is known here, with what would be there, but for lines
    and day. `reference` is that of the order's invoices."""
    sale = next((e for e in reversed(history.sales) if e.kind is Kind.INVOICE), None)
    if sale is None or sale.dated is None or sale.shared or sale.linked:
        return
    issue, edits = sale.slot.revision, history.of("edit")
    if all(entry.slot.revision != issue for entry in history.of("cancel-credit")):
        slot = Slot("order", order.id, "cancel-credit", issue)
        yield slot, _credit_note(sale, f"{sale.key}-C", order.number)
    mine = [entry for entry in edits if entry.key.startswith(f"{sale.key}-E")]
    number = f"{sale.key}-E{1 + len(mine)}"
    count = 1 + max((entry.slot.revision for entry in edits), default=0)
    slot = Slot("order", order.id, "edit", count)
    yield slot, _credit_note(sale, number, reference)
    yield slot, Invoice(
        number=number, contact=sale.contact, date=sale.dated, due_date=sale.dated, mode=sale.mode,
        currency=sale.currency, status=sale.status, reference=reference, lines=(),
        currency_rate=sale.rate,
    )  # fmt: skip


def _credit_note(sale: Entry, number: str, reference: str) -> CreditNote:
    assert sale.dated is not None
    return CreditNote(
        number=number, contact=sale.contact, date=sale.dated, mode=sale.mode,
        currency=sale.currency, status=sale.status, reference=reference, lines=(),
        currency_rate=sale.rate,
    )  # fmt: skip
