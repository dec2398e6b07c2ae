"""What an answer means for each posting of a request, written in one transaction each.

Elements settle one by one: a bad one never blocks the others, and those that are in Xero are
never sent again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.bulk import add_to_each, update_each
from connector.lib.errors import Temporary
from connector.lib.money import plain, to_units
from sync.contacts import follow
from sync.dispatch import doubt, notes
from sync.dispatch.gather import element
from sync.models import Dispatch, Posting, TrackedOrder
from sync.models.outbox import MONEY, PostingQuerySet
from sync.outbox import shop_writes as owe
from sync.outbox.entries import MOST_CURES
from sync.outbox.labels import orders_behind, relabel_behind
from xero import reference
from xero.api import replies, texts
from xero.api.faults import Refused
from xero.api.gateway import Reply
from xero.api.replies import ElementResult
from xero.documents.kinds import PLURAL, Kind
from xero.documents.statuses import GONE
from xero.mirror import refresh as mirror
from xero.models import MirrorCursor, MirrorDocument, Organisation

_State = Posting.State
# On its way: what a request's answer, or its look-up, may decide.
UNDECIDED = Posting.ON_ITS_WAY
# Refusals of something that may be in Xero already: it is looked up, then decided.
_LOOK_UP = frozenset(
    {"number_taken", "contact_name_taken", "contact_number_taken", "payment_exceeds",
     "payment_not_approved", "has_payments", "document_locked", "item_code_taken"}
)  # fmt: skip
# Refusals that say nothing that is known.
_UNCLEAR = frozenset({texts.UNKNOWN, "not_found"})
# Refusals that are cured by building the order anew with what is now known.
_REBUILD = frozenset(
    {"archived_contact", "tax_amount_refused", "period_locked", "item_invalid",
     "not_enough_stock"}
)  # fmt: skip
# Refusals that show that somebody has changed accounts, tax rates or the like in Xero.
_OUTDATED = frozenset(
    {"account_archived", "account_invalid", "tax_type_invalid", "tax_not_allowed",
     "payment_account", "currency_not_enabled", "tracking_invalid"}
)  # fmt: skip
# Kinds that name a contact.
_TO_A_CONTACT = (Kind.INVOICE, Kind.CREDIT_NOTE, Kind.BANK_TRANSACTION)
_HELD = {"period_locked": "period_locked", "approve_limit": "refused"}


def postings_of(dispatch: Dispatch) -> list[Posting]:
    """In the order in which they stand in the body."""
    return list(dispatch.postings.select_related("order", "parent").order_by("position"))


def settle(dispatch: Dispatch, token: str, reply: Reply) -> list[ElementResult]:
    """Settle each element of an answered request; the results, for `remember`.

    None of them where another process has settled it meanwhile.
    """
    rows = postings_of(dispatch)
    kind = PLURAL[Kind(dispatch.kind)]
    sent = sent_elements(dispatch)
    answers = replies.results(kind, sent, reply.json)
    with transaction.atomic():
        if not _finish(dispatch, token):
            return []
        pairs = list(zip(rows, answers, strict=True))
        posted([pair for pair in pairs if pair[1].ok])
        for row, answer in pairs:
            if not answer.ok:
                _not_posted(row, answer)
        relabel_behind(rows)
    return answers


def sent_elements(dispatch: Dispatch) -> list[dict[str, Any]]:
    """The elements of the stored body, numbers exact."""
    (elements,) = json.loads(dispatch.body, parse_float=Decimal).values()
    return list(elements)


def _not_posted(row: Posting, answer: ElementResult) -> None:
    """Refused, or not told."""
    if answer.refused:
        refused(row, answer.code, answer.texts)
    else:
        _move(row, _State.PENDING, look_up=True, not_before=clock.now())


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
        if row.verb == "POST" and row.kind in (Kind.INVOICE, Kind.CREDIT_NOTE):
            changed(row, answer)
    _release([row for row, _ in pairs if row.kind == Kind.CONTACT])
    _tell_shops([row for row, _ in pairs])
    for row, _ in pairs:
        if adopted and row.kind == Kind.INVOICE and row.verb == "PUT":
            # Xero had the invoice before: perhaps also what was received for it.
            row.children.filter(state=_State.PENDING).update(look_up=True)
        if row.differs:
            held = Reason("mismatch", f"Its invoice {row.key} differs in Xero.", "")
            waiting = Q(parent=row) | Q(target=row)
            Posting.objects.filter(waiting, state=_State.PENDING).update(
                state=_State.HELD, reasons=[held.as_json()], changed_at=clock.now()
            )


def _tell_shops(rows: Sequence[Posting]) -> None:
    """What the shops are to know of these documents, and of those that they settle or change."""
    owe.comments(rows)
    documents = {row.pk for row in rows if row.kind not in (*MONEY, Kind.CONTACT, Kind.ITEM)}
    settled = [row for row in rows if row.kind in MONEY or row.verb == "POST"]
    owe.statuses(documents | {pk for row in settled for pk in (row.parent_id, row.target_id) if pk})


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
    TrackedOrder.objects.filter(pk__in=orders_behind([row])).update(build_at=clock.now())


def _release(contacts: Sequence[Posting]) -> None:
    """What waited because its contact had been refused goes on."""
    if not contacts:
        return
    waiting = _waiting_for([row.pk for row in contacts]).filter(
        state=_State.HELD, reasons__0__code="contact_unusable"
    )
    if rows := list(waiting):
        waiting.move(to=_State.PENDING, frm=(_State.HELD,), reasons=[], not_before=clock.now())
        relabel_behind(rows)


def _hold_dependants(refused: Sequence[int], said: str) -> None:
    """A refused contact's documents cannot go out: they say so instead of waiting for ever."""
    reason = Reason("contact_unusable", f"Its contact was refused. {said}")
    Posting.objects.filter(parent__in=refused, parent__purpose="update").update(parent=None)
    waiting = _waiting_for(refused).filter(kind__in=_TO_A_CONTACT, state=_State.PENDING)
    if rows := list(waiting):
        waiting.move(to=_State.HELD, frm=(_State.PENDING,), reasons=[reason.as_json()])
        relabel_behind(rows)


