"""Changes of documents in Xero whose fate is unknown, or that were refused: what it says now.

Naming the id makes such a request harmless to repeat. Where the document cannot take it any
more, its posting learns how Xero has it and the order is planned anew.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Q

from accounting.reasons import Reason
from connector.lib.money import to_units
from connector.lib.texts.said import said
from sync.dispatch.lookup.verdicts import Element, Findings, Pairs, Verdict, chunks
from sync.models import Dispatch, Posting
from sync.outbox import shop_writes
from sync.outbox.entries import MOST_CURES
from sync.outbox.labels import plan_again
from xero.api import replies
from xero.api.gateway import Gateway
from xero.api.replies import ElementResult, element_result
from xero.documents.kinds import MONEY, SPECS, Kind
from xero.documents.statuses import GONE


def find(dispatch: Dispatch, gateway: Gateway, pairs: Pairs) -> Findings:
    """What became of updates and new statuses of invoices and credit notes."""
    resource = SPECS[dispatch.kind].resource
    field = resource.id_field
    listed = _credit_notes if dispatch.kind == Kind.CREDIT_NOTE else _invoices
    found = listed(gateway, [sent[field] for _, sent in pairs])
    read = Findings()
    for row, sent in pairs:
        read.verdicts[row.pk] = _verdict(read, row, sent, resource.name, found.get(sent[field]))
    return read


def _invoices(gateway: Gateway, ids: list[str]) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for chunk in chunks(ids):
        reply = gateway.read("invoices", i_ds=list(chunk), page=1, page_size=100)
        found |= {str(one["InvoiceID"]): one for one in replies.elements("invoices", reply.json)}
    return found


def _credit_notes(gateway: Gateway, ids: list[str]) -> dict[str, Element]:
    """One by one: a list of ids cannot be asked for."""
    replied = (gateway.read("credit_note", credit_note_id=note) for note in ids)
    notes = (one for reply in replied for one in replies.elements("credit_notes", reply.json))
    return {str(one["CreditNoteID"]): one for one in notes}


def _verdict(
    read: Findings, row: Posting, sent: Element, plural: str, one: Element | None
) -> Verdict:
    """Done already, to be sent, or not to be sent any more as the document is another now."""
    if one is None:
        return Reason("changed_in_xero", said("%(key)s is no more in Xero.", key=row.key), "")
    answer = element_result(plural, one)
    if _done(row, sent, answer):
        return answer
    if row.attempts < MOST_CURES and not _touched(row, answer):
        return None  # what it was refused for may be mended by now
    read.learn.append(partial(_learn, row, answer))
    text = said(
        "Xero has %(key)s as %(status)s, so it cannot be changed as it was meant to.",
        key=row.key,
        status=answer.status,
    )
    return Reason("changed_in_xero", text, "")


def _touched(row: Posting, answer: ElementResult) -> bool:
    """Whether somebody has changed the document since we knew it."""
    known = row.parent
    if known is None or known.xero_updated_at is None or answer.updated_at is None:
        return False
    return answer.updated_at > known.xero_updated_at


def _settled(known: Posting) -> bool:
    """Whether money of ours came to stand on it: that has touched it. It was under way when the
    change was planned, which is planned otherwise now: what has money on it is not changed."""
    money = Posting.objects.filter(Q(parent=known) | Q(target=known), kind__in=MONEY)
    return money.filter(state=Posting.State.POSTED).exists()


def _done(row: Posting, sent: Element, answer: ElementResult) -> bool:
    if answer.status != sent.get("Status", answer.status):
        return False
    if row.expected is None:
        return True
    expected = Decimal(row.expected["Total"]), Decimal(row.expected["TotalTax"])
    return (answer.total, answer.total_tax) == expected


def _learn(row: Posting, answer: ElementResult) -> None:
    """The document's posting says what Xero says, and the order is planned upon it.

    Other totals, or a change that shows in nothing that is known, are a person's edit.
    """
    known = row.parent
    if known is None:
        return
    due = None if answer.amount_due is None else to_units(answer.amount_due)
    total = None if answer.total is None else to_units(answer.total)
    same = (answer.status, due) == (known.xero_status, known.amount_due_units)
    edited = total != known.xero_total_units
    edited = edited or (same and _touched(row, answer) and not _settled(known))
    changes: dict[str, Any] = {"xero_status": answer.status, "amount_due_units": due}
    if edited or answer.status in GONE:
        code = "voided_in_xero" if answer.status in GONE else "changed_in_xero"
        text = said(
            "%(key)s was changed in Xero by a person, and is not changed any more from here. Keep "
            "it as it is there, or post the difference beside it, on the order's page.",
            key=known.key,
        )
        changes |= {"conflict": True, "answer": "", "reasons": [Reason(code, text).kept()]}
    else:
        changes["xero_updated_at"] = answer.updated_at
    Posting.objects.filter(pk=known.pk).update(**changes)
    shop_writes.statuses([known.pk], at=answer.updated_at)
    plan_again([row])
