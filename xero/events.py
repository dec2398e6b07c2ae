"""Xero's webhooks: which lists changed, so that they are read soon instead of within the hour.

A delivery is signed: `x-xero-signature` is the base64 HMAC-SHA256 of the raw body under the
app's webhook key. Its events carry ids only (Xero developer documentation, Webhooks), and
even these are no more than a reason to read a list.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connector.lib import clock
from connector.lib.exact_json import printable
from xero.models import MirrorContact, MirrorCursor, MirrorDocument, Organisation, XeroApp
from xero.models.cursor import LIST_OF

_Kind = MirrorCursor.Kind
_LISTS: Final = {
    "CONTACT": _Kind.CONTACTS, "INVOICE": _Kind.INVOICES, "CREDITNOTE": _Kind.CREDIT_NOTES,
}  # fmt: skip
_DOCUMENTS: Final = {listed: document for document, listed in LIST_OF.items()}
# An event is dated a moment after the change that it reports.
_SAME_CHANGE: Final = timedelta(seconds=2)
# Verifies in place of a key that is not there.
_NOBODYS_KEY: Final = secrets.token_hex(32)


@dataclass(frozen=True, slots=True)
class Event:
    """Something of a list changed in an organisation. `at` is None where it is not told."""

    tenant_id: str
    kind: _Kind
    resource_id: str
    at: datetime | None


def is_genuine(body: bytes, signature: str) -> bool:
    """Whether Xero signed the body, with the webhook key of an app that is registered here."""
    keys = [app.webhook_key for app in XeroApp.objects.only("webhook_key") if app.webhook_key]
    return any(is_signed(body, signature, key) for key in keys or [_NOBODYS_KEY])


def is_signed(body: bytes, signature: str, key: str) -> bool:
    """Whether the signature is that of the body under the key; in constant time."""
    expected = base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(expected, signature.encode())


def events_of(body: bytes) -> list[Event]:
    """The events about lists that are kept here. ValueError if the body is no delivery."""
    try:
        delivery = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deep") from None
    found = delivery.get("events") if isinstance(delivery, dict) else None
    if not isinstance(found, list):
        raise ValueError("there are no events")
    return [
        Event(
            tenant_id=printable(str(one.get("tenantId"))),
            kind=_LISTS[one["eventCategory"]],
            resource_id=printable(str(one.get("resourceId"))),
            at=_moment(one.get("eventDateUtc")),
        )
        for one in found
        if isinstance(one, dict) and str(one.get("eventCategory")) in _LISTS
    ]


def mark(events: Iterable[Event]) -> list[int]:
    """Mark the lists that must be read again; the organisations, by primary key.

    Unknown tenants are ignored, and events that report what is known: most are of our own
    writes, whose answers are in the mirror already.
    """
    by_list: dict[tuple[str, _Kind], list[Event]] = defaultdict(list)
    for event in events:
        by_list[event.tenant_id, event.kind].append(event)
    tenants = {tenant_id for tenant_id, _ in by_list}
    rows = Organisation.objects.filter(tenant_id__in=tenants, connected=True)
    organisations = dict(rows.values_list("tenant_id", "pk"))
    marked = set()
    for (tenant_id, kind), told in by_list.items():
        organisation = organisations.get(tenant_id)
        if organisation is None or not _has_news(told, _known(organisation, kind, told)):
            continue
        cursors = MirrorCursor.objects.filter(organisation=organisation, kind=kind)
        if cursors.update(changed_at=clock.now()):
            marked.add(organisation)
    return sorted(marked)


def _known(organisation: int, kind: _Kind, told: Iterable[Event]) -> dict[str, datetime | None]:
    """When what the events name changed last, as far as the mirror knows."""
    ids = {event.resource_id for event in told}
    if kind == _Kind.CONTACTS:
        contacts = MirrorContact.objects.filter(organisation=organisation, contact_id__in=ids)
        return dict(contacts.values_list("contact_id", "updated_utc"))
    documents = MirrorDocument.objects.filter(
        organisation=organisation, kind=_DOCUMENTS[kind], xero_id__in=ids
    )
    return dict(documents.values_list("xero_id", "updated_utc"))


def _has_news(told: Iterable[Event], known: Mapping[str, datetime | None]) -> bool:
    for event in told:
        changed = known.get(event.resource_id)
        if changed is None or event.at is None or event.at > changed + _SAME_CHANGE:
            return True
    return False


def _moment(value: Any) -> datetime | None:
    """`2026-11-20T03:14:15.926`, in UTC."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        return None