def _waiting_for(contacts: Sequence[int]) -> PostingQuerySet:
    """What is to these contacts, or waits for them to be restored."""
    return Posting.objects.filter(Q(parent__in=contacts) | Q(target__in=contacts))


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
    row.reasons = [differs.as_json()] if differs else []


def _differs(row: Posting, answer: ElementResult) -> Reason | None:
    if row.expected is None or answer.total is None:
        return None
    expected = Decimal(row.expected["Total"]), Decimal(row.expected["TotalTax"])
    tax = expected[1] if answer.total_tax is None else answer.total_tax
    if (answer.total, tax) == expected:
        return None
    text = (
        f"Predicted was {plain(expected[0])} with {plain(expected[1])} tax, Xero has "
        f"{plain(answer.total)} with {plain(tax)} tax."
    )
    return Reason("mismatch", text)


def refused(row: Posting, code: str, words: Sequence[str]) -> None:
    """A definite no, in Xero's words: looked up, cured by a new build, held, or dead."""
    said = " ".join(words) or "Xero gave no reason."
    again = row.attempts < MOST_CURES
    # In words that are not known Xero may say that it has it already: looked up once.
    unclear = code in _UNCLEAR and row.kind in doubt.NO_KEY and row.looked_at is None
    if (code in _LOOK_UP or unclear) and again:
        _move(
            row, _State.PENDING, look_up=True, attempts=row.attempts + 1, not_before=clock.now(),
            reasons=[Reason("refused", said).as_json()],
        )  # fmt: skip
        return
    if code in _REBUILD and again and (row.order_id is not None or row.is_summary):
        _rebuild(row, code, said)
        return
    if code == "invalid_email" and row.kind == Kind.CONTACT and again:
        # Xero knows more about addresses than we do: an address must not fail a sale.
        _move(
            row, _State.PENDING, attempts=row.attempts + 1, not_before=clock.now(), email_key="",
            payload=_without(row.payload, "EmailAddress"),
        )  # fmt: skip
        return
    if code == "archived_contact" and row.purpose == "update":
        follow.forget(row)
        _move(row, _State.VOIDED, reasons=[Reason("contact_unusable", said).as_json()])
        return
    if code in _HELD:
        reason = Reason(_HELD[code], f"Xero: {said}", "")
        _move(row, _State.HELD, reasons=[reason.as_json()])
        return
    reason = Reason("number_taken" if code == "number_taken" else "refused", f"Xero: {said}")
    _move(row, _State.DEAD, reasons=[reason.as_json()])
    if code in _OUTDATED:
        # What is known of accounts and tax rates is old: read before more is built upon it.
        Organisation.objects.filter(
            pk=row.organisation_id, reference_refreshed_at__gt=clock.now() - reference.MAX_AGE
        ).update(reference_refreshed_at=clock.now() - reference.MAX_AGE)
    if row.kind == Kind.CONTACT:
        _hold_dependants([row.pk], reason.message)


