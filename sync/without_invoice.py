"""Orders without an invoice of ours: money received as such, and refunds of earlier sales. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.lib.money import round_to
from stores.canonical import Refund
from sync.convert import convert_tenders
from sync.eligible import refunded_since
from sync.reasons import Hold, Reason
from sync.rows import sort_rows
from sync.tenders import alone
from sync.till import Credit, Debit, Till
from xero.documents import Payment

if TYPE_CHECKING:
    from sync.plan import Planner


def receipt(planner: Planner) -> None:
    """Money received without an invoice; refunds of it are credited and paid back."""
    document = planner.built.receipt
    assert document is not None
    totals = document.expected()
    assert totals is not None
    slot = planner.slot("receipt")
    entry = planner.history.at(slot)
    stands = entry is not None and entry.frozen
    if not stands:
        planner.want(document, slot)
    elif entry is not None and (entry.total != totals.total or planner.reversing):
        text = (
            "The order changed after its money was posted without an invoice. Correct it in Xero "
            "by hand."
        )
        planner.reasons.append(Reason("changed_after_posting", text, "grand_total"))
    till = Till(planner.history, planner.order.id, [])
    paid = Payment(
        "", document.account, document.date, totals.total, "", document.account_is_id
    )  # fmt: skip
    till.know((paid,))
    _credit(planner, till, planner.order.refunds, totals.total)


def refunds_alone(planner: Planner) -> None:
    """Credit notes of an order whose sale is of before the cut-over: put against what is due
    on its earlier invoice, if there is one, and otherwise paid back."""
    earlier = planner.built.earlier
    debits = []
    if earlier is not None and earlier.due > 0:
        debits = [Debit(planner.slot("invoice"), earlier.number, earlier.due, earlier.xero_id)]
    till = Till(planner.history, planner.order.id, debits)
    try:
        by = planner.conversion()
    except Hold as hold:
        planner.reasons.append(hold.reason)
        return
    order = planner.order
    if by is not None:
        order, _ = convert_tenders(order, sort_rows(planner.books.snapshot, order), by)
    till.know(alone(planner.books, order))
    since = refunded_since(planner.books.snapshot, order)
    _credit(planner, till, since, round_to(order.total))


def _credit(planner: Planner, till: Till, given: tuple[Refund, ...], limit: Decimal) -> None:
    found: list[Credit] = []
    for refund in planner.in_turn(given):
        try:
            credit = planner.refund(refund, found, limit, None)
        except Hold as hold:
            planner.reasons.append(hold.reason)
            continue
        if credit is not None:
            found.append(credit)
            planner.use(till, credit)
