"""What is done to all orders that fit the filters of the list, and how far it has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connector.lib import clock
from connector.lib.money import from_units
from connector.lib.rights import ORDERS, right
from connector.pages.attention.marks import MARKS, BulkMark
from connector.pages.attention.waiting import groups
from connector.pages.filters import OrderFilters
from connector.pages.parts.confirming import Question, confirm
from connector.pages.stores.away import left_in_use
from connector.templatetags.pages import of, whole
from stores.models import Store
from sync.bulk import run
from sync.models import BulkAction, TrackedOrder


@right()
@require_safe
def all_orders(request: HttpRequest) -> HttpResponse:
    """How many orders fit, what they come to, and what can be done to all of them."""
    orders, query = _fitting(request.GET)
    sums = list(
        orders.order_by().values_list("currency").annotate(Count("pk"), Sum("total_units"))
        .order_by("currency")
    )  # fmt: skip
    count = sum(count for _, count, _ in sums)
    running = list(BulkAction.objects.unfinished().order_by("pk"))
    words = {"orders": of(count, "order")}
    context = {
        "count": count,
        "sums": [
            {"currency": currency, "count": some, "total": from_units(total or 0)}
            for currency, some, total in sums
        ],
        "acts": [
            {"what": mark.what.value, "button": str(mark.button) % words,
             "sentence": mark.sentence, "danger": mark.danger}
            for mark in MARKS.values()
        ],
        "query": query, "running": running, "alone": not running,
    }  # fmt: skip
    return render(request, "attention/all.html", context)


@right(ORDERS, reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
def all_orders_act(request: HttpRequest, what: str) -> HttpResponse:
    """Ask before it is done to all of them; a POST begins it."""
    mark = next((one for one in MARKS.values() if one.what == what), None)
    if mark is None:
        raise Http404
    fitting, query = _fitting(request.GET)
    orders = fitting if mark.ends else left_in_use(request, fitting)
    if orders is None:
        return redirect(f"{reverse('sync:orders-all')}?{query}")
    form = mark.form(request.POST or None) if mark.form is not None else None
    if request.method == "POST" and (form is None or form.is_valid()):
        said = form.cleaned_data if form is not None else {}
        bulk = run.start(
            orders, mark.what, request.user, note=said.get("why", ""), link=said.get("link", ""),
            filters=query,
        )  # fmt: skip
        return redirect("sync:bulk", bulk.pk)
    return confirm(request, _question(mark, orders.order_by().count(), query, form))


def _question(mark: BulkMark, count: int, query: str, form: Any) -> Question:
    orders = {"orders": of(count, "order")}
    return Question(
        title=str(mark.title) % orders, sentence=str(mark.sentence),
        button=str(mark.button) % orders,
        address=f"{reverse('sync:orders-all-act', args=[mark.what])}?{query}",
        back=f"{reverse('sync:orders-all')}?{query}",
        happens=[str(one) for one in mark.happens], stays=[str(one) for one in mark.stays],
        form=form, danger=mark.danger,
    )  # fmt: skip


def _fitting(given: QueryDict) -> tuple[QuerySet[TrackedOrder], str]:
    """The orders that fit, and the filters as an address has them."""
    stores = list(Store.objects.defer("credentials", "webhook_secret", "facts"))
    filters = OrderFilters(given, stores=stores, groups=groups())
    if not filters.is_valid():
        raise Http404
    return filters.apply(TrackedOrder.objects.all()), filters.query


@right()
@require_safe
def bulk_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it has come. It goes on when the page is left."""
    bulk = get_object_or_404(BulkAction.objects.select_related("started_by"), pk=pk)
    context = {
        "bulk": bulk, "condition": _condition(bulk), "ready": _ready(bulk),
        "alone": bulk.done - bulk.changed,
    }  # fmt: skip
    return render(request, "attention/bulk.html", context)


def _condition(bulk: BulkAction) -> str:
    done = {"done": whole(bulk.done), "total": whole(bulk.total)}
    if not bulk.is_moving:
        return _("%(done)s of %(total)s orders done.") % done
    return _("%(done)s of %(total)s orders done. You can leave this page; it goes on.") % done


def _ready(bulk: BulkAction) -> datetime | None:
    """When it will be done, by how quick it was so far; None while nobody can tell."""
    if not bulk.is_moving or not bulk.done:
        return None
    spent = clock.now() - bulk.started_at
    return clock.now() + spent / bulk.done * (bulk.total - bulk.done)


@right(ORDERS)
@require_POST
def bulk_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it, or go on with it."""
    bulk = get_object_or_404(BulkAction, pk=pk)
    if request.POST.get("act") == "stop":
        if run.stop(bulk):
            messages.success(request, _("Stopped. What was done stays; the rest is as it was."))
        else:
            messages.info(request, _("It has ended already."))
    elif request.POST.get("act") == "go-on" and not run.go_on(bulk):
        messages.info(request, _("It is on its way, or done."))
    return redirect("sync:bulk", pk)
