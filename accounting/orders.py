"""Which orders go into their day's summary, and with what: pure.

An order is built and planned as if it were posted by itself; what a summary takes over of that
plan are its parts, and what is left of it is posted for the order alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from accounting.books import Books
from accounting.contacts.matching import Directory
from accounting.history import NOTHING_YET, History, Slot
from accounting.lines.closing import overrides
from accounting.money.received import received
from accounting.plan.open_items import PlannedDocument
from accounting.plan.plan import Plan, plan_order
from accounting.reason_kinds import INFORMATIVE
from accounting.reasons import Reason
from accounting.sale.build import build_order
from accounting.sale.built import READY, Built, Standing
from accounting.stated import as_far_as_stated
from accounting.summary.documents import due_at, fits_alone
from accounting.summary.parts import Money, Part
from accounts_mapping.rules.mapped_order import MappedOrder, map_order
from connector.lib.money import CENT, ZERO, round_to
from stores.canonical.order import Order
from xero.documents.contact_details import clean_name
from xero.documents.documents import CreditNote, Invoice
from xero.documents.kinds import Kind
from xero.documents.lines import line_totals
from xero.documents.settling import Allocation, Payment, Refund

_NOT_YET = Standing()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of an order: what is posted for it alone, and its parts of summaries."""

    built: Built
    plan: Plan
    parts: tuple[Part, ...] = ()


def account_for(
    books: Books,
    order: Order,
    directory: Directory,
    standing: Standing = _NOT_YET,
    history: History = NOTHING_YET,
    *,
    alone: bool = False,
    approve: bool = False,
) -> Outcome:
    """Build and plan an order, by itself or for a summary.

    `alone`: it has documents of its own, sent or not, so that no summary may take it; `approve`
    as of `plan_order`. One whose
    sale is in a summary stays there, whatever the mode is now: only what followed is planned.
    """
    mapped = map_order(books.snapshot, books.organisation, order)
    shared = _is_shared(history)
    if not shared and not alone and _summarises(books):
        outcome = _for_summary(books, mapped, directory, standing, history)
        if outcome is not None:
            return outcome
    built = build_order(books, order, directory, standing, mapped)
    plan = plan_order(books, order, built, history, approve=approve)
    mapped = as_far_as_stated(books, built.mapped or mapped)
    if not shared:
        return Outcome(_without_contact(built, plan) if _is_linked(history) else built, plan)
    parts: tuple[Part, ...] = ()
    if _summarises(books):
        plan, parts = _take_over(books, mapped, plan)
    return Outcome(_without_contact(built, plan), plan, parts)


def _without_contact(built: Built, plan: Plan) -> Built:
    """What follows a document that is not the order's own goes to that document's contact."""
    if all(planned.parent is not None for planned in plan.documents):
        return replace(built, contact=None)
    return built


def _is_linked(history: History) -> bool:
    return any(e.linked for e in history.frozen())


def _summarises(books: Books) -> bool:
    return books.snapshot.rules.posting.mode == "daily_summary"


def _is_shared(history: History) -> bool:
    return any(e.shared and e.slot.purpose == "invoice" for e in history.frozen())


def _for_summary(
    books: Books, mapped: MappedOrder, directory: Directory, standing: Standing, history: History
) -> Outcome | None:
    """The order as a part of its day; None where it stays by itself.

    Built as if its invoice were approved: what was received belongs to it in any status.
    """
    approved, order = _approved(books), mapped.order
    if mapped.status.source == "posting.status":
        mapped = replace(mapped, status=replace(mapped.status, value="AUTHORISED"))
    built = build_order(approved, order, directory, standing, mapped)
    plan = plan_order(approved, order, built, history)
    mapped = as_far_as_stated(books, built.mapped or mapped)
    if not _may_be_summarised(books, mapped, built, plan):
        return None
    left, parts = _take_over(approved, mapped, plan)
    if left.documents or not all(map(fits_alone, parts)):
        return None
    remarks = left.reasons
    if books.snapshot.rules.posting.status != "AUTHORISED" and any(p.money for p in parts):
        remarks = (*remarks, _waits_for_approval(books))
    return Outcome(replace(built, contact=None), replace(left, reasons=remarks), parts)


def _approved(books: Books) -> Books:
    rules = books.snapshot.rules
    posting = rules.posting.model_copy(update={"status": "AUTHORISED"})
    rules = rules.model_copy(update={"posting": posting})
    return replace(books, snapshot=replace(books.snapshot, rules=rules))


def _waits_for_approval(books: Books) -> Reason:
    text = (
        f"The summary is posted as {books.snapshot.rules.posting.status}. Approve it in Xero: its "
        "payments follow."
    )
    return Reason("payment_waits_for_approval", text, "posting.status")


def _may_be_summarised(books: Books, mapped: MappedOrder, built: Built, plan: Plan) -> bool:
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


def _take_over(books: Books, mapped: MappedOrder, plan: Plan) -> tuple[Plan, tuple[Part, ...]]:
    """The sale and the refunds of a plan as parts, and the plan without them."""
    money: dict[Slot | None, list[PlannedDocument]] = defaultdict(list)
    allocated = set()
    for planned in plan.documents:
        if isinstance(planned.document, Payment | Refund):
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
    amounts = (w.document.amount for w in settling if isinstance(w.document, Payment | Refund))
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
        overrides=overrides(books),
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
    assert isinstance(document, Payment | Refund)
    return Money(
        planned.slot, document.account, document.account_is_id, document.date, document.amount,
        document.reference,
    )  # fmt: skip
