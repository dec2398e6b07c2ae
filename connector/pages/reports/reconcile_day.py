"""The orders behind one figure of a reconciliation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounting.reconcile.day_sums import DaySum, DaySums
from accounting.reconcile.judge import judge
from accounting.reconcile.rows import Compared
from connector.lib.days import begin_of, end_of
from connector.lib.marks import row_key
from connector.lib.money import from_units
from connector.lib.rights import right
from connector.pages.filters import zone_of
from stores.models import Store
from sync.models import Posting, ReconcileDay, SummaryPart, TrackedOrder
from sync.reconcile.reading import Reading
from sync.reconcile.summaries import own_of
from xero.documents.kinds import counted_as
from xero.models import MirrorDocument, MirrorPayment

_ROWS = 50


@dataclass(frozen=True, slots=True)
class DayLine:
    """What one order adds to the figure."""

    order: TrackedOrder
    shop: Decimal
    posted: Decimal
    xero: Decimal

    @property
    def agrees(self) -> bool:
        return self.shop == self.posted == self.xero


@right()
@require_safe
def reconcile_day(request: HttpRequest) -> HttpResponse:
    """`?store=&day=&currency=&measure=&name=`, and `after` of the page before."""
    asked = request.GET
    store = get_object_or_404(
        Store.objects.select_related("organisation"), slug=asked.get("store", "")
    )
    try:
        day = date.fromisoformat(asked.get("day", ""))
        measure = ReconcileDay.Measure(asked.get("measure", ""))
    except ValueError:
        raise BadRequest("day or measure cannot be read") from None
    after = row_key(asked.get("after", "")) or 0
    key = (day, asked.get("currency", ""), measure.value, asked.get("name", ""))
    lines, older = _lines(store, key, after)
    return render(
        request,
        "sync/reconcile_day.html",
        {
            "store": store, "day": day, "currency": key[1], "measure": measure, "name": key[3],
            "lines": lines, "older": older, "after": after,
        },
    )  # fmt: skip


def _lines(
    store: Store, key: tuple[date, str, str, str], after: int
) -> tuple[list[DayLine], int | None]:
    """A page of orders by their keys; the key after which the next one begins."""
    orders = _candidates(store, key[0], ReconcileDay.Measure(key[2])).filter(pk__gt=after)
    keys = list(orders.order_by("pk").values_list("pk", flat=True)[: _ROWS + 1])
    streams = store.profile.streams
    compared = Compared(payments=streams.payments, credits=streams.credit_notes)
    chunk = Reading(store).of(keys[:_ROWS])
    rows = TrackedOrder.objects.only("number", "customer_name", "label").in_bulk(keys)
    found = []
    for order in chunk.orders:
        parts = chunk.parts.get(order.pk, [])
        documents = [*parts, *chunk.postings.get(order.pk, [])]
        verdict = judge(order, documents, chunk.found, compared)
        sums = DaySums()
        # The payments of a summary are of no single order.
        received = own_of(order, parts).received
        sums.add(replace(order, received=received), documents, verdict, chunk.found)
        found += [
            _line(rows[order.pk], one)
            for one in sums.rows()
            if (one.day, one.currency, one.measure, one.name) == key
        ]
    return found, keys[_ROWS - 1] if len(keys) > _ROWS else None


def _line(order: TrackedOrder, one: DaySum) -> DayLine:
    shop, posted, there = (from_units(one.sums[at] + one.sums[at + 1]) for at in (0, 2, 4))
    return DayLine(order, shop, posted, there)


def _candidates(store: Store, day: date, measure: str) -> QuerySet[TrackedOrder]:
    """Orders that were placed on a day, or have a document of that date, here or in Xero."""
    postings = Posting.objects.filter(store=store, kind__in=counted_as(measure))
    dated = Q(document_date=day)
    if store.organisation is not None:
        payments = measure in (ReconcileDay.Measure.PAYMENT, ReconcileDay.Measure.REFUND)
        if payments:
            rows = MirrorPayment.objects.filter(organisation=store.organisation, date=day)
            postings = Posting.objects.filter(store=store)
            dated |= Q(xero_id__in=rows.values("document_id"))
        else:
            documents = MirrorDocument.objects.filter(organisation=store.organisation, date=day)
            dated |= Q(xero_id__in=documents.values("xero_id"))
    zone = zone_of(store)
    placed = Q(placed_at__gte=begin_of(day, zone), placed_at__lt=end_of(day, zone))
    documented = Q(pk__in=postings.filter(dated, order__isnull=False).values("order_id"))
    parts = SummaryPart.objects.filter(store=store, day=day).values("order_id")
    return TrackedOrder.objects.filter(placed | documented | Q(pk__in=parts), store=store)
