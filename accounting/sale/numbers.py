"""What an order's documents are called: by its own number, or by that of the shop's invoice. Pure.

Shops count orders and invoices apart, and the two overlap. Where invoices are called as in the
shop, an order's number never stands alone: one without such an invoice has a mark before it.
"""

from __future__ import annotations

from accounts_mapping.rules.resolve import MappingSnapshot
from stores.canonical.order import Order

# Before the number of an order that the shop has not written one invoice for.
_ORDER = "O-"


def own_number(snapshot: MappingSnapshot, order: Order) -> str:
    """Its number behind the store's prefix, as long as none is fixed: by posting.number."""
    if snapshot.rules.posting.number == "order":
        return order.number
    return order.invoice_number or f"{_ORDER}{order.number}"


def document_number(snapshot: MappingSnapshot, order: Order, fixed: str = "") -> str:
    """The invoice's number. `fixed` is the own number with which its first document was planned:
    what the shop writes later, or another setting, changes nothing about that."""
    return f"{snapshot.store.number_prefix}{fixed or own_number(snapshot, order)}"


def issue_number(base: str, issue: int) -> str:
    """The invoice's number; one that is issued again after it was taken back bears a letter."""
    return base if issue == 1 else f"{base}-{_letters(issue - 1)}"


# Without C, E and R, which end the numbers of cancellations, edits and refunds.
_ALPHABET = "ABDFGHIJKLMNOPQSTUVWXYZ"


def _letters(count: int) -> str:
    """1 → A, 2 → B, 3 → D; after Z comes AA."""
    text = ""
    while count:
        count, place = divmod(count - 1, len(_ALPHABET))
        text = _ALPHABET[place] + text
    return text
