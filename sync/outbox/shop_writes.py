"""Keep what shops are to be told of documents, in the transaction that learns of them.

A comment is owed of each invoice that is posted, where the store wants comments; a status of
each order whose invoices are all paid in Xero, where `statuses.on_paid` names one: by money, or
by what a change took off, but not by what was refunded or taken back. Both are owed once: what
is learned again owes nothing more. Nothing is owed of what came to be before the setting was
made, also where it is learned only afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter

from django.db.models import Q, QuerySet

from accounts_mapping.models import MappingVersion, snapshot
from connector.lib import clock, doorbell
from stores.models import Store
from sync.models import Posting, PostingSource, ShopWrite, TrackedOrder
from xero.documents.kinds import Kind
from xero.documents.statuses import APPROVED
from xero.models import Organisation

_PAID = Q(kind=Kind.INVOICE, xero_status="PAID") | Q(
    kind=Kind.INVOICE, xero_status__in=APPROVED, amount_due_units__lte=0
)
# Without invoices the money itself is the document.
_RECEIPT = Q(kind=Kind.BANK_TRANSACTION, purpose="receipt")


def comments(posted: Iterable[Posting]) -> None:
    """Owe a comment with the link to each of these invoices."""
    invoices = [row for row in posted if row.kind == Kind.INVOICE and row.verb == "PUT"]
    wanting = _stores(invoices, lambda store: store.profile.write_back.comment)
    invoices = [row for row in invoices if row.store_id in wanting]
    if not invoices:
        return
    owners = Organisation.objects.in_bulk({row.organisation_id for row in invoices})
    links = {row.pk: owners[row.organisation_id].invoice_link(row.xero_id) for row in invoices}
    numbers = {row.pk: row.key for row in invoices}
    _owe(
        ShopWrite(
            store_id=order.store_id, order=order, posting_id=document, target=order.source_id,
            what=ShopWrite.What.COMMENT, key=str(document),
            payload={"text": f"Invoice {numbers[document]} in Xero: {links[document]}"},
        )
        for order, document in _orders_of(invoices)
    )  # fmt: skip


def statuses(documents: Iterable[int | None], *, at: datetime | None = None) -> None:
    """Owe the status of paid orders, where these documents, which changed, made them so.

    `at` is when they changed in Xero, None if just now.
    """
    ids = [pk for pk in documents if pk is not None]
    posted = Posting.objects.filter(state=Posting.State.POSTED, verb="PUT", conflict=False)
    paid = list(posted.filter(_PAID | _RECEIPT, pk__in=ids)) if ids else []
    wanting = _stores(paid, lambda store: _wanted_by(store, at))
    paid = [row for row in paid if row.store_id in wanting]
    if not paid:
        return
    pairs = _orders_of(paid)
    unpaid = _with_unpaid([order for order, _ in pairs])
    numbers = {row.pk: row.key for row in paid}
    _owe(
        ShopWrite(
            store_id=order.store_id, order=order, posting_id=document, target=order.source_id,
            what=ShopWrite.What.STATUS,
            payload={"text": f"Paid in Xero: {numbers[document]}"},
        )
        for order, document in pairs
        if order.pk not in unpaid
    )  # fmt: skip


def _wanted_by(store: Store, at: datetime | None) -> bool:
    """Whether the store had the setting at that time."""
    if snapshot(store).rules.statuses.on_paid is None:
        return False
    return at is None or set_since(store) <= at


def set_since(store: Store) -> datetime:
    """Since when `statuses.on_paid` has been set without a break."""
    since = clock.now()
    for version in MappingVersion.objects.filter(store=store).order_by("-number").iterator(50):
        if version.rules.statuses.on_paid is None:
            break
        since = version.created_at
    return since


def _stores(rows: Sequence[Posting], wants: Callable[[Store], bool]) -> set[int]:
    """The stores of these documents that want to be told."""
    stores = Store.objects.in_bulk({row.store_id for row in rows}) if rows else {}
    return {pk for pk, store in stores.items() if wants(store)}


def _orders_of(documents: Sequence[Posting]) -> list[tuple[TrackedOrder, int]]:
    """Each order with its document, also those that a summary stands for."""
    found = [(row.order_id, row.pk) for row in documents if row.order_id is not None]
    shared = [row.pk for row in documents if row.is_summary]
    if shared:
        sources = PostingSource.objects.filter(posting__in=shared)
        found += sources.values_list("order_id", "posting_id")
    orders = TrackedOrder.objects.only("store_id", "source_id").in_bulk([pk for pk, _ in found])
    return [(orders[order], document) for order, document in found]


def _with_unpaid(orders: Sequence[TrackedOrder]) -> set[int]:
    """Those of which something invoiced is not paid yet, or not by the buyer."""
    ids = [order.pk for order in orders]
    due: QuerySet[Posting] = Posting.objects.filter(
        kind=Kind.INVOICE, verb="PUT", state=Posting.State.POSTED
    ).exclude(_PAID)
    own = due.filter(order__in=ids).values_list("order", flat=True)
    shared = due.filter(sources__order__in=ids).values_list("sources__order", flat=True)
    return {*filter(None, own), *shared, *_settled_by_credit(ids)}


def _settled_by_credit(orders: Sequence[int]) -> set[int]:
    """Those of whose invoices a credit paid a part, and of which money went back, or the sale."""
    posted = Posting.objects.filter(order__in=orders, state=Posting.State.POSTED)
    allocated = posted.filter(kind=Kind.ALLOCATION).values_list("order", flat=True)
    taken_back = posted.filter(kind=Kind.CREDIT_NOTE).exclude(purpose="edit")
    found = taken_back.filter(order__in=allocated).values_list("order", flat=True)
    return set(filter(None, found))


def _owe(writes: Iterable[ShopWrite]) -> None:
    """Keep what is not kept already, and wake the writers."""
    rows = sorted(writes, key=attrgetter("store_id", "what", "target", "key"))
    ShopWrite.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    for store in sorted({row.store_id for row in rows}):
        doorbell.ring("sync.write_back", store)


_State = ShopWrite.State


# What is wrong with the shop as a whole, not with one order of it.
OF_THE_SHOP = "shop_not_writable"


def try_again(writes: QuerySet[ShopWrite]) -> int:
    """A person asks for what was held or given up to be written after all; how many.

    Where the shop as a whole refused us, all of it that waits for the same reason.
    """
    rows = list(writes.stuck())  # type: ignore[attr-defined]
    stuck = ShopWrite.objects.stuck()
    chosen = stuck.filter(pk__in=[row.pk for row in rows])
    for store in {row.store_id for row in rows if _code(row) == OF_THE_SHOP}:
        chosen = chosen | stuck.filter(store=store, reasons__0__code=OF_THE_SHOP)
    count = chosen.update(
        state=_State.PENDING, reasons=[], attempts=0, not_before=clock.now(),
        changed_at=clock.now(),
    )  # fmt: skip
    for store in sorted({row.store_id for row in rows}):
        doorbell.ring("sync.write_back", store)
    return count


def _code(row: ShopWrite) -> str:
    return str(row.reasons[0]["code"]) if row.reasons else ""
