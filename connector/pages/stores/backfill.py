"""Post what was sold before: choose the days, see what it costs, start, watch, pause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from connector.lib import clock
from connector.lib.marks import row_key
from connector.lib.rights import BACKFILLS, right
from connector.pages.filters import zone_of
from connector.pages.parts.widgets import Words
from connector.pages.stores.away import away_text, in_use
from connector.templatetags.pages import ago, capped, day, of
from stores.models import Store
from sync.backfill import actions as backfill
from sync.backfill import read as backfill_reading
from sync.backfill.forecast import Supply, span, time_left
from sync.models import Backfill
from sync.models.backfill import Counts

_ROWS = 25
_State = Backfill.State


_ERRORS = {
    "required": gettext_lazy("Type a day."),
    "invalid": gettext_lazy("Type a day such as 2026-01-31."),
}


class DaysForm(forms.Form):
    """The first and the last day, by the date of the order in the books' zone."""

    since = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("The first day, by the date of the order."),
        error_messages=_ERRORS,
    )  # fmt: skip
    until = forms.DateField(
        label=gettext_lazy("To"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("The last day. It is included."),
        error_messages=_ERRORS,
    )  # fmt: skip


@right(BACKFILLS)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def backfill_page(request: HttpRequest, slug: str) -> HttpResponse:
    """`?before=` is the mark of the list of earlier ones. POST plans: it asks what it costs."""
    stores = Store.objects.select_related("organisation__token_set__app")
    store = get_object_or_404(stores.defer("credentials", "webhook_secret", "facts"), slug=slug)
    rows = Backfill.objects.worth_showing().filter(store=store).order_by("-pk")
    row = rows.filter(state__in=Backfill.UNFINISHED).first() or rows.first()
    form = DaysForm(request.POST or None, initial=_initial(store, row))
    if request.method == "POST" and form.is_valid():
        try:
            backfill.plan(store, **form.cleaned_data, user=request.user)
        except backfill.BackfillRefused as error:
            form.add_error(error.field or None, str(error))
        else:
            return redirect("sync:backfill", slug=slug)
    counts = row.counts() if row is not None else Counts()
    context: dict[str, Any] = {
        "store": store,
        "stores": list(Store.objects.on_lists().only("slug", "name")),
        "zone": zone_of(store),
        "row": row,
        "counts": counts,
        "total": max(counts.found, row.expected or 0) if row is not None else 0,
        "condition": away_text(store)
        if store.archived
        else condition(row, counts, supply_of(store)),
        "form": form,
        "plans": not store.archived
        and (row is None or not row.is_unfinished or row.state == _State.PLANNED),
        "address": reverse("sync:backfill", args=[slug]),
    }
    return render(request, "sync/backfill.html", context | _earlier(request, store, row))


def _initial(store: Store, row: Backfill | None) -> dict[str, Any]:
    """What was planned, else from the cut-over, or the month, to today."""
    if row is not None and row.state in (_State.PLANNED, _State.FAILED):
        return {"since": row.since.isoformat(), "until": row.until.isoformat()}
    today = clock.today(zone_of(store))
    first = store.profile.cut_over or today.replace(day=1)
    return {"since": first.isoformat(), "until": today.isoformat()}


def _earlier(request: HttpRequest, store: Store, row: Backfill | None) -> dict[str, Any]:
    """Those before the one that the page is about, the newest first."""
    before = request.GET.get("before", "")
    newest = row.pk if row is not None else 0
    key = row_key(before)
    mark = newest if key is None else key
    rows = Backfill.objects.worth_showing().filter(store=store, pk__lt=mark)
    found = list(rows.select_related("started_by").order_by("-pk")[: _ROWS + 1])
    older = found[_ROWS - 1].pk if len(found) > _ROWS else None
    return {"earlier": [(one, one.counts()) for one in found[:_ROWS]], "older": older}


def supply_of(store: Store) -> Supply | None:
    """The calls that there are; None while nobody is logged in at Xero."""
    organisation = store.organisation
    if organisation is None or organisation.token_set is None:
        return None
    return backfill_reading.supply(organisation)


def condition(row: Backfill | None, counts: Counts, supply: Supply | None) -> str:
    """The sentence under the title."""
    if row is None:
        return _("Nothing of before has been posted by date yet.")
    if row.state == _State.PLANNED:
        if row.counted_at is None:
            return row.error or _("The shop is being asked how many orders there are.")
        return row.forecast
    days = f"{day(row.since)} to {day(row.until)}"
    posted = ngettext(
        "%(orders)s of %(days)s is in Xero", "%(orders)s of %(days)s are in Xero", counts.posted
    )
    done = posted % {"orders": of(counts.posted, "order"), "days": days}
    if counts.held:
        need = ngettext(
            "%(done)s, %(count)s needs you", "%(done)s, %(count)s need you", counts.held
        )
        done = need % {"done": done, "count": capped(counts.held)}
    if row.state in (_State.READING, _State.RUNNING):
        if supply is not None and not supply.usable_today:
            return _(
                "%(done)s. Today’s calls are used up, but for live orders. It goes on tomorrow."
            ) % {"done": done}
        return f"{done}. {_left(row, counts)}".strip()
    if row.state == _State.PAUSED:
        return _("Paused: %(done)s. Nothing more of it is read or sent until you resume it.") % {
            "done": done
        }
    if row.state == _State.FAILED:
        return _("Broken off: %(error)s") % {"error": row.error}
    ended = ago(row.ended_at) if row.ended_at else _("just now")
    if row.state == _State.CANCELLED:
        return _("Cancelled %(ended)s: %(done)s.") % {"ended": ended, "done": done}
    return _("Done %(ended)s: %(done)s.") % {"ended": ended, "done": done}


def _left(row: Backfill, counts: Counts) -> str:
    """How long the rest takes, as far as anybody can tell."""
    if row.started_at is None:
        return ""
    elapsed = (clock.now() - row.started_at).total_seconds()
    seconds = time_left(
        counts.done, max(row.expected or 0, counts.found), elapsed=elapsed,
        foreseen=row.forecast_seconds or 0,
    )  # fmt: skip
    return _("About %(seconds)s left.") % {"seconds": span(seconds)} if seconds else ""


_ACTS: dict[str, tuple[Callable[[Backfill, Any], bool], Words]] = {
    "start": (backfill.start, gettext_lazy("Under way. You can leave this page; it goes on.")),
    "pause": (
        lambda row, user: backfill.pause(row),
        gettext_lazy("Paused. What is on its way arrives."),
    ),
    "resume": (lambda row, user: backfill.resume(row), gettext_lazy("Goes on where it stopped.")),
    "cancel": (
        lambda row, user: backfill.cancel(row),
        gettext_lazy("Cancelled. What is in Xero stays there; the rest is not synced."),
    ),
}


@right(BACKFILLS)
@require_POST
def backfill_act(request: HttpRequest, pk: int) -> HttpResponse:
    """`act`: start, pause, resume or cancel."""
    row = get_object_or_404(Backfill.objects.select_related("store__organisation"), pk=pk)
    act, said = _ACTS.get(request.POST.get("act", ""), (None, ""))
    try:
        if act is not None and act(row, request.user):
            messages.success(request, str(said))
        else:
            messages.info(request, _("It has moved on meanwhile. This is how it stands now."))
    except backfill.BackfillRefused as error:
        messages.warning(request, str(error))
    return redirect("sync:backfill", slug=row.store.slug)
