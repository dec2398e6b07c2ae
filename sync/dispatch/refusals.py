"""What Xero refuses of one document: looked up, built anew, held, or dead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F

from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.texts.said import said
from sync.contacts import follow
from sync.dispatch.gather import element
from sync.dispatch.states import move, waiting_for
from sync.models import Posting, TrackedOrder
from sync.outbox.entries import MOST_CURES
from sync.outbox.labels import orders_behind, relabel_behind
from xero import reference
from xero.api import texts
from xero.documents.kinds import REPEATABLE, TO_CUSTOMERS, Kind
from xero.mirror.elements import doubt_items
from xero.models import MirrorCursor, Organisation

_State = Posting.State


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


_HELD = {"period_locked": "period_locked", "approve_limit": "refused"}


def hold_dependants(refused: Sequence[int], why: str) -> None:
    """A refused contact's documents cannot go out: they say so instead of waiting for ever."""
    reason = Reason("contact_unusable", said("Its contact was refused. %(why)s", why=why))
    Posting.objects.filter(parent__in=refused, parent__purpose="update").update(parent=None)
    waiting = waiting_for(refused).filter(kind__in=TO_CUSTOMERS, state=_State.PENDING)
    if rows := list(waiting):
        waiting.move(to=_State.HELD, frm=(_State.PENDING,), reasons=[reason.kept()])
        relabel_behind(rows)


def refused(row: Posting, code: str, words: Sequence[str]) -> None:
    """A definite no, in Xero's words: looked up, cured by a new build, held, or dead."""
    told = " ".join(words) or said("Xero gave no reason.")
    again = row.attempts < MOST_CURES
    # In words that are not known Xero may say that it has it already: looked up once.
    unclear = code in _UNCLEAR and row.kind in REPEATABLE and row.looked_at is None
    if (code in _LOOK_UP or unclear) and again:
        move(
            row, _State.PENDING, look_up=True, attempts=row.attempts + 1, not_before=clock.now(),
            reasons=[Reason("refused", told).kept()],
        )  # fmt: skip
        return
    if code in _REBUILD and again and (row.order_id is not None or row.is_summary):
        _rebuild(row, code, told)
        return
    if code == "invalid_email" and row.kind == Kind.CONTACT and again:
        # Xero knows more about addresses than we do: an address must not fail a sale.
        move(
            row, _State.PENDING, attempts=row.attempts + 1, not_before=clock.now(), email_key="",
            payload=_without(row.payload, "EmailAddress"),
        )  # fmt: skip
        return
    if code == "archived_contact" and row.purpose == "update":
        follow.forget(row)
        move(row, _State.VOIDED, reasons=[Reason("contact_unusable", told).kept()])
        return
    if code in _HELD:
        reason = Reason(_HELD[code], said("Xero: %(told)s", told=told), "")
        move(row, _State.HELD, reasons=[reason.kept()])
        return
    reason = Reason(
        "number_taken" if code == "number_taken" else "refused", said("Xero: %(told)s", told=told)
    )
    move(row, _State.DEAD, reasons=[reason.kept()])
    if code in _OUTDATED:
        # What is known of accounts and tax rates is old: read before more is built upon it.
        Organisation.objects.filter(
            pk=row.organisation_id, reference_refreshed_at__gt=clock.now() - reference.MAX_AGE
        ).update(reference_refreshed_at=clock.now() - reference.MAX_AGE)
    if row.kind == Kind.CONTACT:
        hold_dependants([row.pk], reason.message)


def _without(payload: str, name: str) -> str:
    """A stored payload without one of its properties."""
    body = json.loads(payload)
    body.pop(name, None)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _rebuild(row: Posting, code: str, told: str) -> None:
    reason = Reason(_HELD.get(code, "refused"), said("Xero: %(told)s", told=told))
    move(row, _State.HELD, attempts=row.attempts + 1, reasons=[reason.kept()])
    changes: dict[str, Any] = {"build_at": clock.now()}
    if code == "tax_amount_refused":
        changes["tax_override_refused"] = True
    if code == "period_locked":
        # The lock dates are read again before the order is built.
        Organisation.objects.filter(pk=row.organisation_id).update(details_refreshed_at=None)
    if code in ("item_invalid", "not_enough_stock"):
        doubt_items(row.organisation)
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