def _without(payload: str, name: str) -> str:
    """A stored payload without one of its properties."""
    body = json.loads(payload)
    body.pop(name, None)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _rebuild(row: Posting, code: str, said: str) -> None:
    _move(
        row, _State.HELD, attempts=row.attempts + 1, reasons=[Reason("refused", said).as_json()]
    )  # fmt: skip
    changes: dict[str, Any] = {"build_at": clock.now()}
    if code == "tax_amount_refused":
        changes["tax_override_refused"] = True
    if code == "period_locked":
        # The lock dates are read again before the order is built.
        Organisation.objects.filter(pk=row.organisation_id).update(details_refreshed_at=None)
    if code in ("item_invalid", "not_enough_stock"):
        mirror.doubt_items(row.organisation)
        # Known stock was not enough to foresee it: the tracked items are left out.
        changes |= {"stock_refused": True} if code == "not_enough_stock" and row.attempts else {}
    TrackedOrder.objects.filter(pk__in=orders_behind([row])).update(**changes)
    if code == "archived_contact":
        contact_id = element(row)["Contact"]["ContactID"]
        row.organisation.contacts.filter(contact_id=contact_id).update(status="ARCHIVED")
        # Perhaps merged into another one: read before the order is built.
        MirrorCursor.objects.filter(organisation=row.organisation, kind="contacts").update(
            position=F("position") - timedelta(hours=1)
        )


def refused_whole(dispatch: Dispatch, token: str, error: Refused) -> None:
    """Refused as a whole: one element is refused for it; of many, some may have been saved.

    Many are looked up at once, and what is missing is then sent one by one.
    """
    rows = postings_of(dispatch)
    with transaction.atomic():
        if not _finish(dispatch, token):
            return
        for row in rows:
            if len(rows) == 1:
                refused(row, error.code, error.texts or (str(error),))
            else:
                _move(
                    row, _State.PENDING, look_up=True, attempts=row.attempts + 1,
                    not_before=clock.now(),
                )  # fmt: skip
        relabel_behind(rows)


def unknown(dispatch: Dispatch, frm: str, look_at: datetime, *, by: str = "") -> None:
    """Its fate is not known: it is looked up at `look_at`."""
    with transaction.atomic():
        if dispatch.move(
            to=Dispatch.State.UNKNOWN, frm=(frm,), by=by, not_before=look_at,
            claimed_until=None, claimed_by="",
        ):  # fmt: skip
            _move_all(dispatch, _State.UNKNOWN, not_before=look_at)


