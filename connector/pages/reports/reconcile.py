"""Reports, Reconcile: does Xero agree with the shop, day by day, and if not, why?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounting.reconcile.causes import CAUSES, Cause, CauseKind, Side
from connector.lib import doorbell
from connector.lib.marks import row_key
from connector.lib.rights import ORDERS, RECONCILIATIONS, right
from connector.pages.filters import zone_of
from connector.pages.parts import core_texts
from connector.pages.parts.confirming import Question, confirm
from connector.pages.selection import HandledForm, bound, way_back
from connector.pages.stores.away import refused_away
from connector.templatetags.pages import ago, capped, of, whole
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
    "document": gettext_lazy("Invoice"),
    "total": gettext_lazy("Total"),
    "tax": gettext_lazy("Tax"),
    "amount_due": gettext_lazy("Amount due"),
    "payment": gettext_lazy("Payments"),
    "refunded": gettext_lazy("Refunded"),
    "status": gettext_lazy("Status"),
    "date": gettext_lazy("Date"),
}


@dataclass(frozen=True, slots=True)
class DifferenceRow:
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
class NamedSum:
    """A sum of one day, with the name of its tax type or account; "" where it is of neither."""

    row: ReconcileDay
    name: str

    @property
    def address(self) -> str:
        """The page of the orders behind it."""
        row = self.row
        asked = {
            "store": row.run.store.slug, "day": row.day.isoformat(), "currency": row.currency,
            "measure": row.measure, "name": row.name,
        }  # fmt: skip
        return f"{reverse('sync:reconcile-day')}?{urlencode(asked)}"


@right()
@require_safe
def reconcile_page(request: HttpRequest) -> HttpResponse:
    """`?store=`; `?found=` and `?until=` are the marks of the two lists."""
    stores = list(Store.objects.select_related("organisation").defer("credentials", "facts"))
    store = next((s for s in stores if s.slug == request.GET.get("store")), None)
    stores = [one for one in stores if not one.archived]
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
        "condition": condition(run, newest) if store else _("No store is set up yet."),
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
            return _("Comparing: %(done)s of %(total)s orders.") % {
                "done": whole(newest.done),
                "total": whole(newest.total),
            }
        return _("Comparing: Xero's lists are being read.")
    if run is None or run.ended_at is None:
        return _("Nothing has been compared yet.")
    lead = _("%(orders)s compared with Xero %(when)s.") % {
        "orders": of(run.orders, "order"),
        "when": ago(run.ended_at),
    }
    if not run.open:
        return _("%(lead)s Everything agrees.") % {"lead": lead}
    parts = []
    if run.missing:
        said = ngettext("%(count)s is not in Xero", "%(count)s are not in Xero", run.missing)
        parts.append(said % {"count": capped(run.missing)})
    if run.extra:
        said = ngettext(
            "%(documents)s in Xero belongs to no order",
            "%(documents)s in Xero belong to no order",
            run.extra,
        )
        parts.append(said % {"documents": of(run.extra, "document")})
    if run.differences:
        said = ngettext("%(figures)s differs", "%(figures)s differ", run.differences)
        parts.append(said % {"figures": of(run.differences, "figure")})
    return f"{lead} {_joined(parts)}."


def _joined(parts: list[str]) -> str:
    if not parts[1:]:
        return "".join(parts)
    first, last = ", ".join(parts[:-1]), parts[-1]
    return f"{first} and {last}"


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


def shown(row: ReconcileDifference, organisation: Organisation | None) -> DifferenceRow:
    side = _("Arose in the shop") if row.side == Side.STORE else _("Arose in Xero")
    link = ""
    if row.xero_id and organisation is not None:
        link = organisation.invoice_link(row.xero_id)
    kind = CAUSES[Cause(row.cause)]
    cause = CauseKind(core_texts.shown(kind.title), core_texts.shown(kind.fix))
    return DifferenceRow(row, str(_FIELDS.get(row.field, row.field)), cause, side, link)


def _days(run: ReconcileRun, store: Store, until: str) -> dict[str, Any]:
    """Whole days, the newest first; `until` is the first day of the page."""
    days = run.days.order_by("-day")
    try:
        days = days.filter(day__lte=date.fromisoformat(until)) if until else days
    except ValueError:
        until = ""
    wanted = list(days.values_list("day", flat=True).distinct()[: _DAYS + 1])
    rows = (
        run.days.filter(day__in=wanted[:_DAYS])
        .select_related("run__store")
        .order_by("-day", "currency", "pk")
    )
    names = _names(store.organisation)
    return {
        "days": [NamedSum(row, names.get((row.measure, row.name), row.name)) for row in rows],
        "days_shown": min(len(wanted), _DAYS),
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
    if refusal := refused_away(request, store):
        return refusal
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
            messages.success(
                request,
                _("The difference of %(number)s counts as accounted for.") % {"number": row.number},
            )
        else:
            messages.info(
                request,
                _("The difference of %(number)s was accounted for before.")
                % {"number": row.number},
            )
        return redirect(back)
    found = shown(row, row.run.store.organisation)
    stays = _(
        "Nothing is changed in Xero or in the shop. If one of them changes, it is shown again."
    )
    question = Question(
        title=_("Handled by hand: %(number)s") % {"number": row.number},
        sentence=_("For a difference that you took care of in Xero."),
        button=_("Mark this difference as handled"),
        address=reverse("sync:difference-handle", args=[row.pk]), back=back,
        happens=[_("It counts as accounted for while both sides say what they say now.")],
        stays=[stays], carried=[("next", back)], form=form,
    )  # fmt: skip
    return confirm(request, question, "sync/difference.html", found=found)


@right(ORDERS)
@require_POST
def difference_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    handled = get_object_or_404(HandledDifference, pk=pk)
    if differences.reopen(handled, request.user):
        messages.success(
            request,
            _("The difference of %(number)s is open again: reconcile to see it.")
            % {"number": handled.number},
        )
    return redirect(way_back(request, "sync:reconcile"))
