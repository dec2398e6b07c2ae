"""Of which order, refund or day a document is, for its history in Xero. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from accounting.books import Books
from accounting.history import Slot
from stores.canonical.order import Order
from xero.documents.documents import BankTransaction, CreditNote, Document, Invoice

# How long a summary's list of orders may become in its note.
_MOST_NUMBERS = 800


def origin_of(books: Books, order: Order, slot: Slot, document: Document) -> str:
    """For Xero's history, if posting.history_notes wants it of all: what the document is of."""
    if not isinstance(document, Invoice | CreditNote | BankTransaction) or not _noted(books):
        return ""
    refund = f"Refund {slot.source_id} of order" if slot.source_kind == "refund" else "Order"
    return f"{refund} {order.number} of {_shop(books)}."


def origin_of_day(books: Books, numbers: Sequence[str]) -> str:
    """The same of a summary, with as many of its orders' numbers as there is room for."""
    if not _noted(books):
        return ""
    text = f"{len(numbers)} orders of {_shop(books)}: "
    shown: list[str] = []
    for number in numbers:
        if len(text) + len(", ".join([*shown, number])) > _MOST_NUMBERS:
            break
        shown.append(number)
    rest = len(numbers) - len(shown)
    return text + ", ".join(shown) + (f" and {rest} more." if rest else ".")


def _noted(books: Books) -> bool:
    return books.snapshot.rules.posting.history_notes == "all"


def _shop(books: Books) -> str:
    return f"{books.snapshot.store.name}, {books.snapshot.store.url}"
