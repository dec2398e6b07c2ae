"""Changes of documents in Xero whose fate is unknown, or that were refused: what it says now.

Naming the id makes such a request harmless to repeat. Where the document cannot take it any
more, its posting learns how Xero has it and the order is planned anew.
"""

from __future__ import annotations

from decimal import Decimal

from connector.lib import clock
from connector.lib.money import to_units
from sync.lookup_common import Element, Pairs, Verdict, chunks
from sync.models import Dispatch, Posting, TrackedOrder
from sync.reasons import Reason
from xero import replies
from xero.gateway import Gateway
from xero.replies import ElementResult, element_result


def find(dispatch: Dispatch, gateway: Gateway, pairs: Pairs) -> dict[int, Verdict]:
    """What became of updates and new statuses of invoices."""
    ids = [sent["InvoiceID"] for _, sent in pairs]
    found: dict[str, Element] = {}
    for chunk in chunks(ids):
        reply = gateway.read("invoices", i_ds=list(chunk), page=1, page_size=100)
        found |= {str(one["InvoiceID"]): one for one in replies.elements("invoices", reply.json)}
    return {row.pk: _verdict(row, sent, found.get(sent["InvoiceID"])) for row, sent in pairs}


def _verdict(row: Posting, sent: Element, one: Element | None) -> Verdict:
    if one is None:
        return Reason("changed_in_xero", f"{row.key} is no more in Xero.", "")
    answer = element_result("invoices", one)
    if _done(row, sent, answer):
        return answer
    if not row.attempts:
        return None  # nothing was refused: it may go out again
    _learn(row, answer)
    said = f"Xero has {row.key} as {answer.status}, so it cannot be changed as it was meant to."
    return Reason("changed_in_xero", said, "")


def _done(row: Posting, sent: Element, answer: ElementResult) -> bool:
    if answer.status != sent.get("Status", answer.status):
        return False
    if row.expected is None:
        return True
    expected = Decimal(row.expected["Total"]), Decimal(row.expected["TotalTax"])
    return (answer.total, answer.total_tax) == expected


def _learn(row: Posting, answer: ElementResult) -> None:
    """The invoice's posting says what Xero says, and the order is planned upon it."""
    if row.parent is None:
        return
    Posting.objects.filter(pk=row.parent.pk).update(
        xero_status=answer.status,
        amount_due_units=None if answer.amount_due is None else to_units(answer.amount_due),
        xero_updated_at=answer.updated_at,
    )
    if row.order_id is not None:
        TrackedOrder.objects.filter(pk=row.order_id).update(build_at=clock.now())