def again(dispatch: Dispatch, token: str, at: datetime, **changes: Any) -> None:
    """Nothing was carried out: the same bytes with the same key go out again at `at`."""
    with transaction.atomic():
        if dispatch.move(
            to=Dispatch.State.RETRY, frm=(Dispatch.State.SENDING,), by=token, not_before=at,
            claimed_until=None, claimed_by="", **changes,
        ):  # fmt: skip
            _move_all(dispatch, _State.RETRY, not_before=at)


def withdraw(dispatch: Dispatch) -> None:
    """Nothing was carried out, and now it is not to go out: its documents wait on their own."""
    with transaction.atomic():
        if dispatch.move(to=Dispatch.State.DONE, frm=(Dispatch.State.RETRY,)):
            _move_all(dispatch, _State.PENDING, not_before=clock.now())


def gave_up(dispatch: Dispatch, token: str, error: Temporary) -> None:
    """All attempts are used up: a person is told, and can have it tried again."""
    reason = Reason("unforeseen", f"Given up after {dispatch.attempts} attempts: {error}")
    _dead(dispatch, token, reason)


def unforeseen(dispatch: Dispatch, token: str, error: Exception) -> None:
    """An error in our own code. It may have been sent: if tried again, it is looked up first."""
    _dead(dispatch, token, Reason("unforeseen", f"{type(error).__name__}: {error}"[:500]))


def _dead(dispatch: Dispatch, token: str, reason: Reason) -> None:
    with transaction.atomic():
        frm = (Dispatch.State.SENDING, Dispatch.State.UNKNOWN)
        if dispatch.move(to=Dispatch.State.DONE, frm=frm, by=token, claimed_until=None):
            _move_all(dispatch, _State.DEAD, look_up=True, reasons=[reason.as_json()])
            if dispatch.kind == Kind.CONTACT:
                ids = list(dispatch.postings.filter(state=_State.DEAD).values_list("pk", flat=True))
                _hold_dependants(ids, reason.message)


def _finish(dispatch: Dispatch, token: str) -> bool:
    """The request is answered; False if another process has settled it meanwhile."""
    return dispatch.move(
        to=Dispatch.State.DONE, frm=(Dispatch.State.SENDING,), by=token, claimed_until=None
    )


def _move(row: Posting, to: str, **changes: Any) -> None:
    """Move one posting that was on its way; what is decided already stays as it is."""
    moved = Posting.objects.filter(pk=row.pk).move(to=to, frm=UNDECIDED, **changes)
    if moved:
        row.state = to


def _move_all(dispatch: Dispatch, to: str, **changes: Any) -> None:
    rows = dispatch.postings.all()
    Posting.objects.filter(pk__in=rows.values("pk")).move(to=to, frm=UNDECIDED, **changes)
    relabel_behind(dispatch.postings.only("order_id", "source_kind"))


def remember(dispatch: Dispatch, answers: Sequence[ElementResult]) -> None:
    """Put what was just written into the mirror, so that it costs no call to know it."""
    raw = [answer.raw for answer in answers if answer.ok and answer.raw is not None]
    if dispatch.kind == Kind.CONTACT:
        mirror.remember_contacts(dispatch.organisation, raw)
    elif dispatch.kind == Kind.ITEM:
        mirror.remember_items(dispatch.organisation, raw, tracked_since=clock.now())
    elif dispatch.kind in (Kind.STOCK_INCREASE, Kind.STOCK_DECREASE):
        mirror.doubt_items(dispatch.organisation)
    elif dispatch.kind in (Kind.INVOICE, Kind.CREDIT_NOTE):
        kind = MirrorDocument.Kind(dispatch.kind)
        mirror.remember_documents(dispatch.organisation, kind, raw)
    elif dispatch.kind in (Kind.PAYMENT, Kind.REFUND):
        mirror.remember_payments(dispatch.organisation, raw)
    elif dispatch.kind == Kind.BANK_TRANSACTION:
        mirror.remember_bank_transactions(dispatch.organisation, raw)


def _units(amount: Decimal | None) -> int | None:
    return None if amount is None else to_units(amount)
