"""The list of orders, and what is done to a selection of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from connector.lib.rights import ORDERS, right
from connector.pages.attention.waiting import groups
from connector.pages.filters import OrderFilters, zone_of
from connector.pages.keyset import window
from connector.pages.orders.left_out import LeftOut, left_out_beside
from connector.pages.selection import chosen_orders, way_back
from connector.pages.wording import short_reason
from connector.templatetags.pages import COUNT_LIMIT, of
from stores.models import Store
from sync.models import Posting, PostingSource, Proposal, SummaryPart, TrackedOrder
from sync.orders import actions
from sync.outbox.labels import sale_of
from sync.summaries.approve import approve_summaries, drafts_of
from xero.documents.kinds import Kind
from xero.models import Organisation

_NOT_LISTED = ("payload", "email_key", "name_key")


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """One line of the list."""

    order: TrackedOrder
    zone: str
    why: str
    number: str
    link: str


@right()
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """`?after=` and `?before=` are marks of the keyset; the rest are filters."""
    stores = list(Store.objects.defer("credentials", "webhook_secret", "facts"))
    filters = OrderFilters(request.GET, stores=stores, groups=groups())
    orders = filters.apply(TrackedOrder.objects.defer("warnings"))
    page = window(orders, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    return render(
        request,
        "sync/orders.html",
        {
            "filters": filters,
            "page": page,
            "rows": rows_of(page.rows, stores),
            "count": orders.order_by()[: COUNT_LIMIT + 1].count(),
            "stores": [store for store in stores if not store.archived] or stores,
            "already": Proposal.objects.open().order_by()[: COUNT_LIMIT + 1].count(),
            "several_stores": len(stores) > 1,
            "beside": _beside(request, stores),
            "select_all": request.GET.get("select") == "page",
        },
    )


def _beside(request: HttpRequest, stores: list[Store]) -> list[LeftOut]:
    """What else was left out, where the list is of what was."""
    if request.GET.get("state") != "skipped":
        return []
    chosen = request.GET.get("store", "")
    return left_out_beside(one for one in stores if chosen in ("", one.slug))


def rows_of(orders: Sequence[TrackedOrder], stores: list[Store]) -> list[ListedOrder]:
    """What the list says of these orders: a few queries, however many they are."""
    known = {store.pk: store for store in stores}
    zones = {pk: zone_of(store) for pk, store in known.items()}
    documents = documents_of([order.pk for order in orders])
    organisations = Organisation.objects.only("short_code").in_bulk(
        {posting.organisation_id for found in documents.values() for posting in found}
    )
    parts = SummaryPart.objects.waiting().filter(order__in=[order.pk for order in orders])
    waits = dict(parts.order_by("-day").values_list("order", "day"))
    rows = []
    for order in orders:
        order.store = known.get(order.store_id) or order.store
        found = documents[order.pk]
        sale = sale_of(found)
        invoice = sale if sale is not None and sale.kind == Kind.INVOICE else None
        link = ""
        if invoice is not None and invoice.xero_id:
            link = organisations[invoice.organisation_id].invoice_link(invoice.xero_id)
        rows.append(
            ListedOrder(
                order,
                zones.get(order.store_id, "UTC"),
                short_reason(order, found, waits.get(order.pk)),
                invoice.key if invoice and invoice.xero_id else "",
                link,
            )
        )
    return rows


def documents_of(orders: Sequence[int]) -> dict[int, list[Posting]]:
    """The documents of each order, also those that stand for several. Two queries."""
    found: dict[int, list[Posting]] = defaultdict(list)
    for posting in Posting.objects.filter(order_id__in=orders).defer(*_NOT_LISTED).order_by("pk"):
        assert posting.order_id is not None
        found[posting.order_id].append(posting)
    summaries = PostingSource.objects.filter(order_id__in=orders).select_related("posting")
    for source in summaries:
        found[source.order_id].append(source.posting)
    return found


@right(ORDERS)
@require_POST
def orders_sync(request: HttpRequest) -> HttpResponse:
    """Post the chosen orders now, before everything that nobody is waiting for."""
    chosen = chosen_orders(
        request, _("No order was selected. Tick the orders to sync, then try again.")
    )
    if chosen is None:
        return redirect(way_back(request))
    count = actions.sync_now(chosen, request.user)
    said = ngettext(
        "%(orders)s on the way to Xero. It is sent before everything else.",
        "%(orders)s on the way to Xero. They are sent before everything else.",
        count,
    )
    messages.success(request, said % {"orders": of(count, "order")})
    return redirect(way_back(request))


@right(ORDERS)
@require_POST
def orders_approve(request: HttpRequest) -> HttpResponse:
    """Approve the drafts of the chosen orders."""
    chosen = chosen_orders(request, _("No order was selected. Tick the orders to approve."))
    if chosen is None:
        return redirect(way_back(request))
    own = set(actions.approvable(chosen).values_list("pk", flat=True))
    actions.approve(chosen, request.user)
    summaries = approve_summaries(drafts_of(chosen), request.user)
    sources = PostingSource.objects.filter(posting__in=summaries)
    count = len(own.union(sources.filter(order__in=chosen).values_list("order", flat=True)))
    if count:
        text = _("%(orders)s approved. Drafts in Xero are approved now; payments follow.") % {
            "orders": of(count, "order")
        }
        if summaries:
            names = ", ".join(summary.key for summary in summaries)
            behind = sources.values("order").distinct().count()
            more = _("So is %(names)s, with all %(orders)s in it.") % {
                "names": names,
                "orders": of(behind, "order"),
            }
            text = f"{text} {more}"
        messages.success(request, text)
    if rest := chosen.count() - count:
        said = ngettext(
            "%(orders)s had no draft to approve. Nothing was done with it.",
            "%(orders)s had no draft to approve. Nothing was done with them.",
            rest,
        )
        messages.info(request, said % {"orders": of(rest, "order")})
    return redirect(way_back(request))
