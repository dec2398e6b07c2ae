"""Money of which Xero keeps no key, looked up on the document that it settles.

Payments are told apart on their invoice, refunds and allocations on their credit note, bank
transactions by contact, day and amount; each one found is counted once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from accounting.reasons import Reason
from connector.lib.money import ZERO, to_units
from connector.lib.texts.said import Day, figure, said
from sync.dispatch.lookup.verdicts import Element, Findings, Pairs, Verdict, chunks
from sync.models import Dispatch, Posting
from sync.outbox.labels import plan_again
from xero.api import replies
from xero.api.gateway import Gateway
from xero.api.replies import element_result
from xero.documents.statuses import GONE


def payments(dispatch: Dispatch, gateway: Gateway, pairs: Pairs) -> Findings:
    """Payments have no key: they are told apart on their invoice, each counted once."""
    by_invoice: dict[str, list[tuple[Posting, Element]]] = defaultdict(list)
    for row, sent in pairs:
        by_invoice[sent["Invoice"]["InvoiceID"]].append((row, sent))
    read = Findings()
    for chunk in chunks(list(by_invoice)):
        reply = gateway.read("invoices", i_ds=list(chunk), page=1, page_size=100)
        for one in replies.elements("invoices", reply.json):
            some = by_invoice[str(one["InvoiceID"])]
            due = replies.amount(one.get("AmountDue")) or ZERO
            read.verdicts |= _among(dispatch, some, one.get("Payments") or [], due)
            if one.get("Status") not in GONE:
                _told(read, {row.parent_id for row, _ in some}, due)
    return read


def refunds(dispatch: Dispatch, gateway: Gateway, pairs: Pairs) -> Findings:
    """Likewise the refunds of each credit note."""
    read = Findings()
    for note_id, some in _by_note(pairs, lambda row, sent: sent["CreditNote"]["CreditNoteID"]):
        note = _credit_note(gateway, note_id)
        left = replies.amount(note.get("RemainingCredit")) or ZERO
        read.verdicts |= _among(dispatch, some, note.get("Payments") or [], left)
        _told(read, {row.parent_id for row, _ in some}, left)
    return read


def _among(
    dispatch: Dispatch, pairs: Pairs, listed: Sequence[Element], left: Decimal
) -> dict[int, Verdict]:
    """Which of the payments listed on one document are those that were sent."""
    known = _known(dispatch, pairs)
    free = [
        one
        for one in listed
        if one.get("PaymentID") not in known and one.get("Status") != "DELETED"
    ]
    verdicts: dict[int, Verdict] = {}
    # First those that are there for certain, so that none of them is taken for another.
    for same in (_exactly, _referred, _called):
        for row, sent in pairs:
            if row.pk not in verdicts and (one := same(row, sent, free)):
                free.remove(one)
                verdicts[row.pk] = element_result("payments", one)
    for row, sent in pairs:
        if row.pk not in verdicts:
            verdicts[row.pk] = verdict = _payment(sent, free, left)
            if verdict is None:
                left -= sent["Amount"]
    return verdicts


def _known(dispatch: Dispatch, pairs: Pairs) -> set[str]:
    """Ids that are other postings' already."""
    ours = Posting.objects.filter(
        organisation=dispatch.organisation, kind=dispatch.kind, xero_id__gt="",
        parent__in=[row.parent_id for row, _ in pairs],
    )  # fmt: skip
    return set(ours.values_list("xero_id", flat=True))


def _told(read: Findings, documents: set[int | None], left: Decimal) -> None:
    """What Xero says is left on a document: what is adopted was taken off by it, not by us."""
    ids = sorted(pk for pk in documents if pk is not None)
    read.learn.append(partial(_learn, ids, to_units(left)))


def _learn(documents: Sequence[int], left: int) -> None:
    """Keep what is left; where that is news, the orders are planned again: people may have put
    something on the document, and nothing may be put on it beyond what is left."""
    rows = Posting.objects.filter(pk__in=documents).exclude(amount_due_units=left)
    news = list(rows.order_by("pk"))
    rows.update(amount_due_units=left)
    plan_again(news)


def _by_note(
    pairs: Pairs, note_of: Callable[[Posting, Element], str]
) -> Iterable[tuple[str, list[tuple[Posting, Element]]]]:
    by_note: dict[str, list[tuple[Posting, Element]]] = defaultdict(list)
    for row, sent in pairs:
        by_note[note_of(row, sent)].append((row, sent))
    return by_note.items()


def _credit_note(gateway: Gateway, note_id: str) -> Element:
    """One credit note with what uses it up: only one at a time can be asked for by id."""
    reply = gateway.read("credit_note", credit_note_id=note_id)
    return next(iter(replies.elements("credit_notes", reply.json)), {})


# --- allocations -----------------------------------------------------------------------------


