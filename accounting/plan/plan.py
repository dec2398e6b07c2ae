"""Which documents an order needs beyond those it has: sale, money, refunds, edits, reversal.

Pure: the order as the shop has it now, what the build makes of it, and what stands in the
outbox and in Xero go in; documents that are still wanted come out. What is on its way or in
Xero is never planned again, so that planning twice is planning once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from accounting.books import Books
from accounting.eligibility import Treatment, treatment_of
from accounting.history import NOTHING_YET, History, Slot
from accounting.plan import cancellation, edits, no_invoice
from accounting.plan.credits import credits_of
from accounting.plan.open_items import OpenInvoice, PlannedDocument, total_of
from accounting.plan.settlement import settle
from accounting.plan.worksheet import Worksheet
from accounting.reasons import Hold, Reason
from accounting.sale.built import READY, SKIPPED, Built
from accounting.stated.order import as_far_as_stated
from accounts_mapping.rules.mapped_order import map_order
from connector.lib.texts.said import said
from stores.canonical.order import Order
from stores.profile import Field
from xero.documents.documents import Document, DocumentStatusChange, Invoice
from xero.documents.facts import ContactFacts
from xero.documents.kinds import Kind, Ref
from xero.documents.master_data import Contact
from xero.documents.statuses import DRAFTS


@dataclass(frozen=True, slots=True)
class Plan:
    """`documents` in the order in which Xero must receive them.

    `restores` are archived contacts that must be made active again before.
    `wait`: something is on its way that decides what comes next. `keep`: nothing of what is
    there may be touched; `held`: nor may anything follow before a person has decided.
    `reversed`: the sale was cancelled, and is being taken back. `same`: ids of refunds whose
    money the order's total is lowered by already.
    """

    documents: tuple[PlannedDocument, ...] = ()
    reasons: tuple[Reason, ...] = ()
    wait: bool = False
    keep: bool = False
    held: bool = False
    reversed: bool = False
    restores: tuple[ContactFacts, ...] = ()
    same: frozenset[str] = frozenset()


def plan_order(
    books: Books,
    order: Order,
    built: Built,
    history: History = NOTHING_YET,
) -> Plan:
    """What is still to be done for an order, given what stands of it and what people have said."""
    treatment = treatment_of(books.snapshot.rules.statuses, order)
    reversing = history.undone is not None or treatment is Treatment.REVERSE
    mapped = built.mapped or map_order(books.snapshot, books.organisation, order)
    mapped = as_far_as_stated(books, mapped)
    sheet = Worksheet(books, mapped, built, history, reversing)
    if order.deleted and history.undone is None:
        return _deleted(sheet) if sheet.sold() else Plan()
    if built.status == READY or (reversing and built.status == SKIPPED and sheet.sold()):
        return replace(_plan(sheet), restores=tuple(sheet.restores.values()))
    return Plan()


def documents_of(built: Built, plan: Plan) -> tuple[Document, ...]:
    """The contact, and what is wanted, as Xero must receive it."""
    contact: tuple[Contact, ...] = ()
    if built.contact is not None and built.contact.contact is not None:
        contact = (built.contact.contact,)
    order = list(Kind)
    wanted = sorted(
        (planned.document for planned in plan.documents), key=lambda d: order.index(d.kind)
    )
    return (*contact, *wanted)


def _deleted(sheet: Worksheet) -> Plan:
    """The shop deleted an order that is in Xero, which says nothing of its money."""
    ended = sheet.current is not None and sheet.current.ended
    if ended or sheet.entry("cancel-credit", sheet.issue):
        return Plan()
    text = said(
        "The shop deleted the order, and %(number)s is in Xero. Undo the order to credit it, or "
        "mark it as handled by hand to keep it as it is.",
        number=sheet.number,
    )
    return Plan((), (Reason("deleted_in_shop", text, Field.ID),), keep=True, held=True)


def taken_back(number: str) -> Reason:
    """What is said of a cancelled sale that is in Xero."""
    text = said("Cancelled in the shop, so %(number)s is taken back in Xero.", number=number)
    return Reason("reversed_in_xero", text, Field.STATUS)


def _plan(sheet: Worksheet) -> Plan:
    if conflicts := [e for e in sheet.history.frozen() if e.conflict]:
        remarks = tuple(reason for entry in conflicts for reason in entry.remarks)
        return Plan((), remarks, keep=True, reversed=sheet.reversing)
    if sheet.history.is_unclear:
        return Plan(wait=True, reversed=sheet.reversing)
    if sheet.current is None and (sheet.built.receipt or sheet.receipt):
        no_invoice.receipt(sheet)
        return Plan(
            tuple(sheet.documents), tuple(sheet.reasons), sheet.wait, reversed=sheet.reversing
        )
    if sheet.current is None and sheet.built.invoice is None:
        no_invoice.refunds_alone(sheet)
        return Plan(tuple(sheet.documents), tuple(sheet.reasons))
    if sheet.reversing and sheet.current is not None:
        if not sheet.history.undone:
            sheet.reasons.append(taken_back(sheet.number))
        if sheet.current.ended:
            return Plan((), tuple(sheet.reasons), reversed=True)
    try:
        invoices = _invoices(sheet)
    except Hold as hold:
        invoices = []
        sheet.reasons.append(hold.reason)
    try:
        credits = credits_of(sheet, invoices)
    except Hold as hold:
        credits = []
        sheet.reasons.append(hold.reason)
    settle(sheet, invoices, credits)
    return Plan(
        tuple(sheet.documents), tuple(sheet.reasons), sheet.wait, reversed=sheet.reversing,
        same=frozenset(sheet.same),
    )  # fmt: skip


def _invoices(sheet: Worksheet) -> list[OpenInvoice]:
    """The invoice, new or changed, and those of earlier changes, as far as they stand."""
    if sheet.reversing and sheet.current is not None:
        if not sheet.awaited and cancellation.by_status(sheet):
            return []
    elif sheet.current is not None:
        edits.follow(sheet)
        if sheet.history.approving:
            _approve_drafts(sheet)
    else:
        assert sheet.built.invoice is not None
        invoice = replace(sheet.built.invoice, number=sheet.number)
        sheet.add(invoice, sheet.slot("invoice", sheet.issue), note=sheet.built.note)
    standing = [e for e in (sheet.current, *sheet.edits()) if e is not None]
    invoices = [
        OpenInvoice(entry.slot, entry.key, entry.total, by_people=entry.by_people)
        for entry in standing
        if entry.kind is Kind.INVOICE
    ]
    for planned in sheet.documents:
        if isinstance(planned.document, Invoice):
            invoices.append(
                OpenInvoice(planned.slot, planned.document.number, total_of(planned.document))
            )
        elif planned.slot.purpose == "update" and sheet.built.invoice is not None:
            invoices[0].capacity = total_of(sheet.built.invoice)
    return invoices


def _approve_drafts(sheet: Worksheet) -> None:
    """Drafts of the sale become approved; what waits for that is planned once they are."""
    assert sheet.current is not None
    for entry in (sheet.current, *sheet.edits(), *sheet.credited()):
        if entry.posted and entry.status in DRAFTS and not entry.fixed:
            kind, key, purpose, revision = entry.slot
            slot = Slot(kind, key, f"approve-{purpose}", revision)
            document = DocumentStatusChange(entry.kind, Ref(entry.kind, entry.key), "AUTHORISED")
            sheet.add(document, slot, entry.slot)
