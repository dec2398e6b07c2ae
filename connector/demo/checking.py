"""The shop's own figures against the stand-in's ledger: pure, on the JSON of both sides.

Nothing of the product takes part: an order's number, total, tax and amount due are read
from Magento's answer, an invoice's from the ledger, and compared to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

# Invoices that are in the books but owe and earn nothing.
_GONE = frozenset({"VOIDED", "DELETED"})
# What is compared: its name, the key in Magento's order, the key in Xero's invoice.
_FIGURES = (
    ("total", "grand_total", "Total"),
    ("tax", "tax_amount", "TotalTax"),
    ("amount due", "total_due", "AmountDue"),
)


@dataclass(frozen=True, slots=True)
class Difference:
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
    differences: list[Difference] = field(default_factory=list)


def compare(
    prefix: str, orders: Iterable[Mapping[str, Any]], invoices: Iterable[Mapping[str, Any]]
) -> Comparison:
    """Compare a shop's orders (Magento's JSON) with the invoices of one organisation.

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
            found.differences.append(Difference(number, "invoices", "1", "2"))
        books[number] = invoice
    for order in orders:
        number = f"{prefix}{order['increment_id']}"
        posted = books.pop(number, None)
        if posted is None:
            found.not_in_xero.append(str(order["increment_id"]))
            continue
        found.in_xero.append(str(order["increment_id"]))
        found.differences += _figures(number, order, posted)
    found.differences += [Difference(number, "invoices", "0", "1") for number in books]
    return found


def _figures(
    number: str, order: Mapping[str, Any], invoice: Mapping[str, Any]
) -> Iterable[Difference]:
    ours, theirs = str(order["order_currency_code"]), str(invoice["CurrencyCode"])
    if ours != theirs:
        yield Difference(number, "currency", ours, theirs)
    for what, shop_key, xero_key in _FIGURES:
        shop, xero = Decimal(order[shop_key]), Decimal(invoice[xero_key])
        if shop != xero:
            yield Difference(number, what, str(shop), str(xero))