def allocations(dispatch: Dispatch, gateway: Gateway, pairs: Pairs) -> Findings:
    """Allocations of the credit note that the request was for, by invoice and amount."""
    note = _credit_note(gateway, dispatch.parent_id)
    known = _known(dispatch, pairs)
    free = [one for one in note.get("Allocations") or [] if one.get("AllocationID") not in known]
    left = replies.amount(note.get("RemainingCredit")) or ZERO
    read = Findings()
    verdicts = read.verdicts
    _told(read, {row.parent_id for row, _ in pairs}, left)
    due = _told_invoices(read, gateway, pairs)
    for row, sent in pairs:
        one = next((one for one in free if _same_allocation(one, sent)), None)
        invoice = sent["Invoice"]["InvoiceID"]
        if one is not None:
            free.remove(one)
            verdicts[row.pk] = element_result("allocations", one)
        elif left < sent["Amount"]:
            text = said(
                "%(amount)s of %(key)s is to be allocated, and only %(left)s of it is left in "
                "Xero. Compare the credit note there.",
                amount=figure(Decimal(sent["Amount"])),
                key=row.key,
                left=figure(left),
            )
            verdicts[row.pk] = Reason("invoice_not_payable", text)
        elif due.get(invoice, left) < sent["Amount"]:
            text = said(
                "%(amount)s of %(key)s is to be allocated, and only %(due)s is due on the invoice "
                "in Xero. Compare the two there.",
                amount=figure(Decimal(sent["Amount"])),
                key=row.key,
                due=figure(due[invoice]),
            )
            verdicts[row.pk] = Reason("invoice_not_payable", text)
        else:
            verdicts[row.pk] = None
            left -= sent["Amount"]
            due[invoice] = due.get(invoice, ZERO) - sent["Amount"]
    return read


def _same_allocation(one: Element, sent: Element) -> bool:
    invoice = (one.get("Invoice") or {}).get("InvoiceID")
    return invoice == sent["Invoice"]["InvoiceID"] and (
        replies.amount(one.get("Amount")) == Decimal(sent["Amount"])
    )


def _told_invoices(read: Findings, gateway: Gateway, pairs: Pairs) -> dict[str, Decimal]:
    """What is due on the invoices that credit is allocated to, by their ids."""
    found: dict[str, Decimal] = {}
    ids = {sent["Invoice"]["InvoiceID"]: row.target_id for row, sent in pairs}
    for chunk in chunks(list(ids)):
        reply = gateway.read("invoices", i_ds=list(chunk), page=1, page_size=100)
        for one in replies.elements("invoices", reply.json):
            due = replies.amount(one.get("AmountDue")) or ZERO
            found[str(one["InvoiceID"])] = due
            if one.get("Status") not in GONE:
                _told(read, {ids[str(one["InvoiceID"])]}, due)
    return found


# --- bank transactions -----------------------------------------------------------------------


# --- one payment -----------------------------------------------------------------------------


def _exactly(row: Posting, sent: Element, free: list[Element]) -> Element | None:
    """The payment with this amount, day and reference."""
    amount = Decimal(sent["Amount"])
    same = (one for one in free if replies.amount(one.get("Amount")) == amount)
    return next((o for o in same if _same_day(o, sent) and o.get("Reference") == row.key), None)


def _referred(row: Posting, sent: Element, free: list[Element]) -> Element | None:
    """The payment with this reference, which is unique in its order. Another amount or day: it
    was sent by a database that has been replaced by an older copy since."""
    return next((one for one in free if row.key and one.get("Reference") == row.key), None)


def _called(row: Posting, sent: Element, free: list[Element]) -> Element | None:
    """The payment of this amount that bears another of its names: somebody entered it by a
    statement that calls it so."""
    amount = Decimal(sent["Amount"])
    same = (one for one in free if replies.amount(one.get("Amount")) == amount)
    return next((one for one in same if one.get("Reference") in row.also_called), None)


def _payment(sent: Element, free: list[Element], due: Decimal) -> Verdict:
    amount = Decimal(sent["Amount"])
    same = [one for one in free if replies.amount(one.get("Amount")) == amount]
    likely = [one for one in same if _same_day(one, sent) and not one.get("Reference")]
    chosen = likely if len(likely) == 1 else []
    if not chosen and due < amount and len(same) == 1:
        # The invoice is paid already: a person recorded this very amount.
        chosen = same
    if chosen:
        free.remove(chosen[0])
        return element_result("payments", chosen[0])
    if due < amount:
        text = said(
            "%(amount)s was received, and only %(due)s is due on the invoice in Xero. Compare the "
            "payments there.",
            amount=figure(amount),
            due=figure(due),
        )
        return Reason("invoice_not_payable", text)
    if any(_same_day(one, sent) for one in same):
        text = said(
            "A payment of %(amount)s on %(day)s stands in Xero under another reference. It may be "
            "this one: compare, then decide.",
            amount=figure(amount),
            day=Day(sent["Date"]),
        )
        return Reason("outcome_ambiguous", text)
    return None


def _same_day(one: Element, sent: Element) -> bool:
    found = replies.day(one.get("Date"))
    return found == date.fromisoformat(sent["Date"])
