"""The page of one order: what the shop said, what became of it, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounting.contacts.directory import Contacts
from accounting.preview import Preview
from connector.lib.errors import ConnectorError
from connector.lib.exact_json import dumps
from connector.lib.money import from_units
from connector.lib.rights import right
from connector.pages.books_of import books_of, predicted
from connector.pages.filters import zone_of
from connector.pages.orders.edited import edited_sale
from connector.pages.orders.headline import condition
from connector.pages.orders.mapping import mapping_of, rules_of, with_known
from connector.pages.orders.shop_writes import written
from connector.pages.orders.timeline import timeline
from connector.pages.wording import DOCUMENT_LABELS, Why, document_name, reasons_of
from stores import registry
from stores.canonical.order import Order
from stores.canonical.records import ParseError, Stream
from sync.models import Posting, PostingSource, TrackedOrder
from sync.orders import actions
from sync.parsing import parse_facts, parsed
from sync.summaries.approve import drafts_of
from xero.documents.kinds import SPECS, WITH_BALANCE, Kind

_INLINE_JSON = 16_000


@dataclass(frozen=True, slots=True)
class UnreadableRecord:
    """Why a record could not be read: the field, and the value that stood there."""

    message: str
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One posting as the page shows it. `share` is how much of a summary is the order's."""

    posting: Posting
    name: str
    shape: str
    label: str
    predicted: Decimal | None
    link: str
    reasons: list[Why]
    share: Decimal | None = None

    @property
    def summary_id(self) -> int | None:
        """The summary that it is, or that it settles."""
        if not self.posting.is_summary:
            return None
        document = self.posting.kind in WITH_BALANCE
        document = document and self.posting.verb == "PUT"
        return self.posting.pk if document else self.posting.parent_id


@right()
@require_safe
def order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = _order(pk)
    postings = documents_of(row)
    text = dumps(row.record.record, indent=2)
    order = canonical(row)
    shares = dict(PostingSource.objects.filter(order=row).values_list("posting", "amount_units"))
    mapping = None
    if isinstance(order, Order):
        mapping = mapping_of(row, order, posted=books_of(postings).stands)
    writes = list(row.shop_writes.select_related("store").order_by("pk"))
    waits = list(row.summary_parts.waiting().order_by("day", "pk"))
    return render(
        request,
        "sync/order.html",
        {
            "row": row,
            "zone": zone_of(row.store),
            "condition": condition(row, postings, row.store.organisation, waits),
            "reasons": reasons_of(row.reasons, row.store.slug),
            "order": order if isinstance(order, Order) else None,
            "unreadable": None if isinstance(order, Order) else order,
            "mapping": mapping,
            "extra_rows": list(totals(order)) if isinstance(order, Order) else [],
            "documents": [
                shown(posting, row.store.slug, shares.get(posting.pk))
                for posting in postings
                if not took_effect(posting)
            ],
            "may_approve": may_approve(row),
            "edited": edited_sale(row, postings),
            "waits": waits,
            "writes": [written(write) for write in writes],
            "events": timeline(row, postings, writes),
            "record": text if len(text) <= _INLINE_JSON else "",
        },
    )


@right()
@require_safe
def order_record(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest record as text."""
    return HttpResponse(
        dumps(_order(pk).record.record, indent=2), content_type="text/plain; charset=utf-8"
    )


@right()
@require_safe
def order_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be posted now. Nothing is sent and nothing is saved."""
    row = _order(pk)
    found = preview(row)
    reasons = reasons_of(found["reasons"], row.store.slug)
    documents = [
        document | {"name": SPECS[document["kind"]].name} for document in found["documents"]
    ]
    context = {
        "row": row, "status": found["status"], "reasons": reasons, "documents": documents,
        "summaries": found["summaries"],
    }  # fmt: skip
    return render(request, "sync/preview.html", context)


def _order(pk: int) -> TrackedOrder:
    orders = TrackedOrder.objects.select_related(
        "store__organisation__token_set", "record", "excluded_by"
    )
    return get_object_or_404(orders, pk=pk)


def canonical(row: TrackedOrder) -> Order | UnreadableRecord:
    """The order as the adapter reads it, or why it cannot."""
    try:
        reader = registry.reader(row.store.platform)
        order = parsed(reader, Stream.ORDERS, row.record, parse_facts(row.store))
    except ParseError as error:
        return UnreadableRecord(
            str(error), error.field, "" if error.value is None else str(error.value)
        )
    except ConnectorError as error:
        return UnreadableRecord(str(error))
    assert isinstance(order, Order)
    return order


def documents_of(row: TrackedOrder) -> list[Posting]:
    """An order's documents in the order in which Xero receives them, its contact first."""
    own = list(
        Posting.objects.filter(Q(order=row) | Q(sources__order=row))
        .select_related("organisation", "parent__organisation")
        .distinct()
        .order_by("pk")
    )
    mine = {posting.pk for posting in own}
    parents = {p.parent.pk: p.parent for p in own if p.parent and p.parent.pk not in mine}
    places = {kind.value: place for place, kind in enumerate(Kind)}
    return sorted([*parents.values(), *own], key=lambda p: (places.get(p.kind, 99), p.pk))


def took_effect(posting: Posting) -> bool:
    """Whether it changed a document that stands in the list itself, as it is since."""
    changed = posting.kind in WITH_BALANCE and posting.verb == "POST"
    return changed and posting.state == Posting.State.POSTED


def may_approve(row: TrackedOrder) -> bool:
    """Whether something of it waits in Xero for a word that can be said here."""
    mine = TrackedOrder.objects.filter(pk=row.pk)
    return row.label == TrackedOrder.Label.DRAFT and (
        actions.approvable(mine).exists() or drafts_of(mine).exists()
    )


def shown(posting: Posting, store: str, share: int | None = None) -> Document:
    """`store`: the slug of the store whose page it is on; `share`: how much of it is of the order
    whose page it is, in ten-thousandths."""
    shape, words = DOCUMENT_LABELS[Posting.State(posting.state)]
    label = str(words)
    if posting.differs:
        shape, label = "mismatch", _("Differs")
    elif posting.is_draft:
        shape, label = "draft", _("Draft")
    return Document(
        posting, document_name(posting), shape, label,
        predicted(posting), _link(posting), reasons_of(posting.reasons, store),
        None if share is None else from_units(share),
    )  # fmt: skip


def _link(posting: Posting) -> str:
    """Its address in Xero; payments have none of their own."""
    if not posting.xero_id:
        return ""
    return posting.organisation.link_to(posting.kind, posting.xero_id)


def preview(row: TrackedOrder) -> dict[str, Any]:
    """The documents that an order would become with today's rules, and the numbers of the
    summaries that it would be in."""
    books, contacts, order = rules_of(row), Contacts(), canonical(row)
    if isinstance(order, Order):
        books, contacts = with_known(books, row, order)
    made = Preview(books, registry.reader(row.store.platform), parse_facts(row.store), contacts)
    found = made.add(row.record.record)
    return found | {"summaries": [one["number"] for one in made.summaries()]}


def totals(order: Order) -> Iterator[tuple[str, Decimal]]:
    """The rows between the lines and the total, as the shop names them."""
    for row in order.rows:
        if row.counted and row.amount:
            yield row.title or row.code, row.amount + row.tax
