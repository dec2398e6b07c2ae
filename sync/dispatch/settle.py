"""What an answer means for each posting of a request, written in one transaction each.

Elements settle one by one: a bad one never blocks the others, and those that are in Xero are
never sent again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q

from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.database.bulk import add_to_each, update_each
from connector.lib.database.deadlocks import in_one_go
from connector.lib.money import to_units
from connector.lib.texts.said import figure, said
from sync.dispatch import notes
from sync.dispatch.forgotten import buyers_known, invoices_known
from sync.dispatch.refusals import refused
from sync.dispatch.states import (
    UNDECIDED,
    finish,
    lock_orders,
    move,
    postings_of,
    sent_elements,
    waiting_for,
)
from sync.models import Dispatch, Posting
from sync.outbox import shop_writes
from sync.outbox.labels import plan_again, relabel_behind
from xero.api import replies
from xero.api.gateway import Reply
from xero.api.replies import ElementResult
from xero.documents.kinds import (
    MASTER_DATA,
    MONEY,
    SPECS,
    WITH_BALANCE,
    Kind,
)
from xero.documents.statuses import GONE

_State = Posting.State


@in_one_go
def settle(dispatch: Dispatch, token: str, reply: Reply) -> list[ElementResult]:
    """Settle each element of an answered request; the results, for `by_kind.remember`.

    None of them where another process has settled it meanwhile.
    """
    rows = postings_of(dispatch)
    sent = sent_elements(dispatch)
    answers = replies.results(SPECS[dispatch.kind].resource.name, sent, reply.json)
    if not finish(dispatch, token):
        return []
    lock_orders(rows)
    pairs = list(zip(rows, answers, strict=True))
    posted([pair for pair in pairs if pair[1].ok])
    for row, answer in pairs:
        if not answer.ok:
            _not_posted(row, answer)
    relabel_behind(rows)
    return answers


def _not_posted(row: Posting, answer: ElementResult) -> None:
    """Refused, or not told."""
    if answer.refused:
        refused(row, answer.code, answer.texts)
    else:
        move(row, _State.PENDING, look_up=True, not_before=clock.now())


_ANSWERED = [
    "state", "xero_id", "xero_status", "xero_total_units", "xero_tax_units", "amount_due_units",
    "xero_updated_at", "posted_at", "changed_at", "adopted", "look_up", "differs", "reasons",
]  # fmt: skip


def posted(pairs: Sequence[tuple[Posting, ElementResult]], *, adopted: bool = False) -> None:
    """The documents are in Xero: keep their ids and what Xero says they sum to.

    Where that is not what was predicted, the difference is kept and its payments are held.
    Two statements as a rule, however many documents; what is decided already stays as it is.
    """
    paid: dict[int, int] = defaultdict(int)
    for row, answer in pairs:
        _answered(row, answer, adopted)
        # What is adopted has been taken off already: see the look-up.
        if row.kind in MONEY and not adopted:
            amount = replies.amount((answer.raw or {}).get("Amount")) or Decimal(0)
            for settled in filter(None, (row.parent_id, row.target_id)):
                paid[settled] -= to_units(amount)
    update_each([row for row, _ in pairs], _ANSWERED, states=UNDECIDED)
    add_to_each(Posting, "amount_due_units", paid)
    notes.write_down(
        (row if row.verb == "PUT" else row.parent or row, notes.ADOPTED if adopted else row.note)
        for row, _ in pairs
        if not adopted or row.verb == "PUT"
    )
    for row, answer in pairs:
        if row.verb == "POST" and row.kind in WITH_BALANCE:
            changed(row, answer)
    contacts = [row for row, _ in pairs if row.kind == Kind.CONTACT]
    _release(contacts)
    if contacts:
        buyers_known(contacts[0].organisation, [row.xero_id for row in contacts])
    _tell_shops([row for row, _ in pairs])
    if adopted and (ids := [row.xero_id for row, _ in pairs if row.kind == Kind.INVOICE]):
        invoices_known(pairs[0][0].organisation, ids)
    for row, _ in pairs:
        if adopted and row.kind == Kind.INVOICE and row.verb == "PUT":
            # Xero had the invoice before: perhaps also what was received for it.
            row.children.filter(state=_State.PENDING).update(look_up=True)
        if row.differs:
            held = Reason("mismatch", said("Its invoice %(key)s differs in Xero.", key=row.key), "")
            waiting = Q(parent=row) | Q(target=row)
            Posting.objects.filter(waiting, state=_State.PENDING).update(
                state=_State.HELD, reasons=[held.kept()], changed_at=clock.now()
            )


def _tell_shops(rows: Sequence[Posting]) -> None:
    """What the shops are to know of these documents, and of those that they settle or change."""
    shop_writes.comments(rows)
    documents = {row.pk for row in rows if row.kind not in (*MONEY, *MASTER_DATA)}
    settled = [row for row in rows if row.kind in MONEY or row.verb == "POST"]
    shop_writes.statuses(
        documents | {pk for row in settled for pk in (row.parent_id, row.target_id) if pk}
    )


def changed(row: Posting, answer: ElementResult) -> None:
    """A document in Xero was changed by us: its own posting says now what Xero says.

    After an update it holds the new content, after a void or deletion it is no more. That is
    what we meant it to be, so nobody is in conflict with it.
    """
    document = row.parent
    if document is None or row.state != _State.POSTED:
        return
    changes: dict[str, Any] = {
        "xero_status": answer.status, "xero_updated_at": answer.updated_at,
        "amount_due_units": _units(answer.amount_due), "changed_at": clock.now(),
        "conflict": False, "reasons": [],
    }  # fmt: skip
    if answer.status in GONE:
        changes["state"] = _State.VOIDED
    elif row.expected is not None:
        changes |= {
            "payload": row.payload, "expected": row.expected, "rates": row.rates,
            "breakdown": row.breakdown, "document_date": row.document_date,
            "xero_total_units": _units(answer.total), "xero_tax_units": _units(answer.total_tax),
            "differs": row.differs, "reasons": row.reasons,
        }  # fmt: skip
    Posting.objects.filter(pk=document.pk, state=_State.POSTED).update(**changes)
    # What the change made way for is planned now.
    plan_again([row])


def _release(contacts: Sequence[Posting]) -> None:
    """What waited because its contact had been refused goes on."""
    if not contacts:
        return
    waiting = waiting_for([row.pk for row in contacts]).filter(
        state=_State.HELD, reasons__0__code="contact_unusable"
    )
    if rows := list(waiting):
        waiting.move(to=_State.PENDING, frm=(_State.HELD,), reasons=[], not_before=clock.now())
        relabel_behind(rows)


def _answered(row: Posting, answer: ElementResult, adopted: bool) -> None:
    """Take over what Xero says of a document; nothing is saved."""
    differs = _differs(row, answer)
    row.state = _State.POSTED
    row.xero_id, row.xero_status = answer.xero_id, answer.status
    row.xero_total_units = _units(answer.total)
    row.xero_tax_units = _units(answer.total_tax)
    row.amount_due_units = _units(answer.amount_due)
    row.xero_updated_at = answer.updated_at
    row.posted_at = row.changed_at = clock.now()
    row.adopted, row.look_up = adopted, False
    row.differs = differs is not None
    row.reasons = [differs.kept()] if differs else []


def _differs(row: Posting, answer: ElementResult) -> Reason | None:
    if row.expected is None or answer.total is None:
        return None
    expected = Decimal(row.expected["Total"]), Decimal(row.expected["TotalTax"])
    tax = expected[1] if answer.total_tax is None else answer.total_tax
    if (answer.total, tax) == expected:
        return None
    text = said(
        "Predicted was %(expected)s with %(expected_tax)s tax, Xero has %(total)s with %(tax)s "
        "tax.",
        expected=figure(expected[0]),
        expected_tax=figure(expected[1]),
        total=figure(answer.total),
        tax=figure(tax),
    )
    return Reason("mismatch", text)


def _units(amount: Decimal | None) -> int | None:
    return None if amount is None else to_units(amount)
