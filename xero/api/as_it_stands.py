"""A document as Xero has it, read back into the form in which it is posted. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO
from xero.api import replies
from xero.documents.documents import CreditNote, Invoice
from xero.documents.facts import OrganisationFacts
from xero.documents.lines import DocumentLine, TaxMode, line_tax

Element = Mapping[str, Any]


def as_it_stands(
    meant: Invoice | CreditNote, there: Element, organisation: OrganisationFacts
) -> Invoice | CreditNote | None:
    """`meant` with the lines, day, status and rate that Xero has of it.

    None where it has what is never posted from here: no lines, a line discount, or lines whose
    sums are not the document's.
    """
    items = there.get("LineItems") or []
    if not items or any(item.get("DiscountRate") or item.get("DiscountAmount") for item in items):
        return None
    mode = TaxMode(there["LineAmountTypes"])
    day = replies.day(there.get("Date"))
    found = replace(
        meant,
        lines=tuple(_line(item, mode, organisation) for item in items),
        mode=mode,
        date=day or meant.date,
        status=str(there.get("Status") or meant.status),
        currency_rate=meant.currency_rate and replies.amount(there.get("CurrencyRate")),
    )
    totals = found.expected()
    stated = replies.amount(there.get("Total")), replies.amount(there.get("TotalTax"))
    if totals is None or stated != (totals.total, totals.total_tax):
        return None
    return found


def _line(item: Element, mode: TaxMode, organisation: OrganisationFacts) -> DocumentLine:
    tax_type = str(item.get("TaxType") or "")
    known = organisation.tax_rates.get(tax_type)
    code = str(item.get("AccountCode") or "")
    line = DocumentLine(
        description=str(item.get("Description") or ""),
        quantity=Decimal(item.get("Quantity") or 0),
        unit_amount=Decimal(item.get("UnitAmount") or 0),
        account=code or str(item.get("AccountID") or ""),
        tax_type="" if mode is TaxMode.NO_TAX else tax_type,
        rate=known.effective_rate if known is not None else ZERO,
        item_code=str(item.get("ItemCode") or ""),
        tracking=tuple((t["Name"], t["Option"]) for t in item.get("Tracking") or ()),
        account_is_id=not code,
    )
    tax = replies.amount(item.get("TaxAmount"))
    if tax is None or mode is TaxMode.NO_TAX or tax == line_tax(line.amount, line.rate, mode):
        return line
    return replace(line, tax_amount=tax)
