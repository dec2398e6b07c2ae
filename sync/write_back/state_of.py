"""How orders, products and customers stand in Xero: a word, a number, an address, a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from accounting.contacts.persons import customer_key
from accounting.reason_kinds import INFORMATIVE, REASONS
from stores.canonical.records import Stream
from stores.canonical.sync_state import SyncState, SyncStatus
from stores.models import Store
from sync.models import (
    LeftOutCustomer,
    Posting,
    ShopWrite,
    TrackedOrder,
    TrackedProduct,
)
from sync.outbox.labels import documents_by_order, sale_of
from xero.documents.kinds import Kind
from xero.models import Organisation

_Label = TrackedOrder.Label
_LONGEST, _NUMBER = 500, 64
_BY_LABEL = {
    _Label.WORKING: SyncStatus.WAITING,
    _Label.CHECKING: SyncStatus.WAITING,
    _Label.POSTED: SyncStatus.IN_XERO,
    _Label.DRAFT: SyncStatus.IN_XERO,
    _Label.HELD: SyncStatus.HELD,
    _Label.DEAD: SyncStatus.HELD,
    _Label.DIFFERS: SyncStatus.HELD,
    _Label.SKIPPED: SyncStatus.LEFT_OUT,
}
_STUCK = (Posting.State.HELD, Posting.State.DEAD)
# What a sentence is made of beside what a label goes by.
_SHOWN = ("key", "reasons", "source_kind")


def states_of(store: Store, writes: Sequence[ShopWrite]) -> dict[int, SyncState]:
    """The state of what each of these writes is about, by the write's key. Eight queries."""
    orders = {row.order_id: row.pk for row in writes if row.order_id is not None}
    products = {row.target: row.pk for row in writes if row.key == Stream.PRODUCTS}
    found = {}
    documents = documents_by_order(list(orders), *_SHOWN)
    for order in TrackedOrder.objects.filter(pk__in=orders):
        found[orders[order.pk]] = _of_order(store.organisation, order, documents[order.pk])
    rows = TrackedProduct.objects.filter(store=store, source_id__in=products)
    for product in rows.select_related("posting"):
        found[products[product.source_id]] = _of_product(store.organisation, product)
    customers = {row.target: row.pk for row in writes if row.key == Stream.CUSTOMERS}
    if customers:
        for state in _of_customers(store, customers):
            found[customers[state.id]] = state
    return found


def _of_customers(store: Store, ids: Iterable[str]) -> Iterator[SyncState]:
    """A customer who is left out keeps the contact that there is: its address is told too."""
    keys = {one: customer_key(one) for one in ids}
    out = LeftOutCustomer.objects.filter(store=store, key__in=keys.values())
    why = dict(out.values_list("key", "why"))
    contacts = Posting.objects.filter(
        store=store, organisation=store.organisation_id, source_kind="contact",
        source_id__in=keys.values(),
    )  # fmt: skip
    linked = dict(contacts.exclude(xero_id="").order_by("pk").values_list("source_id", "xero_id"))
    for one, key in keys.items():
        state = SyncStatus.IN_XERO if key in linked else SyncStatus.WAITING
        yield SyncState(
            Stream.CUSTOMERS,
            one,
            SyncStatus.LEFT_OUT if key in why else state,
            link=_link(store.organisation, Kind.CONTACT, linked.get(key, "")),
            reason=why.get(key, "")[:_LONGEST],
        )


def _link(organisation: Organisation | None, kind: Kind, xero_id: str) -> str:
    return organisation.link_to(kind, xero_id) if organisation and xero_id else ""


def _of_order(
    organisation: Organisation | None, order: TrackedOrder, documents: Sequence[Posting]
) -> SyncState:
    shown = _shown(documents)
    state = _BY_LABEL[_Label(order.label)]
    if state is SyncStatus.IN_XERO and shown is not None and shown.ended:
        state = SyncStatus.VOIDED
    return SyncState(
        Stream.ORDERS,
        order.source_id,
        state,
        number=shown.key[:_NUMBER] if shown is not None else "",
        link=organisation.link_to(shown.kind, shown.xero_id) if organisation and shown else "",
        reason=_why(order, state, documents)[:_LONGEST],
    )


def _shown(documents: Sequence[Posting]) -> Posting | None:
    """What an order is in Xero: its sale, or where that was not posted here its last credit."""
    sale = sale_of(documents)
    if sale is not None:
        return sale if sale.xero_id else None
    notes = [one for one in documents if one.kind == Kind.CREDIT_NOTE and one.xero_id]
    return max(notes, key=lambda one: one.pk or 0, default=None)


def _why(order: TrackedOrder, state: SyncStatus, documents: Sequence[Posting]) -> str:
    if order.label == _Label.CHECKING:
        return "It was sent, and no answer came: it is looked up before anything is sent again."
    if order.label == _Label.DRAFT:
        return "It waits in Xero for approval."
    if state is SyncStatus.HELD:
        refused = [one.reasons for one in documents if one.state == Posting.State.DEAD]
        differing = [one.reasons for one in documents if one.differs]
        held = [one.reasons for one in documents if one.state == Posting.State.HELD]
        return _first((*refused, order.reasons, *differing, *held))
    if order.excluded_at is not None and state is SyncStatus.LEFT_OUT:
        words = order.get_excluded_as_display()
        return f"{words}: {order.excluded_why}" if order.excluded_why else str(words)
    return _first([order.reasons], serious=False) if state is not SyncStatus.WAITING else ""


def _first(stored: Iterable[list[dict[str, str]]], *, serious: bool = True) -> str:
    """The first of these reasons in words; if `serious`, of those that somebody must act on."""
    for reason in (one for reasons in stored for one in reasons):
        if not serious or reason["code"] not in INFORMATIVE:
            kind = REASONS.get(reason["code"], REASONS["unforeseen"])
            return reason["message"] or kind.title
    return ""


def _of_product(organisation: Organisation | None, product: TrackedProduct) -> SyncState:
    posting, there = product.posting, bool(product.xero_id)
    if product.state == TrackedProduct.State.SKIPPED:
        state, why = SyncStatus.LEFT_OUT, product.why
    elif product.state == TrackedProduct.State.HELD or (posting and posting.state in _STUCK):
        state, why = SyncStatus.HELD, product.why
    elif there and not (posting and posting.state in Posting.UNFINISHED):
        state, why = SyncStatus.IN_XERO, ""
    else:
        state, why = SyncStatus.WAITING, ""
    return SyncState(
        Stream.PRODUCTS,
        product.source_id,
        state,
        number=product.code[:_NUMBER] if there else "",
        link=organisation.link_to(Kind.ITEM, product.xero_id) if organisation and there else "",
        reason=why[:_LONGEST],
    )
