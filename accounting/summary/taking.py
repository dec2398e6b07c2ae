"""What a summary takes over of an order: its sale and its refunds, as parts of their days. Pure.

An order is built and planned as if it were posted by itself; what is left of that plan without its
parts is posted for the order alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from accounting.books import Books
from accounting.history import Slot
from accounting.lines.closing import overrides
from accounting.money.received import received
from accounting.plan.open_items import PlannedDocument
from accounting.plan.plan import Plan
from accounting.reason_kinds import INFORMATIVE
from accounting.sale.built import READY, Built
from accounting.summary.documents import due_at, fits_alone
from accounting.summary.parts import Money, Part
from accounts_mapping.rules.mapped_order import MappedOrder
from connector.lib.money import CENT, ZERO, round_to
from stores.canonical.order import Order
from xero.documents.contact_details import clean_name
from xero.documents.documents import CreditNote, Invoice
from xero.documents.kinds import Kind
from xero.documents.lines import line_totals
from xero.documents.settling import Allocation, CreditNoteRefund, InvoicePayment


def may_be_taken(books: Books, mapped: MappedOrder, built: Built, plan: Plan) -> bool:
    """Paid in full, nothing for a person to decide, and no contact of its own needed."""
    if built.status != READY or built.invoice is None or built.overpayments:
        return False
    if built.invoice.status != "AUTHORISED":
        return False  # a rule of yours wants a person's approval of it
    if plan.wait or plan.keep or plan.reversed:
        return False
    if any(reason.code not in INFORMATIVE for reason in (*built.reasons, *plan.reasons)):
        return False
    order = mapped.order
    if order.customer.tax_number and not round_to(order.tax):
        return False  # a business that owes the tax itself is named in Xero
    if mapped.naming.ruled:
        return False
    tracked = {item.code for item in books.items() if item.tracked}
    if any(line.item_code in tracked for line in built.invoice.lines):
        return False  # Xero takes goods from stock by lines that name them
    return _paid_in_full(books, mapped, built)


def _paid_in_full(books: Books, mapped: MappedOrder, built: Built) -> bool:
    """Whether what was received is all that is due. Where payments are not posted, the shop's
    word is enough."""
    assert built.invoice is not None
    total = line_totals(built.invoice.lines, built.invoice.mode).total
    if books.snapshot.store.streams.payments:
        return sum((payment.amount for payment in built.payments), ZERO) == total
    paid = sum((tender.amount for tender in received(books, mapped.order)), ZERO)
    return round_to(paid + mapped.rows.tendered) == total


def taken_over(books: Books, mapped: MappedOrder, plan: Plan) -> tuple[Plan, tuple[Part, ...]]:
    """The sale and the refunds of a plan as parts, and the plan without them."""
    money: dict[Slot | None, list[PlannedDocument]] = defaultdict(list)
    allocated = set()
    for planned in plan.documents:
        if isinstance(planned.document, InvoicePayment | CreditNoteRefund):
            money[planned.parent].append(planned)
        elif isinstance(planned.document, Allocation):
            allocated.add(planned.parent)
    parts: list[Part] = []
    taken: set[Slot] = set()
    for planned in plan.documents:
        settling = money[planned.slot]
        if planned.slot in allocated or not _is_absorbed(planned, settling):
            continue
        part = _part(books, mapped, planned, settling)
        if fits_alone(part):
            parts.append(part)
            taken |= {planned.slot, *(one.slot for one in settling)}
    left = tuple(planned for planned in plan.documents if planned.slot not in taken)
    return replace(plan, documents=left), tuple(parts)


def _is_absorbed(planned: PlannedDocument, settling: list[PlannedDocument]) -> bool:
    """A sale, or a refund that is given back in full."""
    if isinstance(planned.document, Invoice):
        return planned.slot.purpose == "invoice"
    if not isinstance(planned.document, CreditNote) or planned.slot.source_kind != "refund":
        return False
    total = line_totals(planned.document.lines, planned.document.mode).total
    return _sum(settling) == total


def _sum(settling: list[PlannedDocument]) -> Decimal:
    amounts = (
        w.document.amount
        for w in settling
        if isinstance(w.document, InvoicePayment | CreditNoteRefund)
    )
    return sum(amounts, ZERO)


def _part(
    books: Books, mapped: MappedOrder, planned: PlannedDocument, settling: list[PlannedDocument]
) -> Part:
    document, order = planned.document, mapped.order
    assert isinstance(document, Invoice | CreditNote)
    return Part(
        order_id=order.id,
        order_number=order.number,
        slot=planned.slot,
        key=document.number,
        kind=Kind.INVOICE if isinstance(document, Invoice) else Kind.CREDIT_NOTE,
        day=document.date,
        currency=document.currency,
        due_at=due_at(books, document.date),
        mode=document.mode,
        lines=document.lines,
        contact=clean_name(mapped.naming.summary) or "Web sales",
        rate=document.currency_rate,
        theme=document.branding_theme_id,
        overrides=overrides(books, document.currency),
        tax=_charged(order, planned.slot, document),
        note=planned.note,
        money=tuple(_money(one) for one in settling),
    )


def _charged(order: Order, slot: Slot, document: Invoice | CreditNote) -> Decimal:
    """The tax that the shop charged, or gave back; without what is posted as lines."""
    posted = line_totals(document.lines, document.mode).total_tax
    if document.currency != order.currency:
        return posted  # the shop's own tax in the base currency
    stated = order.tax
    if isinstance(document, CreditNote):
        stated = next(refund.tax_back for refund in order.refunds if refund.id == slot.source_id)
    return round_to(stated) if abs(round_to(stated) - posted) <= 5 * CENT else posted


def _money(planned: PlannedDocument) -> Money:
    document = planned.document
    assert isinstance(document, InvoicePayment | CreditNoteRefund)
    return Money(
        planned.slot, document.account, document.account_is_id, document.date, document.amount,
        document.reference,
    )  # fmt: skip
