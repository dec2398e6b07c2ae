"""Our own payments that stand in Xero, and that this database has forgotten.

What is gone of an invoice and was not put there from here counts as people's. After a backup was
put back it may be ours: then it bears a reference that was made here. It is looked for when an
order is said for the first time to be paid in part by people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import structlog

from accounting.history import Slot
from accounting.plan.payment_slots import numbered
from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.errors import ConnectorError
from connector.lib.money import to_units
from connector.lib.texts.said import marked, said
from stores.models import Store
from sync import away
from sync.models import Posting
from sync.orders.ledger import Ledger
from sync.orders.recall.documents import Recalled, Sought
from sync.outbox import adopt
from sync.outbox.entries import is_open
from sync.outbox.fill import fill
from xero.api import replies
from xero.api.endpoints import MOST_IDS
from xero.api.gateway import Gateway
from xero.api.replies import Element
from xero.documents.kinds import Kind, Ref
from xero.documents.settling import InvoicePayment
from xero.models import Lane

log = structlog.get_logger(__name__)
BY_PEOPLE = "invoice_not_payable"
_ASKED_AGAIN = marked("%(why)s Xero did not answer whose payments they are: it is asked again.")
_ENDING = _ASKED_AGAIN.removeprefix("%(why)s")


def recall_payments(store: Store, orders: Sequence[Sought], ledger: Ledger) -> Recalled:
    """Take over payments of ours on the invoices of these orders. Calls only for orders of which
    it is news that people paid."""
    assert store.organisation is not None
    doubtful = {
        posting.xero_id: (one, posting)
        for one in orders
        if _is_news(one)
        for posting in ledger.postings(one.row)
        if posting.kind == Kind.INVOICE and posting.verb == "PUT" and posting.xero_id
    }
    if not doubtful:
        return Recalled()
    unread = frozenset(one.row.pk for one, _ in doubtful.values())
    if away.until(store.organisation) is not None:
        return Recalled(unread=unread)
    try:
        read = list(_read(Gateway(store.organisation, Lane.LIVE), list(doubtful)))
    except ConnectorError as error:
        away.notice(store.organisation, error)
        log.info("recall.not_read", organisation_id=store.organisation.pk, error=str(error))
        return Recalled(unread=unread)
    listed = [str(payment.get("PaymentID")) for _, some in read for payment in some]
    ours = Posting.objects.filter(organisation=store.organisation, xero_id__in=listed)
    known = set(ours.values_list("xero_id", flat=True))
    found = 0
    for invoice_id, payments in read:
        one, invoice = doubtful[invoice_id]
        for payment in payments:
            if str(payment.get("PaymentID")) not in known:
                found += _take(one, invoice, payment, ledger)
    return Recalled(found)


def unread(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """An order's reasons where Xero could not be asked whose payments they are: it is asked when
    the order is built again."""
    return tuple(
        replace(one, message=said(_ASKED_AGAIN, why=one.message)) if one.code == BY_PEOPLE else one
        for one in reasons
    )


def _is_news(one: Sought) -> bool:
    """Whether it was not said before that people paid what the shop says it received."""
    told = any(
        reason["code"] == BY_PEOPLE and not reason["message"].endswith(_ENDING)
        for reason in one.row.reasons
    )
    asked = not told or one.row.lane == Lane.CLICK
    return asked and any(reason.code == BY_PEOPLE for reason in one.plan.reasons)


def _read(gateway: Gateway, ids: Sequence[str]) -> Iterator[tuple[str, list[Element]]]:
    """The payments that stand on each invoice."""
    for start in range(0, len(ids), MOST_IDS):
        reply = gateway.read("invoices", i_ds=ids[start : start + MOST_IDS], page=1, page_size=100)
        for one in replies.elements("invoices", reply.json):
            payments = [p for p in one.get("Payments") or [] if p.get("Status") != "DELETED"]
            yield str(one["InvoiceID"]), payments


def _take(one: Sought, invoice: Posting, there: Element, ledger: Ledger) -> bool:
    reference = str(there.get("Reference") or "")
    amount, day = replies.amount(there.get("Amount")), replies.day(there.get("Date"))
    place = _place(one, reference, ledger)
    if place is None or amount is None or day is None:
        return False
    slot, payment = place
    posting = ledger.posting_at(one.row, slot)
    if posting is not None and not is_open(posting):
        return False
    posting = posting or ledger.new_posting(one.row, slot)
    to = Ref(Kind.INVOICE, invoice.key)
    document = replace(payment, invoice=to, amount=amount, date=day, reference=reference)
    fill(posting, document, invoice)
    posting.state, posting.reasons, posting.look_up = Posting.State.POSTED, [], False
    posting.xero_id, posting.adopted = str(there["PaymentID"]), True
    posting.xero_total_units = to_units(amount)
    posting.posted_at = posting.changed_at = clock.now()
    if not adopt.keep(posting):
        return False
    log.info("recall.payment_taken_over", posting_id=posting.pk, reference=reference)
    return True


def _place(one: Sought, reference: str, ledger: Ledger) -> tuple[Slot, InvoicePayment] | None:
    """Which payment of the order bears this reference: a tender's first, or a further part."""
    base, _, part = reference.rpartition("-")
    for payment in numbered(ledger.history(one.row), one.built.payments):
        purpose = f"payment-{payment.tender}"
        names = (payment.reference, *payment.also)
        if reference in names:
            return Slot("order", one.order.id, purpose), payment
        if base in names and part.isdecimal() and int(part) > 1:
            return Slot("order", one.order.id, purpose, int(part)), payment
    return None
