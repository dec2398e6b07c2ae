"""From the outbox's rows to what the planner sees of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from accounting.by_people import with_people
from accounting.history import Entry, History, Slot
from accounting.reasons import Reason
from connector.lib.money import ZERO, from_units
from sync.models import Posting, SummaryPart
from xero.documents.kinds import WITH_BALANCE, Id, Kind, Ref
from xero.documents.lines import DocumentLine, TaxMode
from xero.documents.payloads import loaded

# How often a refusal is cured by building anew before it is left to a person.
MOST_CURES = 3
# States in which nothing of a posting has left, or all of it is known to have been refused.
OPEN = (Posting.State.PENDING, Posting.State.HELD, Posting.State.DEAD)


def slot_of(row: Posting | SummaryPart) -> Slot:
    """The place of a document of an order, its own or one that a summary stands for."""
    return Slot(row.source_kind, row.source_id, row.purpose, row.revision)


def withdrawn(posting: Posting) -> bool:
    """Whether it was taken out of the outbox before it was sent."""
    return posting.state == Posting.State.VOIDED and not posting.xero_id


def is_open(posting: Posting) -> bool:
    """Whether its content may still be changed."""
    return posting.state in OPEN or withdrawn(posting)


def history_of(
    postings: Iterable[Posting], credited: Mapping[Slot, Decimal], shared: Iterable[Entry],
    contact: Callable[[Posting, Id], Id],
) -> History:  # fmt: skip
    """What stands of an order: its own documents, and its parts of summaries (`shared`).

    `credited` is what Xero says that credit notes have taken off its invoices; `contact` whom a
    document belongs to by now.
    """
    own = [
        replace(entry, contact=contact(posting, entry.contact))
        for posting in postings
        for entry in (entry_of(posting),)
    ]
    return History((*with_people(own, credited), *shared))


def entry_of(posting: Posting) -> Entry:
    """One row. What it refers to is told by the references in its payload."""
    body = loaded(posting.payload, lambda ref: ref)
    expected = posting.expected or {}
    amount = body.get("Amount", ZERO)
    account = body.get("Account") or body.get("BankAccount") or {}
    return Entry(
        slot=slot_of(posting),
        kind=Kind(posting.kind),
        key=posting.key,
        frozen=not is_open(posting) and posting.state != Posting.State.VOIDED,
        posted=posting.state == Posting.State.POSTED,
        ended=posting.state == Posting.State.VOIDED and bool(posting.xero_id),
        withdrawn=withdrawn(posting),
        conflict=posting.differs or posting.conflict,
        remarks=tuple(map(Reason.of_row, posting.reasons)) if posting.conflict else (),
        status=posting.xero_status or body.get("Status", ""),
        total=Decimal(expected["Total"]) if "Total" in expected else Decimal(amount),
        tax=Decimal(expected.get("TotalTax", 0)),
        due=posting.amount_due,
        settled=_settled(posting),
        dated=_day(body.get("Date")),
        lines=_lines(body, posting.rates or []),
        mode=TaxMode(body.get("LineAmountTypes", TaxMode.EXCLUSIVE)),
        currency=body.get("CurrencyCode", ""),
        rate=body.get("CurrencyRate"),
        contact=_contact(body),
        account=str(account.get("AccountID") or account.get("Code") or ""),
        account_is_id="AccountID" in account,
        settles=_number(body.get("CreditNote"), "CreditNoteID")
        or _number(body.get("Invoice"), "InvoiceID"),
        against=_number(body.get("Invoice"), "InvoiceID"),
        linked=posting.linked,
        edited=bool(posting.answer),
        not_payable=is_open(posting) and _was_not_payable(posting),
    )


def _settled(posting: Posting) -> Decimal | None:
    """What of a document Xero says is gone; its changes say it too, of the same document."""
    if posting.verb != "PUT" or posting.kind not in WITH_BALANCE:
        return None
    total, left = posting.xero_total_units, posting.amount_due_units
    return None if total is None or left is None else from_units(total - left)


def _was_not_payable(posting: Posting) -> bool:
    return any(reason["code"] == "invoice_not_payable" for reason in posting.reasons)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _number(holder: dict[str, Any] | None, field: str) -> str:
    """`invoice:S1-7` → `S1-7`."""
    return str((holder or {}).get(field, "")).partition(":")[2]


def _contact(body: dict[str, Any]) -> Id:
    found = str((body.get("Contact") or {}).get("ContactID", ""))
    kind, colon, key = found.partition(":")
    return Ref(Kind.CONTACT, key) if colon and kind == Kind.CONTACT else found


def _lines(body: dict[str, Any], rates: list[str]) -> tuple[DocumentLine, ...]:
    """The lines as they were built. What was posted before rates were kept has none: its
    tax is then stated on each line as far as it was sent."""
    items = body.get("LineItems") or []
    padded = [*rates, *["0"] * (len(items) - len(rates))]
    return tuple(
        DocumentLine(
            description=item["Description"],
            quantity=Decimal(item["Quantity"]),
            unit_amount=Decimal(item["UnitAmount"]),
            account=str(item.get("AccountID") or item.get("AccountCode") or ""),
            tax_type=item.get("TaxType", ""),
            rate=Decimal(rate),
            tax_amount=item.get("TaxAmount"),
            item_code=item.get("ItemCode", ""),
            tracking=tuple((t["Name"], t["Option"]) for t in item.get("Tracking") or ()),
            account_is_id="AccountID" in item,
        )
        for item, rate in zip(items, padded, strict=True)
    )
