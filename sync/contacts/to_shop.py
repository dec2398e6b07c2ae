"""Customers of the shop follow what a person changes of their contacts in Xero.

Only where `streams.customers` is `both`. Xero is not asked for it: the contacts that changed
are in the mirror already. What counts is a change: the mirror is compared with what Xero had
when it was compared last, so that what differs for ever, or was written by us, is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

import structlog
from django.db import transaction

from accounting.contacts.following import merged
from accounting.contacts.persons import CUSTOMER
from accounting.contacts.to_shop import changed_in_xero, compare, shop_details, told
from accounting.reasons import LeftAlone
from connector.lib import doorbell
from connector.lib.database.bulk import update_each
from connector.lib.database.chunks import by_key
from stores.adapter import StoreAdapter, completed
from stores.canonical.customer import Customer
from stores.canonical.records import RecordRef, Stream
from stores.models import Store
from stores.writing import customers_of
from sync.contacts.follow import SOURCE, UPDATE
from sync.models import LeftOutCustomer, Posting, ShopContact, ShopWrite
from sync.parsing import parse_facts
from xero.documents.kinds import Kind
from xero.models import MirrorContact, Organisation

log = structlog.get_logger(__name__)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Link:
    """A person of a store, and the contact that they are."""

    store: int
    key: str
    contact: MirrorContact
    is_new: bool


def find(organisation: Organisation, since: datetime | None) -> int:
    """Owe shops what changed of contacts in Xero since `since` (None: ever); how many customers.

    A fixed number of statements for each 500 contacts.
    """
    stores = {
        store.pk: store
        for store in organisation.stores.all()
        if store.profile.streams.customers == "both"
    }
    if not stores:
        return 0
    rows = MirrorContact.objects.filter(
        organisation=organisation, status="ACTIVE", details__isnull=False
    )
    if since is not None:
        rows = rows.filter(updated_utc__gte=since)
    return sum(_compare(organisation, stores, chunk, since) for chunk in by_key(rows, _CHUNK))


def _compare(
    organisation: Organisation,
    stores: dict[int, Store],
    contacts: Sequence[MirrorContact],
    since: datetime | None,
) -> int:
    links = _links(organisation, stores, contacts, since)
    heard = _heard(organisation, links)
    looked: list[ShopContact] = []
    owed: list[ShopWrite] = []
    for link in links:
        row = heard.get((link.store, link.key))
        there = link.contact.details
        if row is None or there is None or row.there == there:
            continue
        # Of a contact that was made since the last look it is known what it was made with.
        seen = row.there if row.there is not None else row.said if link.is_new else there
        fields = stores[link.store].profile.fields.customers
        if changed := changed_in_xero(there, seen, row.said, fields):
            owed.append(_owed(link, changed))
        row.there = there
        looked.append(row)
    with transaction.atomic():
        update_each(looked, ["there"])
        owed.sort(key=attrgetter("store_id", "what", "target", "key"))
        ShopWrite.objects.bulk_create(owed, ignore_conflicts=True)
        for store in sorted({row.store_id for row in owed}):
            doorbell.ring("sync.write_back", store)
    return len(owed)


def _links(
    organisation: Organisation,
    stores: Iterable[int],
    contacts: Sequence[MirrorContact],
    since: datetime | None,
) -> list[_Link]:
    """Which of these contacts are customers of the stores, but for those who were left out, and
    those to whom an update of ours is on its way: the shop's newer word decides."""
    by_id = {contact.contact_id: contact for contact in contacts}
    ours = Posting.objects.filter(organisation=organisation, store__in=stores, kind=Kind.CONTACT)
    rows = ours.filter(
        source_kind="contact", source_id__startswith=CUSTOMER, state=Posting.State.POSTED,
        xero_id__in=by_id,
    )  # fmt: skip
    made = list(rows.values_list("store", "source_id", "xero_id", "adopted", "posted_at"))
    updates = ours.filter(
        source_kind=SOURCE, purpose=UPDATE, state__in=Posting.UNFINISHED,
        source_id__in={key for _, key, *_ in made},
    )  # fmt: skip
    busy = set(updates.values_list("store", "source_id"))
    busy |= LeftOutCustomer.objects.among(stores, {key for _, key, *_ in made})
    return [
        _Link(store, key, by_id[contact], bool(not adopted and since and at and at >= since))
        for store, key, contact, adopted, at in made
        if (store, key) not in busy
    ]


def _heard(
    organisation: Organisation, links: Iterable[_Link]
) -> dict[tuple[int, str], ShopContact]:
    keys = {link.key for link in links}
    rows = ShopContact.objects.filter(organisation=organisation, key__in=keys)
    return {(row.store_id, row.key): row for row in rows}


def _owed(link: _Link, changed: dict[str, Any]) -> ShopWrite:
    moment = link.contact.updated_utc
    return ShopWrite(
        store_id=link.store, what=ShopWrite.What.CUSTOMER, key=moment.isoformat() if moment else "",
        target=link.key.removeprefix(CUSTOMER), payload={"person": link.key, "changes": changed},
    )  # fmt: skip


def write(store: Store, adapter: StoreAdapter, row: ShopWrite) -> bool:
    """Write what is owed to a customer's record; False if it stands there already.

    Raises LeftAlone where the shop's own word is newer, and the adapter's errors.
    """
    if store.profile.streams.customers != "both":
        raise LeftAlone("streams.customers was set to another way before it was written.")
    fields = store.profile.fields.customers
    heard = ShopContact.objects.get(
        organisation=store.organisation, store=store, key=row.payload["person"]
    )
    there = heard.there or {}
    changes = row.payload["changes"].items()
    wanted = {name: value for name, value in changes if there.get(name) == value}
    if not wanted:
        raise LeftAlone("It was changed in Xero once more since then: only the last change goes.")
    record = adapter.fetch(RecordRef(Stream.CUSTOMERS, row.target))
    found = compare(wanted, heard.said, _customer(store, adapter, record), fields)
    if found.kept and found.changes is None:
        raise LeftAlone(
            f"Left as it is in the shop: {', '.join(found.kept)}. What stands there is the shop's "
            "own word; change it by hand if Xero is right."
        )
    if found.changes is not None:
        record = customers_of(adapter).set_customer(row.target, found.changes)
        log.info("customers.written", store_id=store.pk, kept=list(found.kept))
    _remember(heard, wanted, shop_details(_customer(store, adapter, record), fields))
    return found.changes is not None


def _customer(store: Store, adapter: StoreAdapter, record: dict[str, Any]) -> Customer:
    (whole,) = completed(adapter, Stream.CUSTOMERS, [record]) or [record]
    customer = adapter.parse(Stream.CUSTOMERS, whole, parse_facts(store))
    assert isinstance(customer, Customer)
    return customer


def _remember(heard: ShopContact, wanted: dict[str, Any], now: dict[str, Any]) -> None:
    """What we wrote counts as said by the shop, in the shop's own form: it is no news when it
    comes back. Not if the shop has been heard meanwhile."""
    said = merged(heard.said, told(wanted, heard.said, now))
    rows = ShopContact.objects.filter(pk=heard.pk, said_at=heard.said_at)
    rows.update(said=said)
