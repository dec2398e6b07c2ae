"""What of an order's money stands in Xero, or is on its way there. Pure."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from accounting.history import Entry, History
from connector.lib.money import ZERO
from xero.documents.kinds import Kind


def put_against(history: History) -> dict[str, Decimal]:
    """What payments and allocations have put on each invoice, by its number."""
    put: dict[str, Decimal] = defaultdict(Decimal)
    for entry in history.frozen():
        if entry.kind is Kind.PAYMENT:
            put[entry.settles] += entry.total
        elif entry.kind is Kind.ALLOCATION:
            put[entry.against] += entry.total
    return put


def used_of(history: History, number: str) -> Decimal:
    """How much of a credit note is allocated or refunded, by us and by people."""
    uses = history.frozen(lambda e: e.kind is Kind.ALLOCATION and e.settles == number)
    notes = history.frozen(lambda e: e.kind is Kind.CREDIT_NOTE and e.key == number)
    return (
        refunded_of(history, number)
        + sum((entry.total for entry in uses), ZERO)
        + sum((entry.by_people for entry in notes), ZERO)
    )


def refunds_of(history: History, number: str) -> list[Entry]:
    """Our refunds of a credit note."""
    return list(history.frozen(lambda e: e.kind is Kind.REFUND and e.settles == number))


def refunded_of(history: History, number: str) -> Decimal:
    """How much of a credit note was given back by our refunds."""
    return sum((entry.total for entry in refunds_of(history, number)), ZERO)


def credited_ahead(history: History) -> Decimal:
    """What refunds were put against of the order's invoices, while it was still due there."""
    puts = history.frozen(lambda e: e.kind is Kind.ALLOCATION and e.slot.source_kind == "refund")
    return sum((entry.total for entry in puts), ZERO)
