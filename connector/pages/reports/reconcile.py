"""Reports, Reconcile: does Xero agree with the shop, day by day, and if not, why?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounting.reconcile.causes import CAUSES, Cause, CauseKind, Side
from connector.lib import doorbell
from connector.lib.marks import row_key
from connector.lib.rights import ORDERS, RECONCILIATIONS, right
from connector.pages.filters import zone_of
from connector.pages.selection import HandledForm, bound, way_back
from connector.templatetags.pages import ago, capped, of
from stores.models import Store
from sync.models import (
    HandledDifference,
    Posting,
    ReconcileDay,
    ReconcileDifference,
    ReconcileRun,
)
from sync.models.posting import SUMMARY
from sync.reconcile import differences
from sync.reconcile import run as reconcile
from xero.models import Organisation

_ROWS = 25
_DAYS = 10
_FIELDS = {
    "document": "Invoice",
    "total": "Total",
    "tax": "Tax",
    "amount_due": "Amount due",
    "payment": "Payments",
    "refunded": "Refunded",
    "status": "Status",
    "date": "Date",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One difference as the page shows it."""

    row: ReconcileDifference
    field: str
    cause: CauseKind
    side: str
    link: str
    summary_id: int | None = None

    @property
    def currency(self) -> str:
        """That of the two values, where they are amounts."""
        return "" if self.row.field in ("status", "date") else self.row.currency


@dataclass(frozen=True, slots=True)
class Day:
    """The sums of one day, each with the name of its tax type or account."""

    day: date
    rows: list[tuple[ReconcileDay, str]]


@right()
@require_safe
def reconcile_page(request: HttpRequest) -> HttpResponse:
    """`?store=`; `?found=` and `?until=` are the marks of the two lists."""
    stores = list(Store.objects.select_related("organisation").defer("credentials", "facts"))
    store = next((s for s in stores if s.slug == request.GET.get("store")), None)
    store = store or (stores[0] if stores else None)
    runs = ReconcileRun.objects.filter(store=store).order_by("-pk")
    run = runs.filter(state=ReconcileRun.State.DONE).first()
    newest = runs.first()
    context: dict[str, Any] = {
        "stores": stores,
        "store": store,
        "run": run,
        "newest": newest,
        "zone": zone_of(store) if store else "UTC",
        "condition": condition(run, newest) if store else "No store is set up yet.",
        "address": f"{reverse('sync:reconcile')}?store={store.slug}" if store else "",
    }
    if run is not None and store is not None:
        context |= _found(run, store, row_key(request.GET.get("found", "")) or 0)
        context |= _days(run, store, request.GET.get("until", ""))
        handled = HandledDifference.objects.filter(store=store, reopened_at=None)
        context["handled"] = list(handled.select_related("user").order_by("-at")[:_ROWS])
    return render(request, "sync/reconcile.html", context)


def condition(run: ReconcileRun | None, newest: ReconcileRun | None) -> str:
    """The sentence under the title."""
    if newest is not None and newest.is_running:
        if newest.total:
            return f"Comparing: {newest.done:,} of {newest.total:,} orders."
        return "Comparing: Xero's lists are being read."
    if run is None or run.ended_at is None:
        return "Nothing has been compared yet."
    lead = f"{of(run.orders, 'order')} compared with Xero {ago(run.ended_at)}."
    if not run.open:
        return f"{lead} Everything agrees."
    parts = []
    if run.missing:
        parts.append(f"{capped(run.missing)} {'is' if run.missing == 1 else 'are'} not in Xero")
    if run.extra:
        parts.append(f"{of(run.extra, 'document')} in Xero {_belongs(run.extra)} to no order")
    if run.differences:
        verb = "differs" if run.differences == 1 else "differ"
        parts.append(f"{of(run.differences, 'figure')} {verb}")
    return f"{lead} {_joined(parts)}."


def _belongs(count: int) -> str:
    return "belongs" if count == 1 else "belong"


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)


