"""What must stand in the books for an order: the door to all of accounting. Pure.

    account_for ─┬─ build_order    what the order is, as documents; or why it is none
                 ├─ plan_order     which of them are still to be posted, given what stands
                 └─ taken_over     what of that the summary of its day takes

What stands, and what people have said of the order, is its `History`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from accounting.books import Books
from accounting.contacts.matching import Directory
from accounting.history import NOTHING_YET, History
from accounting.plan.plan import Plan, plan_order
from accounting.reasons import Reason
from accounting.sale.build import build_order
from accounting.sale.built import SKIPPED, Built
from accounting.stated.order import as_far_as_stated
from accounting.summary.documents import fits_alone
from accounting.summary.parts import Part
from accounting.summary.taking import may_be_taken, taken_over
from connector.lib.texts.said import said
from stores.canonical.order import Order


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of an order: what is posted for it alone, and its parts of summaries."""

    built: Built
    plan: Plan
    parts: tuple[Part, ...] = ()


def account_for(
    books: Books, order: Order, directory: Directory, history: History = NOTHING_YET
) -> Outcome:
    """Build an order and plan what is still to be posted of it, by itself or for a summary.

    One that a person has undone is not built: what stands of it is taken back. One whose sale is
    in a summary stays there, whatever the mode is now: only what followed is planned.
    """
    if history.undone is not None:
        built = Built(SKIPPED, (history.undone,))
        return Outcome(built, plan_order(books, order, built, history))
    built = build_order(books, order, directory, history)
    summarises = books.snapshot.rules.posting.mode == "daily_summary"
    if summarises and not (history.is_shared or history.is_alone):
        return _for_summary(books, order, built, history)
    plan = plan_order(books, order, built, history)
    if not history.is_shared:
        return _alone(built, plan, history)
    parts: tuple[Part, ...] = ()
    if summarises:
        assert built.mapped is not None
        plan, parts = taken_over(books, as_far_as_stated(books, built.mapped), plan)
    return Outcome(_without_contact(built, plan), plan, parts)


def _for_summary(books: Books, order: Order, built: Built, history: History) -> Outcome:
    """The order as a part of its day, if all of it can be; else by itself. What was received
    belongs to the part in any status, so it is taken as if its draft were approved."""
    approved = built.once_approved or built
    plan = plan_order(books, order, approved, history)
    assert built.mapped is not None
    mapped = as_far_as_stated(books, built.mapped)
    if may_be_taken(books, mapped, approved, plan):
        left, parts = taken_over(books, mapped, plan)
        if not left.documents and all(map(fits_alone, parts)):
            if not _approves(books) and any(part.money for part in parts):
                left = replace(left, reasons=(*left.reasons, _waits_for_approval(books)))
            return Outcome(replace(approved, contact=None), left, parts)
    if approved is not built:
        plan = plan_order(books, order, built, history)
    return _alone(built, plan, history)


def _alone(built: Built, plan: Plan, history: History) -> Outcome:
    return Outcome(_without_contact(built, plan) if history.is_linked else built, plan)


def _without_contact(built: Built, plan: Plan) -> Built:
    """What follows a document that is not the order's own goes to that document's contact."""
    if all(planned.parent is not None for planned in plan.documents):
        return replace(built, contact=None)
    return built


def _approves(books: Books) -> bool:
    return books.snapshot.rules.posting.status == "AUTHORISED"


def _waits_for_approval(books: Books) -> Reason:
    text = said(
        "The summary is posted as %(status)s. Approve it in Xero: its payments follow.",
        status=books.snapshot.rules.posting.status,
    )
    return Reason("payment_waits_for_approval", text, "posting.status")
