"""The shop's own figures against the stand-in's ledger: pure.

Nothing of the product takes part: an order's number, total, tax and amount due are read
from the shop's answer, an invoice's from the ledger, and compared to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

# Invoices that are in the books but owe and earn nothing.
_GONE = frozenset({"VOIDED", "DELETED"})


@dataclass(frozen=True, slots=True)
class Sold:
    """An order by the shop's own word: what is charged, the tax in it, what is not paid yet."""

    number: str
    currency: str
    total: Decimal
    tax: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One figure that is not the same on both sides, or a document that should not be there."""

    number: str
    what: str
    shop: str
    xero: str

    def __str__(self) -> str:
        return f"{self.number}: {self.what} {self.shop} in the shop, {self.xero} in Xero"


@dataclass(slots=True)
class Comparison:
    """Orders by number: those in Xero, and those that are not; what differs."""

    in_xero: list[str] = field(default_factory=list)
    not_in_xero: list[str] = field(default_factory=list)
    differences: list[Mismatch] = field(default_factory=list)


def of_shops(
    prefixes: Sequence[str], invoices: Iterable[Mapping[str, Any]]
) -> tuple[list[list[Mapping[str, Any]]], list[Mismatch]]:
    """An organisation's invoices by the shops that post to it, told by their prefixes; one that
    is of none of them is a difference."""
    found: list[list[Mapping[str, Any]]] = [[] for _ in prefixes]
    strangers = []
    for invoice in invoices:
        number = str(invoice["InvoiceNumber"])
        owner = next((at for at, one in enumerate(prefixes) if number.startswith(one)), None)
        if owner is not None:
            found[owner].append(invoice)
        elif invoice["Status"] not in _GONE:
            strangers.append(Mismatch(number, "invoices", "0", "1"))
    return found, strangers


def compare(
    prefix: str, orders: Iterable[Sold], invoices: Iterable[Mapping[str, Any]]
) -> Comparison:
    """Compare a shop's orders with the invoices that bear its prefix.

    Amounts are Decimals. Every invoice must belong to exactly one order: one more in the
    books is a difference too.
    """
    found = Comparison()
    books: dict[str, Mapping[str, Any]] = {}
    for invoice in invoices:
        number = str(invoice["InvoiceNumber"])
        if invoice["Status"] in _GONE:
            continue
        if number in books:
            found.differences.append(Mismatch(number, "invoices", "1", "2"))
        books[number] = invoice
    for order in orders:
        number = f"{prefix}{order.number}"
        posted = books.pop(number, None)
        if posted is None:
            found.not_in_xero.append(order.number)
            continue
        found.in_xero.append(order.number)
        found.differences += _figures(number, order, posted)
    found.differences += [Mismatch(number, "invoices", "0", "1") for number in books]
    return found


def _figures(number: str, order: Sold, invoice: Mapping[str, Any]) -> Iterable[Mismatch]:
    theirs = str(invoice["CurrencyCode"])
    if order.currency != theirs:
        yield Mismatch(number, "currency", order.currency, theirs)
    for what, shop, key in (
        ("total", order.total, "Total"), ("tax", order.tax, "TotalTax"),
        ("amount due", order.due, "AmountDue"),
    ):  # fmt: skip
        xero = Decimal(invoice[key])
        if shop != xero:
            yield Mismatch(number, what, str(shop), str(xero))