def _found(run: ReconcileRun, store: Store, after: int) -> dict[str, Any]:
    rows = list(run.found.filter(explained=False, pk__gt=after).order_by("pk")[: _ROWS + 1])
    ids = [row.xero_id for row in rows if row.what == ReconcileDifference.What.DIFFERENCE]
    summaries = Posting.objects.filter(
        store=store, source_kind=SUMMARY, verb="PUT", xero_id__in=filter(None, ids)
    )
    pages = dict(summaries.values_list("xero_id", "pk"))
    return {
        "found": [
            replace(shown(row, store.organisation), summary_id=pages.get(row.xero_id))
            for row in rows[:_ROWS]
        ],
        "found_after": after,
        "found_next": rows[_ROWS - 1].pk if len(rows) > _ROWS else None,
    }


def shown(row: ReconcileDifference, organisation: Organisation | None) -> Found:
    side = "Arose in the shop" if row.side == Side.STORE else "Arose in Xero"
    link = ""
    if row.xero_id and organisation is not None:
        link = organisation.invoice_link(row.xero_id)
    return Found(row, _FIELDS.get(row.field, row.field), CAUSES[Cause(row.cause)], side, link)


def _days(run: ReconcileRun, store: Store, until: str) -> dict[str, Any]:
    """Whole days, the newest first; `until` is the first day of the page."""
    days = run.days.order_by("-day")
    try:
        days = days.filter(day__lte=date.fromisoformat(until)) if until else days
    except ValueError:
        until = ""
    wanted = list(days.values_list("day", flat=True).distinct()[: _DAYS + 1])
    rows = run.days.filter(day__in=wanted[:_DAYS]).order_by("-day", "currency", "pk")
    names = _names(store.organisation)
    return {
        "days": [
            Day(day, [(row, names.get((row.measure, row.name), row.name)) for row in found])
            for day, found in groupby(rows, key=lambda row: row.day)
        ],
        "days_until": until,
        "days_next": wanted[_DAYS].isoformat() if len(wanted) > _DAYS else "",
    }


def _names(organisation: Organisation | None) -> dict[tuple[str, str], str]:
    """What Xero calls tax types and accounts, by measure and code."""
    if organisation is None:
        return {}
    types = dict(organisation.tax_rates.values_list("tax_type", "name"))
    accounts = organisation.accounts.values_list("code", "account_id", "name")
    names = {(m, code): name for code, name in types.items() for m in ("sale", "credit")}
    for code, account_id, name in accounts:
        for measure in ("payment", "refund"):
            names[measure, code] = f"{code} {name}"
            names[measure, account_id] = name
    return names


@right(RECONCILIATIONS)
@require_POST
def reconcile_start(request: HttpRequest) -> HttpResponse:
    """Have a store compared; a run that is under way already is left to go on."""
    store = get_object_or_404(Store, slug=request.POST.get("store", ""))
    run = reconcile.queue(store, request.user)
    doorbell.ring("sync.reconcile", run.pk)
    return redirect(f"{reverse('sync:reconcile')}?store={store.slug}")


@right(ORDERS)
@require_POST
def difference_handle(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what was done in Xero, then count a difference as accounted for."""
    rows = ReconcileDifference.objects.select_related("run__store__organisation", "order")
    row = get_object_or_404(rows, pk=pk)
    back = way_back(request, "sync:reconcile")
    form = bound(HandledForm, request)
    if form.is_valid():
        said = form.cleaned_data
        if differences.handle(row, request.user, said["why"], said["link"]):
            messages.success(request, f"The difference of {row.number} counts as accounted for.")
        else:
            messages.info(request, f"The difference of {row.number} was accounted for before.")
        return redirect(back)
    found = shown(row, row.run.store.organisation)
    return render(request, "sync/difference.html", {"found": found, "form": form, "back": back})


@right(ORDERS)
@require_POST
def difference_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    handled = get_object_or_404(HandledDifference, pk=pk)
    if differences.reopen(handled, request.user):
        messages.success(
            request, f"The difference of {handled.number} is open again: reconcile to see it."
        )
    return redirect(way_back(request, "sync:reconcile"))
